/**
 * Functions of real kernels as they stand there, lifted for kernels of 32 bits and run in suites made from their
 * prototypes. KREPLAY_LINUX_6_1 and KREPLAY_LINUX_6_12 name unpacked kernel sources; without them this is skipped.
 */
import { describe, expect, it } from 'vitest'
import { type ArchProfile, X86_32, X86_64, X86_PAE } from '../../src/mm/index.js'
import { loadCParser } from '../../src/run/c-parser.js'
import type { Observation } from '../../src/suite/index.js'
import { KernelLift, showed } from '../support/kernel-lift.js'

const TIMEOUT = 120_000
const PARSER = await loadCParser()

const RELEASES = [
  ['6.1', process.env['KREPLAY_LINUX_6_1'], 'gup_pte_range'],
  ['6.12', process.env['KREPLAY_LINUX_6_12'], 'gup_fast_pte_range'],
] as const

/** What is alike where tables are as large; the first two also where they are not. */
const ALIKE = ['return value', 'opaque calls', 'order of events', 'callback calls', 'locks held in callbacks']

describe.each(RELEASES)('linux %s', (release, root, gup) => {
  const run = (profile: ArchProfile, path: string, name: string) => {
    const target = new KernelLift(root ?? '', PARSER).lift(profile, path, name, release)
    return target.suite.scenarios.map(({ id }) => {
      const seen = showed(target, id)
      return { id: id.replace(profile.name, ''), ...seen }
    })
  }

  it.skipIf(root === undefined).each([
    ['mm/gup.c', gup],
    ['mm/pagewalk.c', 'walk_pte_range'],
    ['mm/pagewalk.c', 'walk_pmd_range'],
  ])(
    '%s:%s runs on x86-pae and x86-32 as it does on x86-64',
    (path, name) => {
      const wide = run(X86_64, path, name)
      for (const profile of [X86_PAE, X86_32]) {
        const narrow = run(profile, path, name)
        expect(narrow.map(({ id }) => id)).toEqual(wide.map(({ id }) => id))
        for (const [i, one] of narrow.entries()) {
          const other = wide[i]
          // A read of two words that is taken up again waits for a change that may not come.
          const stopped = one.stopped.filter((status) => status !== 'ready')
          expect([one.id, stopped, one.opaque]).toEqual([one.id, other?.stopped, other?.opaque])
          // With one lock for all page tables none of them is the wrong one.
          const wrongLock = 'right table under the wrong lock'
          const hazards = other?.hazards.filter((kind) => profile === X86_PAE || kind !== wrongLock)
          expect([one.id, one.hazards]).toEqual([one.id, hazards])
          if (!one.id.includes('quiet')) continue
          const alike = profile === X86_PAE ? ALIKE : ALIKE.slice(0, 2)
          const parts = (observations: readonly Observation[] | undefined): unknown =>
            observations?.map((seen) => alike.map((part) => seen[part]))
          expect([one.id, parts(one.observations)]).toEqual([one.id, parts(other?.observations)])
        }
      }
      expect(wide.length).toBeGreaterThan(1)
    },
    TIMEOUT,
  )
})
