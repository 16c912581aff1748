import { describe, expect, it } from 'vitest'
import { parseLitmus } from '../../../src/litmus/index.js'
import { parsed, refused } from '../../support/litmus-texts.js'

const PROCESS = 'P0(int *x) { WRITE_ONCE(*x, 1); }'
const whole = (head: string, initial = '{}', rest = 'exists (x=1)'): string =>
  `${head}\n${initial}\n${PROCESS}\n${rest}\n`

describe('the head', () => {
  it('gives the name, up to the first character that no name has', () => {
    expect(parsed(whole('C a+b-c[d]/e.f_1 rest')).name).toBe('a+b-c[d]/e.f_1')
  })

  it('takes the ending of a file off the name', () => {
    expect(parsed(whole('C one.litmus')).name).toBe('one')
  })

  it('may have a quoted line, at once or on the next line', () => {
    expect(parsed(whole('C one "said of it"')).doc).toBe('said of it')
    expect(parsed(whole('C one\n"said { of it"')).doc).toBe('said { of it')
    expect(parsed(whole('C one')).doc).toBe(null)
  })

  it('is free text up to a brace outside of comments', () => {
    const head = 'C one\nOrig=a { b\nsome words\n(* { (* { *) { *)\n/* { */\n// {'
    expect(parsed(whole(head, '{ x=3; }')).initial).toHaveLength(1)
  })

  it('may follow a byte order mark, and have the line ends of another system', () => {
    const text = `\uFEFF${whole('C one', '{ int x = 2; }')}`
    expect(parsed(text.replaceAll('\n', '\r\n')).initial).toHaveLength(1)
  })

  it.each([
    ['(* Result: Never *)', { verdict: 'Never', flag: null }],
    ['(*\n * Result: Sometimes\n * for a reason\n *)', { verdict: 'Sometimes', flag: null }],
    ['(* Result: Never DATARACE *)', { verdict: 'Never', flag: 'data-race' }],
    ['(* Result: Maybe (compiler!) *)', { verdict: 'Maybe', flag: null }],
    ['(* Result: DEADLOCK *)', { verdict: 'DEADLOCK', flag: null }],
    ['(* Result: Flag some-flag *)', { verdict: null, flag: 'some-flag' }],
    ['/* Result: Always */', { verdict: 'Always', flag: null }],
    ['(* Result: Perhaps *)', null],
    ['Result: Never', null],
    ['(* No result. *)', null],
  ])('states in its comment: %j', (comment, stated) => {
    expect(parsed(whole(`C one\n${comment}`)).stated).toEqual(stated)
  })

  it('states nothing by a comment below the initial state', () => {
    expect(parsed(whole('C one', '{} (* Result: Never *)')).stated).toBe(null)
  })
})

describe('the initial state', () => {
  const entries = (initial: string): unknown[] =>
    parsed(whole('C one', `{ ${initial} }`)).initial.map(({ location, type, value }) => [
      location.kind === 'global' ? location.name : `${location.process}:${location.name}`,
      type === null ? null : `${type.base}${'*'.repeat(type.pointers)}`,
      value === null ? null : value.kind === 'address' ? value.name : Number(value.value),
    ])

  it.each([
    ['', []],
    [';', []],
    ['x=1', [['x', null, 1]]],
    [
      'x = -1; y=0x10;',
      [
        ['x', null, -1],
        ['y', null, 16],
      ],
    ],
    ['int x=1;', [['x', 'int', 1]]],
    ['x', [['x', null, null]]],
    ['int x', [['x', 'int', null]]],
    ['unsigned long x;', [['x', 'unsigned long', null]]],
    ['int *p=&x;', [['p', 'int*', 'x']]],
    ['int **p = x;', [['p', 'int**', 'x']]],
    ['*p=x', [['p', 'int*', 'x']]],
    [
      'p=&x; q=x;',
      [
        ['p', null, 'x'],
        ['q', null, 'x'],
      ],
    ],
    ['[x]=2', [['x', null, 2]]],
    ['atomic_t v = ATOMIC_INIT(3);', [['v', 'atomic_t', 3]]],
    ['spinlock_t l;', [['l', 'spinlock_t', null]]],
    ['struct srcu_struct ss;', [['ss', 'struct srcu_struct', null]]],
    [
      '0:r1=5; P0:r2=x;',
      [
        ['0:r1', null, 5],
        ['0:r2', null, 'x'],
      ],
    ],
    [
      'int 0:r1; int * 0:r2 = x;',
      [
        ['0:r1', 'int', null],
        ['0:r2', 'int*', 'x'],
      ],
    ],
    [
      '(* one (* two *) *) x=1; // three\n/* four */ y=2',
      [
        ['x', null, 1],
        ['y', null, 2],
      ],
    ],
  ])('%s', (initial, expected) => {
    expect(entries(initial)).toEqual(expected)
  })
})

