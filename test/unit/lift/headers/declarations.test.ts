import { describe, expect, it } from 'vitest'
import { environment, scopeOf } from './tree.js'

/** Names that a text declares, as `kind name`, in order. */
function declared(text: string, files: Record<string, string> = {}): string[] {
  const { walk } = environment(files).scopeFor('mm/lane.c', text)
  return walk.main?.declared.map(({ kind, name }) => `${kind} ${name}`) ?? []
}

describe('names at file scope', () => {
  it.each([
    ['int refill(void);', ['prototype refill']],
    ['extern struct lane *lane_of(int id) __attribute__((pure));', ['prototype lane_of']],
    ['static inline int refill(struct lane *l)\n{\n\treturn l->n;\n}', ['function refill']],
    ['struct lane *refill(void) { return 0; }', ['function refill']],
    ['static struct lane make(void) { struct lane l = { 0 }; return l; }', ['function make']],
    ['__attribute__((cold)) void f(void) {}', ['function f']],
    ['struct lane { int n; };', ['struct lane']],
    [
      'struct lane { struct slot { int k; } s; union { int a; enum mode { ON, OFF } m; }; } one, *two;',
      [
        'struct lane',
        'struct slot',
        'enum mode',
        'variable one',
        'variable two',
        'enumerator ON',
        'enumerator OFF',
      ],
    ],
    ['struct __attribute__((packed)) lane { int n; } __attribute__((aligned(8)));', ['struct lane']],
    ['struct lane;', []],
    ['enum { A, B = 4, C, };', ['enumerator A', 'enumerator B', 'enumerator C']],
    ['typedef unsigned long count_t;', ['typedef count_t']],
    ['__extension__ typedef long long wide_t;', ['typedef wide_t']],
    ['typedef struct { int n; } lane_t, *lane_p;', ['typedef lane_t', 'typedef lane_p']],
    ['typedef int (*fn_t)(int, void *);', ['typedef fn_t']],
    ['typedef int fn_t(int);', ['typedef fn_t']],
    ['typedef int row_t[4];', ['typedef row_t']],
    ['extern int a, *b, c[4], (*d)(int);', ['variable a', 'variable b', 'variable c', 'variable d']],
    ['static const char name[] = "a;b}";', ['variable name']],
    ['static struct lane lanes[2] = { { 1 }, { .n = 2 } };', ['variable lanes']],
    ['static struct ops ops = { .run = go };\nint x;', ['variable ops', 'variable x']],
    ['_Static_assert(sizeof(int) == 4, "int");\nint y;', ['variable y']],
  ] as const)('%s', (text, names) => {
    expect(declared(text)).toEqual(names)
  })

  it('of macros are those of their expansion', () => {
    expect(declared('#define LANE(n) struct lane n = { 0 }; int n##_id(void)\nstatic LANE(left);\n')).toEqual(
      ['variable left', 'prototype left_id'],
    )
    expect(
      declared('#define GET(n) static inline int get_##n(void) { return n; }\nGET(a)\nGET(b)\nint c;'),
    ).toEqual(['function get_a', 'function get_b', 'variable c'])
    expect(declared('#define __cold __attribute__((cold))\nstatic int __cold f(void) { return 1; }')).toEqual(
      ['function f'],
    )
    expect(declared('#define EACH(X) X(A) X(B)\n#define NAME(x) K_##x,\nenum { EACH(NAME) K_END };')).toEqual(
      ['enumerator K_A', 'enumerator K_B', 'enumerator K_END'],
    )
  })

  it('under conditionals are those that the configuration leaves', () => {
    const text =
      'struct lane {\n#ifdef CONFIG_WIDE\n\tstruct wide { int a; } w;\n#else\n\tint n;\n#endif\n};\n'
    expect(declared(text)).toEqual(['struct lane'])
    const scope = scopeOf(text, { config: { CONFIG_WIDE: 'y' } })
    expect(scope.walk.main?.declared.map(({ name }) => name)).toEqual(['lane', 'wide'])
  })

  it('of a list that is included several times are each time what its macro makes of them', () => {
    const files = { 'include/linux/list.h': '#if WANTED(1)\nITEM(red)\nITEM(blue)\n#endif\n#undef ITEM\n' }
    const text = [
      '#define WANTED(x) x',
      'enum color {',
      '#define ITEM(x) COLOR_##x,',
      '#include <linux/list.h>',
      '\tCOLORS',
      '};',
      '#define ITEM(x) extern int x##_lane;',
      '#include <linux/list.h>',
      '',
    ].join('\n')
    const scope = scopeOf(text, { files })
    expect(scope.constant('COLORS')?.value).toBe(2n)
    expect(scope.global('blue_lane')?.type).toMatchObject({ kind: 'integer', bits: 32 })
  })
})

describe('two functions of one name', () => {
  const text =
    '#ifdef CONFIG_PTE\nint walk(void) { return 1; }\n#else\nint walk(void)\n{\n\treturn 0;\n}\n#endif\n'

  it('are told apart by the configuration', () => {
    const lines = (config: Record<string, string>) => {
      const { main } = scopeOf(text, { config }).walk
      return main?.declared.map(({ name, piece }) => `${name}:${piece.line}`)
    }
    expect(lines({})).toEqual(['walk:4'])
    expect(lines({ CONFIG_PTE: 'y' })).toEqual(['walk:2'])
  })

  it('are both known, by their conditions', () => {
    const functions = (config: Record<string, string>) =>
      scopeOf(text, { config })
        .functions()
        .map(({ name, startLine, conditions, isCompiled }) => [name, startLine, ...conditions, isCompiled])
    expect(functions({})).toEqual([
      ['walk', 2, 'CONFIG_PTE', false],
      ['walk', 4, '!CONFIG_PTE', true],
    ])
    expect(functions({ CONFIG_PTE: 'y' }).map((one) => one.at(-1))).toEqual([true, false])
  })

  it('are parsed where they stand', () => {
    const scope = scopeOf(text)
    expect(scope.definition('walk')).toMatchObject({
      path: 'mm/lane.c',
      definition: { name: 'walk', span: { line: 4, column: 1, endLine: 7, endColumn: 2 } },
    })
  })
})
