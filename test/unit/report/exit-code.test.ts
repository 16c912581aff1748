import { describe, expect, test } from 'vitest'
import {
  DEFAULT_FAIL_ON,
  type Ending,
  exitCodeOf,
  type Finding,
  parseFailOn,
  type Reach,
  type Report,
  type Verdict,
} from '../../../src/report/index.js'
import { pagewalkReport } from '../../support/sample-reports.js'

function reportWith(...verdicts: readonly (Verdict | readonly [Verdict, Reach])[]): Report {
  const [sample] = pagewalkReport.findings
  if (sample === undefined) throw new Error('no finding')
  const findings: Finding[] = verdicts.map((entry) => {
    const [verdict, reach] = typeof entry === 'string' ? [entry, 'unknown' as const] : entry
    return { ...sample, verdict, reach }
  })
  return { ...pagewalkReport, findings }
}

const ran: Omit<Ending, 'report'> = {
  read: true,
  hasPatch: true,
  replayed: true,
  interrupted: false,
  failOn: DEFAULT_FAIL_ON,
  allowInconclusive: false,
}

function code(report: Report, change: Partial<Ending> = {}, failOn?: string): number {
  const read = failOn === undefined ? undefined : parseFailOn(failOn)
  if (read !== undefined && !read.ok) throw new Error(read.error.message)
  return exitCodeOf({ ...ran, report, ...(read === undefined ? {} : { failOn: read.value }), ...change })
}

describe('the exit code is', () => {
  test('0 for changes, fixes and sameness', () => {
    expect(code(reportWith('changed', 'fixed', 'same'))).toBe(0)
  })
  test('1 for a regression', () => {
    expect(code(reportWith('fixed', 'regressed'))).toBe(1)
  })
  test('0 for a latent regression, and 1 for it with --fail-on latent', () => {
    expect(code(reportWith(['regressed', 'latent']))).toBe(0)
    expect(code(reportWith(['regressed', 'latent']), {}, 'latent')).toBe(1)
  })
  test('3 when nothing could be read', () => {
    expect(code(reportWith(), { read: false, hasPatch: false, replayed: false })).toBe(3)
  })
  test('4 without a patch, and 4 when none of it could be replayed', () => {
    expect(code(reportWith(), { hasPatch: false, replayed: false })).toBe(4)
    expect(code(reportWith('unmapped'), { replayed: false })).toBe(4)
  })
  test('0 for a patch that changes comments only, though nothing was replayed', () => {
    const functions = pagewalkReport.functions.map((fn) => ({ ...fn, change: ['comment-only' as const] }))
    expect(code({ ...reportWith(), functions }, { replayed: false })).toBe(0)
  })
  test('5 when a function has no conclusive verdict, 0 if that is allowed', () => {
    expect(code(reportWith('same', 'unmapped'))).toBe(5)
    expect(code(reportWith('same', 'inconclusive'))).toBe(5)
    expect(code(reportWith('inconclusive'), { allowInconclusive: true })).toBe(0)
  })
  test('1 rather than 5 when both apply', () => {
    expect(code(reportWith('inconclusive', 'regressed'))).toBe(1)
  })
  test('130 when interrupted, whatever was found', () => {
    expect(code(reportWith('regressed'), { interrupted: true })).toBe(130)
    expect(code({ ...reportWith('same'), incomplete: true })).toBe(130)
  })
})

describe('--fail-on', () => {
  test('with one verdict counts it and all that are more severe', () => {
    expect(code(reportWith('changed'), {}, 'changed')).toBe(1)
    expect(code(reportWith('regressed'), {}, 'changed')).toBe(1)
    expect(code(reportWith('fixed'), {}, 'changed')).toBe(0)
  })
  test('with several verdicts counts exactly these', () => {
    expect(code(reportWith('changed'), {}, 'regressed,unmapped')).toBe(0)
    expect(code(reportWith('unmapped'), {}, 'regressed,unmapped')).toBe(1)
  })
  test('never counts nothing', () => {
    expect(code(reportWith('regressed'), {}, 'never')).toBe(0)
  })
  test.each(['', 'bad', 'never,changed', ','])('refuses "%s"', (text) => {
    expect(parseFailOn(text).ok).toBe(false)
  })
})
