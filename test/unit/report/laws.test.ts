import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  explainFinding,
  FORMAT_NAMES,
  findFormat,
  formatB4Check,
  formatJson,
  formatReply,
  formatTerminal,
  parseFailOn,
  parseReport,
  type Report,
} from '../../../src/report/index.js'
import { arbitraryReport } from '../../support/arbitrary-report.js'
import { pagewalkReport } from '../../support/sample-reports.js'

const forAllReports = (holds: (report: Report) => void): void => {
  fc.assert(fc.property(arbitraryReport, holds), { numRuns: 150 })
}

const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

test('a report written as JSON reads back as itself', () => {
  forAllReports((report) => {
    const read = parseReport(formatJson(report), 'r.json')
    expect(read.ok && read.value).toEqual(JSON.parse(JSON.stringify(report)))
  })
})

test('members that this version does not know survive being read and written', () => {
  forAllReports((report) => {
    const later = { ...report, outcomeTree: { a: [1] } }
    const read = parseReport(formatJson(later), 'r.json')
    expect(read.ok && JSON.parse(formatJson(read.value))).toEqual(JSON.parse(JSON.stringify(later)))
  })
})

test('JSON does not depend on the order in which a report was put together', () => {
  forAllReports((report) => {
    const reversed = Object.fromEntries(Object.entries(report).reverse()) as unknown as Report
    expect(formatJson(reversed)).toBe(formatJson(report))
  })
})

describe.each(FORMAT_NAMES)('the %s format', (name) => {
  const found = findFormat(name)
  if (!found.ok) throw new Error(name)

  test('prints every report, and nothing a terminal would obey', () => {
    forAllReports((report) => {
      const text = found.value(report, {})
      expect(text === '' || text.endsWith('\n')).toBe(true)
      expect(text).not.toMatch(UNSAFE)
    })
  })
})

test('the terminal shows every report in every view, and paints with colour codes only', () => {
  forAllReports((report) => {
    for (const view of ['run', 'parse'] as const) {
      const text = formatTerminal(report, { view, all: true, verbose: true, color: true, width: 60 })
      expect(text.replace(/\u001b\[\d+m/g, '')).not.toMatch(UNSAFE)
    }
  })
})

test.each(['terminal', 'markdown', 'junit', 'github', 'sarif'])(
  'no text from a mail starts a line of %s',
  (name) => {
    const format = findFormat(name)
    const WORDS =
      /^(regressed|changed|same|fixed|pre-existing|inconclusive|unmapped|shown|latent|unknown|before|after|function|modified|never|sometimes|always|exhaustive|none|matched|verbatim|post-blob|blanks-inferred|warning|error|note|each|merged|kreplay)$/
    const forged = JSON.parse(JSON.stringify(pagewalkReport), (_, value) =>
      typeof value === 'string' && !WORDS.test(value) ? `x\nFORGED` : value,
    )
    expect(parseReport(JSON.stringify(forged), '').ok).toBe(true)
    const text = format.ok ? format.value(forged, { terminal: { all: true, verbose: true } }) : ''
    expect(text).toContain('FORGED')
    expect(text).not.toMatch(/^ *FORGED/m)
  },
)

test('members that this version does not know are written in one order', () => {
  const one = { ...pagewalkReport, zebra: 1, aardvark: 2 }
  const other = { ...pagewalkReport, aardvark: 2, zebra: 1 }
  expect(formatJson(one)).toBe(formatJson(other))
})

test('a reply is ASCII and 76 columns wide, but for a message id or a command that cannot be broken', () => {
  forAllReports((report) => {
    const findings = report.findings.map((finding) => ({
      ...finding,
      witness: finding.witness === null ? null : { ...finding.witness, command: 'kreplay step x'.repeat(9) },
    }))
    const source = { ...report.source, messageId: '<a@b>' }
    for (const line of formatReply({ ...report, source, findings }).split('\n')) {
      expect(line).toMatch(/^[\t\x20-\x7e]*$/)
      expect(expanded(line)).toBeLessThanOrEqual(76)
    }
  })
})

function expanded(line: string): number {
  let column = 0
  for (const character of line) column = character === '\t' ? (Math.floor(column / 8) + 1) * 8 : column + 1
  return column
}

test('every header of a reply is a header', () => {
  forAllReports((report) => {
    const [head = ''] = formatReply(report).split('\n\n')
    for (const line of head.split('\n')) {
      expect(line).toMatch(/^(Subject: |(In-Reply-To|References):( <[\x21-\x7e]+>)?$| )/)
    }
  })
})

test('a finding can be explained whatever it says, and b4 gets its array', () => {
  const failOn = parseFailOn('regressed')
  if (!failOn.ok) throw new Error('regressed')
  forAllReports((report) => {
    for (const finding of report.findings) expect(explainFinding(finding)).not.toMatch(UNSAFE)
    for (const entry of JSON.parse(formatB4Check(report, failOn.value))) {
      expect(['pass', 'warn', 'fail']).toContain(entry.status)
    }
  })
})