describe('the condition', () => {
  const ending = (text: string) => {
    const { locations, filter, quantifier, condition } = parsed(whole('C one', '{}', text))
    return { locations, filter, quantifier, condition }
  }
  const x = { kind: 'global', name: 'x' } as const
  const r0 = { kind: 'register', process: 0, name: 'r0' } as const
  const is = (location: unknown, value: number) => ({
    kind: 'is',
    location,
    value: { kind: 'number', value: BigInt(value) },
  })
  const at = (location: unknown, name: string) => ({ kind: 'is', location, value: { kind: 'address', name } })

  it.each([
    ['exists (x=1)', 'exists'],
    ['~exists (x=1)', '~exists'],
    ['~ exists (x=1);', '~exists'],
    ['not exists (x=1)', '~exists'],
    ['forall (x=1)', 'forall'],
    ['final (x=1)', 'exists'],
    ['(x=1)', 'exists'],
    ['', 'forall'],
  ])('%s asks %s', (text, quantifier) => {
    expect(ending(text).quantifier).toBe(quantifier)
  })

  it.each([
    ['x=1', is(x, 1)],
    ['x==1', is(x, 1)],
    ['[x]=-1', is(x, -1)],
    ['*x=1', is(x, 1)],
    ['x!=1', { kind: 'not', of: is(x, 1) }],
    ['x<>1', { kind: 'not', of: is(x, 1) }],
    ['0:r0=1', is(r0, 1)],
    ['P0:r0=1', is(r0, 1)],
    ['0:r0=y', at(r0, 'y')],
    ['0:r0=&y', at(r0, 'y')],
    ['0:r0=[x]', { kind: 'same', left: r0, right: x }],
    ['0:r0=*x', { kind: 'same', left: r0, right: x }],
    ['x=0:r0', { kind: 'same', left: x, right: r0 }],
    ['true', { kind: 'and', of: [] }],
    ['false', { kind: 'or', of: [] }],
    ['~x=1 /\\ x=2', { kind: 'and', of: [{ kind: 'not', of: is(x, 1) }, is(x, 2)] }],
    ['not (x=1)', { kind: 'not', of: is(x, 1) }],
    ['x=1 /\\ x=2 \\/ x=3', { kind: 'or', of: [{ kind: 'and', of: [is(x, 1), is(x, 2)] }, is(x, 3)] }],
    [
      'x=1 /\\ x=2 => x=3',
      { kind: 'and', of: [is(x, 1), { kind: 'implies', left: is(x, 2), right: is(x, 3) }] },
    ],
    [
      'x=1 => x=2 => x=3',
      { kind: 'implies', left: is(x, 1), right: { kind: 'implies', left: is(x, 2), right: is(x, 3) } },
    ],
    ['(* a (* b *) *) x=1 // c', is(x, 1)],
  ])('%s', (text, condition) => {
    expect(ending(`exists ${text}`).condition).toEqual(condition)
  })

  it.each([
    'locations [x; 0:r0;] filter (x=1) exists (x=2)',
    'filter (x=1) locations [x;0:r0] exists (x=2)',
    'exists (x=2) locations [x; 0:r0 int*] filter x=1',
    'locations[x*;[0:r0]] filter x=1 exists x=2'.replace('[0:r0]', '0:r0'),
  ])('comes with locations and a filter: %s', (text) => {
    expect(ending(text)).toEqual({
      locations: [x, r0],
      filter: is(x, 1),
      quantifier: 'exists',
      condition: is(x, 2),
    })
  })
})

