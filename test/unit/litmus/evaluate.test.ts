import { describe, expect, it } from 'vitest'
import type { MemoryModel } from '../../../src/explore/index.js'
import { evaluateLitmus, formatOutcome, judge } from '../../../src/litmus/index.js'
import {
  block,
  built,
  messagePassing,
  modelNamed,
  outcome,
  parsed,
  r0,
  states,
  storeBuffering,
} from '../../support/litmus-texts.js'

describe('the block of a test', () => {
  it('has the words and the layout of herd7', () => {
    expect(block(storeBuffering(), 'lkmm')).toBe(
      [
        'Test store-buffering Allowed',
        'States 4',
        '0:r0=0; 1:r0=0;',
        '0:r0=0; 1:r0=1;',
        '0:r0=1; 1:r0=0;',
        '0:r0=1; 1:r0=1;',
        'Ok',
        'Witnesses',
        'Positive: 1 Negative: 3',
        'Condition exists (0:r0=0 /\\ 1:r0=0)',
        'Observation store-buffering Sometimes 1 3',
        '',
      ].join('\n'),
    )
  })

  const asking = (ending: string): string =>
    `C one {} P0(int *x) { WRITE_ONCE(*x, 1); } P1(int *x) { int r0 = READ_ONCE(*x); } ${ending}`

  it.each([
    ['exists (1:r0=1)', 'Allowed', 'Ok', 'Positive: 1 Negative: 1', 'Sometimes 1 1'],
    ['exists (1:r0=2)', 'Allowed', 'No', 'Positive: 0 Negative: 2', 'Never 0 2'],
    ['exists (x=1)', 'Allowed', 'Ok', 'Positive: 2 Negative: 0', 'Always 2 0'],
    ['~exists (1:r0=1)', 'Forbidden', 'No', 'Positive: 1 Negative: 1', 'Sometimes 1 1'],
    ['~exists (1:r0=2)', 'Forbidden', 'Ok', 'Positive: 2 Negative: 0', 'Never 0 2'],
    ['~exists (x=1)', 'Forbidden', 'No', 'Positive: 0 Negative: 2', 'Always 2 0'],
    ['forall (x=1)', 'Required', 'Ok', 'Positive: 2 Negative: 0', 'Always 2 0'],
    ['forall (1:r0=1)', 'Required', 'No', 'Positive: 1 Negative: 1', 'Sometimes 1 1'],
    ['', 'Required', 'Ok', 'Positive: 2 Negative: 0', 'Always 2 0'],
  ])('%s: %s, %s, %s, %s', (ending, kind, answer, counts, observation) => {
    const lines = block(asking(ending)).split('\n')
    expect(lines[0]).toBe(`Test one ${kind}`)
    expect(lines).toContain(answer)
    expect(lines).toContain(counts)
    expect(lines).toContain(`Observation one ${observation}`)
  })

  it.each([
    ['exists (x=1 /\\ [x]!=2)', 'exists ([x]=1 /\\ not ([x]=2))'],
    ['exists (x=1 /\\ (x=2 \\/ x=3))', 'exists ([x]=1 /\\ ([x]=2 \\/ [x]=3))'],
    ['exists (x=1 \\/ (x=2 /\\ x=3))', 'exists ([x]=1 \\/ [x]=2 /\\ [x]=3)'],
    ['exists (x=1 => x=2)', 'exists ([x]=1 => [x]=2)'],
    ['exists ((x=1 \\/ x=2) => 1:r0=[x])', 'exists (([x]=1 \\/ [x]=2) => 1:r0=[x])'],
    ['exists ((x=1 => x=2) \\/ 1:r0=&x)', 'exists (([x]=1 => [x]=2) \\/ 1:r0=x)'],
    ['exists (~(x=1 /\\ x=2))', 'exists (not ([x]=1 /\\ [x]=2))'],
    ['forall (true)', 'forall (true)'],
    ['~exists (false)', '~exists (false)'],
  ])('writes the condition %s as %s', (given, printed) => {
    expect(block(asking(given))).toContain(`Condition ${printed}\n`)
  })
})

