/** What a lockless read of a pte can return: the rows 4.a to 4.u of the kernel facts that sequential consistency shows. */
import { describe, expect, it } from 'vitest'
import { PTE_READ_SUITE } from '../../../src/suite/index.js'
import { getter, highFirst, noRetry, secondLowEarly, withAssertion } from '../../support/defects/getters.js'
import {
  type Explored,
  exploreScenario,
  scenariosWith,
  type Version,
  version,
} from '../../support/explored.js'

const BEFORE = version('gup_get_pte', '5.4', 'gup_get_pte@low-high')
const AFTER = version('ptep_get_lockless', '5.4', 'ptep_get_lockless@low-high')
const TORN = 'torn value used (pte)'

function read(scenario: string, reader: Version = BEFORE): Explored {
  return exploreScenario(`x86-pae/${scenario}`, reader)
}

/** Values with the present bit that a read can return; with IRQs on, by a caller that only looks. */
function present(scenario: string, reader: Version = BEFORE): readonly string[] {
  return read(scenario.includes('irqs') ? scenario : `${scenario}/irqs-on/look`, reader)
    .values('value read')
    .filter((value) => value !== 'none' && !value.startsWith('not present'))
}

describe('a page-table entry of two words, read low, high, low again', () => {
  it('4.a: none to B gives B or not present', () => {
    expect(read('none-to-B/irqs-on/look').values('value read')).toEqual(['B', 'none', 'not present (mixed)'])
  })
  it('4.b: A to none gives A', () => expect(present('A-to-none')).toEqual(['A']))
  it('4.c: A to none to B with other low words gives A or B', () =>
    expect(present('A-to-none-to-B/ipi')).toEqual(['A', 'B']))
  it('4.d: with equal low words and interrupts on the value can be torn', () =>
    expect(present('A-to-none-to-B.equal-low/ipi')).toEqual(['A', 'B', 'torn: low of A, high of none']))
  it('4.d: so it can with interrupts off, if the flush does not interrupt', () =>
    expect(present('A-to-none-to-B.equal-low/broadcast/irqs-off/look')).toContain(
      'torn: low of A, high of none',
    ))
  it('4.d: so it can with interrupts off, if the flush is late', () =>
    expect(present('A-to-none-to-B.equal-low/deferred/irqs-off/look')).toContain(
      'torn: low of A, high of none',
    ))
  it('4.d: interrupts off hold off a flush that interrupts', () =>
    expect(present('A-to-none-to-B.equal-low/ipi/irqs-off/look')).toEqual(['A', 'B']))
  it('4.e: if B comes after the read, it gives A or nothing present', () =>
    expect(present('A-to-none-to-B.equal-low/late/irqs-off/look')).toEqual(['A']))
  it('4.f: atomic stores do not help', () =>
    expect(present('A-to-none-to-B.equal-low.atomic/ipi')).toEqual([
      'A',
      'B',
      'torn: low of A, high of none',
    ]))
  it('4.g: A to B in two stores is torn', () =>
    expect(present('A-to-B')).toEqual(['A', 'B', 'torn: low of A, high of B']))
  it('4.i: a reader that loads the high word first is torn by none to B', () =>
    expect(present('none-to-B', version('high first', '5.4', getter(highFirst)))).toEqual([
      'B',
      'torn: low of B, high of none',
    ]))
  it('4.j: a reader whose second low load comes before the high one is torn by A to none', () =>
    expect(present('A-to-none', version('low low high', '5.4', getter(secondLowEarly)))).toEqual([
      'A',
      'torn: low of A, high of none',
    ]))
  it('4.m: a writer of none to B that stores the low word first tears', () =>
    expect(present('none-to-B.wrong-order')).toEqual(['B', 'torn: low of B, high of none']))
  it('4.n: a writer of A to none that clears the high word first tears', () =>
    expect(present('A-to-none.wrong-order')).toEqual(['A', 'torn: low of A, high of none']))
  it('4.m, 4.n: a missing write barrier alone does nothing under sequential consistency', () => {
    expect(present('none-to-B.without-wmb')).toEqual(['B'])
    expect(present('A-to-none.without-wmb')).toEqual(['A'])
  })
})

describe('what the caller makes of a torn value', () => {
  it('4.r: a page fault looks again and is not harmed', () => {
    const fault = read('A-to-none-to-B.equal-low/ipi/irqs-on/fault-like')
    expect(fault.hazards).toEqual([])
    expect(fault.values('value read')).toContain('torn: low of A, high of none')
    expect(fault.values('page used')).toEqual(['A', 'B', 'none', 'none: looked again'])
  })
  it('4.s: a caller that does not look again uses a page that was never mapped', () =>
    expect(read('A-to-none-to-B.equal-low/ipi/irqs-on/gup-like').hazards).toEqual([TORN]))
  it('4.s: not with interrupts off and a flush that interrupts', () =>
    expect(read('A-to-none-to-B.equal-low/ipi/irqs-off/gup-like').hazards).toEqual([]))
  it('4.u: an assertion fires exactly where interrupts are on, and changes no value', () => {
    const asserting = version('with assertion', '5.4', getter(withAssertion))
    for (const { id, facets } of scenariosWith(PTE_READ_SUITE, 'x86-pae/', '/look')) {
      const [plain, asserted] = [exploreScenario(id, BEFORE), exploreScenario(id, asserting)]
      const fires = asserted.hazards.includes('assertion failed (interrupts are on)')
      expect(fires, id).toBe(facets['interrupts'] === 'on')
      if (!fires) expect(asserted.values('value read'), id).toEqual(plain.values('value read'))
    }
  })
})

describe('an entry of one word', () => {
  it('4.q: one atomic read gives a version that was there, whatever the writer', () => {
    for (const { id } of scenariosWith(PTE_READ_SUITE, 'x86-64/')) {
      const { values, hazards } = exploreScenario(id, version('plain', '5.4', 'gup_get_pte@plain'))
      expect(hazards, id).toEqual([])
      expect(['A', 'B', 'none'], id).toEqual(expect.arrayContaining([...values('value read')]))
    }
  })
})

describe('4.t: the move to ptep_get_lockless()', () => {
  it.each([
    ['x86-pae/', BEFORE, AFTER],
    ['x86-64/', version('', '5.4', 'gup_get_pte@plain'), version('', '5.4', 'ptep_get_lockless@plain')],
  ] as const)('changes nothing on %s', (arch, before, after) => {
    for (const { id } of scenariosWith(PTE_READ_SUITE, arch)) {
      const [left, right] = [exploreScenario(id, before), exploreScenario(id, after)]
      expect(left.outcome.coverage, id).toEqual({ kind: 'exhaustive' })
      expect([...right.outcome.behaviours.keys()].sort(), id).toEqual(
        [...left.outcome.behaviours.keys()].sort(),
      )
      expect(right.hazards, id).toEqual(left.hazards)
    }
  })
})

it('a reader that does not try again returns halves of two versions', () =>
  expect(present('A-to-none-to-B/ipi', version('no retry', '5.4', getter(noRetry)))).toEqual([
    'A',
    'B',
    'torn: low of A, high of B',
    'torn: low of A, high of none',
  ]))
