// lib/event_counter.c, both texts of it: the C of counter.mbox, line by line.
import { defineReimplementation, map } from 'kreplay'

const TEXT = /** @type {const} */ ({
  path: 'lib/event_counter.c',
  name: 'event_counter_add',
  release: '6.8',
})

/** Adds under the counter's lock. */
export const locked = defineReimplementation(
  {
    ...TEXT,
    version: 'locked',
    identities: [{ kind: 'hunks', hash: '7a3de2268f71a8d9', source: 'counter.mbox' }],
    lines: [15, 16, 17, 18],
  },
  function* (k, counter, n) {
    yield* k.at(15).spin_lock(counter.lock)
    const total = yield* k.at(16).load(counter.total, 'once')
    const sum = map(total, (bits) => bits + n)
    yield* k.at(17).store(counter.total, sum, 'once')
    yield* k.at(18).spin_unlock(counter.lock)
  },
)

/** Adds without it. */
export const lockless = defineReimplementation(
  {
    ...TEXT,
    version: 'lockless',
    identities: [{ kind: 'hunks', hash: '5ba8c6ce471f722b', source: 'counter.mbox' }],
    lines: [14, 15],
  },
  function* (k, counter, n) {
    const total = yield* k.at(14).load(counter.total, 'once')
    const sum = map(total, (bits) => bits + n)
    yield* k.at(15).store(counter.total, sum, 'once')
  },
)
