import { describe, expect, it } from 'vitest'
import { instructionsByLine } from '../../../../src/lift/index.js'
import { instructions, lifted, tryLift } from '../../../support/c-program.js'

const KERNEL = { kernelAccesses: true }

describe('accesses', () => {
  it('are one load for each mention', () => {
    const fn = lifted(
      'struct w { struct w *next; long v; };\nlong f(struct w *w) { return w->next->v + w->next->v; }',
      'f',
    )
    expect(instructions(fn, 'load').map(({ access }) => access)).toEqual(['plain', 'plain', 'plain', 'plain'])
  })

  it('have the width and sign of what they touch', () => {
    const fn = lifted('void f(short *s, unsigned char *c, char **p) { *s = *c; *p = 0; }', 'f')
    expect(instructions(fn, 'load').map(({ type }) => type)).toEqual([{ bits: 8, signed: false }])
    expect(instructions(fn, 'store').map(({ type }) => type)).toEqual([
      { bits: 16, signed: true },
      { bits: 64, signed: false },
    ])
  })

  it('of the kernel are marked', () => {
    const fn = lifted(
      `void f(long *p, long x) {
        READ_ONCE(*p); WRITE_ONCE(*p, x); smp_load_acquire(p); smp_store_release(p, x); smp_mb();
      }`,
      'f',
      KERNEL,
    )
    const marks = fn.ir.code.flatMap((i) =>
      i.op === 'load' || i.op === 'store' ? [`${i.op} ${i.access}`] : i.op,
    )
    expect(marks).toEqual(['load once', 'store once', 'load acquire', 'store release', 'fence', 'return'])
  })

  it('that read, change and write are one instruction', () => {
    const fn = lifted(
      `typedef struct { int counter; } atomic_t;
       int f(atomic_t *v, long *w) {
         atomic_inc(v);
         cmpxchg(w, 1, 2);
         return atomic_add_return_acquire(3, v) + atomic_dec_and_test(v);
       }`,
      'f',
      KERNEL,
    )
    expect(
      instructions(fn, 'rmw').map(({ name, access, result, to }) => [
        name,
        access,
        to === null ? null : result,
      ]),
    ).toEqual([
      ['atomic_inc', 'noreturn', null],
      ['cmpxchg', 'mb', 'old'],
      ['atomic_add_return_acquire', 'acquire', 'new'],
      ['atomic_dec_and_test', 'mb', 'new'],
    ])
  })

  it('of volatile memory are marked where the kernel means them so', () => {
    const text = 'int f(int *p) { return *(volatile int *)p; }'
    expect(instructions(lifted(text, 'f', KERNEL), 'load')[0]?.access).toBe('once')
    expect(instructions(lifted(text, 'f'), 'load')[0]?.access).toBe('plain')
  })
})

describe('variables', () => {
  it('are registers unless their address is taken or they are no word', () => {
    const fn = lifted(
      'int g(int *); int f(int a) { int b = a, c = 1; long d[2]; d[0] = g(&c); return b + c + d[0]; }',
      'f',
    )
    expect(fn.ir.objects?.map(({ name, bytes, align }) => [name, bytes, align])).toEqual([
      ['c', 4, 4],
      ['d', 16, 8],
    ])
  })

  it('stay registers where only sizeof or typeof mentions their address', () => {
    const fn = lifted('long f(int a) { return sizeof(&a) + sizeof(typeof(&a)); }', 'f')
    expect(fn.ir.objects).toEqual([])
    expect(fn.ir.code).toEqual([{ op: 'return', values: [{ kind: 'constant', value: 16n }] }])
  })

  it('of opaque words are read by their member as themselves', () => {
    const text =
      'typedef struct { unsigned long pte; } pte_t;\npte_t f(pte_t *p) { pte_t v = *p; v.pte |= 2; return (pte_t) { .pte = v.pte + p->pte }; }'
    const fn = lifted(text, 'f', { scalarTypes: new Map([['pte_t', 64]]) })
    expect(fn.ir.objects).toEqual([])
    expect(instructions(fn, 'load')).toHaveLength(2)
  })
})

describe('branches', () => {
  const joins = (body: string): (number | null)[] =>
    instructions(lifted(`int g(void);\nint f(int a, int b) { ${body} }`, 'f'), 'branch').map(
      ({ join }) => join,
    )

  it('meet where both ways come together again', () => {
    const fn = lifted('int g(void);\nint f(int a) { if (a) g(); return 1; }', 'f')
    const [branch] = instructions(fn, 'branch')
    expect(branch?.join).toBe(branch?.whenFalse)
    expect(fn.ir.code[branch?.join ?? -1]?.op).toBe('return')
  })

  it('meet nowhere if one way returns, or none ever ends', () => {
    expect(joins('if (a) return 1; return 2;')).toEqual([null])
    expect(joins('for (;;) { if (a) g(); else for (;;) ; }')).toEqual([null])
  })

  it('on constants are none', () => {
    expect(joins('if (0) g(); while (1) { if (sizeof(long) == 8 || g()) break; } return 0;')).toEqual([])
  })

  it('of && lead straight to where the condition leads', () => {
    const fn = lifted('int f(int a, int b) { if (a && !b) return 1; return 2; }', 'f')
    expect(fn.ir.code.map(({ op }) => op)).toEqual(['branch', 'branch', 'return', 'return'])
  })
})

