/** With `loads: 'once'`, a plain load is served from an earlier one of the same cell, unless that is forbidden. */
import { describe, expect, it } from 'vitest'
import { Heap, type Proc } from '../../../src/machine/index.js'
import {
  call,
  callable,
  cell,
  events,
  load,
  lock,
  rmw,
  store,
  trylock,
  unlock,
} from '../../support/programs/by-hand.js'

const heap = new Heap()
const x = cell(heap, 'x')
const y = cell(heap, 'y')
const ptl = heap.lock('ptl', 'ptl')

/** How many loads of x happen when `between` stands between two of them. */
function loadsOfX(between: () => Proc<unknown>, loads: 'each' | 'once' = 'once'): number {
  const body = function* () {
    yield* load(x)
    yield* between()
    yield* load(x)
  }
  const found = events(body, heap, { loads })
  return found.filter((event) => event.op === 'load' && event.reads[0]?.cell === x).length
}

const nothing = function* (): Proc<void> {}

it('with nothing in between, one load serves both', () => {
  expect(loadsOfX(nothing)).toBe(1)
})

it("with `loads: 'each'`, each is a load", () => {
  expect(loadsOfX(nothing, 'each')).toBe(2)
})

describe('two loads stay two with', () => {
  const forbids: Record<string, () => Proc<unknown>> = {
    'a barrier': function* () {
      yield { op: 'fence', fence: 'barrier' }
    },
    'a lock': function* () {
      yield* lock(ptl)
    },
    'an unlock': function* () {
      yield* unlock(ptl)
    },
    'a failed trylock': () => trylock(ptl),
    'a callback': () => call(callable('pte_entry', nothing, { role: 'callback' })),
    'a store of the thread, to whatever cell': () => store(y, 1n),
    'a read-modify-write': () => rmw(y, (current) => current + 1n),
    'a compare-exchange that stored nothing': () => rmw(y, () => null),
    'an acquire load of another cell': () => load(y, 'acquire'),
    'a turn of a loop': function* () {
      yield { op: 'retry', key: 'loop', locals: '' }
    },
    'a wait': function* () {
      yield { op: 'await', cells: [y], until: () => true, why: 'nothing' }
    },
    'the start of an RCU section': function* () {
      yield { op: 'rcu-lock' }
    },
    'interrupts going off': function* () {
      yield { op: 'irq-save' }
    },
  }
  it.each(Object.keys(forbids))('%s in between', (what) => {
    const before = what === 'an unlock' || what === 'a failed trylock' ? () => lock(ptl) : nothing
    const body = function* () {
      yield* before()
      yield* load(x)
      yield* (forbids[what] ?? nothing)()
      yield* load(x)
    }
    const found = events(body, heap, { loads: 'once' })
    expect(found.filter((event) => event.op === 'load' && event.reads[0]?.cell === x)).toHaveLength(2)
  })
})

describe('two loads become one despite', () => {
  const allows: Record<string, () => Proc<unknown>> = {
    'a plain load of another cell': () => load(y),
    'a READ_ONCE of another cell': () => load(y, 'once'),
    'a call of a function': () => call(callable('pte_present', nothing, { role: 'function' })),
    'a branch': function* () {
      yield { op: 'branch', on: { bits: true, from: [] }, extent: 'rest' }
    },
    'a semantic event': function* () {
      yield { op: 'observe', event: { name: 'seen', detail: '', role: 'action' } }
    },
  }
  it.each(Object.keys(allows))('%s in between', (what) => {
    expect(loadsOfX(allows[what] ?? nothing)).toBe(1)
  })
})

it('a READ_ONCE is never served from an earlier load', () => {
  const marked = events(
    function* () {
      yield* load(x)
      yield* load(x, 'once')
    },
    heap,
    { loads: 'once' },
  )
  expect(marked.filter((event) => event.op === 'load')).toHaveLength(2)
})

it('a READ_ONCE serves no later load', () => {
  const marked = events(
    function* () {
      yield* load(x, 'once')
      yield* load(x)
    },
    heap,
    { loads: 'once' },
  )
  expect(marked.filter((event) => event.op === 'load')).toHaveLength(2)
})

it('a merged load has the value and the provenance of the first', () => {
  let same = false
  events(
    function* () {
      const first = yield* load(x)
      const second = yield* load(x)
      same = first.bits === second.bits && first.from === second.from
    },
    heap,
    { loads: 'once' },
  )
  expect(same).toBe(true)
})