describe('states', () => {
  const text = (ending: string): string => `C one
{ x=-1; int *p=&y; int *q=x; unsigned char c=300; uint16_t h=-1; 0:r10=y; y=7; }
P0(int *x, int **p) { int *r2 = READ_ONCE(*p); int r9 = READ_ONCE(*r2); }
${ending}`

  it('are ordered by process and name of registers, then by name of globals', () => {
    expect(states(text('locations [y; x; p; 0:r9; 0:r2; 0:r10; 0:none; z] exists (q=x)'))).toEqual([
      '0:none=0 0:r10=y 0:r2=y 0:r9=7 [p]=y [q]=x [x]=-1 [y]=7 [z]=0',
    ])
  })

  it('show a number as its type has it', () => {
    expect(states(text('exists (c=44 /\\ h=65535)'))).toEqual(['[c]=44 [h]=65535'])
    expect(outcome(text('exists (c=300 /\\ h=-1)')).verdict).toBe('Always')
    expect(outcome(text('exists (x=4294967295)')).verdict).toBe('Always')
    expect(outcome(text('exists (p=300)')).verdict).toBe('Never')
  })

  it('come in order: numbers before addresses, by value and by name', () => {
    const many = `C one {}
      P0(int *x, int *b, int *a) { WRITE_ONCE(*x, b); }
      P1(int *x) { WRITE_ONCE(*x, -2); } P2(int *x) { WRITE_ONCE(*x, 10); }
      P3(int *x, int *a) { WRITE_ONCE(*x, a); } P4(int *x) { WRITE_ONCE(*x, 9); }
      exists (x=0)`
    expect(states(many)).toEqual(['[x]=-2', '[x]=9', '[x]=10', '[x]=a', '[x]=b'])
  })

  it('show what locations and the condition name, and not what the filter does', () => {
    const filtered = `C one {} P0(int *x) { WRITE_ONCE(*x, 1); }
      P1(int *x) { int r0; int r1; r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); }
      locations [x;] filter (1:r0=0) exists (1:r1=1)`
    expect(states(filtered)).toEqual(['1:r1=0 [x]=1', '1:r1=1 [x]=1'])
    expect(outcome(filtered)).toMatchObject({ positive: 1, negative: 1 })
    expect(outcome(filtered, 'lkmm')).toMatchObject({ positive: 1, negative: 1 })
  })
})

describe('the C of a process', () => {
  it.each([
    ['r0 = 1 + 2 * 3 - 4 / 2;', '5'],
    ['r0 = 7 % 4 + (1 << 3) + (-16 >> 2);', '7'],
    ['r0 = (6 & 3) | (8 ^ 1);', '11'],
    ['r0 = -(-5);', '5'],
    ['r0 = ~0;', '-1'],
    ['r0 = !5 + !0;', '1'],
    ['r0 = (1 < 2) + (2 <= 2) + (3 > -1) + (1 >= 2) + (1 == 1) + (1 != 1);', '4'],
    ['r0 = -1 < 0;', '1'],
    ['r0 = (2 && 3) + (0 && 1) + (0 || 4) + (0 || 0);', '2'],
    ['int r1 = 3; r0 = r1; r1 = 4;', '3'],
    ['{ int r1 = 3; } r0 = r1;', '3'],
    ['if (1) r0 = 1; else r0 = 2;', '1'],
    ['if (0) r0 = 1; else r0 = 2;', '2'],
    ['if (0) { r0 = 1; } r0 = r0 + 1;', '1'],
    ['r0 = 1; if (r0) return; r0 = 2;', '1'],
    ['r0 = 1; if (r0) { if (r0 == 2) return; r0 = 3; } r0 = r0 + 1;', '4'],
    ['r0 = 1; do { r0 = 2; } while (0);', '2'],
    ['*x = 5; r0 = *x;', '5'],
    ['*x = (intptr_t)y; WRITE_ONCE(*(int *)*x, 6); r0 = *y;', '6'],
    ['r0 = (*x == y) + (x == x) + (x != y);', '2'],
    ['int *r1 = x; *r1 = 4; r0 = READ_ONCE(*x);', '4'],
    ['x = y; *x = 3; r0 = *y;', '3'],
    ['r0 = 0x10 + 1UL;', '17'],
    ['r0 = (*x = 1, 2);', 'refused'],
  ])('%s', (body, expected) => {
    if (expected === 'refused') expect(() => r0(body)).toThrow('litmus-syntax')
    else expect(r0(body)).toBe(expected)
  })

  it('runs the right side of && and || only where it has to', () => {
    expect(r0('int r1 = 0 && xchg(x, 1); int r2 = 1 || xchg(y, 1); r0 = *x + *y;')).toBe('0')
    expect(r0('int r1 = 1 && xchg(x, 1); int r2 = 0 || xchg(y, 1); r0 = *x + *y;')).toBe('2')
  })

  it('has registers that the initial state sets', () => {
    expect(r0('r0 = r7 + READ_ONCE(*r8);', '0:r7=3; 0:r8=x; x=4;')).toBe('7')
  })
})

