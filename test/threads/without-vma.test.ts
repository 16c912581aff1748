/**
 * The series that lets page tables be walked without a VMA, patches 12 to 14 of v17: what each of the three changes,
 * from hand-written code that stands for the hunks of the mails.
 */
import { beforeAll, expect, it } from 'vitest'
import type { Report } from '../../src/report/index.js'
import { runThread } from '../../src/run/index.js'
import { findingsOf, REPLAY_TIMEOUT, theFinding } from '../support/replayed.js'
import { describeShared, sharedData } from '../support/shared-data.js'

const SERIES = 'threads/pagewalk-ptdump-v17.mbox'

describeShared('walking without a VMA', [SERIES], () => {
  const reports = new Map<number, Report>()
  const patch = (number: number): Report => {
    const report = reports.get(number)
    if (report === undefined) throw new Error(`patch ${number} was not replayed`)
    return report
  }

  beforeAll(async () => {
    for (const number of [12, 13, 14]) {
      const path = sharedData(SERIES) ?? ''
      const { report } = await runThread({ inputs: [{ kind: 'path', path }], patches: [number] })
      reports.set(number, report)
    }
  }, REPLAY_TIMEOUT)

  /** `property: before -> after` of the findings that changed in worlds without a VMA. */
  const changed = (number: number): string[] =>
    findingsOf(patch(number), { verdict: 'changed' })
      .filter(({ scenario, before }) => scenario.includes('/without-vma/') && before.value !== 'possible')
      .map(({ kind, before, after }) => `${kind}: ${before.value} -> ${after.value}`)

  it('12: mapped entries are walked, and no holes any more', () => {
    expect(changed(12)).toContain('pte_entry calls: 0 -> 4: 0-3')
    expect(changed(12)).toContain('pte_hole calls: 1: 0, 4 pages -> 0')
    expect(findingsOf(patch(12), { kind: 'splits', verdict: 'changed' })).toEqual([])
  })

  it('12: what is empty is a hole as before', () => {
    const differing = patch(12).findings.flatMap(({ verdict, scenarios = [] }) =>
      verdict === 'same' ? [] : scenarios,
    )
    for (const callbacks of ['pte', 'both', 'pmd'])
      expect(differing).not.toContain(`pagewalk/x86-64/quiet/${callbacks}/without-vma/none`)
  })

  it('13: the lock is no longer taken for such walks, and as before for others', () => {
    const finding = theFinding(patch(13), { verdict: 'changed', function: 'walk_pte_range' })
    expect([finding.before.value, finding.after.value]).toEqual(['PTL', 'none'])
    expect((finding.scenarios ?? []).every((id) => id.includes('/without-vma/'))).toBe(true)
  })

  it('14: no pointer past the table in the walk to the last page, and no endless loop', () => {
    const fixed = findingsOf(patch(14), { verdict: 'fixed' }).map(({ property }) => property)
    expect(fixed.sort()).toEqual(['livelock (walk)', 'pte pointer outside its page (callback)'])
  })
})
