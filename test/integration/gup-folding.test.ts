/**
 * The merged folding patch in the C of a kernel that has it (KREPLAY_LINUX_6_1), taken back for the side before: lifted
 * for s390 and for x86-64, and held against what was written by hand.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/index.js'
import { runThread } from '../../src/run/index.js'
import { sharedData } from '../support/shared-data.js'

const TREE = process.env['KREPLAY_LINUX_6_1'] ?? ''
const THREAD = sharedData('threads/gup-fast-dynamic-folding.mbox')
const MINUTES = 240_000

describe.skipIf(TREE === '' || THREAD === null)(
  'the folding patch in C (KREPLAY_LINUX_6_1, the thread)',
  () => {
    const reports = new Map<string, Report>()
    beforeAll(async () => {
      for (const arch of ['s390', 'x86-64']) {
        const inputs = [{ kind: 'path', path: THREAD ?? '' }] as const
        const tree = { name: TREE, cwd: process.cwd() }
        const { report } = await runThread({ inputs, tree, arch: [arch], prefer: 'lifted' })
        reports.set(arch, report)
      }
    }, MINUTES)
    const of = (arch: string): Report => {
      const report = reports.get(arch)
      if (report === undefined) throw new Error(arch)
      return report
    }

    it('fixes on s390 what the hand-written functions say it fixes', () => {
      const fixed = of('s390').findings.filter(({ verdict }) => verdict === 'fixed')
      expect(fixed.map(({ property }) => property).sort()).toEqual([
        'read past a stack copy (p4d)',
        'read past a stack copy (pgd)',
        'slot of another address (pmd)',
        'slot of another address (pte)',
        'slot of another address (pud)',
        'walk of a non-table (bad)',
        'wrong page returned (page)',
      ])
    })
    it('changes nothing on x86-64', () =>
      expect(of('x86-64').findings.map(({ verdict }) => verdict)).toEqual(['same']))
    it.each(['s390', 'x86-64'])('behaves on %s as the hand-written functions do, on both sides', (arch) => {
      const said = of(arch).diagnostics.filter(({ code }) => code.startsWith('fidelity'))
      expect(said.map(({ code }) => code)).toEqual(['fidelity', 'fidelity'])
    })
    it.each(['s390', 'x86-64'])('runs C on %s: of both sides, and of the offsets of s390', (arch) => {
      for (const { name, before, after } of of(arch).functions.filter(({ path }) => path === 'mm/gup.c')) {
        expect(before, name).toMatch(/@[0-9a-f]{12}$/)
        expect(after, name).toMatch(/@[0-9a-f]{12}$/)
      }
    })
  },
)
