/** The search for all states: what it finds, what it says of bounds, and that it agrees with the search for executions. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bitsOf,
  exploreStates,
  forEachExecution,
  formatSchedule,
  type MemoryModel,
  outcomeKey,
  replay,
  SC,
  type StatefulOptions,
  type StatefulOutcome,
  TSO,
} from '../../../src/explore/index.js'
import {
  type Cell,
  Heap,
  hazardKey,
  type IrFunction,
  type Program,
  type Thread,
} from '../../../src/machine/index.js'
import { callable, cell, load as loadStep } from '../../support/programs/by-hand.js'
import {
  assume,
  binary,
  branch,
  call,
  fence,
  ir,
  irProgram,
  jump,
  type Line,
  load,
  lockOp,
  loop,
  plain,
  returns,
  rmw,
  set,
  store,
  synchronize,
} from '../../support/programs/ir.js'
import { buildIr, irTexts } from '../../support/programs/ir-arbitrary.js'

const MODELS = ['sc', 'tso'] as const

function states(program: Program, options: StatefulOptions = { model: 'sc' }): StatefulOutcome {
  const outcome = exploreStates(program, options)
  if (outcome === null) throw new Error('a thread is not data')
  return outcome
}

/** What the threads of one function each return together: `0;1`, ascending. */
function returned(heap: Heap, bodies: readonly (readonly Line[])[], model: 'sc' | 'tso'): string[] {
  const outcome = states(program(heap, bodies), { model })
  expect(outcome.coverage).toEqual({ kind: 'exhaustive' })
  const all = [...outcome.outcomes.values()].map((final) =>
    final.returned.map((bits) => (bits === null ? '-' : bits.join(','))).join(';'),
  )
  return [...new Set(all)].sort()
}

function program(heap: Heap, bodies: readonly (readonly Line[])[]): Program {
  return irProgram(
    heap,
    bodies.map((body, i) => ir(`f${i}`, [], body)),
  )
}

function hazardsOf(heap: Heap, bodies: readonly (readonly Line[])[], model: 'sc' | 'tso' = 'sc'): string[] {
  return [...states(program(heap, bodies), { model }).hazards.keys()].sort()
}

const heap = new Heap()
const [x, y] = [cell(heap, 'x'), cell(heap, 'y')]
const { cell: lockA } = heap.lock('lockA', 'A')
const { cell: lockB } = heap.lock('lockB', 'B')

describe('memory models', () => {
  const buffering = (...between: Line[]): Line[][] => [
    [store(x, 1), ...between, load('r', y), returns('r')],
    [store(y, 1), ...between, load('r', x), returns('r')],
  ]

  it('a load overtakes a store to another cell under tso, not under sc', () => {
    expect(returned(heap, buffering(), 'sc')).toEqual(['0;1', '1;0', '1;1'])
    expect(returned(heap, buffering(), 'tso')).toEqual(['0;0', '0;1', '1;0', '1;1'])
  })

  it('a full barrier and an atomic operation drain the buffer, other barriers do not', () => {
    const atomic = rmw(null, 'old', cell(heap, 'z'), { kind: 'exchange', value: 1 })
    for (const line of [fence('mb'), atomic])
      expect(returned(heap, buffering(line), 'tso')).not.toContain('0;0')
    for (const line of [fence('wmb'), fence('rmb')])
      expect(returned(heap, buffering(line), 'tso')).toContain('0;0')
  })

  it('a thread reads its own store out of the buffer', () => {
    const own: Line[] = [store(x, 1), load('own', x), load('r', y), returns('own', 'r')]
    const other: Line[] = [store(y, 1), load('own', y), load('r', x), returns('own', 'r')]
    expect(returned(heap, [own, other], 'tso')).toEqual(['1,0;1,0', '1,0;1,1', '1,1;1,0', '1,1;1,1'])
  })

  it.each(MODELS)('stores reach memory in order (%s)', (model) => {
    const passing: Line[][] = [
      [store(x, 1), store(y, 1)],
      [load('a', y), load('b', x), returns('a', 'b')],
    ]
    expect(returned(heap, passing, model)).toEqual([';0,0', ';0,1', ';1,1'])
  })

  it.each(MODELS)('a grace period comes after what its readers stored (%s)', (model) => {
    const rcu: Line[][] = [
      [plain({ op: 'rcu-lock' }), load('a', x), store(y, 1), plain({ op: 'rcu-unlock' }), returns('a')],
      [store(x, 1), synchronize(), load('b', y), returns('b')],
    ]
    // A reader that did not see the store before the grace period is over when that ends.
    expect(returned(heap, rcu, model)).toEqual(['0;1', '1;0', '1;1'])
  })
})

