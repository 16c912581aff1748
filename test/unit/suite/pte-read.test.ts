/**
 * What a lockless read of a pte can return: the rows 4.a to 4.u of the kernel facts, under every memory model.
 * Plain accesses of one word are taken as READ_ONCE and WRITE_ONCE here; what they promise as they are written
 * stands further below.
 */
import { describe, expect, it } from 'vitest'
import { MEMORY_MODELS } from '../../../src/explore/index.js'
import { PTE_READ_SUITE, type Scenario } from '../../../src/suite/index.js'
import {
  getter,
  highFirst,
  noFirstRmb,
  noRetry,
  noSecondRmb,
  secondLowEarly,
  withAssertion,
} from '../../support/defects/getters.js'
import {
  type Explored,
  exploreScenario,
  scenariosWith,
  type Version,
  version,
} from '../../support/explored.js'
import { modelNamed, reading } from '../../support/readings.js'

const BEFORE = version('gup_get_pte', '5.4', 'gup_get_pte@low-high')
const AFTER = version('ptep_get_lockless', '5.4', 'ptep_get_lockless@low-high')
const TORN = 'torn value used (pte)'
const TORN_A = 'torn: low of A, high of none'
const TORN_B = 'torn: low of B, high of none'

const MODELS = MEMORY_MODELS.map(({ name }) => name)
/** The models under which loads and stores need barriers to stay in order. */
const WEAK = ['lkmm-6.1', 'lkmm']

const FULL = BEFORE
const HIGH_FIRST = version('high first', '5.4', getter(highFirst))
const LOW_LOW_HIGH = version('low low high', '5.4', getter(secondLowEarly))
const NO_FIRST_RMB = version('no first rmb', '5.4', getter(noFirstRmb))
const NO_SECOND_RMB = version('no second rmb', '5.4', getter(noSecondRmb))
const NO_RETRY = version('no retry', '5.4', getter(noRetry))

type Plain = 'as-written' | 'once'

function read(scenario: string, reader = FULL, model = 'sc', plain: Plain = 'once'): Explored {
  return exploreScenario(`x86-pae/${scenario}`, reader, { model: reading(modelNamed(model), { plain }) })
}

/** Values with the present bit that a read can return; with interrupts on, by a caller that only looks. */
function present(scenario: string, reader = FULL, model = 'sc'): readonly string[] {
  const explored = read(scenario.includes('irqs') ? scenario : `${scenario}/irqs-on/look`, reader, model)
  expect(explored.outcome.coverage).toEqual({ kind: 'exhaustive' })
  return explored.values('value read').filter((value) => value !== 'none' && !value.startsWith('not present'))
}

interface Row {
  readonly row: string
  readonly writer: string
  readonly reader?: Version
  /** The values with the present bit: under every model, or under the weak ones besides. */
  readonly gives: readonly string[]
  readonly weakly?: readonly string[]
}

const EQUAL_LOW = 'A-to-none-to-B.equal-low'

