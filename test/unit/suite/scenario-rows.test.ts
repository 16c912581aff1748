/**
 * The table of scenarios worked out by hand, row by row: what was expected, what comes out, and which test holds the
 * expectation in detail. It is printed: `npx vitest run test/unit/suite/scenario-rows.test.ts`.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { table } from '../../../src/report/index.js'
import { exploreBuilt, sideOf, type Version } from '../../support/explored.js'
import { ROWS, type Row } from '../../support/scenario-rows.js'

/** What the scenarios of a row show for one version: hazards, or else the values of what is looked at. */
function shown(row: Row, one: Version): string {
  const { suite, scenarios, look, loads = 'each', only = /./, config = {} } = row
  const hazards = new Set<string>()
  const values = look.map(() => new Set<string>())
  const asked = suite.scenarios.filter(({ id }) => scenarios.test(id.slice(suite.name.length + 1)))
  const sides = (arch: string) => sideOf(one, suite, arch, config)
  const built =
    row.program === undefined
      ? asked.map((scenario) => scenario.build(sides(scenario.arch)))
      : [row.program(sides('s390'))]
  if (built.length === 0) return 'no such scenario'
  for (const program of built) {
    const explored = exploreBuilt(program, { loads })
    if (explored.outcome.coverage.kind !== 'exhaustive') return 'bound reached'
    for (const hazard of explored.hazards) if (only.test(hazard)) hazards.add(hazard)
    for (const [i, property] of look.entries())
      for (const value of explored.values(property)) values[i]?.add(value)
  }
  if (hazards.size > 0) return `! ${[...hazards].sort().join(', ')}`
  return values.map((set) => [...set].sort().join(' | ')).join(' / ')
}

const lines: string[][] = [['row', 'version', 'expected', 'ours', 'test']]

describe.each(ROWS.map((row) => [row.row, row.expects, row] as const))('%s: %s', (_id, _expects, row) => {
  it.each(row.sides.map(([one, expected]) => [one.label, one, expected] as const))(
    '%s',
    (label, one, expected) => {
      const ours = shown(row, one)
      const agrees = ours === expected ? 'the same' : ours
      lines.push([row.row, label, expected === '' ? 'no hazard' : expected, agrees, row.test])
      expect(ours).toBe(expected)
    },
  )

  it('is held by a test', () => {
    expect(existsSync(fileURLToPath(new URL(`../../../${row.test}`, import.meta.url)))).toBe(true)
  })
})

afterAll(() => {
  process.stdout.write(`\n${table(lines).join('\n')}\n`)
})