describe('hazards', () => {
  it('a deadlock', () => {
    const takes = (first: Cell, second: Cell): Line[] => [
      lockOp('lock', first),
      lockOp('lock', second),
      lockOp('unlock', second),
      lockOp('unlock', first),
    ]
    expect(hazardsOf(heap, [takes(lockA, lockB), takes(lockB, lockA)])).toEqual([
      'deadlock (A)',
      'deadlock (B)',
    ])
    expect(hazardsOf(heap, [takes(lockA, lockB), takes(lockA, lockB)])).toEqual([])
  })

  it('events: a lock leak, a wild pointer', () => {
    expect(hazardsOf(heap, [[lockOp('lock', lockA)]])).toEqual(['lock leak (A)'])
    expect(hazardsOf(heap, [[load('a', x), store('a', 1)]])).toEqual(['wild pointer'])
  })

  it('a hang: a grace period waits for a section that is never left', () => {
    const forEver: Line[] = [plain({ op: 'rcu-lock' }), lockOp('lock', lockA)]
    const holds: Line[] = [lockOp('lock', lockA), synchronize(), lockOp('unlock', lockA)]
    expect(hazardsOf(heap, [forEver, holds])).toContain('hang')
  })

  const waits = (on: Cell): Line[] => [
    'again:',
    loop('w'),
    load('r', on),
    branch('r', 'out', 'again', null),
    'out:',
  ]

  it.each(MODELS)('a livelock is a cycle that nothing leads out of (%s)', (model) => {
    expect(hazardsOf(heap, [waits(x), [store(x, 1)]], model)).toEqual([])
    expect(hazardsOf(heap, [waits(x), [store(x, 1), store(x, 0)]], model)).toEqual(['livelock'])
    expect(hazardsOf(heap, [waits(x), waits(y)], model)).toEqual(['livelock'])
    expect(
      hazardsOf(
        heap,
        [
          [...waits(x), store(y, 1)],
          [...waits(y), store(x, 1)],
        ],
        model,
      ),
    ).toEqual(['livelock'])
  })

  it('what a thread waits for beside one that goes round is a deadlock, not a livelock', () => {
    const bodies = [
      [lockOp('lock', lockA), ...waits(x), lockOp('unlock', lockA)],
      [lockOp('lock', lockA), lockOp('unlock', lockA)],
    ]
    expect(hazardsOf(heap, bodies)).toEqual(['deadlock (A)', 'livelock'])
  })

  it('nothing is said of states after a failed assumption, nor of what only leads there', () => {
    const unlocks: Line[] = [load('r', y), lockOp('unlock', lockA), load('s', x)]
    expect(hazardsOf(heap, [unlocks])).toEqual(['unlock of a lock not held (A)'])
    const outcome = states(program(heap, [[...unlocks, assume('s')]]))
    expect([outcome.states, outcome.outcomes.size, outcome.hazards.size]).toEqual([2, 0, 0])
  })

  it('a hazard that some assumption allows is kept', () => {
    const bodies: Line[][] = [[load('r', x), assume('r'), load('a', 0)], [store(x, 1)]]
    expect(hazardsOf(heap, bodies)).toEqual(['wild pointer'])
  })
})

