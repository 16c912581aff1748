/** What src/index.ts promises: its names, and that a program can do with them what the command line does. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import * as api from '../../src/index.js'

const THREAD = fileURLToPath(new URL('../../examples/01-plugin/counter.mbox', import.meta.url))
const REQUEST: api.RunRequest = { inputs: [{ kind: 'path', path: THREAD }] }

interface Counter {
  readonly total: api.Cell
}

declare module '../../src/index.js' {
  interface KernelFunctions {
    event_counter_add(counter: Counter, n: bigint): void
  }
}

/** Adds `n` and another amount: what tells the two from each other stands in the final value. */
function adding(version: string, hash: string, more: bigint): api.Reimplementation {
  return api.defineReimplementation(
    {
      path: 'lib/event_counter.c',
      name: 'event_counter_add',
      version,
      release: '6.8',
      identities: [{ kind: 'hunks', hash, source: 'counter.mbox' }],
    },
    function* (k, { total }, n) {
      const before = yield* k.load(total)
      yield* k.store(
        total,
        api.map(before, (bits) => bits + n + more),
      )
    },
  )
}

const suite = api.defineSuite({
  name: 'adding',
  title: 'what is added',
  roles: { add: ['event_counter_add'] },
  models: ['sc'],
  properties: [{ name: 'total', kind: 'behaviour', per: '' }],
  scenarios: [
    {
      id: 'adding/once',
      title: 'once',
      arch: 'x86-64',
      config: {},
      facets: {},
      needs: [],
      scope: '1 thread',
      threads: 1,
      build: (side) => {
        const mm = api.emptyAddressSpace('x86-64')
        const total = mm.heap.cell({
          name: 'total',
          initial: 0n,
          object: 'total',
          role: 'data',
          page: null,
        })
        const entry = side.resolve('event_counter_add')
        return {
          program: api.programOf(side, mm, [{ entry, args: [{ total }, 1n] }]),
          observe: (execution) => ({ total: api.finalEntries(execution) }),
          detectors: [],
          describe: (_object, bits) => String(bits),
        }
      },
    },
  ],
})

/** A plugin that stands for both texts of the thread, the second adding `more`. */
async function pluginFor(more: bigint): Promise<api.LoadedPlugin> {
  const { rows } = await api.fingerprint(REQUEST)
  const hash = (side: string): string => rows.find((row) => row.side === side)?.hash ?? ''
  const reimplementations = [adding('before', hash('before'), 0n), adding('after', hash('after'), more)]
  const plugin = api.definePlugin({ name: 'adding', reimplementations, suites: [suite] })
  return { name: plugin.name, plugin }
}

async function run(more: bigint): Promise<api.RunResult> {
  return api.runThread({ ...REQUEST, plugins: [await pluginFor(more)] })
}

test('the names are these', () => {
  expect(Object.keys(api).sort()).toEqual(
    [
      'FORMAT_NAMES',
      'Heap',
      'PAGE_SIZE',
      'VERDICTS',
      'buildWorld',
      'defineReimplementation',
      'defineSuite',
      'definePlugin',
      'emptyAddressSpace',
      'equal',
      'eventsNamed',
      'exitCodeOf',
      'exploreScenario',
      'finalEntries',
      'findFormat',
      'fingerprint',
      'flushes',
      'formatJson',
      'formatMarkdown',
      'formatPlace',
      'formatTerminal',
      'list',
      'loadPlugins',
      'lockOperations',
      'locksIn',
      'lostBits',
      'lostUpdates',
      'map',
      'map2',
      'mapImbalances',
      'not',
      'or',
      'parseReport',
      'parseThread',
      'programOf',
      'returned',
      'runThread',
      'stepThrough',
      'stores',
      'tracked',
      'underTest',
    ].sort(),
  )
})

describe('a plugin handed in as an object', () => {
  test('is run for both sides, and a difference is a finding', async () => {
    const { report, replayed } = await run(1n)
    expect(replayed).toBe(true)
    expect(report.findings).toMatchObject([
      { verdict: 'changed', property: 'total', before: { value: 'total=1' }, after: { value: 'total=2' } },
    ])
  })

  test('finds no difference where there is none', async () => {
    const { report } = await run(0n)
    expect(report.findings.map(({ verdict }) => verdict)).toEqual(['same'])
  })

  test('gives a witness that stepThrough replays', async () => {
    const plugins = [await pluginFor(1n)]
    const { report } = await api.runThread({ ...REQUEST, plugins })
    const [finding] = report.findings
    const witness = finding?.witness
    if (finding === undefined || witness === null || witness === undefined) throw new Error('no witness')
    const { side, schedule } = witness
    const walked = await api.stepThrough({ ...REQUEST, plugins, scenario: finding.scenario, side, schedule })
    expect(walked).toMatchObject({ ok: true, value: { schedule, side } })
  })
})

test('a report is read back as it was written', async () => {
  const { report } = await run(1n)
  expect(api.parseReport(api.formatJson(report), 'a report')).toEqual({
    ok: true,
    value: JSON.parse(JSON.stringify(report)),
  })
})

test('parseThread finds the functions and runs nothing', async () => {
  const { report, replayed } = await api.parseThread({ ...REQUEST, plugins: [await pluginFor(1n)] })
  expect(replayed).toBe(false)
  expect(report.findings).toEqual([])
  expect(report.functions[0]).toMatchObject({
    name: 'event_counter_add',
    before: 'event_counter_add@before',
    after: 'event_counter_add@after',
  })
})

test('prototypes are checked', () => {
  api.defineReimplementation(
    { path: 'mm/gup.c', name: 'gup_get_pte', version: 'test', release: '5.4' },
    // @ts-expect-error gup_get_pte() returns an entry, not a number
    // biome-ignore lint/correctness/useYield: only its type is looked at
    function* () {
      return 0
    },
  )
})

test('two scenarios of one id are a bug', () => {
  const [scenario] = suite.scenarios
  if (scenario === undefined) throw new Error('no scenario')
  expect(() => api.defineSuite({ ...suite, scenarios: [scenario, scenario] })).toThrow(/adding\/once/)
})
