/** Findings under several memory models: one line to a reader, and under which models it holds. */
import { describe, expect, it, test } from 'vitest'
import {
  type Finding,
  findFinding,
  formatGithub,
  formatJunit,
  formatMarkdown,
  formatReply,
  formatSarif,
  formatTerminal,
  numberFindings,
  type Report,
  type SideResult,
  type UnderModel,
} from '../../../src/report/index.js'
import { moveReport, pagewalkReport } from '../../support/sample-reports.js'

const IMPOSSIBLE: SideResult = {
  holds: 'never',
  count: 0,
  executions: 12,
  coverage: { kind: 'exhaustive' },
  value: 'impossible',
}
const POSSIBLE: SideResult = { ...IMPOSSIBLE, holds: 'sometimes', count: 3, value: 'possible' }
const NOT_RUN: SideResult = {
  holds: 'unknown',
  count: 0,
  executions: 0,
  coverage: { kind: 'not-run', why: 'not asked for' },
}
const TORN = 'torn value used (pte)'

const torn: Finding = {
  id: 'aaaa00000000',
  verdict: 'regressed',
  kind: 'torn value used',
  reach: 'unknown',
  function: 'ptep_get_lockless',
  path: 'include/linux/pgtable.h',
  scenario: 'pte-read/x86-pae/none-to-B',
  property: TORN,
  arch: 'x86-pae',
  model: 'lkmm',
  config: {},
  premise: { needs: [], inTree: null },
  summary: TORN,
  before: IMPOSSIBLE,
  after: POSSIBLE,
  witness: { side: 'after', schedule: 'a1', steps: [], command: 'kreplay step --model lkmm' },
}

function under(model: string, before: SideResult, after: SideResult): UnderModel {
  return { model, before, after }
}

/** A run under these models that found this. */
function reportOf(models: readonly string[], ...findings: readonly Finding[]): Report {
  const { options, ...rest } = pagewalkReport
  return { ...rest, options: { ...options, model: models }, findings }
}

const everywhere = reportOf(
  ['sc', 'lkmm'],
  { ...torn, id: 'bbbb00000000', model: 'sc', elsewhere: [under('lkmm', IMPOSSIBLE, POSSIBLE)] },
  { ...torn, elsewhere: [under('sc', IMPOSSIBLE, POSSIBLE)] },
)
const weakOnly = reportOf(['sc', 'lkmm'], { ...torn, elsewhere: [under('sc', IMPOSSIBLE, IMPOSSIBLE)] })

describe('a finding that the models share', () => {
  it('is one line, which names them', () => {
    const text = formatTerminal(everywhere)
    expect(text).toMatch(/^1 regressed/m)
    expect(text.match(/newly possible: torn value used/g)).toHaveLength(2)
    expect(text).toMatch(/^ {4}under +sc, lkmm$/m)
  })
  it('is numbered where the first model stands; the others can be named as well', () => {
    const numbers = numberFindings(everywhere).map(({ number, finding }) => [number, finding.model])
    expect(numbers).toEqual([
      [1, 'sc'],
      [2, 'lkmm'],
    ])
    const byId = findFinding(everywhere, 'aaaa')
    expect(byId.ok && byId.value.models).toEqual(['sc', 'lkmm'])
  })
  it('is one annotation beside the diff, one test case and one result per model', () => {
    expect(formatGithub(everywhere).trim().split('\n')).toHaveLength(1)
    expect(formatGithub(everywhere)).toContain('under sc, lkmm')
    expect(formatJunit(everywhere)).toContain('tests="2"')
    const { runs } = JSON.parse(formatSarif(everywhere)) as {
      runs: { results: { message: { text: string } }[] }[]
    }
    expect(runs[0]?.results.map(({ message }) => /\(under (\w+)\)/.exec(message.text)?.[1])).toEqual([
      'sc',
      'lkmm',
    ])
  })
})

describe('a finding of one model alone', () => {
  const said = 'lkmm only; impossible under sc (exhaustive, 12 executions)'
  it('says what the others answer', () => {
    expect(formatTerminal(weakOnly)).toContain(said)
    expect(formatMarkdown(weakOnly).replaceAll('\\', '')).toContain(`under ${said}`)
    expect(formatReply(weakOnly).replaceAll('\n', ' ')).toContain(`Memory models: ${said}.`)
    expect(formatGithub(weakOnly)).toContain(said)
  })
  it('says so where another has it on both sides', () => {
    const both = reportOf(['sc', 'lkmm'], { ...torn, elsewhere: [under('sc', POSSIBLE, POSSIBLE)] })
    expect(formatTerminal(both)).toContain('lkmm only; possible before and after alike under sc')
  })
  it('is not called so where another was not asked', () => {
    const alone = reportOf(['sc', 'lkmm'], {
      ...torn,
      model: 'sc',
      elsewhere: [under('lkmm', NOT_RUN, NOT_RUN)],
    })
    expect(formatTerminal(alone)).toContain('sc; not explored under lkmm')
  })
  it('says nothing of models in a run under one', () => {
    expect(formatTerminal(reportOf(['lkmm'], torn))).not.toMatch(/^ {4}under /m)
  })
})