const ROWS: readonly Row[] = [
  { row: '4.a', writer: 'none-to-B', gives: ['B'] },
  { row: '4.a, in one store', writer: 'none-to-B.atomic', gives: ['B'] },
  { row: '4.b', writer: 'A-to-none', gives: ['A'] },
  { row: '4.b, in one exchange', writer: 'A-to-none.atomic', gives: ['A'] },
  { row: '4.b, an exchange of the low word first', writer: 'A-to-none.exchange-low', gives: ['A'] },
  { row: '4.c', writer: 'A-to-none-to-B/ipi', gives: ['A', 'B'] },
  { row: '4.c, cleared by one exchange', writer: 'A-to-none-to-B.exchange/ipi', gives: ['A', 'B'] },
  { row: '4.c, cleared low word first', writer: 'A-to-none-to-B.exchange-low/ipi', gives: ['A', 'B'] },
  { row: '4.c, in single steps', writer: 'A-to-none-to-B.atomic/ipi', gives: ['A', 'B'] },
  { row: '4.d', writer: `${EQUAL_LOW}/ipi`, gives: ['A', 'B', TORN_A] },
  { row: '4.d, cleared by one exchange', writer: `${EQUAL_LOW}.exchange/ipi`, gives: ['A', 'B', TORN_A] },
  { row: '4.d, cleared low word first', writer: `${EQUAL_LOW}.exchange-low/ipi`, gives: ['A', 'B', TORN_A] },
  {
    row: '4.d with interrupts off and a flush that does not interrupt',
    writer: `${EQUAL_LOW}/broadcast/irqs-off/look`,
    gives: ['A', 'B', TORN_A],
  },
  {
    row: '4.d with interrupts off and a flush that is late',
    writer: `${EQUAL_LOW}/deferred/irqs-off/look`,
    gives: ['A', 'B', TORN_A],
  },
  {
    row: '4.d with interrupts off and a flush that interrupts',
    writer: `${EQUAL_LOW}/ipi/irqs-off/look`,
    gives: ['A', 'B'],
  },
  { row: '4.e', writer: `${EQUAL_LOW}/late/irqs-off/look`, gives: ['A'] },
  { row: '4.f', writer: `${EQUAL_LOW}.atomic/ipi`, gives: ['A', 'B', TORN_A] },
  { row: '4.g', writer: 'A-to-B', gives: ['A', 'B', 'torn: low of A, high of B'] },
  { row: '4.i, the high word first', writer: 'none-to-B', reader: HIGH_FIRST, gives: ['B', TORN_B] },
  {
    row: '4.i, no first smp_rmb()',
    writer: 'none-to-B',
    reader: NO_FIRST_RMB,
    gives: ['B'],
    weakly: [TORN_B],
  },
  { row: '4.j, the second look early', writer: 'A-to-none', reader: LOW_LOW_HIGH, gives: ['A', TORN_A] },
  {
    row: '4.j, no second smp_rmb()',
    writer: 'A-to-none',
    reader: NO_SECOND_RMB,
    gives: ['A'],
    weakly: [TORN_A],
  },
  { row: '4.m, the low word first', writer: 'none-to-B.wrong-order', gives: ['B', TORN_B] },
  { row: '4.m, no smp_wmb()', writer: 'none-to-B.without-wmb', gives: ['B'], weakly: [TORN_B] },
  { row: '4.n, the high word first', writer: 'A-to-none.wrong-order', gives: ['A', TORN_A] },
  { row: '4.n, no smp_wmb()', writer: 'A-to-none.without-wmb', gives: ['A'], weakly: [TORN_A] },
  {
    row: '4.m, no smp_wmb(), after an exchange of the low word',
    writer: 'A-to-none-to-B.exchange-low-without-wmb/ipi',
    gives: ['A', 'B'],
    weakly: [TORN_B],
  },
  {
    row: 'no retry',
    writer: 'A-to-none-to-B/ipi',
    reader: NO_RETRY,
    gives: ['A', 'B', 'torn: low of A, high of B', TORN_A],
  },
]

describe.each(MODELS)('a page-table entry of two words under %s', (model) => {
  it.each(ROWS.map((row) => [row.row, row] as const))('%s', (_, { writer, reader, gives, weakly }) => {
    const expected = WEAK.includes(model) ? [...gives, ...(weakly ?? [])].sort() : gives
    expect(present(writer, reader ?? FULL, model)).toEqual(expected)
  })
  it('4.a: what is not present can be any mixture', () =>
    expect(read('none-to-B/irqs-on/look', FULL, model).values('value read')).toEqual([
      'B',
      'none',
      'not present (mixed)',
    ]))
})

describe.each(MODELS)('what the caller makes of a torn value under %s', (model) => {
  it('4.r: a page fault looks again and is not harmed', () => {
    const fault = read(`${EQUAL_LOW}/ipi/irqs-on/fault-like`, FULL, model)
    expect(fault.hazards).toEqual([])
    expect(fault.values('value read')).toContain(TORN_A)
    expect(fault.values('page used')).toEqual(['A', 'B', 'none', 'none: looked again'])
  })
  it('4.s: a caller that does not look again uses a page that was never mapped', () =>
    expect(read(`${EQUAL_LOW}/ipi/irqs-on/gup-like`, FULL, model).hazards).toEqual([TORN]))
  it('4.s: not with interrupts off and a flush that interrupts', () =>
    expect(read(`${EQUAL_LOW}/ipi/irqs-off/gup-like`, FULL, model).hazards).toEqual([]))
  it('a writer that follows the rules tears only what has the same low word again', () => {
    const legal = PTE_READ_SUITE.scenarios.filter(({ id, assumes }) => {
      return assumes === undefined && id.includes('x86-pae/') && id.endsWith('/irqs-on/gup-like')
    })
    const torn = legal.filter(
      ({ id }) => read(id.replace('pte-read/x86-pae/', ''), FULL, model).hazards.length > 0,
    )
    expect(torn.length).toBeGreaterThan(0)
    for (const { id } of torn) expect(id).toMatch(/\.equal-low|A-to-none-to-A/)
  })
})

