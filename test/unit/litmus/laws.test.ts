import fc from 'fast-check'
import { expect, it } from 'vitest'
import { buildLitmus, formatOutcome, parseLitmus, writeLitmus } from '../../../src/litmus/index.js'
import { built, outcome, parsed } from '../../support/litmus-texts.js'

const WHOLE = `C whole "of everything"
(* Result: Never *)
{ int *p=&x; 0:r1=2; atomic_t v = ATOMIC_INIT(3); spinlock_t l; }
P0(int *x, int **p, spinlock_t *l)
{
	int *r0 = READ_ONCE(*p);
	spin_lock(l); // taken
	if (r0 != x && 1) { *r0 = (int)x - 1; return; } else do { barrier(); } while (0);
	spin_unlock(l); /* given back */
}
void P1(atomic_t *v, struct srcu_struct *ss)
{
	int r2 = srcu_read_lock(ss), r3 = atomic_add_unless(v, -1, 0x10);
	srcu_read_unlock(ss, r2);
}
locations [x; 0:r0; v;] filter (x=1 \\/ v<>2)
~exists (~(p=&x \\/ 0:r0=[p]) => 1:r3=1 /\\ true)
`

const PIECES = [
  ...'(){}[];,:*&=~!"<>-+/\\\n x10',
  '(*',
  '*)',
  '/*',
  '//',
  '/\\',
  '\\/',
  'P0',
  'P1(',
  'if (',
  'else',
  'exists',
  'locations [',
  'filter',
  'int ',
  'READ_ONCE(*',
  'spin_lock(',
  '0:r0=',
  'while',
  '\u0000',
  '\ud800',
]

it('no text makes the parser or the compiler fail other than by a diagnostic with a place in it', () => {
  const change = fc.record({
    at: fc.nat(WHOLE.length),
    drop: fc.nat(4),
    piece: fc.constantFrom('', ...PIECES),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      let text = WHOLE
      for (const { at, drop, piece } of changes) text = text.slice(0, at) + piece + text.slice(at + drop)
      const test = parseLitmus(text, 'own.litmus')
      const result = test.ok ? buildLitmus(test.value, 'own.litmus') : test
      if (result.ok) return
      const { line, column } = result.error.place ?? {}
      if (line === undefined) return
      const row = text.split('\n')[line - 1]
      expect(row).toBeDefined()
      expect(column).toBeGreaterThan(0)
      expect(column).toBeLessThanOrEqual((row ?? '').length + 1)
    }),
    { numRuns: 2000 },
  )
})

const register = fc.constantFrom('r0', 'r1')
const cell = fc.constantFrom('x', 'y')
const value = fc.oneof(register, fc.constantFrom('1', '2', '-1'))
const sum = fc.tuple(value, fc.constantFrom('+', '-', '==', '&'), value).map((parts) => parts.join(' '))

const simple = fc.oneof(
  fc.tuple(register, cell).map(([r, c]) => `${r} = READ_ONCE(*${c});`),
  fc.tuple(register, cell).map(([r, c]) => `${r} = smp_load_acquire(${c});`),
  fc.tuple(register, cell, value).map(([r, c, v]) => `${r} = xchg(${c}, ${v});`),
  fc.tuple(register, cell, value).map(([r, c, v]) => `${r} = cmpxchg(${c}, ${v}, 3);`),
  fc.tuple(cell, fc.oneof(value, sum)).map(([c, v]) => `WRITE_ONCE(*${c}, ${v});`),
  fc.tuple(register, sum).map(([r, v]) => `${r} = ${v};`),
  cell.map((c) => `atomic_inc(${c});`),
  fc.constantFrom('smp_mb();', 'smp_wmb();', 'smp_rmb();', 'return;'),
)
const nested = fc.oneof(
  { weight: 3, arbitrary: simple },
  fc
    .tuple(value, fc.array(simple, { maxLength: 2 }), fc.option(simple))
    .map(
      ([v, then, other]) => `if (${v}) { ${then.join(' ')} }${other === null ? '' : ` else { ${other} }`}`,
    ),
)
const body = fc.array(nested, { maxLength: 4 }).map((lines) => lines.join('\n'))

it.each(['sc', 'lkmm'])('a test that is written and read again has the same outcome under %s', (model) => {
  fc.assert(
    fc.property(body, body, (first, second) => {
      const text = `C random { x=1; }
P0(int *x, int *y) { int r0; int r1; ${first} }
P1(int *x, int *y) { int r0; int r1; ${second} }
locations [0:r0; 0:r1; 1:r0; 1:r1; x] exists (y=3)`
      const { test, program, functions } = built(text)
      const written = writeLitmus({ name: test.name, comment: [], program, functions, question: test })
      if (!written.ok) throw new Error(written.error.message)
      const again = formatOutcome(parsed(written.value), outcome(written.value, model))
      expect(again).toBe(formatOutcome(test, outcome(text, model)))
    }),
    { numRuns: 60 },
  )
})
