/** The comparison with brute force notices wrong reductions: each of these loses executions. */
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import type { Footprint } from '../../../src/explore/footprint.js'
import { programs, waitingPrograms } from '../../support/programs/arbitrary.js'
import { bruteForce } from '../../support/programs/brute-force.js'
import { compareWith } from '../../support/programs/compare.js'
import { show } from '../../support/programs/language.js'

const seeded = vi.hoisted(() => ({ defect: 'none' }))

vi.mock('../../../src/explore/footprint.js', async (original) => {
  const right = await original<typeof import('../../../src/explore/footprint.js')>()
  const footprint: typeof right.footprint = (operation, context) => {
    const found = right.footprint(operation, context)
    if (seeded.defect === 'an rmw writes nothing' && operation.op === 'rmw') return { ...found, writes: [] }
    if (seeded.defect === 'accesses do not read the freed flag') {
      return { ...found, reads: found.reads.filter((cell) => cell.role !== 'internal') }
    }
    if (seeded.defect === 'a trylock commutes' && operation.op === 'trylock') return { ...found, writes: [] }
    if (seeded.defect === 'a lock is an access like others') return { ...found, acquires: null }
    if (seeded.defect === 'an await is a load') return { ...found, waits: false }
    return found
  }
  const commutes = (found: Footprint): Footprint =>
    seeded.defect === 'a store after a load commutes' ? { ...found, reads: [] } : found
  const dependent: typeof right.dependent = (left, rightHand) => right.dependent(commutes(left), rightHand)
  const happensBefore: typeof right.happensBefore = (earlier, later, ...stores) =>
    right.happensBefore(commutes(earlier), later, ...stores)
  return { ...right, footprint, dependent, happensBefore }
})

vi.mock('../../../src/explore/races.js', async (original) => {
  const right = await original<typeof import('../../../src/explore/races.js')>()
  const pastOf: typeof right.pastOf = (steps, offer, done) => {
    const past = right.pastOf(steps, offer, done)
    if (seeded.defect === 'only the newest race is reversed')
      return { ...past, races: past.races.slice(0, 1) }
    if (seeded.defect === 'a blocked thread races with nothing' && !offer.enabled)
      return { ...past, races: [] }
    return past
  }
  const toTry: typeof right.toTry = (race, enabled, planned, preferred) =>
    seeded.defect === 'any thread will do'
      ? right.toTry({ ...race, initials: enabled }, enabled, planned, preferred)
      : right.toTry(race, enabled, planned, preferred)
  return { ...right, pastOf, toTry }
})

const known = [
  ...fc.sample(programs({ operations: [3, 4], total: 8 }), { numRuns: 300, seed: 7 }),
  ...fc.sample(waitingPrograms(), { numRuns: 100, seed: 7 }),
].flatMap((text) => {
  const expected = bruteForce(text, 1_000)
  return expected === null ? [] : [{ text, expected }]
})

/** The first program on which the two differ. */
function difference(): string | null {
  const found = known.find(({ text, expected }) => compareWith(text, expected).difference !== null)
  return found === undefined ? null : show(found.text)
}

afterEach(() => {
  seeded.defect = 'none'
})

it('no difference is found without a defect', () => {
  expect(difference()).toBeNull()
})

it.each([
  'an rmw writes nothing',
  'accesses do not read the freed flag',
  'a trylock commutes',
  'a lock is an access like others',
  'an await is a load',
  'a store after a load commutes',
  'only the newest race is reversed',
  'a blocked thread races with nothing',
  'any thread will do',
])('a difference is found if %s', (defect) => {
  seeded.defect = defect
  expect(difference()).not.toBeNull()
})