describe('bounds', () => {
  const counts: Line[] = [
    'again:',
    loop('c'),
    load('r', x),
    binary('n', 'n', '+', 1),
    store(y, 'n'),
    jump('again'),
  ]

  it('by the number of states', () => {
    const outcome = states(program(heap, [counts]), { model: 'sc', budget: { states: 100 } })
    expect(outcome.coverage).toEqual({ kind: 'bounded', by: 'states', limit: 100 })
    expect(outcome.hazards.size).toBe(0)
  })

  it('by time', () => {
    const outcome = states(program(heap, [counts]), {
      model: 'sc',
      budget: { expired: () => true, seconds: 3 },
    })
    expect(outcome.coverage).toEqual({ kind: 'bounded', by: 'time', limit: 3 })
  })

  it('by a loop that does nothing others can see', () => {
    const spins: Line[] = ['again:', jump('again')]
    const outcome = states(program(heap, [[load('r', x), ...spins]]), { model: 'sc', maxOperations: 50 })
    expect(outcome.coverage).toEqual({ kind: 'bounded', by: 'loop', limit: 50 })
  })

  it('by the stores in a buffer', () => {
    const stores: Line[] = ['again:', store(x, 1), jump('again')]
    expect(states(program(heap, [stores])).hazards.has('livelock')).toBe(true)
    const outcome = states(program(heap, [stores]), { model: 'tso', budget: { states: 5_000 } })
    expect(outcome.coverage).toEqual({ kind: 'bounded', by: 'stores', limit: 1_000 })
  })
})

it('nothing is said of threads that wait inside a generator', () => {
  const hand = callable('hand', function* () {
    return (yield* loadStep(x)).bits
  })
  const main = ir('main', [], [call('r', 'hand'), returns('r')])
  expect(exploreStates(irProgram(heap, [main], [hand]), { model: 'sc' })).toBeNull()
})

it('states are shared by the ways that lead to them', () => {
  const writes = (at: Cell): Line[] => [1, 2, 3].map((value) => store(at, value))
  // Four places of each thread; every step of either from each of them.
  const outcome = states(program(heap, [writes(x), writes(y)]))
  expect([outcome.states, outcome.transitions, outcome.outcomes.size]).toEqual([16, 24, 1])
})

describe('an array that is read while it is written', () => {
  /** ORs the flags of all entries, again from the start if one was 0 or of another block than the first. */
  const reads = (entries: readonly Cell[]): IrFunction =>
    ir(
      'reads',
      [],
      [
        'again:',
        loop('again'),
        load('first', entries[0] ?? 0),
        binary('block', 'first', '>>', 12),
        set('i', 0),
        set('flags', 0),
        set('bad', 0),
        'head:',
        binary('more', 'i', '<', entries.length),
        branch('more', 'body', 'check', 'check'),
        'body:',
        binary('p', 'i', '*', 8),
        binary('p', 'p', '+', entries[0] ?? 0),
        load('entry', 'p'),
        binary('none', 'entry', '==', 0),
        binary('other', 'entry', '>>', 12),
        binary('other', 'other', '!=', 'block'),
        binary('bad', 'bad', '|', 'none'),
        binary('bad', 'bad', '|', 'other'),
        binary('entry', 'entry', '&', 0xfff),
        binary('flags', 'flags', '|', 'entry'),
        binary('i', 'i', '+', 1),
        jump('head'),
        'check:',
        branch('bad', 'again', 'out', null),
        'out:',
        returns('flags'),
      ],
    )

  /** Clears all entries, then sets them all. */
  const repaints = (entries: readonly Cell[], to: number): IrFunction =>
    ir(
      'repaints',
      [],
      [...entries.map((entry) => store(entry, 0)), ...entries.map((entry) => store(entry, to))],
    )

  const block = (n: number): { readonly heap: Heap; readonly entries: readonly Cell[] } => {
    const own = new Heap()
    const flags = (i: number): bigint => (i === 0 ? 0x20n : 0n) | (i === n - 1 ? 0x40n : 0n)
    const entries = Array.from({ length: n }, (_, i) =>
      cell(own, `pte:${i}`, { initial: 0x5001n | flags(i) }),
    )
    return { heap: own, entries }
  }

  it.each(MODELS)('sixteen entries need some thousand states (%s)', (model) => {
    const { heap: own, entries } = block(16)
    const outcome = states(irProgram(own, [reads(entries), repaints(entries, 0x5003)]), { model })
    expect(outcome.coverage).toEqual({ kind: 'exhaustive' })
    expect(outcome.states).toBeLessThan(5_000)
    expect(outcome.hazards.size).toBe(0)
    // The flags before, the flags after; and those of the first entry before with all others after.
    const flags = [...outcome.outcomes.values()].map((final) => final.returned[0]?.[0])
    expect(new Set(flags)).toEqual(new Set([0x61n, 0x3n, 0x23n]))
  })

  it.each([
    ['sc', SC],
    ['tso', TSO],
  ] as const)('three entries: the same flags as by executions (%s)', (name, model) => {
    const { heap: own, entries } = block(3)
    const both = irProgram(own, [reads(entries), repaints(entries, 0x5003)])
    expect([...states(both, { model: name }).outcomes.keys()].sort()).toEqual(
      byExecutions(both, model)?.outcomes,
    )
  })
})