describe('the primitives', () => {
  it.each([
    ['r0 = READ_ONCE(*x);', '5'],
    ['WRITE_ONCE(*x, 6); r0 = smp_load_acquire(x);', '6'],
    ['smp_store_release(x, 7); r0 = rcu_dereference(*x);', '7'],
    ['rcu_assign_pointer(*x, y); r0 = (rcu_dereference(*x) == y);', '1'],
    ['smp_store_mb(*x, 8); r0 = atomic_read(x);', '8'],
    ['atomic_set(x, 9); r0 = atomic_read_acquire(x);', '9'],
    ['atomic_set_release(x, 9); r0 = *x;', '9'],
    ['r0 = xchg(x, 1) * 10 + *x;', '51'],
    ['r0 = atomic_xchg_relaxed(x, 1) * 10 + *x;', '51'],
    ['r0 = cmpxchg(x, 5, 2) * 10 + *x;', '52'],
    ['r0 = cmpxchg_acquire(x, 4, 2) * 10 + *x;', '55'],
    ['r0 = atomic_cmpxchg_release(x, 5, 2) * 10 + *x;', '52'],
    ['atomic_add(3, x); r0 = *x;', '8'],
    ['atomic_sub(3, x); r0 = *x;', '2'],
    ['atomic_inc(x); atomic_inc(x); atomic_dec(x); r0 = *x;', '6'],
    ['atomic_and(6, x); r0 = *x;', '4'],
    ['atomic_or(6, x); r0 = *x;', '7'],
    ['atomic_xor(6, x); r0 = *x;', '3'],
    ['atomic_andnot(4, x); r0 = *x;', '1'],
    ['r0 = atomic_add_return(3, x) * 10 + *x;', '88'],
    ['r0 = atomic_sub_return_release(3, x) * 10 + *x;', '22'],
    ['r0 = atomic_inc_return_relaxed(x) * 10 + *x;', '66'],
    ['r0 = atomic_dec_return_acquire(x) * 10 + *x;', '44'],
    ['r0 = atomic_fetch_add(3, x) * 10 + *x;', '58'],
    ['r0 = atomic_fetch_sub_acquire(3, x) * 10 + *x;', '52'],
    ['r0 = atomic_fetch_inc_release(x) * 10 + *x;', '56'],
    ['r0 = atomic_fetch_dec_relaxed(x) * 10 + *x;', '54'],
    ['r0 = atomic_fetch_and(6, x) * 10 + *x;', '54'],
    ['r0 = atomic_fetch_or_relaxed(6, x) * 10 + *x;', '57'],
    ['r0 = atomic_fetch_xor(6, x) * 10 + *x;', '53'],
    ['r0 = atomic_fetch_andnot_acquire(4, x) * 10 + *x;', '51'],
    ['r0 = atomic_sub_and_test(5, x) * 10 + *x;', '10'],
    ['r0 = atomic_dec_and_test(x) * 10 + *x;', '4'],
    ['r0 = atomic_inc_and_test(x) * 10 + *x;', '6'],
    ['r0 = atomic_add_negative(-6, x) * 10 + *x;', '9'],
    ['r0 = atomic_add_unless(x, 2, 5) * 10 + *x;', '5'],
    ['r0 = atomic_add_unless(x, 2, 4) * 10 + *x;', '17'],
    ['spin_lock(z); r0 = spin_is_locked(z) * 10 + spin_trylock(z); spin_unlock(z);', '10'],
    ['r0 = spin_trylock(z) * 10 + spin_is_locked(z); spin_unlock(z);', '11'],
    ['rcu_read_lock(); rcu_read_unlock(); synchronize_rcu(); synchronize_rcu_expedited(); r0 = 1;', '1'],
    ['int r1 = srcu_read_lock(z); srcu_read_unlock(z, r1); synchronize_srcu(z); r0 = 1;', '1'],
    ['int r1 = srcu_down_read(z); srcu_up_read(z, r1); synchronize_srcu_expedited(z); r0 = 1;', '1'],
    [
      'smp_mb(); smp_rmb(); smp_wmb(); barrier(); smp_mb__before_atomic(); smp_mb__after_atomic();' +
        'smp_mb__after_spinlock(); smp_mb__after_unlock_lock(); smp_mb__after_srcu_read_unlock(); r0 = 1;',
      '1',
    ],
  ])('%s', (body, expected) => {
    expect(r0(body, 'x=5;')).toBe(expected)
  })
})

