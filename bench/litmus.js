/**
 * The memory models: the kernel's own litmus tests by family, all of them in one process, and the page-table
 * anchors. Executions, executions per second of processor time, peak memory. The litmus tests are read from the
 * sources that KREPLAY_LINUX_6_12 names. Needs a build: `npm run build`.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { explore, exploreStates, MEMORY_MODELS } from '../dist/explore/index.js'
import { buildLitmus, evaluateLitmus, parseLitmus } from '../dist/litmus/index.js'
import { exploreScenario } from '../dist/run/index.js'
import { buildContpteRead } from '../dist/suite/index.js'

const figure = (bench, value, unit, note) =>
  console.log(
    JSON.stringify({ bench, value: Math.round(value * 100) / 100, unit, ...(note ? { note } : {}) }),
  )

/** Milliseconds of processor time, and what `work` returned. */
function measured(work) {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { result, ms: (user + system) / 1000 }
}

const modelNamed = (name) => MEMORY_MODELS.find((model) => model.name === name)

function report(name, executions, ms) {
  figure(`${name}: executions`, executions, 'executions')
  figure(`${name}: time`, ms, 'ms')
  figure(`${name}: rate`, (1000 * executions) / Math.max(ms, 0.01), 'executions/s')
}

const linux = process.env.KREPLAY_LINUX_6_12
if (linux === undefined)
  console.log('skipped: KREPLAY_LINUX_6_12 names no sources, so there are no litmus tests')
else kernelTests(linux)
anchors()
figure('memory models: peak memory', process.resourceUsage().maxRSS / 1024, 'MB')

function kernelTests(root) {
  const files = [
    ...filesIn(join(root, 'tools/memory-model/litmus-tests')),
    ...filesIn(join(root, 'Documentation/litmus-tests')),
  ]
  for (const name of ['lkmm', 'lkmm-6.1']) {
    const families = new Map()
    let total = 0
    for (const file of files) {
      const { result, ms } = measured(() => runTest(file, modelNamed(name)))
      const family = basename(file, '.litmus').split(/[+-]/)[0]
      const known = families.get(family) ?? { executions: 0, ms: 0 }
      families.set(family, { executions: known.executions + result, ms: known.ms + ms })
      total += ms
    }
    figure(`${name}: all ${files.length} litmus tests of the kernel`, total, 'ms')
    for (const [family, { executions, ms }] of families) report(`${name}: litmus ${family}`, executions, ms)
  }
}

function filesIn(folder) {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      if (statSync(path).isDirectory()) return filesIn(path)
      return name.endsWith('.litmus') ? [path] : []
    })
}

/** Executions of one test. */
function runTest(file, model) {
  const test = parseLitmus(readFileSync(file, 'utf8'), file)
  const program = test.ok ? buildLitmus(test.value, file) : test
  if (!program.ok) throw new Error(program.error.message)
  const { positive, negative } = evaluateLitmus(program.value, {
    model,
    now: () => performance.now(),
    limit: null,
  })
  return positive + negative
}

function anchors() {
  for (const model of ['sc', 'tso', 'lkmm-6.1', 'lkmm']) {
    const { result, ms } = measured(() =>
      exploreScenario({
        scenario: 'pte-read/x86-pae/A-to-none-to-B/ipi/irqs-off/gup-like',
        implementations: ['gup_get_pte@low-high'],
        model,
      }),
    )
    if (result.ok) report(`${model}: PAE entry, low-high-low reader`, result.value.executions, ms)
  }
  const whole = { executions: Number.MAX_SAFE_INTEGER }
  for (const [n, merge] of [
    [4, false],
    [8, false],
    [8, true],
    [16, true],
  ]) {
    const { program } = buildContpteRead({ n, writer: 'clear+set', reader: 'assume' })
    const { result, ms } = measured(() =>
      explore(program, { model: modelNamed('lkmm'), merge, budget: whole }),
    )
    report(`lkmm: contpte N=${n}${merge ? ', merged' : ''}`, result.executions + result.blocked, ms)
  }
  for (const model of ['sc', 'tso']) {
    const { program } = buildContpteRead({ n: 16, writer: 'clear+set', reader: 'all' })
    const { result, ms } = measured(() => exploreStates(program, { model }))
    figure(`${model}: contpte N=16, all read: states`, result?.states ?? 0, 'states')
    figure(`${model}: contpte N=16, all read: time`, ms, 'ms')
  }
}
