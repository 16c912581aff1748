import { describe, expect, test } from 'vitest'
import {
  DEFAULT_FAIL_ON,
  findFormat,
  formatB4Check,
  formatDiagnostic,
  formatGithub,
  formatJunit,
  formatReply,
  formatSarif,
  formatTerminal,
  withoutWorkflowCommands,
} from '../../../src/report/index.js'
import { moveReport, noPatchReport, pagewalkReport, partialReport } from '../../support/sample-reports.js'

/** The text without the breaks of its lines. */
const unwrapped = (text: string): string => text.replace(/\s+/g, ' ')

describe('the first screen', () => {
  test('answers within the first 24 lines, the most severe finding first', () => {
    const screen = formatTerminal(pagewalkReport).split('\n').slice(0, 24).join('\n')
    expect(screen).toContain('1 regressed, 3 changed, 1 fixed; latent: 1 regressed')
    expect(screen).toMatch(/ 1 {2}regressed {2}walk_pmd_range: page-table walk through an empty pmd/)
  })

  test('of a pure move says that no difference was found, and how far was looked', () => {
    expect(unwrapped(formatTerminal(moveReport))).toContain(
      'ptep_get_lockless: pure move and rename: no difference found (4 scenarios, exhaustive)',
    )
  })

  test('of a pure move says so though a hazard of old stands against the function', () => {
    const [first] = moveReport.findings
    if (first === undefined) throw new Error('no finding')
    const old = {
      ...first,
      id: 'f'.repeat(16),
      verdict: 'pre-existing' as const,
      kind: 'torn',
      summary: 'torn',
    }
    const [answer] =
      /^ptep_get_lockless:.*$/m.exec(formatTerminal({ ...moveReport, findings: [old, first] })) ?? []
    expect(answer).toBe('ptep_get_lockless: pure move and rename: no difference found (4 scenarios,')
  })

  test('never calls a bounded run exhaustive', () => {
    const [first] = moveReport.findings
    if (first === undefined) throw new Error('no finding')
    const bounded = {
      ...first,
      after: { ...first.after, coverage: { kind: 'bounded' as const, by: 'time' as const, limit: 3 } },
    }
    expect(unwrapped(formatTerminal({ ...moveReport, findings: [bounded] }))).toContain(
      '(4 scenarios, not exhaustive)',
    )
  })

  test('says so when the run was interrupted', () => {
    expect(formatTerminal(partialReport)).toContain('interrupted: only what was found until then')
  })

  test('says that a hunk is missing', () => {
    const screen = formatTerminal(partialReport).split('\n').slice(0, 8).join(' ')
    expect(screen).toContain('1 hunk missing from the mail')
  })

  test('shows hazards of both sides with --all only, and says that there are some', () => {
    expect(formatTerminal(pagewalkReport)).not.toContain('pte pointer past its table')
    expect(formatTerminal(pagewalkReport)).toContain('shown with --all')
    expect(formatTerminal(pagewalkReport, { all: true })).toContain('pte pointer past its table')
  })

  test('lists every finding of a long report before it goes into details', () => {
    const screen = formatTerminal(pagewalkReport).split('\n').slice(0, 16).join('\n')
    for (const { summary, verdict } of pagewalkReport.findings) {
      if (verdict !== 'same' && verdict !== 'pre-existing' && !summary.includes(': '))
        expect(screen).toContain(summary)
    }
  })

  test('shows what stayed the same beside what changed', () => {
    expect(unwrapped(formatTerminal(pagewalkReport))).toMatch(
      /pte_entry calls with both callbacks: 512 .*? unchanged pte_entry calls with pte_entry only \(3 scenarios, exhaustive\), such as 512/,
    )
  })

  test('has evidence in full for the gravest finding of a verdict, and a line to replay each other', () => {
    const text = formatTerminal(pagewalkReport)
    expect(text.match(/^ {2}-- b: /gm)).toHaveLength(2)
    expect(text).toMatch(/^ {4}replay +kreplay step --scenario pagewalk\/both-callbacks-migrate/m)
    expect(text).not.toMatch(/0x[0-9a-f]/)
    expect(formatTerminal(pagewalkReport, { verbose: true })).toMatch(/load pmd:A = 0x20000a7/)
  })

  test('says that callers were not looked for', () => {
    expect(formatTerminal(pagewalkReport)).toContain('reach      unknown: callers not looked for')
  })

  test('tells a reason once for all functions that have it', () => {
    const [, unmapped] = partialReport.functions
    if (unmapped === undefined) throw new Error('no function')
    const functions = ['f_one', 'f_two'].map((name) => ({
      ...unmapped,
      name,
      notes: [`nothing stands for ${name}`],
    }))
    expect(formatTerminal({ ...partialReport, functions })).toContain(
      '  nothing stands for it:\n    f_one  mm/gup.c\n    f_two  mm/gup.c\n',
    )
  })

  test('keeps a latent regression apart from the others', () => {
    const text = formatTerminal(pagewalkReport)
    expect(text.lastIndexOf('migration entry')).toBeGreaterThan(text.indexOf('Latent:'))
    expect(text).toMatch(/migration entry\s+\[latent\]/)
  })
})