describe('a process', () => {
  const body = (text: string) => parsed(`C one\n{}\nP0(int *x) { ${text} }\nexists (x=1)`).processes[0]?.body
  const shape = (text: string): unknown =>
    JSON.parse(
      JSON.stringify(body(text), (key, value: unknown) =>
        key === 'at' || key === 'type' ? undefined : typeof value === 'bigint' ? Number(value) : value,
      ),
    )
  const name = (text: string) => ({ kind: 'name', name: text })
  const number = (value: number) => ({ kind: 'number', value })

  it('has parameters of every type, which are pointers', () => {
    const text = `C one {} P0(int *x, volatile int* y, struct srcu_struct *ss, int **p, const int * const q,
      spinlock_t *l, unsigned long *u) { } P1(void) { } void P2() { }`
    expect(parsed(text).processes.map(({ parameters }) => parameters.map((one) => one.name))).toEqual([
      ['x', 'y', 'ss', 'p', 'q', 'l', 'u'],
      [],
      [],
    ])
  })

  it.each([
    ['int r0;', [{ kind: 'declare', name: 'r0', value: null }]],
    ['int r0 = 1;', [{ kind: 'declare', name: 'r0', value: number(1) }]],
    [
      'int r0 = 1, *r1;',
      [
        { kind: 'declare', name: 'r0', value: number(1) },
        { kind: 'declare', name: 'r1', value: null },
      ],
    ],
    ['r0 = x;', [{ kind: 'assign', name: 'r0', value: name('x') }]],
    ['*x = 1;', [{ kind: 'store', address: name('x'), value: number(1) }]],
    ['*(int *)r0 = 1u;', [{ kind: 'store', address: name('r0'), value: number(1) }]],
    ['(void)r0;', [{ kind: 'expression', expression: name('r0') }]],
    [';;', []],
    ['return;', [{ kind: 'return' }]],
    [
      'do { r0 = 1; } while (0);',
      [{ kind: 'block', body: [{ kind: 'assign', name: 'r0', value: number(1) }] }],
    ],
    [
      'if (r0) ; else { return; }',
      [
        {
          kind: 'if',
          condition: name('r0'),
          whenTrue: [],
          whenFalse: [{ kind: 'block', body: [{ kind: 'return' }] }],
        },
      ],
    ],
    [
      'if (r0) if (r1) return; else ;',
      [
        {
          kind: 'if',
          condition: name('r0'),
          whenTrue: [{ kind: 'if', condition: name('r1'), whenTrue: [{ kind: 'return' }], whenFalse: [] }],
          whenFalse: [],
        },
      ],
    ],
    ['r0 = *&*x;', [{ kind: 'assign', name: 'r0', value: { kind: 'deref', address: name('x') } }]],
    ['/* a */ r0 = 1; // b\n', [{ kind: 'assign', name: 'r0', value: number(1) }]],
  ])('%s', (text, expected) => {
    expect(shape(text)).toEqual(expected)
  })

  it.each([
    ['a + b * c', '(a + (b * c))'],
    ['a * b + c', '((a * b) + c)'],
    ['a - b - c', '((a - b) - c)'],
    ['a & b == c', '(a & (b == c))'],
    ['a | b ^ c & d', '(a | (b ^ (c & d)))'],
    ['a || b && c | d', '(a || (b && (c | d)))'],
    ['a << b < c', '((a << b) < c)'],
    ['-a + ~b', '(-a + ~b)'],
    ['!a == b', '(!a == b)'],
    ['(intptr_t)a + b', '(a + b)'],
    ['(struct foo *)a', 'a'],
    ['(a) + b', '(a + b)'],
    ['*a * *b', '(*a * *b)'],
    ['f(a, b + c)', 'f(a,(b + c))'],
    ['(int)rcu_dereference(*(char **)a)', 'rcu_dereference(*a)'],
  ])('binds %s as %s', (text, expected) => {
    const statement = body(`r0 = ${text};`)?.[0]
    expect(statement?.kind === 'assign' && spell(statement.value)).toBe(expected)
  })

  it('may have comments of the other kind between it and the next, but not inside', () => {
    const text = `C one {} (* a *) P0(int *x) { READ_ONCE(*x); } (* b *) P1(int *x) { WRITE_ONCE(*x, 1); }`
    expect(parsed(text).processes).toHaveLength(2)
  })
})

