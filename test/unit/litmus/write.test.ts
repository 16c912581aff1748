import { describe, expect, it } from 'vitest'
import { formatOutcome, type LitmusProgram, writeLitmus } from '../../../src/litmus/index.js'
import { Heap, type Instruction, type IrFunction, type Program } from '../../../src/machine/index.js'
import { built, messagePassing, outcome, parsed, storeBuffering } from '../../support/litmus-texts.js'

function written(program: LitmusProgram): string {
  const { test, functions } = program
  const text = writeLitmus({
    name: test.name,
    comment: [],
    program: program.program,
    functions,
    question: test,
  })
  if (!text.ok) throw new Error(text.error.message)
  return text.value
}

const whole = (text: string): string => formatOutcome(parsed(text), outcome(text, 'lkmm'))

/** Every way to write something, with its value kept in r0 of P0. */
const FEATURES = [
  'r0 = *x;',
  'r0 = READ_ONCE(*x);',
  'r0 = smp_load_acquire(x);',
  '*x = 3; r0 = rcu_dereference(*x);',
  'WRITE_ONCE(*x, y); r0 = (*x == y);',
  'smp_store_release(x, -3); r0 = *x;',
  'smp_store_mb(*x, 3); r0 = *x;',
  'r0 = xchg_release(x, 3);',
  'atomic_xchg(x, 3); r0 = *x;',
  'r0 = cmpxchg(x, 5, 3);',
  'r0 = atomic_cmpxchg_relaxed(x, 4, 3);',
  'atomic_add(2, x); r0 = *x;',
  'atomic_or(2, x); r0 = *x;',
  'r0 = atomic_add_return(2, x);',
  'r0 = atomic_sub_return_acquire(2, x);',
  'r0 = atomic_fetch_add(2, x);',
  'r0 = atomic_fetch_andnot(4, x);',
  'r0 = atomic_dec_and_test(x);',
  'r0 = atomic_add_unless(x, 2, 4);',
  'spin_lock(z); r0 = spin_is_locked(z); spin_unlock(z);',
  'r0 = spin_trylock(z);',
  'rcu_read_lock(); r0 = *x; rcu_read_unlock(); synchronize_rcu();',
  'int r1 = srcu_read_lock(z); r0 = *x; srcu_read_unlock(z, r1); synchronize_srcu(z);',
  'smp_mb(); smp_rmb(); smp_wmb(); barrier(); smp_mb__before_atomic(); smp_mb__after_atomic(); r0 = 1;',
  'smp_mb__after_spinlock(); smp_mb__after_unlock_lock(); smp_mb__after_srcu_read_unlock(); r0 = 1;',
  'r0 = 1 + 2 * 3 - 8 / 2; r0 = (r0 & 6) | (r0 ^ 1);',
  'r0 = ~*x + !*x + -*x;',
  'r0 = (*x < 6) + (*x <= 6) + (*x > 6) + (*x >= 6) + (*x == 6) + (*x != 6);',
  'r0 = *x && 3 || 0;',
  'if (*x) r0 = 1;',
  'if (*x) r0 = 1; else r0 = 2;',
  'if (*x == 9) ; else r0 = 2;',
  'if (*x) ; r0 = 2;',
  'if (*x) { if (*y) return; r0 = 4; } r0 = r0 + 2;',
  'int *r1 = x; *r1 = 4; r0 = READ_ONCE(*r1);',
  'x = y; *x = 3; r0 = *y;',
  'int lock = 1; int exists = 2; int xchg = 4; r0 = lock + exists + xchg;',
  'r0 = r7 + *r8;',
  '',
]

describe('a test that is written and read again', () => {
  it.each(FEATURES)('has the same executions: %s', (body) => {
    const text = `C one { x=5; int *y=&x; 0:r7=2; 0:r8=x; }
      P0(int *x, int *y, int *z) { int r0; ${body} }
      P1(int *x) { int r5 = READ_ONCE(*x); if (r5 == 3) WRITE_ONCE(*x, 8); }
      locations [x; y] filter (~1:r5=77) ~exists (0:r0=3 \\/ 1:r5=8 => 0:r0=1:r5)`
    const again = written(built(text))
    expect(whole(again)).toBe(whole(text))
    // An `if` that is turned round needs one more variable; from then on nothing changes.
    const third = written(built(again))
    expect(written(built(third))).toBe(third)
  })

  it.each([
    storeBuffering('smp_mb();'),
    messagePassing(
      '*data = 1; smp_store_release(ready, 1);',
      'r0 = smp_load_acquire(ready); if (r0) r1 = *data;',
    ),
  ])('is the same test', (text) => {
    expect(whole(written(built(text)))).toBe(whole(text))
  })

  it('looks like one written by hand', () => {
    expect(written(built(storeBuffering('smp_mb();')))).toBe(
      [
        'C store-buffering',
        '',
        '{}',
        '',
        'P0(int *x, int *y)',
        '{',
        '\tint r0;',
        '',
        '\tWRITE_ONCE(*x, 1);',
        '\tsmp_mb();',
        '\tr0 = READ_ONCE(*y);',
        '}',
        '',
        'P1(int *x, int *y)',
        '{',
        '\tint r0;',
        '',
        '\tWRITE_ONCE(*y, 1);',
        '\tsmp_mb();',
        '\tr0 = READ_ONCE(*x);',
        '}',
        '',
        'exists (0:r0=0 /\\ 1:r0=0)',
        '',
      ].join('\n'),
    )
  })
})