describe('code', () => {
  it('tells the line of each instruction', () => {
    const fn = lifted('int f(int *p)\n{\n\tint a = *p;\n\n\treturn a +\n\t\t*p;\n}', 'f')
    const lines = instructionsByLine(fn.ir)
    expect([...lines.keys()]).toEqual([3, 6, 5])
    expect(fn.ir.places[0]).toEqual({ line: 3, column: 10 })
  })

  it('has no conversion that keeps the bits, and no constant that is not folded', () => {
    const fn = lifted('unsigned long f(unsigned a) { return (unsigned long)(int)a == 3 * 4 - 2; }', 'f')
    expect(fn.ir.code.map(({ op }) => op)).toEqual(['convert', 'binary', 'return'])
    const plain = lifted('unsigned long f(unsigned a) { return a; }', 'f')
    expect(plain.ir.code.map(({ op }) => op)).toEqual(['return'])
  })

  it('marks the heads of loops if asked to', () => {
    const fn = lifted('void f(int *p) { while (READ_ONCE(*p)) ; }', 'f', { ...KERNEL, marksLoops: true })
    expect(instructions(fn, 'loop').map(({ key }) => key)).toEqual(['f:1:18'])
  })
})

describe('calls', () => {
  it('say how C sees them', () => {
    const fn = lifted(
      `struct vma; typedef struct { long v; } lock_t; enum state { OFF, ON = 4 };
       struct vma *find(lock_t **l, unsigned long at); enum state ask(_Bool b);
       int f(lock_t **l) { if (ask(1) == 7) return 1; return find(l, 5) == 0; }`,
      'f',
    )
    expect(instructions(fn, 'call').map(({ target, prototype }) => [target, prototype])).toEqual([
      [
        'ask',
        {
          args: ['_Bool'],
          returns: 'enum state',
          answers: { kind: 'integer', type: { bits: 32, signed: false }, values: [0n, 4n, 7n] },
        },
      ],
      [
        'find',
        {
          args: ['lock_t **', 'unsigned long'],
          returns: 'struct vma *',
          answers: { kind: 'pointer', to: 'struct vma', mayBeNull: true, mayBeError: false },
        },
      ],
    ])
    expect(fn.callees).toEqual([
      { name: 'ask', path: null },
      { name: 'find', path: null },
    ])
  })

  it('through members keep the text of the pointer', () => {
    const fn = lifted(
      'struct o { int (*go)(int); }; int f(struct o *ops) { return ops->go(1) + (*ops->go)(2); }',
      'f',
    )
    expect(instructions(fn, 'call-pointer').map(({ text }) => text)).toEqual(['ops->go', '(*ops->go)'])
  })

  it('name functions of the file as callees with its path', () => {
    const fn = lifted('static int g(void) { return 1; }\nint f(void) { return g(); }', 'f')
    expect(fn.callees).toEqual([{ name: 'g', path: 'test.c' }])
  })
})

describe('what is not known', () => {
  it('is noted with its line', () => {
    const fn = lifted('struct s;\nint f(struct s *s)\n{\n\treturn s->flags +\n\t\tunheard + g();\n}', 'f')
    expect(fn.notes).toEqual([
      { text: 'struct s is not known: flags lies in a made-up place, type unknown, assumed u64', line: 4 },
      { text: 'type of struct s.flags unknown, assumed u64', line: 4 },
      { text: 'unheard is not declared, type unknown, assumed u64', line: 5 },
      { text: 'type of unheard unknown, assumed u64', line: 5 },
      { text: 'g is not declared, taken for int g()', line: 5 },
    ])
  })

  it('gives members of unknown structs places of their own', () => {
    const fn = lifted('struct s; void f(struct s *s) { s->a = 1; s->b = 2; s->a = 3; }', 'f')
    const addresses = instructions(fn, 'store').map(({ address }) => address)
    expect(instructions(fn, 'binary')).toHaveLength(1)
    expect(addresses[0]).toEqual(addresses[2])
  })
})

describe('failures', () => {
  it.each([
    ['asm("cli");', 'inline assembly'],
    ['int g(void) { return 1; } g();', 'a function inside a function'],
    ['__int128 x = 1; double y = x;', '128-bit integers'],
    ['undefined_type_t;', 'type undefined_type_t as a value'],
  ])('%s', (body, construct) => {
    const failure = tryLift(`typedef int undefined_type_t;\nvoid f(void)\n{\n\t${body}\n}`, 'f')
    expect(failure).toMatchObject({ function: 'f', line: 4 })
    expect(failure).toHaveProperty('construct', construct)
  })

  it('of nesting beyond measure end in a diagnostic', () => {
    const deep = `${'(1+'.repeat(5_000)}1${')'.repeat(5_000)}`
    let failed = ''
    try {
      const result = tryLift(`int f(void) { return ${deep}; }`, 'f')
      failed = 'construct' in result ? result.construct : 'lifted'
    } catch {
      failed = 'not parsed'
    }
    expect(['nesting beyond what is followed', 'not parsed']).toContain(failed)
  })
})
