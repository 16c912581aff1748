/**
 * How good the suites are: small wrong versions of functions that no scenario tells from the right ones are those
 * that bench/mutant-survivors.json has a reason for, and no others. A recorded one that is told by now fails too.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runMutants } from '../../src/run/index.js'

interface Recorded {
  readonly tree: 'fixtures' | 'linux'
  readonly path: string
  readonly function: string
  readonly mutants: readonly string[]
  readonly reason: string
}

const RECORDED: readonly Recorded[] = JSON.parse(
  readFileSync(new URL('../../bench/mutant-survivors.json', import.meta.url), 'utf8'),
)
const FIXTURES = fileURLToPath(new URL('../../fixtures/tree/', import.meta.url))

/** Mutants that were told, and those that survived, each once. */
async function mutantsOf(tree: string, path: string, name: string, arch?: string) {
  const report = await runMutants({
    tree: { name: tree, cwd: '/' },
    path,
    function: name,
    ...(arch === undefined ? {} : { arch }),
  })
  if (!report.ok) throw new Error(report.error.message)
  const { mutants } = report.value
  const survivors = mutants.filter(({ outcome }) => outcome === 'survived')
  return {
    told: mutants.filter(({ outcome }) => outcome === 'told').length,
    survivors: new Set(survivors.map(({ kind, change, text }) => `${kind} (${change}): ${text}`)),
    exhaustive: survivors.every(({ exhaustive }) => exhaustive),
  }
}

const recordedOf = (tree: Recorded['tree'], path: string, name: string): ReadonlySet<string> =>
  new Set(
    RECORDED.filter((one) => one.tree === tree && one.path === path && one.function === name).flatMap(
      ({ mutants }) => mutants,
    ),
  )

describe('of the fixture tree, nothing survives without a recorded reason:', () => {
  it.each([
    ['mm/pagewalk.c', 'walk_pte_range', 'x86-64', 13],
    ['mm/pagewalk.c', 'walk_pmd_range', 'x86-64', 34],
    ['mm/pagewalk.c', 'walk_pud_range', 'x86-64', 25],
    ['mm/pagewalk.c', 'walk_p4d_range', 'x86-64-5level', 15],
    ['mm/pagewalk.c', 'walk_pgd_range', 'x86-64-5level', 15],
    ['mm/pagewalk.c', 'walk_page_test', 'x86-64', 10],
    ['mm/pagewalk.c', '__walk_page_range', 'x86-64', 18],
    ['mm/mapping_dirty.c', 'wp_pte', 'x86-64', 14],
    ['mm/mprotect.c', 'prot_none_pte_entry', 'x86-64', 3],
    ['mm/gup.c', 'gup_get_pte', 'x86-pae', 9],
  ])('%s %s on %s', async (path, name, arch, told) => {
    const found = await mutantsOf(FIXTURES, path, name, arch)
    expect(found.survivors).toEqual(recordedOf('fixtures', path, name))
    expect(found.exhaustive).toBe(true)
    expect(found.told).toBeGreaterThanOrEqual(told)
  })
})

const LINUX = process.env['KREPLAY_LINUX_6_12'] ?? ''

describe.skipIf(LINUX === '')('of Linux 6.12, nothing survives without a recorded reason:', () => {
  it.each([
    ['mm/mprotect.c', 'prot_none_pte_entry', 2],
    ['mm/mapping_dirty_helpers.c', 'wp_pte', 11],
  ])('%s %s', async (path, name, told) => {
    const found = await mutantsOf(LINUX, path, name)
    expect(found.survivors).toEqual(recordedOf('linux', path, name))
    expect(found.told).toBeGreaterThanOrEqual(told)
  })
})
