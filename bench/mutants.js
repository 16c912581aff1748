/**
 * How many small wrong versions of a function its suites tell from the right one: `node bench/mutants.js
 * [TREE PATH FUNCTION [ARCH]]`, after `npm run build`; by default functions of the fixture tree. Names those that
 * survive, each with its place.
 */
import { fileURLToPath } from 'node:url'
import { runMutants } from '../dist/run/index.js'

const FIXTURES = fileURLToPath(new URL('../fixtures/tree', import.meta.url))
const DEFAULTS = [
  [FIXTURES, 'mm/pagewalk.c', 'walk_pte_range'],
  [FIXTURES, 'mm/pagewalk.c', 'walk_pmd_range'],
  [FIXTURES, 'mm/gup.c', 'gup_get_pte', 'x86-pae'],
]
const asked = process.argv.slice(2)

for (const [tree, path, name, arch] of asked.length === 0 ? DEFAULTS : [asked]) {
  const report = await runMutants({
    tree: { name: tree, cwd: process.cwd() },
    path,
    function: name,
    ...(arch === undefined ? {} : { arch }),
  })
  if (!report.ok) throw new Error(report.error.message)
  const { mutants, scenarios } = report.value
  const count = (outcome) => mutants.filter((one) => one.outcome === outcome)
  const survivors = count('survived')
  for (const { line, kind, change, text } of survivors) {
    console.log(`survived: ${path}:${line} ${kind} (${change}): ${text}`)
  }
  print(`mutants: ${name} told`, count('told').length, `of ${mutants.length - count('not-lifted').length}`)
  print(`mutants: ${name} survivors`, survivors.length, 'mutants')
  print(`mutants: ${name} scenarios`, scenarios, 'scenarios')
}

function print(bench, value, unit) {
  console.log(JSON.stringify({ bench, value, unit }))
}
