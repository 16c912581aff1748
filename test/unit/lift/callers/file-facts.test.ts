/** What a file says of functions, tables of callbacks and their uses. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factsOf, type Question } from '../../../../src/lift/index.js'

function facts(text: string, question: Partial<Question>, path = 'mm/a.c') {
  return factsOf({ path, text }, { functions: [], structs: [], members: [], ...question })
}

const tables = (text: string) =>
  facts(text, { structs: ['walk_ops'], members: ['pte', 'pmd'] }).tables.map(
    ({ name, line, isStatic, function: inside, fields, open, conditions }) => ({
      name,
      line,
      ...(isStatic ? {} : { isStatic }),
      ...(inside === null ? {} : { inside }),
      sets: fields.map(
        ({ field, value, conditions: c }) => `${field}=${value}${c.length === 0 ? '' : ` if ${c.join(' ')}`}`,
      ),
      ...(open.length === 0 ? {} : { open }),
      ...(conditions.length === 0 ? {} : { conditions }),
    }),
  )

describe('tables of callbacks', () => {
  it.each([
    [
      'designated',
      'static const struct walk_ops t = {\n\t.pte = a,\n\t.pmd = &b,\n};',
      [{ name: 't', line: 1, sets: ['pte=a', 'pmd=&b'] }],
    ],
    ['the old way', 'static struct walk_ops t = { pte: a };', [{ name: 't', line: 1, sets: ['pte=a'] }]],
    ['by position', 'static struct walk_ops t = { a, NULL };', [{ name: 't', line: 1, sets: ['#0=a'] }]],
    [
      'with what is not set',
      'static struct walk_ops t = { .pte = NULL, .pmd = 0 };',
      [{ name: 't', line: 1, sets: [] }],
    ],
    [
      'with attributes',
      'static const struct walk_ops t __initconst = { .pte = a };',
      [{ name: 't', line: 1, sets: ['pte=a'] }],
    ],
    [
      'of names that begin like attributes',
      'static struct walk_ops __t = { .pte = a };',
      [{ name: '__t', line: 1, sets: ['pte=a'] }],
    ],
    [
      'seen from elsewhere',
      'const struct walk_ops t = { .pte = a };',
      [{ name: 't', line: 1, isStatic: false, sets: ['pte=a'] }],
    ],
    [
      'in a function',
      'int f(void)\n{\n\tconst struct walk_ops t = { .pte = a };\n}',
      [{ name: 't', line: 3, isStatic: false, inside: 'f', sets: ['pte=a'] }],
    ],
    [
      'in an array',
      'static struct walk_ops t[] = {\n\t{ .pte = a },\n\t[K] = { .pmd = b },\n};',
      [
        { name: 't[0]', line: 2, sets: ['pte=a'] },
        { name: 't[1]', line: 3, sets: ['pmd=b'] },
      ],
    ],
    [
      'as a literal',
      'int f(void)\n{\n\twalk(&(struct walk_ops){ .pte = a });\n}',
      [{ name: '', line: 3, isStatic: false, inside: 'f', sets: ['pte=a'] }],
    ],
    [
      'under conditions',
      '#ifdef CONFIG_A\nstatic struct walk_ops t = {\n\t.pte = a,\n#ifdef CONFIG_B\n\t.pmd = b,\n#else\n\t.pmd = c,\n#endif\n};\n#endif',
      [
        {
          name: 't',
          line: 2,
          sets: ['pte=a', 'pmd=b if CONFIG_B', 'pmd=c if !CONFIG_B'],
          conditions: ['CONFIG_A'],
        },
      ],
    ],
    [
      'behind an include guard',
      '#ifndef A_H\n#define A_H\nstatic struct walk_ops t = { .pte = a };\n#endif',
      [{ name: 't', line: 3, sets: ['pte=a'] }],
    ],
    [
      'filled at run time',
      'static struct walk_ops t;',
      [{ name: 't', line: 1, sets: [], open: ['t is filled at run time'] }],
    ],
    [
      'made by a macro',
      'static struct walk_ops t = WALK_OPS(a, b);',
      [{ name: 't', line: 1, sets: [], open: ['t is made by WALK_OPS(a, b)'] }],
    ],
    [
      'partly made by a macro',
      'static struct walk_ops t = { WALK_COMMON(a), .pte = a };',
      [{ name: 't', line: 1, sets: ['pte=a'], open: ['members of t come from the macro WALK_COMMON'] }],
    ],
    [
      'in another struct',
      'struct big {\n\tstruct walk_ops own;\n};',
      [{ name: 'own', line: 2, isStatic: false, sets: [], open: ['a member own of another struct'] }],
    ],
    [
      'pointers, declarations, parameters, types',
      'extern struct walk_ops e;\nstruct walk_ops *p;\nint f(struct walk_ops by, const struct walk_ops *q);\nstruct walk_ops { int x; };\nint n = sizeof(struct walk_ops);',
      [],
    ],
    [
      'in comments and strings',
      '/* struct walk_ops t = { .pte = a }; */ char *s = "struct walk_ops t = {";',
      [],
    ],
  ])('%s', (_, text, found) => {
    expect(tables(text)).toEqual(found)
  })

  it('are used by name, through a variable, or put away', () => {
    const text = [
      'static const struct walk_ops t = { .pte = a }, u = { .pmd = b };',
      'static int f(struct mm_struct *mm, bool two)',
      '{',
      '\tconst struct walk_ops *ops = two ? &u : &t;',
      '\tstruct walk w = { .ops = &t };',
      '\tmmap_read_lock(mm);',
      '\tw.ops = &u;',
      '\tWARN_ON(walk_range(mm, 0, 1, &t, NULL));',
      '\treturn walk_range(mm, 0, 1, ops, NULL);',
      '}',
    ].join('\n')
    const { uses, tables: found } = facts(text, { structs: ['walk_ops'] })
    expect(found.map(({ name }) => name)).toEqual(['t', 'u'])
    expect(
      uses.map(({ table, line, how, locks }) => [
        table,
        line,
        JSON.stringify(how),
        locks?.held.map(({ lock }) => lock),
      ]),
    ).toEqual([
      ['u', 9, '{"kind":"call","callee":"walk_range","through":"ops"}', ['mmap_lock']],
      ['t', 9, '{"kind":"call","callee":"walk_range","through":"ops"}', ['mmap_lock']],
      ['t', 5, '{"kind":"stored","to":"w.ops"}', undefined],
      ['u', 7, '{"kind":"stored","to":"w.ops"}', undefined],
      ['t', 8, '{"kind":"call","callee":"walk_range","through":null}', ['mmap_lock']],
    ])
  })

  it('are told apart from assignments at run time', () => {
    const text =
      'void f(struct walk_ops *o)\n{\n\tstruct walk_ops t = { .pte = a };\n\to->pte = b;\n\tt.pmd = c ? d : e;\n\tif (o->pte == b) g(o->pte);\n}'
    const { stores } = facts(text, { members: ['pte', 'pmd'] })
    expect(stores.map(({ line, to, value }) => [line, to, value])).toEqual([
      [4, 'o->pte', 'b'],
      [5, 't.pmd', 'c ? d : e'],
    ])
  })
})

