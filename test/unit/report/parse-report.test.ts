import { expect, test } from 'vitest'
import { formatJson, parseReport } from '../../../src/report/index.js'
import { pagewalkReport } from '../../support/sample-reports.js'

const JSON_TEXT = formatJson(pagewalkReport)

test('a report is read', () => {
  const read = parseReport(JSON_TEXT, 'report.json')
  expect(read.ok && read.value).toEqual(pagewalkReport)
})

test('a byte order mark before the report does no harm', () => {
  expect(parseReport(`\ufeff${JSON_TEXT}`, 'report.json').ok).toBe(true)
})

test.each([
  ['nothing', '', 'report-empty'],
  ['blanks', ' \n', 'report-empty'],
  ['a mail', 'From: me\n\nhello', 'report-not-json'],
  ['half a report', JSON_TEXT.slice(0, JSON_TEXT.length / 2), 'report-truncated'],
  ['damaged JSON', JSON_TEXT.replace(':', ''), 'report-not-json'],
  ['an array', '[1]', 'report-not-a-report'],
  ['somebody else’s JSON', '{"version":"2.1.0","runs":[]}', 'report-not-a-report'],
  ['a later version', JSON_TEXT.replace('"schemaVersion": 1', '"schemaVersion": 2'), 'report-too-new'],
  ['a report with a wrong verdict', JSON_TEXT.replace('"regressed",', '"great",'), 'report-invalid'],
])('%s is refused with a code of its own', (_, text, code) => {
  const read = parseReport(text, 'report.json')
  expect(read.ok ? 'read' : read.error.code).toBe(code)
  expect(!read.ok && read.error.place?.source).toBe('report.json')
})

test('what is wrong in an invalid report is named by its place', () => {
  const read = parseReport(JSON_TEXT.replace('"regressed",', '"great",'), 'report.json')
  expect(!read.ok && read.error.message).toContain('findings.4.verdict')
})
