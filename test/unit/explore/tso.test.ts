/** What x86-TSO allows, on shapes that are known and by laws on generated programs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stableJson } from '../../../src/base/index.js'
import { explore, forEachExecution, formatSchedule, SC, TSO } from '../../../src/explore/index.js'
import { EVENTS_PER_THREAD, Heap, lostUpdates, map } from '../../../src/machine/index.js'
import { bufferedPrograms, programs, synchronizingPrograms } from '../../support/programs/arbitrary.js'
import { build } from '../../support/programs/build.js'
import { type Body, cell, hazards, load, program, store } from '../../support/programs/by-hand.js'
import { exploreOptions } from '../../support/programs/compare.js'
import { type ProgramText, type Statement, show } from '../../support/programs/language.js'
import { endings } from '../../support/programs/shapes.js'

describe('shapes: what the threads read, and the final values', () => {
  it.each<[string, string[], string]>([
    ['SB', ['x=1; y', 'y=1; x'], '0/0 x=1 y=1'],
    ['SB with a barrier on one side', ['x=1; fence mb; y', 'y=1; x'], '0/0 x=1 y=1'],
    ['SB with weaker barriers', ['x=1; fence wmb; fence rmb; y', 'y=1; fence barrier; x'], '0/0 x=1 y=1'],
    [
      'SB with barriers that are for atomics only',
      ['x=1; fence before-atomic; y', 'y=1; fence after-atomic; fence after-spinlock; x'],
      '0/0 x=1 y=1',
    ],
    ['SB with release and acquire', ['release x=1; acquire y', 'release y=1; acquire x'], '0/0 x=1 y=1'],
    ['SB over an unlock', ['lock A; x=1; unlock A; y', 'lock B; y=1; unlock B; x'], '0/0 x=1 y=1'],
    [
      'SB over the end of a section',
      ['rcu-lock; x=1; rcu-unlock; y', 'irq-save; y=1; irq-restore; x'],
      '0/0 x=1 y=1',
    ],
    ['SB that reads its own stores first', ['x=1; x; y', 'y=1; y; x'], '10/10 x=1 y=1'],
    ['R', ['x=1; y=1', 'y=2; x'], '/0 x=1 y=2'],
    ['R with a barrier between the stores', ['x=1; fence mb; y=1', 'y=2; x'], '/0 x=1 y=2'],
  ])('%s: allowed, and not under sc', (_, threads, ending) => {
    expect(endings(TSO, threads)).toContain(ending)
    expect(endings(SC, threads)).not.toContain(ending)
  })

  it.each<[string, string[], string]>([
    ['SB with barriers', ['x=1; fence mb; y', 'y=1; fence mb; x'], '0/0 x=1 y=1'],
    ['SB with atomics of another cell', ['x=1; z+=1; y', 'y=1; z+=1; x'], '00/01 x=1 y=1 z=2'],
    ['SB with exchanges for stores', ['mb x=1; y', 'mb y=1; x'], '0/0 x=1 y=1'],
    ['SB with locks between', ['x=1; lock A; y', 'y=1; lock B; x'], '0/0 x=1 y=1'],
    ['SB with a trylock between', ['x=1; trylock A; y', 'y=1; trylock B; x'], '0/0 x=1 y=1'],
    ['MP', ['x=1; y=1', 'y; x'], '/10 x=1 y=1'],
    ['LB', ['x; y=1', 'y; x=1'], '1/1 x=1 y=1'],
    ['S', ['x=2; y=1', 'y; x=1'], '/1 x=2 y=1'],
    ['R with a barrier before the load', ['x=1; y=1', 'y=2; fence mb; x'], '/0 x=1 y=2'],
    ['2+2W', ['x=1; y=2', 'y=1; x=2'], '/ x=1 y=1'],
    ['WRC', ['x=1', 'x; y=1', 'y; x'], '/1/10 x=1 y=1'],
    ['IRIW', ['x=1', 'y=1', 'x; y', 'y; x'], '//10/10 x=1 y=1'],
    ['each sees the other store last', ['x=1; x', 'x=2; x'], '2/1 x=1'],
    ['a load that goes back in time', ['x=1', 'x; x'], '/10 x=1'],
  ])('%s: forbidden', (_, threads, ending) => {
    const found = endings(TSO, threads)
    expect(found).not.toContain(ending)
    // The ending is spelled as endings are, so it could have been found.
    expect(found.map(withoutValues)).toContain(withoutValues(ending))
  })

  it('an interrupt drains the buffer of the CPU it comes to, and of the one it comes from', () => {
    expect(endings(TSO, ['x=1; y', 'y=1; interrupt; x'])).not.toContain('0/0 x=1 y=1')
    expect(endings(TSO, ['x=1; y', 'y=1; fence mb; x'])).toContain('0/0 x=1 y=1')
  })

  it('after a grace period all stores of the sections before it are seen', () => {
    const ended = endings(TSO, ['rcu-lock; x=1; y; rcu-unlock', 'y=1; synchronize; x'])
    expect(ended).toEqual(['0/1 x=1 y=1', '1/0 x=1 y=1', '1/1 x=1 y=1'])
  })
})

function withoutValues(ending: string): string {
  return ending.replace(/\d/g, '#')
}

/** Everything observed of a program's executions, without the fences themselves. */
function behaviours(text: ProgramText, model: typeof SC): Set<string> {
  const withoutFences = (did: string): string =>
    did
      .split('\n')
      .filter((line) => !line.startsWith('fence|'))
      .join('\n')
  const found = explore(build(text), exploreOptions(text, model)).behaviours.values()
  return new Set(
    [...found].map(({ observation, hazards: keys }) => {
      const kept = Object.entries(observation).map(([key, value]) => [key, withoutFences(value)] as const)
      return stableJson([Object.fromEntries(kept), [...keys]])
    }),
  )
}

