/**
 * arm64's functions on contiguous blocks lifted out of Linux 6.12, and contpte.c as patch 12 of the series v6 creates
 * it out of the mail: both do in every scenario what the hand-written ones do. KREPLAY_LINUX_6_12 names an unpacked
 * kernel source, KREPLAY_DATA the folder with the threads; without them this is skipped.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createEnvironment, findFunctions, Layouts } from '../../src/lift/index.js'
import type { Callable } from '../../src/machine/index.js'
import { boundNames, liftedUnit, liftRoots } from '../../src/match/index.js'
import { ARM64, ARM64_64K, type ArchProfile, liftedImplementation } from '../../src/mm/index.js'
import { raw_set_access_flags } from '../../src/reimpl/arch/arm64/pgtable.v6_8.js'
import { loadCParser } from '../../src/run/c-parser.js'
import { kernelConfig } from '../../src/run/kernel-config.js'
import { takeIn } from '../../src/run/take-in.js'
import { CONTPTE_SUITE, functionsOf, type Scenario, type Side } from '../../src/suite/index.js'
import { exploreBuilt, sideOf, version } from '../support/explored.js'

const ROOT = process.env['KREPLAY_LINUX_6_12']
const THREAD = join(process.env['KREPLAY_DATA'] ?? '../shared', 'threads/contpte-v6.mbox')
const TIMEOUT = 120_000
const C_FILE = 'arch/arm64/mm/contpte.c'
const HEADER = 'arch/arm64/include/asm/pgtable.h'

type Parser = Awaited<ReturnType<typeof loadCParser>>

/** Functions of a suite lifted from a tree, contpte.c perhaps of another text; the others are hand-written. */
function lifted(
  profile: ArchProfile,
  parser: Parser,
  names: readonly string[],
  cFile: string | null,
): Map<string, Callable> {
  const root = ROOT ?? ''
  const read = (path: string): string | null => {
    if (path === C_FILE && cFile !== null) return cFile
    try {
      return readFileSync(join(root, path), 'utf8')
    } catch {
      return null
    }
  }
  const changed = new Set(functionsOf(CONTPTE_SUITE))
  const environment = createEnvironment({
    read,
    arch: 'arm64',
    config: kernelConfig(profile),
    wordBits: profile.wordBits,
    parser,
    ...boundNames(profile, changed),
  })
  const layouts = new Layouts({ wordBits: profile.wordBits, charSigned: false })
  const roots = names.flatMap((name) => {
    for (const path of [C_FILE, HEADER]) {
      const text = read(path) ?? ''
      if (findFunctions(text).some((one) => one.name === name)) return [{ path, text, name }]
    }
    return []
  })
  const { code, failures } = liftRoots(roots, { environment, profile, layouts, changed })
  expect(failures.filter((one) => roots.some(({ name }) => name === one.function))).toEqual([])
  const unit = liftedUnit(code)
  const info = { version: 'lifted', release: '6.12', identities: [], config: {}, notes: [] }
  return new Map(
    roots.flatMap(({ name }) =>
      unit.module.functions.has(name) ? [[name, liftedImplementation(unit, name, info)] as const] : [],
    ),
  )
}

/** What a CPU can do more, and cache maintenance: of nothing here. Asked each time, it would be answered both ways. */
const NO_CAPABILITY: readonly Callable[] = [
  'alternative_has_cap_unlikely',
  'alternative_has_cap_likely',
  '__sync_icache_dcache',
].map((name) => ({
  name,
  path: null,
  role: 'primitive',
  // biome-ignore lint/correctness/useYield: nothing is done
  body: function* () {
    return false
  },
}))

/** Of arch/arm64/mm/fault.c, which is lifted by itself. */
const RAW: Callable = {
  name: '__ptep_set_access_flags',
  path: null,
  role: 'primitive',
  body: raw_set_access_flags,
}