/** What a text says of `fn`: `call@3 in f`, `member t.pte@1`. */
function said(text: string): string[] {
  const { definitions, calls, addresses, macros, exports } = facts(text, { functions: ['fn'] })
  return [
    ...definitions.map(
      (d) => `${d.kind === 'macro' ? 'macro ' : ''}${d.isStatic ? 'static ' : ''}definition@${d.line}`,
    ),
    ...calls.map((c) => `call@${c.line} in ${c.function}`),
    ...addresses.map(({ how, line }) => {
      if (how.kind === 'member') return `${how.struct ?? '?'} ${how.of}.${how.member}@${line}`
      if (how.kind === 'assignment') return `${how.to} =@${line}`
      return how.kind === 'argument' ? `to ${how.callee}@${line}` : `${how.kind}@${line}`
    }),
    ...macros.map(({ macro, line }) => `in macro ${macro}@${line}`),
    ...exports.map(({ by, line }) => `${by}@${line}`),
  ]
}

describe('what a file says of a function', () => {
  it.each([
    ['a definition', 'static inline int fn(int a)\n{\n\treturn a;\n}', ['static definition@1']],
    ['a declaration', 'int fn(int a);\nextern struct x *fn(void) __attribute__((pure));', []],
    ['a macro of its name', '#define fn(a) other(a)\n#define fn fn', ['macro definition@1']],
    ['a call', 'int f(void)\n{\n\treturn 1 + fn(2);\n}', ['call@3 in f']],
    ['itself', 'int fn(int a)\n{\n\treturn fn(a - 1);\n}', ['definition@1', 'call@3 in fn']],
    [
      'a member of that name',
      'int f(struct o *o)\n{\n\to->fn(1);\n\to->x.fn = 0;\n}\nstruct o t = { .fn = g };',
      [],
    ],
    ['a variable of that name', 'int f(void)\n{\n\tint fn = 2;\n\treturn g(fn);\n}', []],
    [
      'a parameter of that name',
      'int f(int (*fn)(int))\n{\n\treturn fn(1);\n}\nint g(pte_fn_t fn)\n{\n\treturn fn(1);\n}',
      [],
    ],
    ['a declaration inside a function', 'int f(void)\n{\n\textern int fn(int a);\n\treturn 0;\n}', []],
    ['a label, a tag', 'int f(void)\n{\n\tstruct fn *x;\n\tgoto fn;\nfn:\n\treturn 0;\n}', []],
    ['in a table', 'static struct walk_ops t = {\n\t.pte = fn,\n};', ['walk_ops t.pte@2']],
    [
      'deep in a table',
      'static struct big t[] = {\n\t[2] = { .ops = { .pte = fn } },\n};',
      ['big t.[2].ops.pte@2'],
    ],
    ['by position', 'static struct row t[] = { { "a", g }, { "b", fn } };', ['row t.[1]#1@1']],
    ['in a table of a typedef', 'static ops_t t = { .pte = fn };', ['? t.pte@1']],
    [
      'assigned',
      'void f(struct o *o)\n{\n\to->ops[1].pte = fn;\n\to->x = c ? fn : g;\n}',
      ['o->ops[1].pte =@3', 'o->x =@4'],
    ],
    [
      'a variable made of it',
      'static int (*hook)(int) = fn;\nvoid f(void)\n{\n\tint (*h)(int) = &fn;\n}',
      ['hook =@1', 'h =@4'],
    ],
    ['handed on', 'void f(void)\n{\n\tvisit(1, &fn);\n}', ['to visit@3']],
    [
      'compared, returned',
      'fn_t f(void)\n{\n\tif (x == fn)\n\t\treturn fn;\n}',
      ['compared@3', 'returned@4'],
    ],
    ['registered', 'module_init(fn);\nDEFINE_IDT(a, fn);', ['to module_init@1', 'to DEFINE_IDT@2']],
    ['marked', 'ALLOW_ERROR_INJECTION(fn, ERRNO);\nNOKPROBE_SYMBOL(fn);', []],
    ['exported', 'EXPORT_SYMBOL_GPL(fn);', ['EXPORT_SYMBOL_GPL@1']],
    ['in a macro', '#define WRAP(x) \\\n\tfn(x)\n', ['in macro WRAP@1']],
    ['in comments and strings', '/* fn(1) */ char *s = "fn"; // fn()', []],
    [
      'under two conditions',
      '#ifdef A\nstatic int fn(void)\n{\n}\n#else\nint fn(void)\n{\n}\n#endif',
      ['static definition@2', 'definition@6'],
    ],
  ])('%s', (_, text, found) => {
    expect(said(text)).toEqual(found)
  })

  it('includes the conditions around a call, and what the function asserts of its callers', () => {
    const text =
      '#if IS_ENABLED(CONFIG_A)\nint fn(struct mm_struct *mm)\n{\n\tmmap_assert_locked(mm);\n\tif (mm)\n\t\tlockdep_assert_held(&x->lock);\n\treturn 0;\n}\n#endif'
    const [definition] = facts(text, { functions: ['fn'] }).definitions
    expect(definition?.conditions).toEqual(['IS_ENABLED(CONFIG_A)'])
    expect(definition?.asserts.map(({ lock, line }) => [lock, line])).toEqual([['mmap_lock', 4]])
  })

  it('includes which variables a call hands over', () => {
    const [call] = facts('void f(void)\n{\n\tfn(mm, &t, a->b, ops);\n}', { functions: ['fn'] }).calls
    expect(call?.passes).toEqual(['mm', 't', 'ops'])
    expect(call?.text).toBe('fn(mm, &t, a->b, ops)')
  })

  it('tells of C files that are included', () => {
    expect(facts('#include "other.c"\n#include "a.h"\n', { functions: ['fn'] }).hidden).toEqual([
      'mm/a.c:1 includes other.c',
    ])
  })

  it('counts lines from where a piece begins', () => {
    const piece = { path: 'mm/a.c', text: 'int f(void)\n{\n\tfn();\n}\n', firstLine: 100 }
    expect(factsOf(piece, { functions: ['fn'], structs: [], members: [] }).calls[0]?.line).toBe(102)
  })
})

it('any text can be asked', () => {
  const piece = fc.constantFrom(
    'struct',
    'walk_ops',
    't',
    '=',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ';',
    ',',
    '.',
    '->',
    'pte',
    'fn',
    '&',
    '*',
    'static',
    'int',
    '\n#define X fn\n',
    '\n#if A\n',
    '\n#else\n',
    '\n#endif\n',
    '"',
    "'",
    '/*',
    ':',
    '?',
    'return',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      facts(pieces.join(' '), { functions: ['fn'], structs: ['walk_ops'], members: ['pte'] })
    }),
  )
})