describe('what was observed', () => {
  const value = (text: string): SideResult => ({ ...IMPOSSIBLE, holds: 'always', value: text })
  const change = (model: string, id: string, from: string, to: string): Finding => ({
    ...torn,
    id,
    model,
    verdict: 'changed',
    kind: 'value read',
    property: 'value read (writer: none-to-B)',
    summary: `value read: ${from} -> ${to}`,
    before: value(from),
    after: value(to),
  })
  it('is one line where all models see it change alike', () => {
    const alike = reportOf(['sc', 'lkmm'], change('sc', 'a1', 'B', 'none'), change('lkmm', 'a2', 'B', 'none'))
    expect(numberFindings(alike).map(({ models }) => models)).toEqual([
      ['sc', 'lkmm'],
      ['sc', 'lkmm'],
    ])
    expect(formatTerminal(alike)).toMatch(/^1 changed/m)
  })
  it('is two where they see different values', () => {
    const apart = reportOf(['sc', 'lkmm'], change('sc', 'a1', 'B', 'none'), change('lkmm', 'a2', 'B', 'torn'))
    expect(formatTerminal(apart)).toMatch(/^2 changed/m)
  })
  it('is one where the other model sees the same change in a scenario of it', () => {
    const scenarios = ['one', torn.scenario]
    const wide = {
      ...change('sc', 'a1', 'B', 'none or torn'),
      scenario: 'one',
      scenarios,
      property: 'value read',
    }
    const narrow = {
      ...change('lkmm', 'a2', 'B', 'none'),
      elsewhere: [under('sc', value('B'), value('none'))],
    }
    expect(formatTerminal(reportOf(['sc', 'lkmm'], wide, narrow))).toMatch(/^1 changed/m)
  })
  it('is one line where a bound left it open under all of them, whatever they looked at', () => {
    const open = (model: string, id: string, scenarios: number): Finding => ({
      ...change(model, id, 'B', 'B'),
      verdict: 'inconclusive',
      property: 'behaviour',
      summary: `no difference found (${scenarios} scenarios, a bound was reached)`,
    })
    const report = reportOf(['sc', 'lkmm'], open('sc', 'a1', 324), open('lkmm', 'a2', 21))
    expect(formatTerminal(report)).toMatch(/^1 inconclusive/m)
    expect(formatTerminal(report)).toMatch(/^ {4}under +sc, lkmm$/m)
  })
  it('never joins two findings of one model', () => {
    const twice = reportOf(['sc'], change('sc', 'a1', 'B', 'none'), change('sc', 'a2', 'B', 'none'))
    expect(formatTerminal(twice)).toMatch(/^2 changed/m)
  })
})

test('what is the same says how many scenarios each model looked at', () => {
  const [same] = moveReport.findings.filter(({ verdict }) => verdict === 'same')
  if (same === undefined) throw new Error('the sample has nothing that is the same')
  const lkmm = { ...same, id: 'cccc00000000', model: 'lkmm', scenarios: [same.scenario] }
  const report = { ...moveReport, findings: [...moveReport.findings, lkmm] }
  const text = formatTerminal(report).replace(/\s+/g, ' ')
  expect(text).toMatch(/no difference found \(\d+ scenarios? under sc, 1 under lkmm, exhaustive\)/)
})

const races: Report['races'] = [
  {
    property: 'data race (pte)',
    function: 'ptep_get_lockless',
    path: 'include/linux/pgtable.h',
    arch: 'x86-pae',
    model: 'lkmm',
    scenario: 's',
    text: 'ptep_get_lockless:298 and set_pte_at access pte:A[0].low with nothing to order them',
  },
]

test('a data race of both sides is told once, and is no finding', () => {
  const report = {
    ...reportOf(['sc', 'lkmm'], torn),
    races: [...races, ...races.map((one) => ({ ...one, model: 'lkmm-6.1' }))],
  }
  for (const text of [formatTerminal(report), formatMarkdown(report).replaceAll('\\', '')]) {
    expect(
      text
        .replace(/\s+/g, ' ')
        .match(
          /data race \(pte\) under lkmm, lkmm-6\.1 .*?as the accesses are written, before and after alike/g,
        ),
    ).toHaveLength(1)
  }
  expect(formatTerminal(report)).toMatch(/^1 regressed/m)
})

describe('what a lockless function needs', () => {
  const executions = { executions: 7, coverage: { kind: 'exhaustive' } } as const
  const needed: Report['needed'] = [
    {
      function: 'ptep_get_lockless',
      path: 'include/linux/pgtable.h',
      line: 299,
      what: 'smp_rmb()',
      arch: 'x86-pae',
      models: [
        { model: 'sc', hazard: null, ...executions },
        { model: 'lkmm', hazard: TORN, ...executions },
      ],
    },
    {
      function: 'ptep_get_lockless',
      path: 'include/linux/pgtable.h',
      line: 302,
      what: "the loop's test",
      arch: 'x86-pae',
      models: [
        { model: 'sc', hazard: null, behaviour: 'value read: torn', ...executions },
        { model: 'lkmm', hazard: null, executions: 9, coverage: { kind: 'bounded', by: 'time', limit: 1 } },
      ],
    },
  ]
  const report = { ...reportOf(['sc', 'lkmm'], torn), needed }
  it('is a table of parts and models', () => {
    expect(formatTerminal(report, { width: 100 })).toContain(
      [
        'What ptep_get_lockless (include/linux/pgtable.h) needs, and what shows without it',
        '  line  without          sc                lkmm',
        '  299   smp_rmb()        no difference     torn value used (pte)',
        "  302   the loop's test  value read: torn  no difference seen (bound reached: 1 second)",
      ].join('\n'),
    )
    expect(formatMarkdown(report).replaceAll('\\', '')).toContain(
      '| 299 | smp_rmb() | no difference | torn value used (pte) |',
    )
  })
  it('is a list where a table is too wide', () => {
    const text = formatTerminal(report, { width: 60 })
    expect(text).toContain('  299  without smp_rmb()\n        under sc: no difference\n')
    for (const line of text.split('\n').filter((one) => one.includes('under')))
      expect(line.length).toBeLessThan(81)
  })
  it('is not there where nothing needs anything', () => {
    expect(formatTerminal(pagewalkReport)).not.toContain('what shows without it')
  })
})
