// What event_counter_add() is tried with: one caller, and two at a time.
import {
  defineSuite,
  emptyAddressSpace,
  finalEntries,
  lockOperations,
  lostUpdates,
  programOf,
  underTest,
} from 'kreplay'

const ARCH = 'x86-64'

/**
 * @param {number} callers
 * @param {readonly string[]} needs
 * @returns {import('kreplay').Scenario}
 */
function scenario(callers, needs) {
  return {
    id: `event-counter/${callers}`,
    title: `${callers} at a time`,
    arch: ARCH,
    config: {},
    facets: { callers: String(callers) },
    needs,
    scope: `${callers === 1 ? '1 thread' : `${callers} threads`}, 1 counter`,
    threads: callers,
    build: (side) => build(callers, side),
  }
}

/**
 * @param {number} callers
 * @param {import('kreplay').Side} side
 * @returns {import('kreplay').Built}
 */
function build(callers, side) {
  const mm = emptyAddressSpace(ARCH)
  const counter = {
    lock: mm.heap.lock('counter lock', 'counter lock'),
    total: mm.heap.cell({ name: 'total', initial: 7n, object: 'total', role: 'data', page: null }),
  }
  const entry = side.resolve('event_counter_add')
  const threads = Array.from({ length: callers }, () => ({ entry, args: [counter, 1n] }))
  return {
    program: programOf(side, mm, threads),
    observe: (execution) => ({
      total: finalEntries(execution),
      'lock operations': lockOperations(underTest(execution)),
    }),
    detectors: [lostUpdates],
    describe: (_object, bits) => String(bits),
  }
}

export const EVENT_COUNTER_SUITE = defineSuite({
  name: 'event-counter',
  title: 'event_counter_add(): no event is lost, and what is locked meanwhile',
  roles: { add: ['event_counter_add'] },
  models: ['sc'],
  properties: [
    { name: 'total', kind: 'behaviour', per: 'callers' },
    // Told only where nothing else differs: that a lock is gone says less than what goes wrong without it.
    { name: 'lock operations', kind: 'behaviour', per: 'callers', detail: true },
  ],
  scenarios: [scenario(1, []), scenario(2, ['two CPUs that count at the same time'])],
})