function missing(some: ReadonlySet<string>, all: ReadonlySet<string>): string[] {
  return [...some].filter((one) => !all.has(one))
}

const FENCE: Statement = { do: 'fence' }

describe('laws', () => {
  const texts = [
    ...fc.sample(bufferedPrograms(), { numRuns: 150, seed: 23 }),
    ...fc.sample(programs({ operations: [2, 4], total: 7 }), { numRuns: 100, seed: 23 }),
    ...fc.sample(synchronizingPrograms(), { numRuns: 60, seed: 23 }),
  ]

  it('what sc shows, tso shows', () => {
    for (const text of texts)
      expect(missing(behaviours(text, SC), behaviours(text, TSO)), show(text)).toEqual([])
  })

  it('some programs show more under tso', () => {
    const weak = texts.filter((text) => behaviours(text, TSO).size > behaviours(text, SC).size)
    expect(weak.length).toBeGreaterThan(25)
  })

  it('one more fence shows nothing more', () => {
    for (const [i, text] of texts.entries()) {
      const thread = i % text.threads.length
      const at = i % ((text.threads[thread]?.length ?? 0) + 1)
      const threads = text.threads.map((body, t) => (t === thread ? body.toSpliced(at, 0, FENCE) : body))
      expect(missing(behaviours({ ...text, threads }, TSO), behaviours(text, TSO)), show(text)).toEqual([])
    }
  })

  it('with a fence after every store, tso shows what sc does', () => {
    for (const text of fc.sample(bufferedPrograms(), { numRuns: 150, seed: 29 })) {
      const threads = text.threads.map((body) =>
        body.flatMap((statement): Statement[] =>
          statement.do === 'store' ? [statement, FENCE] : [statement],
        ),
      )
      expect([...behaviours({ ...text, threads }, TSO)].sort(), show(text)).toEqual(
        [...behaviours(text, SC)].sort(),
      )
    }
  })

  it('a thread alone does what it does under sc, in one execution', () => {
    for (const { threads, pages } of fc.sample(bufferedPrograms(), { numRuns: 100, seed: 31 })) {
      const alone = { threads: threads.slice(0, 1), pages }
      expect([...behaviours(alone, TSO)], show(alone)).toEqual([...behaviours(alone, SC)])
      expect(explore(build(alone), exploreOptions(alone, TSO)).executions, show(alone)).toBe(1)
    }
  })
})

describe('what is recorded', () => {
  const heap = new Heap()
  const x = cell(heap, 'x')

  it('coherence is the order in which stores reach memory, whatever the order in which they were made', () => {
    const seen = new Map<string, readonly (number | null)[]>()
    forEachExecution(program(heap, [() => store(x, 1n), () => store(x, 2n)]), { model: TSO }, (execution) => {
      const after = execution.threads.map((thread) => thread.events[0]?.writes[0]?.after ?? null)
      seen.set(formatSchedule(execution.decisions), after)
      return true
    })
    const [a, b] = [0, EVENTS_PER_THREAD]
    expect([...seen]).toEqual([
      ['a1b1A1B1', [null, a]],
      ['a1b1B1A1', [b, null]],
    ])
  })

  it('a load of a buffered store reads from that store', () => {
    const reads: Body = function* () {
      yield* store(x, 1n)
      return (yield* load(x)).from
    }
    forEachExecution(program(heap, [reads]), { model: TSO }, ({ threads: [thread] }) => {
      expect(thread?.events[1]?.reads[0]).toMatchObject({ value: 1n, from: 0 })
      return true
    })
  })

  it('an update is lost though nobody was preempted: the store waited in its buffer', () => {
    const increment: Body = function* () {
      const seen = yield* load(x)
      yield* store(
        x,
        map(seen, (bits) => bits + 1n),
      )
    }
    expect(hazards(program(heap, [increment, () => store(x, 5n)]), { model: TSO })).toContain(
      'lost update (word)',
    )
  })

  it('under a lock nothing is lost: the store is in memory before the lock is free', () => {
    const ptl = heap.lock('ptl', 'ptl')
    const increment: Body = function* () {
      yield { op: 'lock', lock: ptl }
      const seen = yield* load(x)
      yield* store(
        x,
        map(seen, (bits) => bits + 1n),
      )
      yield { op: 'unlock', lock: ptl }
    }
    expect(hazards(program(heap, [increment, increment]), { model: TSO })).toEqual([])
  })

  it('what a thread stored reaches memory though the thread died', () => {
    const dies: Body = function* () {
      yield* store(x, 1n)
      yield { op: 'hazard', kind: 'died', object: '', text: '', fatal: true }
    }
    const outcome = explore(program(heap, [dies]), {
      model: TSO,
      detectors: [lostUpdates],
      observe: ({ finalValue }) => ({ x: String(finalValue('x')) }),
    })
    expect([...outcome.behaviours.values()].map(({ observation }) => observation)).toEqual([{ x: '1' }])
  })

  it('a thread that waits for what it has stored goes on at once', () => {
    const waits: Body = function* () {
      yield* store(x, 1n)
      yield { op: 'await', cells: [x], until: ([value]) => value === 1n, why: 'its own store' }
    }
    expect(explore(program(heap, [waits]), { model: TSO })).toMatchObject({ executions: 1, redundant: 0 })
  })

  it('more threads than there are bits to schedule them by are refused', () => {
    const many = program(
      heap,
      Array.from({ length: 17 }, () => () => store(x, 1n)),
    )
    expect(() => explore(many, { model: TSO })).toThrow('17 threads')
  })
})