/** Programs in each law. */
const RUNS = 300

describe.each([
  ['sc', SC],
  ['tso', TSO],
] as const)('laws under %s', (name, model) => {
  it('final states and hazards are those of all executions', () => {
    let compared = 0
    fc.assert(
      fc.property(irTexts(), (text) => {
        const expected = byExecutions(buildIr(text), model)
        if (expected === null) return
        compared++
        const outcome = states(buildIr(text), { model: name })
        expect(outcome.coverage).toEqual({ kind: 'exhaustive' })
        expect([...outcome.outcomes.keys()].sort()).toEqual(expected.outcomes)
        expect([...outcome.hazards.keys()].sort()).toEqual(expected.hazards)
      }),
      { numRuns: RUNS },
    )
    expect(compared).toBeGreaterThan(RUNS * 0.9)
  })

  it('the decisions of a final state, replayed, lead there', () => {
    fc.assert(
      fc.property(irTexts(), (text) => {
        const program = buildIr(text)
        for (const [key, { decisions }] of states(program, { model: name }).outcomes) {
          const replayed = replay(program, { model }, formatSchedule(decisions))
          if (!replayed.ok) throw new Error(replayed.error.message)
          const { threads, finalValue } = replayed.value
          expect(keyOf(program, threads, finalValue)).toBe(key)
        }
      }),
      { numRuns: RUNS / 3 },
    )
  })
})

/** Executions of one program that a law looks at. */
const MOST_EXECUTIONS = 20_000

/** Final states and hazards as the search for executions finds them; null if there are too many. */
function byExecutions(
  program: Program,
  model: MemoryModel,
): { readonly outcomes: readonly string[]; readonly hazards: readonly string[] } | null {
  const outcomes = new Set<string>()
  const hazards = new Set<string>()
  let executions = 0
  forEachExecution(program, { model }, (execution) => {
    const { threads, status } = execution
    if (status !== 'blocked') for (const hazard of execution.hazards) hazards.add(hazardKey(hazard))
    // A thread that goes round in a loop is in no final state.
    const loops = threads.some(({ pending }) => pending?.op === 'await' && pending.retry === true)
    if (status !== 'blocked' && !loops) outcomes.add(keyOf(program, threads, execution.finalValue))
    return ++executions < MOST_EXECUTIONS
  })
  if (executions >= MOST_EXECUTIONS) return null
  return { outcomes: [...outcomes].sort(), hazards: [...hazards].sort() }
}

function keyOf(
  { heap: { cells } }: Program,
  threads: readonly Thread[],
  finalValue: (name: string) => bigint | undefined,
): string {
  return outcomeKey({
    returned: threads.map((thread) => (thread.status === 'done' ? bitsOf(thread.returned) : null)),
    memory: Object.fromEntries(
      cells.filter(({ role }) => role === 'data').map(({ name }) => [name, finalValue(name) ?? 0n]),
    ),
  })
}
