import { expect, test } from 'vitest'
import { findFinding } from '../../../src/report/index.js'
import { pagewalkReport } from '../../support/sample-reports.js'

function idOf(reference: string): string {
  const found = findFinding(pagewalkReport, reference)
  return found.ok ? found.value.finding.id : found.error.code
}

test('a finding is named by the number the terminal shows', () => {
  expect(idOf('1')).toBe('9c41d7e2b0a5f318')
  expect(idOf('6')).toBe('5d20aa91cc37e604')
})

test('a finding is named by its id or the start of it', () => {
  expect(idOf('9c41d7e2b0a5f318')).toBe('9c41d7e2b0a5f318')
  expect(idOf('9c41d7e2')).toBe('9c41d7e2b0a5f318')
})

test.each(['0', '99', 'abc', '9c4'])('%s names none', (reference) => {
  expect(idOf(reference)).toBe('no-such-finding')
})

test('an id that fits two findings names neither', () => {
  const [first] = pagewalkReport.findings
  if (first === undefined) throw new Error('no finding')
  const findings = [first, { ...first, id: `${first.id.slice(0, 8)}00000000` }]
  const found = findFinding({ ...pagewalkReport, findings }, first.id.slice(0, 8))
  expect(!found.ok && found.error.code).toBe('finding-ambiguous')
})
