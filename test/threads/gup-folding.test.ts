/** The folding series of 2020 as it was posted: what each revision changes, and that nothing changes elsewhere. */
import { beforeAll, expect, it } from 'vitest'
import { type Report, shellWords } from '../../src/report/index.js'
import { runThread, stepThrough } from '../../src/run/index.js'
import { REPLAY_TIMEOUT } from '../support/replayed.js'
import { cli } from '../support/run-cli.js'
import { describeShared, sharedData } from '../support/shared-data.js'

const THREAD = 'threads/gup-fast-dynamic-folding.mbox'

/** Hazards that are gone, by what they are. */
const FIXED = [
  'read past a stack copy (p4d)',
  'read past a stack copy (pgd)',
  'slot of another address (pmd)',
  'slot of another address (pte)',
  'slot of another address (pud)',
  'walk of a non-table (bad)',
  'wrong page returned (page)',
]

function replay(more: { readonly revision?: number; readonly rfc?: boolean; readonly patches?: number[] }) {
  return runThread({ inputs: [{ kind: 'path', path: sharedData(THREAD) ?? '' }], ...more })
}

function judged(report: Report, verdict: string, arch: string): string[] {
  const found = report.findings.filter((one) => one.verdict === verdict && one.arch === arch)
  return found.map(({ property }) => property).sort()
}

describeShared('the folding series as merged', [THREAD], () => {
  let report: Report
  beforeAll(async () => {
    report = (await replay({})).report
  }, REPLAY_TIMEOUT)

  it('fixes reads past copies, wrong slots and wrong pages on s390', () =>
    expect(judged(report, 'fixed', 's390')).toEqual(FIXED))
  it('regresses nothing, and leaves nothing open', () => {
    const verdicts = new Set(report.findings.map(({ verdict }) => verdict))
    expect([...verdicts].sort()).toEqual(['changed', 'fixed', 'same'])
  })
  it('reads live entries where copies were read, which is all that changes where nothing went wrong', () => {
    const [changed] = report.findings.filter(({ verdict }) => verdict === 'changed')
    expect(changed).toMatchObject({ arch: 's390', property: 'loads of entries (levels: folded)' })
  })
  it('changes no behaviour on x86-64', () => {
    const there = report.findings.filter(({ arch }) => arch === 'x86-64')
    expect(there.map(({ verdict, property }) => [verdict, property])).toEqual([['same', 'behaviour']])
  })
  it('says where it happened: in the functions that walk, not in those that find an offset', () => {
    const past = report.findings.find(({ property }) => property === 'read past a stack copy (p4d)')
    expect(past).toMatchObject({ function: 'gup_pud_range', path: 'mm/gup.c' })
    expect(past?.premise.needs.join('; ')).toMatch(/3 levels; a range across a border between pud entries/)
  })
  it('runs every changed line of the walk', () => {
    for (const one of report.functions.filter(({ name }) => /^gup_/.test(name)))
      expect(one.changedLines.reached, one.name).toBe(one.changedLines.executable)
  })
  it('prints lines that replay', { timeout: REPLAY_TIMEOUT }, async () => {
    const wrong = report.findings.find(({ property }) => property === 'wrong page returned (page)')
    const [, ...words] = shellWords(wrong?.witness?.command ?? '')
    const path = sharedData(THREAD) ?? ''
    const { stdout, code } = await cli([...words.filter((word) => word !== path), path], {
      interactive: true,
      pipeline: { stepThrough },
    })
    expect(code).toBe(0)
    expect(stdout).toContain('hazard: wrong page returned')
  })
})

describeShared('the series as first proposed', [THREAD], () => {
  it('fixes the same, reading no more than before', { timeout: REPLAY_TIMEOUT }, async () => {
    const { report } = await replay({ revision: 2, rfc: true, patches: [1] })
    expect(judged(report, 'fixed', 's390')).toEqual(FIXED)
    expect(judged(report, 'changed', 's390')).toEqual([])
    expect(judged(report, 'same', 'x86-64')).toEqual(['behaviour'])
  })
  it('changes nothing more when all callers give the entry', { timeout: REPLAY_TIMEOUT }, async () => {
    const { report } = await replay({ revision: 2, rfc: true, patches: [2] })
    for (const arch of ['s390', 'x86-64']) {
      expect(judged(report, 'same', arch), arch).toContain('behaviour')
      for (const verdict of ['regressed', 'changed', 'fixed'])
        expect(judged(report, verdict, arch), `${arch} ${verdict}`).toEqual([])
    }
  })
})
