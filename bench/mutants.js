/**
 * How many small wrong versions of functions their suites tell from the right ones: `node bench/mutants.js
 * [TREE PATH FUNCTION [ARCH]]`, after `npm run build`; by default functions of the fixture tree, and of the trees
 * that KREPLAY_LINUX_6_1 and KREPLAY_LINUX_6_12 name. Prints a table for each suite, and those that survive with
 * the reason that mutant-survivors.json has for them.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runMutants } from '../dist/run/index.js'

const FIXTURES = fileURLToPath(new URL('../fixtures/tree', import.meta.url))
const FUNCTIONS = [
  [FIXTURES, 'mm/pagewalk.c', 'walk_pte_range'],
  [FIXTURES, 'mm/pagewalk.c', 'walk_pmd_range'],
  [FIXTURES, 'mm/pagewalk.c', 'walk_pud_range'],
  [FIXTURES, 'mm/pagewalk.c', 'walk_p4d_range', 'x86-64-5level'],
  [FIXTURES, 'mm/pagewalk.c', 'walk_pgd_range', 'x86-64-5level'],
  [FIXTURES, 'mm/pagewalk.c', 'walk_page_test'],
  [FIXTURES, 'mm/pagewalk.c', '__walk_page_range'],
  [FIXTURES, 'mm/mapping_dirty.c', 'wp_pte'],
  [FIXTURES, 'mm/mprotect.c', 'prot_none_pte_entry'],
  [FIXTURES, 'mm/gup.c', 'gup_get_pte', 'x86-pae'],
]
if (process.env.KREPLAY_LINUX_6_12 !== undefined) {
  const tree = process.env.KREPLAY_LINUX_6_12
  FUNCTIONS.push(
    [tree, 'mm/mapping_dirty_helpers.c', 'wp_clean_pmd_entry'],
    [tree, 'arch/arm64/mm/contpte.c', 'contpte_ptep_get', 'arm64'],
    [tree, 'arch/arm64/mm/contpte.c', '__contpte_try_unfold', 'arm64'],
  )
}
for (const tree of [process.env.KREPLAY_LINUX_6_1, process.env.KREPLAY_LINUX_6_12]) {
  if (tree === undefined) continue
  FUNCTIONS.push(
    [tree, 'mm/pagewalk.c', 'walk_pte_range'],
    [tree, 'mm/mprotect.c', 'prot_none_pte_entry'],
    [tree, 'mm/mapping_dirty_helpers.c', 'wp_pte'],
  )
}
const RECORDED = JSON.parse(readFileSync(new URL('mutant-survivors.json', import.meta.url), 'utf8'))

const asked = process.argv.slice(2)
const rows = []
for (const [tree, path, name, arch] of asked.length === 0 ? FUNCTIONS : [asked]) {
  const report = await runMutants({
    tree: { name: tree, cwd: process.cwd() },
    path,
    function: name,
    ...(arch === undefined ? {} : { arch }),
  })
  if (!report.ok) throw new Error(report.error.message)
  const { mutants, scenarios, suites } = report.value
  const count = (outcome) => mutants.filter((one) => one.outcome === outcome)
  const survivors = count('survived')
  for (const { line, kind, change, text, exhaustive } of survivors) {
    const reason = reasonFor(
      tree === FIXTURES ? 'fixtures' : 'linux',
      path,
      name,
      `${kind} (${change}): ${text}`,
    )
    const looked = exhaustive ? '' : ', a bound was reached'
    console.log(`survived${looked}: ${path}:${line} ${kind} (${change}): ${text}\n    ${reason}`)
  }
  const differing = mutants.length - count('not-lifted').length - count('same-code').length
  const place = tree === FIXTURES ? path : `${path} of ${tree}`
  rows.push([suites.join(', '), name, place, count('told').length, differing, scenarios])
  print(`mutants: ${name} told`, count('told').length, `of ${differing}`)
  print(`mutants: ${name} survivors`, survivors.length, 'mutants')
  print(`mutants: ${name} scenarios`, scenarios, 'scenarios')
}
for (const suite of new Set(rows.map(([one]) => one))) {
  console.log(`\n${suite}`)
  for (const [, name, place, told, all, scenarios] of rows.filter(([one]) => one === suite)) {
    console.log(`  ${name.padEnd(24)} ${told} of ${all} told in ${scenarios} scenarios  (${place})`)
  }
}

function reasonFor(tree, path, name, mutant) {
  const known = RECORDED.find(
    (one) => one.tree === tree && one.path === path && one.function === name && one.mutants.includes(mutant),
  )
  return known?.reason ?? 'no reason is recorded: the suite lacks a scenario'
}

function print(bench, value, unit) {
  console.log(JSON.stringify({ bench, value, unit }))
}