test('every line of the terminal report but a command fits the width', () => {
  for (const width of [60, 80, 100]) {
    for (const line of formatTerminal(pagewalkReport, { width, all: true }).split('\n')) {
      if (!line.includes('kreplay step')) expect(line.length, line).toBeLessThanOrEqual(width)
    }
  }
})

test('a report of 150,000 steps is shown, not choked on', () => {
  const [, , , , first] = pagewalkReport.findings
  if (first?.witness == null) throw new Error('no witness')
  const [one] = first.witness.steps
  if (one === undefined) throw new Error('no step')
  const steps = Array.from({ length: 150_000 }, (_, step) => ({ ...one, step }))
  const report = { ...pagewalkReport, findings: [{ ...first, witness: { ...first.witness, steps } }] }
  expect(formatTerminal(report, { verbose: true }).split('\n').length).toBeGreaterThan(150_000)
})

test('the html report is refused as not yet there', () => {
  const found = findFormat('html')
  expect(!found.ok && found.error.code).toBe('usage-format')
})

test('a diagnostic reads as a compiler would print it', () => {
  const diagnostic = {
    severity: 'warning',
    code: 'x-y',
    message: 'odd\u001b[m',
    place: { source: 'a.mbox', line: 3, column: 7 },
    hint: 'look',
  } as const
  expect(formatDiagnostic(diagnostic)).toBe('a.mbox:3:7: warning: odd\\x1b[m [x-y]\n  hint: look\n')
})

describe('SARIF', () => {
  const log = JSON.parse(formatSarif(pagewalkReport))
  const results = log.runs[0].results

  test('is version 2.1.0 with one result per finding', () => {
    expect(log.version).toBe('2.1.0')
    expect(results).toHaveLength(pagewalkReport.findings.length)
  })
  test('gives a level other than none to failures only', () => {
    for (const result of results) if (result.kind !== 'fail') expect(result.level).toBe('none')
  })
  test('names a rule that it declares', () => {
    const { rules } = log.runs[0].tool.driver
    for (const result of results) expect(rules[result.ruleIndex].id).toBe(result.ruleId)
  })
  test('points at the line where it goes wrong', () => {
    const regressed = results.find(
      (result: { properties: { verdict: string } }) => result.properties.verdict === 'regressed',
    )
    expect(regressed.locations[0].physicalLocation.region.startLine).toBe(13)
  })
  test('lowers a latent regression', () => {
    const latent = results.find(
      (result: { properties: { reach: string } }) => result.properties.reach === 'latent',
    )
    expect(latent.level).toBe('note')
  })
})

describe('JUnit', () => {
  test('fails for a shown regression only', () => {
    const xml = formatJunit(pagewalkReport)
    expect(xml.match(/<failure /g)).toHaveLength(1)
    expect(xml).toContain('tests="9" failures="1" skipped="0"')
  })
  test('skips what has no verdict, functions nobody wrote included', () => {
    expect(formatJunit(partialReport)).toContain('tests="3" failures="0" skipped="3"')
  })
  test('of nothing is one skipped test, not an empty success', () => {
    expect(formatJunit(noPatchReport)).toContain('<skipped message="no patch found"/>')
  })
})