describe('plain accesses as they are written', () => {
  /** Every value that a read of an entry can return, in executions with a hazard as well. */
  const values = (model: string, reader = FULL): string[] => {
    const { outcome } = read('A-to-none-to-B/ipi/irqs-on/look', reader, model, 'as-written')
    return [...outcome.behaviours.values()].map(({ observation }) => observation['value read'] ?? '?')
  }
  it.each(MODELS)('tear, and race, where loads and stores are reordered: under %s', (model) => {
    const { hazards } = read('A-to-none-to-B/ipi/irqs-on/look', FULL, model, 'as-written')
    expect(values(model).includes(TORN_A)).toBe(WEAK.includes(model))
    expect(hazards).toEqual(WEAK.includes(model) ? ['data race (pte)'] : [])
  })
  it('are marked since 6.2 on the side of the writer, not of the reader', () => {
    expect(values('lkmm', version('6.12', '6.12', 'gup_get_pte@low-high'))).toContain(TORN_A)
  })
})

describe('4.u: an assertion that interrupts are off', () => {
  const asserting = version('with assertion', '5.4', getter(withAssertion))
  it.each([
    ['sc', ''],
    ['lkmm', '/A-to-none/'],
  ])('fires exactly where they are on, and changes no value under %s', (name, writer) => {
    const model = reading(modelNamed(name), { plain: 'once' })
    for (const { id, facets } of scenariosWith(PTE_READ_SUITE, 'x86-pae/', '/look', writer)) {
      const [plain, asserted] = [BEFORE, asserting].map((one) => exploreScenario(id, one, { model }))
      const fires = asserted?.hazards.includes('assertion failed (interrupts are on)')
      expect(fires, id).toBe(facets['interrupts'] === 'on')
      if (!fires) expect(asserted?.values('value read'), id).toEqual(plain?.values('value read'))
    }
  })
})

describe('an entry of one word', () => {
  it.each(MODELS)(
    '4.q: one atomic read gives a version that was there, whatever the writer, under %s',
    (name) => {
      for (const { id } of scenariosWith(PTE_READ_SUITE, 'x86-64/')) {
        const one = version('plain', '5.4', 'gup_get_pte@plain')
        const { values, hazards } = exploreScenario(id, one, { model: modelNamed(name) })
        expect(hazards, id).toEqual([])
        expect(['A', 'B', 'none'], id).toEqual(expect.arrayContaining([...values('value read')]))
      }
    },
  )
})

describe('4.t: the move to ptep_get_lockless()', () => {
  it.each([
    ['x86-pae/', 'sc', BEFORE, AFTER],
    ['x86-pae/', 'lkmm', BEFORE, AFTER],
    ['x86-64/', 'sc', version('', '5.4', 'gup_get_pte@plain'), version('', '5.4', 'ptep_get_lockless@plain')],
  ] as const)('changes nothing on %s under %s', (arch, name, before, after) => {
    const model = modelNamed(name)
    const runUnder = ({ models = PTE_READ_SUITE.models }: Scenario) => models.includes(name)
    for (const { id } of scenariosWith(PTE_READ_SUITE, arch).filter(runUnder)) {
      const [left, right] = [exploreScenario(id, before, { model }), exploreScenario(id, after, { model })]
      expect(left.outcome.coverage, id).toEqual({ kind: 'exhaustive' })
      expect([...right.outcome.behaviours.keys()].sort(), id).toEqual(
        [...left.outcome.behaviours.keys()].sort(),
      )
      expect(right.hazards, id).toEqual(left.hazards)
    }
  })
})