describe('under the Linux-kernel memory model', () => {
  const verdict = (text: string, model = 'lkmm') => outcome(text, model).verdict

  it('a full barrier forbids store buffering, a lesser one does not', () => {
    expect(verdict(storeBuffering())).toBe('Sometimes')
    expect(verdict(storeBuffering('smp_wmb(); smp_rmb();'))).toBe('Sometimes')
    expect(verdict(storeBuffering('smp_mb();'))).toBe('Never')
    expect(verdict(storeBuffering(), 'sc')).toBe('Never')
    expect(verdict(storeBuffering(), 'tso')).toBe('Sometimes')
  })

  it('a control dependency reaches the body of the if and no further', () => {
    const text = (statement: string): string => `C load-buffering {}
      P0(int *x, int *y) { int r0 = READ_ONCE(*x); ${statement} }
      P1(int *x, int *y) { int r0 = READ_ONCE(*y); smp_mb(); WRITE_ONCE(*x, 1); }
      exists (0:r0=1 /\\ 1:r0=1)`
    expect(verdict(text('if (r0) { WRITE_ONCE(*y, 1); }'))).toBe('Never')
    expect(verdict(text('if (r0) WRITE_ONCE(*y, 1); else WRITE_ONCE(*y, 1);'))).toBe('Never')
    expect(verdict(text('if (r0) { } WRITE_ONCE(*y, 1);'))).toBe('Sometimes')
    expect(verdict(text('if (!r0) return; WRITE_ONCE(*y, 1);'))).toBe('Never')
    expect(verdict(text('if (r0 || 1) WRITE_ONCE(*y, 1);'))).toBe('Never')
  })

  it('an address and a data dependency order', () => {
    const writer = 'WRITE_ONCE(*data, 1); smp_store_release(ready, data);'
    const text = (reader: string) =>
      messagePassing(writer, reader).replace('1:r0=1', '1:r0=data').replace('{}', '{ ready=other; }')
    expect(verdict(text('r0 = READ_ONCE(*ready); r1 = READ_ONCE(*r0);'))).toBe('Never')
    expect(verdict(text('r0 = READ_ONCE(*ready); r1 = READ_ONCE(*data);'))).toBe('Sometimes')
  })

  it('a cmpxchg that fails orders nothing by itself, and all beside a barrier for atomics', () => {
    const text = (between: string): string => storeBuffering(between).replaceAll('int *y)', 'int *y, int *z)')
    expect(verdict(text('cmpxchg(z, 1, 0);'))).toBe('Sometimes')
    expect(verdict(text('cmpxchg(z, 1, 0); smp_mb__after_atomic();'))).toBe('Never')
    expect(verdict(text('smp_mb__before_atomic(); cmpxchg(z, 1, 0);'))).toBe('Never')
    expect(verdict(text('READ_ONCE(*z); smp_mb__after_atomic();'))).toBe('Sometimes')
    expect(verdict(text('xchg(z, 1);'))).toBe('Never')
    expect(verdict(text('xchg(z, 1);'), 'lkmm-6.1')).toBe('Never')
  })

  it('plain accesses that race are flagged', () => {
    const text = messagePassing(
      '*data = 1; smp_wmb(); WRITE_ONCE(*ready, 1);',
      'r0 = READ_ONCE(*ready); r1 = *data;',
    )
    expect(outcome(text, 'lkmm').flags).toContain('data-race')
    expect(block(text, 'lkmm')).toMatch(/Negative: \d+\nFlag data-race\nCondition/)
  })

  it('a test that can only deadlock has no executions', () => {
    const text = 'C one {} P0(spinlock_t *l) { spin_lock(l); spin_lock(l); }'
    expect(outcome(text, 'lkmm')).toMatchObject({
      verdict: 'Never',
      positive: 0,
      negative: 0,
      complete: true,
    })
    expect(outcome(text, 'sc')).toMatchObject({ verdict: 'Never', positive: 0, negative: 0, complete: true })
    expect(block(text, 'lkmm')).toContain('\nOk\nWitnesses\nPositive: 0 Negative: 0\n')
    expect(block(`${text} exists (l=1)`, 'lkmm')).toContain('\nNo\n')
  })

  it('follows no wild pointer, and says so', () => {
    const text = 'C one {} P0(int **p) { int *r0 = READ_ONCE(*p); int r1 = READ_ONCE(*r0); } exists (0:r1=0)'
    expect(outcome(text, 'sc')).toMatchObject({ positive: 0, negative: 0 })
    expect(outcome(text, 'sc').troubles).toEqual(['P0 follows 0x0; nothing lies there'])
  })
})

