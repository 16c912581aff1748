/** The reimplementations: told apart by name and version, found by text only, and honest about their lines. */
import { describe, expect, it } from 'vitest'
import { explore, SC } from '../../../src/explore/index.js'
import { type Callable, type Identity, implementationId } from '../../../src/machine/index.js'
import { ARCH_PROFILES, addrEnd, atLeast } from '../../../src/mm/index.js'
import {
  BUILT_IN,
  byId,
  byIdentity,
  byName,
  defineReimplementation,
  isCompiled,
  type Reimplementation,
  withReimplementations,
} from '../../../src/reimpl/index.js'
import {
  CONTPTE_SUITE,
  drives,
  GUP_FAST_SUITE,
  PAGEWALK_SUITE,
  PTE_READ_SUITE,
  roleMates,
  type Suite,
} from '../../../src/suite/index.js'
import { sideOf, type Version } from '../../support/explored.js'

const SUITES: readonly Suite[] = [PAGEWALK_SUITE, PTE_READ_SUITE, CONTPTE_SUITE, GUP_FAST_SUITE]
const NAMED = BUILT_IN.all.map((one) => [implementationId(one), one] as const)

describe('the registry', () => {
  it('has one reimplementation for each name and version', () => {
    const ids = NAMED.map(([id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
  it('has one reimplementation for each text of a function', () => {
    const texts = BUILT_IN.all.flatMap(({ path, name, identities }) =>
      identities.map(({ kind, hash }) => `${path} ${name} ${kind} ${hash}`),
    )
    expect(new Set(texts).size).toBe(texts.length)
  })
  it.each(NAMED)('%s is driven by a suite', (_id, one) => {
    expect(SUITES.some((suite) => drives(suite, one))).toBe(true)
  })
  it('finds by text what it does not find by another text, path or kind of hash', () => {
    const text: Identity = { kind: 'function', hash: '0123456789abcdef', source: 'a test' }
    const added = one('mm/pagewalk.c', [text])
    const registry = withReimplementations(BUILT_IN, [added])
    const find = (path: string, name: string, kind: Identity['kind'], hash: string) =>
      byIdentity(registry, path, name, kind, hash)
    expect(find('mm/pagewalk.c', 'walk_pte_range', 'function', text.hash)).toBe(added)
    expect(find('mm/vmscan.c', 'walk_pte_range', 'function', text.hash)).toBeUndefined()
    expect(find('mm/pagewalk.c', 'walk_pmd_range', 'function', text.hash)).toBeUndefined()
    expect(find('mm/pagewalk.c', 'walk_pte_range', 'hunks', text.hash)).toBeUndefined()
    expect(find('mm/pagewalk.c', 'walk_pte_range', 'function', 'fedcba9876543210')).toBeUndefined()
  })
  it('finds by name and by id', () => {
    expect(byName(BUILT_IN, 'walk_pte_range').map(({ version }) => version)).toEqual([
      'v5.4',
      'oct2019',
      'v5.5',
      'v5.6-locked',
      'v5.6',
      'v6.1',
      'v6.12',
    ])
    expect(byId(BUILT_IN, 'walk_pte_range@v5.5')?.identities).toEqual([])
    expect(byId(BUILT_IN, 'walk_pte_range@v5.7')).toBeUndefined()
  })
})

describe('configurations', () => {
  it.each([
    ['x86-pae', 'low-high'],
    ['x86-64', 'plain'],
    ['x86-32', 'plain'],
  ])('on %s the %s getter is compiled', (arch, version) => {
    const config = ARCH_PROFILES.find(({ name }) => name === arch)?.config ?? {}
    for (const name of ['gup_get_pte', 'ptep_get_lockless']) {
      const compiled = byName(BUILT_IN, name).filter((each) => isCompiled(each, config))
      expect(compiled.map((each) => each.version)).toEqual([version])
    }
  })
})

describe('lines', () => {
  const reached = new Map<Callable, Set<number>>()
  for (const [, implementation] of NAMED) if (implementation.lines.length > 0) run(implementation, reached)

  it.each(NAMED.filter(([, { lines }]) => lines.length > 0))(
    '%s names the lines it says, and its suite reaches every one of them',
    (_id, implementation) => {
      const found = [...(reached.get(implementation) ?? [])].sort((a, b) => a - b)
      expect(found).toEqual([...implementation.lines])
    },
  )
  it.each(NAMED)('%s has lines for no others than its own in every text', (_id, { identities, lines }) => {
    for (const identity of identities) {
      for (const line of Object.keys(identity.lines ?? {})) expect(lines).toContain(Number(line))
    }
  })
})

describe('pmd_addr_end() and its kin', () => {
  const profile = ARCH_PROFILES.find(({ name }) => name === 'x86-64')
  const folded = ARCH_PROFILES.find(({ name }) => name === 'x86-32')
  if (profile === undefined || folded === undefined) throw new Error('profiles')
  const PMD = 0x200000n
  it('end at the boundary of the entry', () => expect(addrEnd(profile, 'pmd', 0x1000n, 4n * PMD)).toBe(PMD))
  it('or at the end, if that comes first', () =>
    expect(addrEnd(profile, 'pmd', 0x1000n, 0x3000n)).toBe(0x3000n))
  it('or at the end, if that is the boundary', () => expect(addrEnd(profile, 'pmd', 0n, PMD)).toBe(PMD))
  it('do not overflow in the last entry of the address space', () => {
    const last = (1n << 64n) - PMD
    expect(addrEnd(profile, 'pmd', last, (1n << 64n) - 1n)).toBe((1n << 64n) - 1n)
    expect(addrEnd(profile, 'pmd', last, 0n)).toBe(0n)
  })
  it('are the end where the level is folded', () =>
    expect(addrEnd(folded, 'pmd', 0x1000n, 0x8000_0000n)).toBe(0x8000_0000n))
})

function one(path: string, identities: readonly Identity[]): Reimplementation {
  return defineReimplementation(
    { path, name: 'walk_pte_range', version: 'test', release: '5.4', identities },
    // biome-ignore lint/correctness/useYield: it is never run
    function* () {
      return 0
    },
  )
}

/** Runs every scenario with one thread, and a few with more, in which the function plays, and notes the lines. */
function run(implementation: Reimplementation, lines: Map<Callable, Set<number>>): void {
  const version: Version = {
    label: '',
    base: implementation.release,
    changed: [implementation, ...mates(implementation)],
  }
  for (const suite of SUITES.filter((each) => drives(each, implementation))) {
    for (const scenario of suite.scenarios) {
      const { config, name } = ARCH_PROFILES.find(({ name }) => name === scenario.arch) ??
        ARCH_PROFILES[0] ?? { config: {}, name: '' }
      if (name === 'x86-64-5level' || !isCompiled(implementation, config)) continue
      if (scenario.since !== undefined && !atLeast(implementation.release, scenario.since)) continue
      const { program } = scenario.build(sideOf(version, suite, scenario.arch))
      const note = (callable: Callable, line: number) => {
        lines.set(callable, (lines.get(callable) ?? new Set()).add(line))
      }
      explore(
        { ...program, host: { ...program.host, reached: note } },
        { model: SC, budget: { executions: 40 } },
      )
      if ((lines.get(implementation)?.size ?? 0) === implementation.lines.length) return
    }
  }
}

/** The other functions of the same text, as they were changed together. */
function mates({ version, path, name }: Reimplementation): readonly Reimplementation[] {
  const others = BUILT_IN.all.filter((each) => each.version === version && each.path === path)
  return others.filter((each) => !SUITES.some((suite) => roleMates(suite, name).includes(each.name)))
}