describe('a program that was no litmus test', () => {
  const heap = new Heap()
  const low = heap.cell({
    name: 'pte:A[3].low',
    initial: 0x67n,
    object: 'pte:A[3]',
    role: 'data',
    page: null,
  })
  const ptl = heap.lock('ptl:A', 'ptl')
  heap.internal('freed:A')
  const register = (number: number) => ({ kind: 'register', register: number }) as const
  const constant = (value: bigint) => ({ kind: 'constant', value }) as const

  function write(code: readonly Instruction[], comment: readonly string[] = []): string {
    const fn: IrFunction = {
      name: 'gup_pte',
      path: 'mm/gup.c',
      parameters: 1,
      registers: ['ptep', 'pte', ''],
      code,
      places: [],
    }
    const program: Program = {
      heap,
      threads: [
        {
          name: 'a',
          label: 'gup',
          holding: [],
          underTest: true,
          entry: {
            name: 'gup_pte',
            path: null,
            role: 'function',
            body: () => ({ next: () => ({ done: true, value: 0 }) }),
          },
          args: [{ bits: low.address, from: [] }],
        },
      ],
      host: { context: () => null },
      answers: new Map(),
    }
    const text = writeLitmus({
      name: 'a scenario/of ours',
      comment,
      program,
      functions: [fn],
      question: null,
    })
    return text.ok ? text.value : `${text.error.code}: ${text.error.message}`
  }

  const load: Instruction = { op: 'load', to: 1, address: register(0), access: 'once' }
  const returns: Instruction = { op: 'return', values: [register(1)] }

  it('gets names that C has, and asks for every state', () => {
    const code: Instruction[] = [
      { op: 'lock', lock: constant(ptl.cell.address) },
      load,
      { op: 'unlock', lock: constant(ptl.cell.address) },
      returns,
    ]
    expect(write(code, ['from (* mm/gup.c *)', 'naïve'])).toBe(
      [
        'C a_scenario/of_ours',
        '',
        '(*',
        ' * from ** mm/gup.c **',
        ' * na?ve',
        ' * v_pte_A_3_low is pte:A[3].low',
        ' * ptl_A is ptl:A',
        ' *)',
        '',
        '{',
        '\tint v_pte_A_3_low = 103;',
        '}',
        '',
        'P0(int *v_pte_A_3_low, spinlock_t *ptl_A)',
        '{',
        '\tint *ptep;',
        '\tint pte;',
        '',
        '\tptep = v_pte_A_3_low;',
        '\tspin_lock(ptl_A);',
        '\tpte = READ_ONCE(*ptep);',
        '\tspin_unlock(ptl_A);',
        '}',
        '',
        'locations [0:pte; v_pte_A_3_low]',
        'exists (true)',
        '',
      ].join('\n'),
    )
    expect(outcome(write(code)).states).toEqual([{ '0:pte': '103', '[v_pte_A_3_low]': '103' }])
  })

  it('keeps what is returned on several ways in one variable', () => {
    const code: Instruction[] = [
      load,
      { op: 'branch', condition: register(1), whenTrue: 2, whenFalse: 3, join: null },
      { op: 'return', values: [constant(7n)] },
      returns,
    ]
    expect(outcome(write(code)).states).toEqual([{ '0:ret': '7', '[v_pte_A_3_low]': '103' }])
  })

  it.each<[string, Instruction]>([
    ['a call of pte_same', { op: 'call', to: 1, target: 'pte_same', args: [] }],
    ['a loop', { op: 'loop', key: 'retry' }],
    ['a loop', { op: 'jump', to: 0 }],
    ['a loop', { op: 'branch', condition: register(1), whenTrue: 0, whenFalse: 2, join: null }],
    ['an assumption', { op: 'assume', condition: register(1) }],
    ['interrupts that are turned off', { op: 'irq-save' }],
    ['the number 4294967296', { op: 'set', to: 1, from: constant(0x1_0000_0000n) }],
    ['an address at which nothing lies', { op: 'load', to: 1, address: constant(8n), access: 'once' }],
    ['a load marked release', { op: 'load', to: 1, address: register(0), access: 'release' }],
    ['a store marked acquire', { op: 'store', address: register(0), value: constant(1n), access: 'acquire' }],
    [
      'arithmetic in 8 bits',
      { op: 'unary', to: 1, operator: '-', operand: register(1), type: { bits: 8, signed: true } },
    ],
    [
      'the operator <<',
      {
        op: 'binary',
        to: 1,
        operator: '<<',
        left: register(1),
        right: constant(1n),
        type: { bits: 64, signed: true },
      },
    ],
    [
      'an unsigned comparison',
      {
        op: 'binary',
        to: 1,
        operator: '<',
        left: register(1),
        right: constant(1n),
        type: { bits: 64, signed: false },
      },
    ],
    [
      'the new value of an exchange',
      {
        op: 'rmw',
        to: 1,
        result: 'new',
        address: register(0),
        update: { kind: 'exchange', value: constant(1n) },
        type: { bits: 64, signed: false },
        access: 'mb',
        name: 'xchg',
      },
    ],
  ])('is refused for %s', (what, instruction) => {
    expect(write([load, instruction, returns])).toBe(
      `litmus-unwritable: gup_pte cannot be written as a litmus test: the format has no word for ${what}`,
    )
  })
})