describe('what the comment states', () => {
  it('changes no outcome', () => {
    const body = [
      'WRITE_ONCE(*data, 1); smp_wmb(); WRITE_ONCE(*ready, 1);',
      'r0 = READ_ONCE(*ready); r1 = READ_ONCE(*data);',
    ] as const
    const bare = outcome(messagePassing(...body), 'lkmm')
    for (const result of [
      'Never',
      'Always',
      'Sometimes',
      'DEADLOCK',
      'Maybe',
      'Never DATARACE',
      'Flag data-race',
    ]) {
      expect(outcome(messagePassing(...body, `(* Result: ${result} *)`), 'lkmm')).toEqual(bare)
    }
  })

  const run = {
    verdict: 'Never',
    complete: true,
    positive: 0,
    negative: 3,
    states: [],
    flags: [] as string[],
    troubles: [],
  } as const
  const raced = { ...run, flags: ['data-race'] }
  const late = { ...run, verdict: null, complete: false } as const
  const proved = { ...run, complete: false } as const
  const empty = { ...run, negative: 0 }

  it.each([
    [null, run, 'not stated'],
    [null, late, 'undecided'],
    ['Never', run, 'as stated'],
    ['Never', proved, 'as stated'],
    ['Never', empty, 'otherwise'],
    ['Sometimes', run, 'otherwise'],
    ['Sometimes', late, 'undecided'],
    ['Always', run, 'otherwise'],
    ['Maybe', run, 'as stated'],
    ['Maybe', late, 'undecided'],
    ['DEADLOCK', empty, 'as stated'],
    ['DEADLOCK', run, 'otherwise'],
    ['DEADLOCK', { ...late, negative: 0 }, 'undecided'],
    ['Sometimes DATARACE', raced, 'as stated'],
    ['Never DATARACE', run, 'otherwise'],
    ['Never DATARACE', proved, 'undecided'],
    ['Flag data-race', raced, 'as stated'],
    ['Flag other', raced, 'otherwise'],
  ] as const)('%s with %j is %s', (stated, result, judgement) => {
    const head = stated === null ? '' : `(* Result: ${stated} *)`
    expect(judge(parsed(`C one\n${head}\n{}\nP0(int *x) { *x = 1; }`).stated, result)).toBe(judgement)
  })
})