describe('GitHub annotations', () => {
  test('point at the diff', () => {
    expect(formatGithub(pagewalkReport)).toContain(
      '::error file=mm/pagewalk.c,line=13,title=kreplay%3A regressed in walk_pmd_range::newly possible: page-table walk',
    )
  })
  test('are one line each, whatever a name contains', () => {
    const [first] = pagewalkReport.findings
    if (first === undefined) throw new Error('no finding')
    const findings = [{ ...first, path: 'a\n::error::x,y', summary: '100%\r\n::error::z' }]
    expect(
      formatGithub({ ...pagewalkReport, findings })
        .trimEnd()
        .split('\n'),
    ).toHaveLength(1)
  })
  test('cannot be forged by a line of other output', () => {
    expect(withoutWorkflowCommands('x\n::error::y\n  ##[error]z\n')).toBe('x\n\\::error::y\n  \\##[error]z\n')
  })
})

describe('b4 gets', () => {
  const status = (text: string): unknown => JSON.parse(text)[0]?.status
  test('fail for a regression', () => {
    expect(status(formatB4Check(pagewalkReport, DEFAULT_FAIL_ON))).toBe('fail')
  })
  test('warn for what is open', () => {
    expect(status(formatB4Check(partialReport, DEFAULT_FAIL_ON))).toBe('warn')
  })
  test('pass for no difference', () => {
    expect(status(formatB4Check(moveReport, DEFAULT_FAIL_ON))).toBe('pass')
  })
  test('an empty array for a mail without a patch', () => {
    expect(formatB4Check(noPatchReport, DEFAULT_FAIL_ON)).toBe('[]\n')
  })
  test('the fields of its protocol', () => {
    expect(Object.keys(JSON.parse(formatB4Check(moveReport, DEFAULT_FAIL_ON))[0])).toEqual([
      'tool',
      'status',
      'summary',
      'details',
    ])
  })
})

describe('a reply', () => {
  test('asks, and answers to the mail it is about', () => {
    const text = formatReply(pagewalkReport)
    expect(text).toContain(
      'In-Reply-To: <20191003-sample@example.org>\nReferences: <20191003-sample@example.org>\n',
    )
    expect(text).toContain('is each of them intended?')
  })
  test('quotes the diff once with its tabs, unless that is unwanted', () => {
    expect(formatReply(pagewalkReport).match(/^> -\tpte = pte_offset_map/gm)).toHaveLength(1)
    expect(formatReply(pagewalkReport, { quote: false })).not.toMatch(/^>/m)
  })
  test('holds an interleaving of at most 15 lines that a reader can follow', () => {
    const [, trace = ''] = /\n\n( {2}-- a\n[\s\S]*?)\n\n/.exec(formatReply(pagewalkReport)) ?? []
    expect(trace.split('\n').length).toBeLessThanOrEqual(15)
    expect(trace).toContain('pmd:A huge -> none')
    expect(trace).toContain('! the lock and the table')
  })
  test('does not put Re: before Re:', () => {
    expect(formatReply(noPatchReport)).toMatch(/^Subject: Re: \[PATCH v6/)
  })
  test('encodes a subject that is not ASCII', () => {
    const source = { ...moveReport.source, subject: 'mm: naïve walk — “again”' }
    const [subject = ''] = formatReply({ ...moveReport, source }).split('\nIn-Reply-To')
    const words = [...subject.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/g)].map(([, word]) =>
      Buffer.from(word ?? '', 'base64').toString(),
    )
    expect(words.join('')).toBe('Re: mm: naïve walk — “again”')
  })
  test('folds a command so that a shell joins it again', () => {
    expect(formatReply(pagewalkReport)).toMatch(
      /kreplay step --scenario pagewalk\/both-callbacks-zap --side after \\\n {4}--schedule a4b5a7 pagewalk\.mbox/,
    )
  })
})