type Expression = Extract<
  NonNullable<ReturnType<typeof parsed>['processes'][0]>['body'][0],
  { kind: 'assign' }
>['value']

function spell(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'name':
      return expression.name
    case 'deref':
      return `*${spell(expression.address)}`
    case 'unary':
      return `${expression.operator}${spell(expression.operand)}`
    case 'binary':
      return `(${spell(expression.left)} ${expression.operator} ${spell(expression.right)})`
    case 'call':
      return `${expression.name}(${expression.args.map(spell).join(',')})`
  }
}

describe('what is no test is refused with its place', () => {
  const inBody = (text: string): string => refused(`C one\n{}\nP0(int *x)\n{\n  ${text}\n}\nexists (x=1)\n`)
  const inEnd = (text: string): string => refused(`C one\n{}\n${PROCESS}\n${text}\n`)

  it.each([
    ['', '1:1: litmus-syntax: a litmus test begins with `C` and its name'],
    ['?', '1:1: litmus-syntax: a litmus test begins with `C` and its name'],
    ['\n PPC one', '2:2: litmus-not-c: a test of PPC: only tests in C are read'],
    ['C', '1:2: litmus-syntax: the test has no name'],
    ['C one\n', '2:1: litmus-syntax: the test ends before its initial state, which `{` opens'],
    ['C one\n (* (* *) {', '2:2: litmus-syntax: the comment that begins here has no end'],
    [
      'C one\n{ x=1',
      '2:6: litmus-syntax: the end of the test where `;` or `}` in the initial state is expected',
    ],
    ['C one\n{ x=; }', '2:5: litmus-syntax: `;` where a number or a location is expected'],
    ['C one\n{ int x[2]; }', '2:8: litmus-unsupported: arrays are not supported'],
    ['C one\n{ x={1}; }', '2:5: litmus-unsupported: arrays are not supported'],
    ['C one\n{ x=1; /* }', '2:8: litmus-syntax: the comment that begins here has no end'],
    ['C one\n{ x=$; }', '2:5: litmus-syntax: `$` has no meaning here'],
    ['C one\n{}\nexists (x=1)', '3:1: litmus-syntax: `exists` where a process, `P0(…) { … }`, is expected'],
    ['C one\n{}\nP1() { }', '3:1: litmus-syntax: P1 where P0 is expected'],
    ['C one\n{}\nP0(int x) { }', '3:8: litmus-syntax: the parameter x is not a pointer'],
    [
      'C one\n{}\nP0(int *x int *y) { }',
      '3:11: litmus-syntax: `int` where `,` or `)` among the parameters is expected',
    ],
    ['C one\n{}\nP0(x) { }', '3:4: litmus-syntax: `x` where a type is expected'],
    ['C one\n{}\nP0(int *x, int *x) { }', '3:17: litmus-duplicate: P0 has two parameters x'],
    ['C one\n{ x=1; x=2; }\nP0() { }', '2:8: litmus-duplicate: x has two initial values'],
    [
      'C one\n{ 0:x=1; }\nP0(int *x) { }',
      '3:9: litmus-duplicate: the parameter x is set by the initial state too',
    ],
    ['C one\n{ 1:r0=1; }\nP0() { }', '2:3: litmus-unknown-process: there is no P1'],
    ['C one\n{ spinlock_t l = 1; }\nP0() { }', '2:3: litmus-unsupported: the lock l has an initial value'],
  ])('%j', (text, diagnostic) => {
    expect(refused(text)).toBe(diagnostic)
  })

  it.each([
    ['r0 = ;', '5:8: litmus-syntax: `;` where an expression is expected'],
    ['r0 = 1', '6:1: litmus-syntax: `}` where `;` after an assignment is expected'],
    ['1 = r0;', '5:3: litmus-syntax: this cannot be assigned to'],
    ['if r0 return;', '5:6: litmus-syntax: `r0` where `(` after `if` is expected'],
    ['while (1) { }', '5:3: litmus-unsupported: `while` is not supported in a litmus test'],
    ['for (;;) { }', '5:3: litmus-unsupported: `for` is not supported in a litmus test'],
    ['goto out;', '5:3: litmus-unsupported: `goto` is not supported in a litmus test'],
    ['do { } while (1);', '5:3: litmus-unsupported: loops are not supported in a litmus test'],
    [
      'return 1;',
      '5:10: litmus-syntax: `1` where `;` after `return`, as a process returns nothing, is expected',
    ],
    ['r0 = &r1;', '5:8: litmus-unsupported: the address of a local variable is not supported'],
    ['r0 = x->next;', '5:9: litmus-syntax: `->` where `;` after an assignment is expected'],
    ['kfree(x);', '5:3: litmus-unknown-macro: kfree is not known'],
    ['r0 = READ_ONCE(x);', '5:18: litmus-argument: READ_ONCE takes memory, as in READ_ONCE(*x)'],
    ['r0 = READ_ONCE(*x, 1);', '5:8: litmus-argument: READ_ONCE takes 1 argument, not 2'],
    ['r0 = smp_mb();', '5:8: litmus-argument: smp_mb has no value'],
    [`r0 = ${'('.repeat(300)}1;`, '5:207: litmus-unsupported: this is nested too deeply'],
    [`r0 = 1${' + 1'.repeat(600)};`, '5:2010: litmus-unsupported: the expression is too long'],
    [`${'{'.repeat(300)}`, '5:203: litmus-unsupported: this is nested too deeply'],
  ])('%s', (text, diagnostic) => {
    expect(inBody(text)).toBe(diagnostic)
  })

  it.each([
    ['exists', '5:1: litmus-syntax: the end of the test where a part of the condition is expected'],
    [
      'exists (x=1',
      '5:1: litmus-syntax: the end of the test where `)` that closes a part of the condition is expected',
    ],
    ['exists (x)', '4:10: litmus-syntax: `)` where `=` or `!=` is expected'],
    ['exists (x[1]=1)', '4:10: litmus-unsupported: arrays are not supported'],
    ['exists (x={1})', '4:11: litmus-unsupported: arrays are not supported'],
    ['~(x=1)', '4:2: litmus-syntax: `(` where `exists` after `~` is expected'],
    ['exists (x=1) exists (x=2)', '4:14: litmus-syntax: a second condition'],
    ['filter x=1 filter x=2', '4:12: litmus-syntax: a second `filter`'],
    ['locations [x] locations [y]', '4:15: litmus-syntax: a second `locations`'],
    ['locations [x y z]', '4:16: litmus-syntax: `z` where `;` or `]` in `locations` is expected'],
    [
      'hello',
      '4:1: litmus-syntax: `hello` where `exists`, `~exists`, `forall`, `locations`, `filter` or a process is expected',
    ],
    ['exists (3:r0=1)', '?:?: litmus-unknown-process: the condition names P3, which there is not'],
    [`exists (${'~'.repeat(300)}x=1)`, '4:209: litmus-unsupported: this is nested too deeply'],
  ])('%s', (text, diagnostic) => {
    expect(inEnd(text)).toBe(diagnostic)
  })

  it('whatever the text is cut off at', () => {
    const text = `C one "doc"\n(* c *)\n{ int *p=&x; 0:r1=2; }\nP0(int *x, int **p)
{ int *r0 = READ_ONCE(*p); if (r0 != x && 1) { *r0 = (int)x - 1; } else do { barrier(); } while (0); }
locations [x; 0:r0;] filter (x=1) ~exists (~(p=&x \\/ 0:r0=[p]) => true)`
    expect(parseLitmus(text, 'own.litmus').ok).toBe(true)
    for (let end = 0; end < text.length; end++) {
      const cut = parseLitmus(text.slice(0, end), 'own.litmus')
      if (!cut.ok) expect(cut.error.place?.line).toBeLessThanOrEqual(text.split('\n').length)
    }
  })
})