describe('in a given time', () => {
  /** A model that gives one execution of the program again and again, and asks about threads as told. */
  const endless = (inner: MemoryModel, asks: boolean): MemoryModel => ({
    ...inner,
    search: (program, options, visitor) => {
      for (;;) {
        let stopped = false
        let skipped = asks
        inner.search(program, options, {
          ...visitor,
          visit: (run) => {
            if (asks && visitor.wanted?.(run.threads) === false) return true
            skipped = false
            stopped = !visitor.visit(run)
            return !stopped
          },
        })
        if (stopped) return { finished: false, redundant: 0 }
        if (skipped) return { finished: true, redundant: 0 }
        if (visitor.expired?.() === true) return { finished: false, redundant: 0 }
      }
    },
  })
  const ticking = (): (() => number) => {
    let time = 0
    return () => time++
  }
  const judged = (text: string, asks = true) => {
    const options = { model: endless(modelNamed('sc'), asks), now: ticking(), limit: 100 }
    return evaluateLitmus(built(text), options)
  }
  const reader = (ending: string): string =>
    `C one {} P0(int *x) { WRITE_ONCE(*x, 1); } P1(int *x) { int r0 = READ_ONCE(*x); } ${ending}`

  it('Sometimes is decided by one execution of each kind', () => {
    expect(judged(reader('exists (1:r0=1)'))).toMatchObject({ verdict: 'Sometimes', complete: false })
  })

  it('Never is proved by a search that leaves out what cannot meet the condition', () => {
    const result = judged(reader('exists (1:r0=2)'))
    expect(result).toMatchObject({ verdict: 'Never', complete: false, positive: 0 })
    expect(result.negative).toBeGreaterThan(0)
  })

  it('Always is proved by a search that leaves out what must meet it', () => {
    expect(judged(reader('exists (1:r0=0 \\/ 1:r0=1)'))).toMatchObject({
      verdict: 'Always',
      complete: false,
      negative: 0,
    })
  })

  it('nothing is said of a verdict that was not proved', () => {
    const result = judged(reader('exists (1:r0=2)'), false)
    expect(result).toMatchObject({ verdict: null, complete: false, positive: 0 })
    const test = parsed(reader('exists (1:r0=2)'))
    expect(formatOutcome(test, result)).not.toMatch(/^(Observation|Ok|No)/m)
    expect(formatOutcome(test, result)).toMatch(/^Timeout one no verdict: /m)
  })

  it('a proved verdict is printed with a word about its counts', () => {
    const test = parsed(reader('~exists (1:r0=2)'))
    const text = formatOutcome(test, judged(reader('~exists (1:r0=2)')))
    expect(text).toMatch(/^Ok$/m)
    expect(text).toMatch(/^Observation one Never 0 \d+\nPartial one /m)
  })

  it('an interruption ends the search', () => {
    const options = { model: modelNamed('sc'), now: () => 0, limit: null, interrupted: () => true }
    expect(evaluateLitmus(built(storeBuffering()), options)).toMatchObject({ verdict: null, complete: false })
  })

  it.each(['sc', 'lkmm', 'lkmm-6.1', 'tso'])(
    'a search under %s that has time gives what it gives without a bound',
    (model) => {
      const text = storeBuffering('smp_wmb();')
      const options = { model: modelNamed(model), now: () => 0, limit: 1000 }
      expect(evaluateLitmus(built(text), options)).toEqual(outcome(text, model))
    },
  )
})