const KNOWN: ReadonlySet<string> = new Set(functionsOf(CONTPTE_SUITE))

function sideWith(found: ReadonlyMap<string, Callable>, other: Side): Side {
  return {
    ...other,
    // Without these, names that the simulated kernel has would be its own functions, which know no blocks.
    find: (name) =>
      found.get(name) ??
      NO_CAPABILITY.find((one) => one.name === name) ??
      (name === RAW.name ? RAW : KNOWN.has(name) ? other.resolve(name) : undefined),
    resolve: (name) => found.get(name) ?? other.resolve(name),
  }
}

/** How often a loop of cmpxchg() comes round is the one thing that hand-written functions leave out. */
const ACCESSES = 'loads and changes of entries'

/** All that a scenario showed on a side. */
function showed(scenario: Scenario, side: Side): readonly string[] {
  const { outcome } = exploreBuilt(scenario.build(side))
  expect(outcome.coverage).toEqual({ kind: 'exhaustive' })
  // What opaque functions answer tells behaviours apart, and changes nothing.
  const seen = [...outcome.behaviours.values()].map(({ observation, hazards }) =>
    JSON.stringify([{ ...observation, [ACCESSES]: '' }, [...hazards].sort()]),
  )
  return [...new Set(seen)].sort()
}

/** In lifted C folios are as large as blocks, an mm is no kernel's, and WARN_ON() tells nobody. */
const scenariosOf = (arch: string): readonly Scenario[] =>
  CONTPTE_SUITE.scenarios.filter(
    (one) =>
      one.arch === arch &&
      one.reducedBlocks !== true &&
      one.threads === 1 &&
      !one.id.includes('two-folios') &&
      !one.id.includes('/kernel/') &&
      !one.id.includes('/overwrite/'),
  )

/** Scenarios in which the two sides do not show the same. */
function differences(arch: string, one: Side, other: Side): readonly unknown[] {
  return scenariosOf(arch).flatMap((scenario) => {
    const [left, right] = [showed(scenario, one), showed(scenario, other)]
    return left.join('\n') === right.join('\n') ? [] : [[scenario.id, left, right]]
  })
}

describe.skipIf(ROOT === undefined)('linux 6.12 (KREPLAY_LINUX_6_12)', () => {
  let parser: Parser
  beforeAll(async () => {
    parser = await loadCParser()
  }, TIMEOUT)

  it.each([ARM64, ARM64_64K])(
    '$name: what is lifted does what is hand-written',
    (profile) => {
      const arch = profile.name
      const names = functionsOf(CONTPTE_SUITE)
      const found = lifted(profile, parser, names, null)
      expect([...found.keys()].filter((name) => name.startsWith('contpte_')).length).toBeGreaterThan(10)
      const written = sideOf(version('6.12', '6.12'), CONTPTE_SUITE, arch)
      const fromC = sideWith(found, written)
      expect(differences(arch, fromC, written)).toEqual([])
    },
    TIMEOUT,
  )

  it.skipIf(!existsSync(THREAD))(
    'contpte.c as patch 12 creates it does what is hand-written for it',
    async () => {
      const taken = await takeIn({ inputs: [{ kind: 'path', path: THREAD }] })
      const patch = taken.patches.find(({ index }) => index === 12)
      const at = patch?.patch.files.findIndex(({ path }) => path === C_FILE) ?? -1
      const text = patch?.images?.[at]?.after ?? null
      expect(text?.split('\n').length).toBeGreaterThan(280)
      const written = sideOf(version('v6', '6.8.12'), CONTPTE_SUITE, 'arm64')
      const names = functionsOf(CONTPTE_SUITE).filter((name) => name.includes('contpte_'))
      const found = lifted(ARM64, parser, names, text)
      expect(found.has('contpte_convert')).toBe(true)
      const fromMail = sideWith(found, written)
      expect(differences('arm64', fromMail, written)).toEqual([])
    },
    TIMEOUT,
  )
})
