/** Variables of lifted C that several threads use: what one stores the others load, and races are seen. */
import { describe, expect, it } from 'vitest'
import { LKMM } from '../../../src/explore/graph/models.js'
import { explore, forEachExecution, type MemoryModel, SC } from '../../../src/explore/index.js'
import { X86_PAE } from '../../../src/mm/index.js'
import { liftedThreads } from '../../support/lifted-threads.js'

/** What the threads return, one text for each way there is. */
function returned(code: string, names: readonly string[], model: MemoryModel = SC): string[] {
  const seen = new Set<string>()
  forEachExecution(liftedThreads(code, names), { model }, ({ threads, events }) => {
    const hazards = events.flatMap(({ hazard }) => (hazard === undefined ? [] : [hazard.kind]))
    seen.add([...threads.map(({ returned: value }) => String(value)), ...hazards].join(' '))
    return true
  })
  return [...seen].sort()
}

function hazards(code: string, names: readonly string[]): string[] {
  return [...explore(liftedThreads(code, names), { model: LKMM }).hazards.values()].map(
    ({ hazard }) => hazard.kind,
  )
}

const COUNT = `static int count;
int add(void) { count = count + 1; return count; }
int add_once(void) { WRITE_ONCE(count, READ_ONCE(count) + 1); return 0; }
int peek(void) { return READ_ONCE(count); }
int alone(void) { int i; for (i = 0; i < 3; i++) count++; return count; }`

describe('a variable of 64 bits on a machine of 32', () => {
  const code = `static long long wide; int set(void) { wide = -1LL; return 0; } long long get(void) { return wide; }`
  const seen = (
    tear: boolean,
  ): { readonly values: readonly string[]; readonly orders: readonly string[] } => {
    const values = new Set<string>()
    const orders = new Set<string>()
    forEachExecution(liftedThreads(code, ['set', 'get'], X86_PAE), { model: SC, tear }, (execution) => {
      values.add(BigInt.asUintN(64, execution.threads[1]?.returned as bigint).toString(16))
      for (const { op, text } of execution.events) if (op === 'choose') orders.add(text)
      return true
    })
    return { values: [...values].sort(), orders: [...orders].sort() }
  }
  const MIXED = ['0', 'ffffffff', 'ffffffff00000000', 'ffffffffffffffff']

  it('is two words, which can be of two stores', () => {
    expect(seen(false)).toEqual({ values: MIXED, orders: [] })
  })

  it('is accessed in either order where plain accesses may tear', () => {
    expect(seen(true)).toEqual({
      values: MIXED,
      orders: [
        'choose words of the load of a wide in get = high first',
        'choose words of the load of a wide in get = low first',
        'choose words of the store of a wide in set = high first',
        'choose words of the store of a wide in set = low first',
      ],
    })
  })
})

describe('a variable at file scope', () => {
  it('is seen by the other thread, in every order', () => {
    expect(returned(COUNT, ['add', 'peek'])).toEqual(['1 0', '1 1'])
    expect(returned(COUNT, ['add', 'add'])).toEqual(['1 1', '1 2', '2 1', '2 2'])
  })

  it('costs a thread that is alone nothing', () => {
    const events: string[] = []
    forEachExecution(liftedThreads(COUNT, ['alone']), { model: SC }, (execution) => {
      events.push(...execution.events.filter(({ op }) => op === 'load' || op === 'store').map(({ op }) => op))
      return true
    })
    expect(events).toEqual([])
    expect(returned(COUNT, ['alone'])).toEqual(['3'])
  })

  it('is raced on where accesses are plain, and not where they are marked', () => {
    expect(hazards(COUNT, ['add', 'peek'])).toContain('data race')
    expect(hazards(COUNT, ['add_once', 'peek'])).not.toContain('data race')
  })

  it('has members and elements of their own', () => {
    const code = `struct lane { u8 on; u16 width; struct { long *at; } in; unsigned low : 3, high : 5; };
      static struct lane lanes[2]; static long x = 5;
      int open(void) { lanes[1].width = 7; lanes[1].in.at = &x; WRITE_ONCE(lanes[1].on, 1); return 0; }
      long look(void) { if (!READ_ONCE(lanes[1].on)) return -1; return *lanes[1].in.at + lanes[1].width; }
      int bits(void) { lanes[0].low = 2; return lanes[0].high; }`
    expect(returned(code, ['open', 'look'])).toEqual(['0 12', '0 18446744073709551615'])
    expect(returned(code, ['bits', 'look'])).toEqual(['0 18446744073709551615'])
    expect(returned(code, ['open', 'look'], LKMM).length).toBeGreaterThan(2)
  })

  it('is copied as a whole, gaps and all', () => {
    const code = `struct pair { u8 a; long b; }; static struct pair p = { 1, 2 }; static struct pair q;
      int put(void) { struct pair mine = { 3, 4 }; p = mine; return 0; }
      long get(void) { struct pair mine = p; q = p; return mine.a * 10 + q.b; }`
    expect(returned(code, ['put', 'get'])).toEqual(['0 12', '0 14', '0 32', '0 34'])
  })

  it('is changed in one step by what is atomic', () => {
    const code = `static atomic_t users; static u8 small;
      int get(void) { return atomic_inc_return(&users); }
      int take(void) { return xchg(&small, 1); }`
    expect(returned(code, ['get', 'get'])).toEqual(['1 2', '2 1'])
    expect(returned(code, ['take', 'take'])).toEqual(['0 1', '1 0'])
  })

  it('may hold anything at first where it is defined elsewhere', () => {
    const code = `extern int limit; extern atomic_t users;
      int full(void) { return limit > 3; }
      int set(void) { limit = 9; return 0; }
      int leave(void) { return atomic_dec_return(&users) == 0; }`
    expect(returned(code, ['full', 'set'])).toEqual(['0 0', '1 0'])
    expect(returned(code, ['leave', 'set']).sort()).toEqual(['0 0', '1 0'])
  })

  it('is guarded by a lock beside it', () => {
    const code = `static spinlock_t lock; static int a, b;
      int put(void) { spin_lock(&lock); a++; b++; spin_unlock(&lock); return 0; }
      int differ(void) { int x; spin_lock(&lock); x = a - b; spin_unlock(&lock); return x; }`
    expect(returned(code, ['put', 'differ'])).toEqual(['0 0'])
    expect(hazards(code, ['put', 'differ'])).toEqual([])
  })
})
