import { describe, expect, it } from 'vitest'
import { wordLists } from '../../../../src/lift/headers/index.js'
import type { Statement } from '../../../../src/lift/index.js'
import { spellType } from '../../../../src/lift/types/spell-type.js'
import { environment, scopeOf, type TreeOptions } from './tree.js'

const files = {
  'include/linux/lane.h': `#ifndef LANE_H
#define LANE_H
#define LANE_SHIFT 12
#define LANE_SIZE (1UL << LANE_SHIFT)
#define LANE_MASK (~(LANE_SIZE - 1))
typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct { unsigned long v; } entry_t;
enum lane_state { LANE_OFF = -1, LANE_IDLE, LANE_BUSY = 1 << 4, LANE_LAST };
struct lane;
struct lane {
	u32 head, tail;
	struct lane *next;
	entry_t slots[LANE_BUSY / 2];
	union { int a; u64 b; };
};
int lane_refill(struct lane *lane, u64 token, ...);
static inline unsigned long lane_base(unsigned long at)
{
	return at & LANE_MASK;
}
extern struct lane *lanes[LANE_LAST];
#define lane_head(l) ((l)->head)
#define lane_for_each(p, first) for (p = (first); p; p = p->next)
#define lane_lock(l, flags) do { flags = lane_irq_save(); lane_take(l); } while (0)
#define lane_try(l) if (!lane_ready(l)) return -1
#endif
`,
}

const scope = (text = '', options: TreeOptions = {}) =>
  scopeOf(`#include <linux/lane.h>\n${text}`, { files, ...options })

describe('constants', () => {
  const value = (name: string, text = '') => {
    const constant = scope(text).constant(name)
    return constant === null ? null : `${constant.value} ${spellType(constant.type)}`
  }

  it.each([
    ['LANE_SHIFT', '12 int'],
    ['LANE_SIZE', '4096 unsigned long'],
    ['LANE_MASK', '18446744073709547520 unsigned long'],
    ['LANE_OFF', '-1 int'],
    ['LANE_IDLE', '0 int'],
    ['LANE_BUSY', '16 int'],
    ['LANE_LAST', '17 int'],
  ])('%s is %s', (name, expected) => {
    expect(value(name)).toBe(expected)
  })

  it.each([
    ['-1 > 0U', '1 int'],
    ['(u32)-1', '4294967295 unsigned int'],
    ['(signed char)200', '-56 signed char'],
    ['(_Bool)4', '1 _Bool'],
    ['sizeof(u64) * 2', '16 unsigned long'],
    ['sizeof(struct lane)', '88 unsigned long'],
    ['sizeof(((struct lane *)0)->slots)', '64 unsigned long'],
    ['sizeof(struct { int : -!!(0); }) + 1', null],
    ['0x80000000', '2147483648 unsigned int'],
    ['2147483648', '2147483648 long'],
    ['1 ? 2 : 3UL', '2 unsigned long'],
    ['(1ULL << 63) >> 3', '1152921504606846976 unsigned long long'],
    ['__builtin_constant_p(LANE_SIZE) ? 63 - __builtin_clzll(LANE_SIZE) : other(3)', '12 int'],
    ['min(3, 4U) + max_t(u64, 1, 5)', '8 unsigned long long'],
    ["'a' + '\\n'", '107 int'],
    ['sizeof(enum small) + sizeof(enum lane_state)', '5 unsigned long'],
    ['BIG_ONE', '2147483648 unsigned int'],
    ['BIG_TWO', '1099511627776 unsigned long'],
    ['lane_refill(0)', null],
    ['UNKNOWN', null],
    ['1 << 40', null],
  ])('%s is %s', (expression, expected) => {
    const enums =
      'enum small { SMALL = 200 } __attribute__((packed));\nenum big { BIG_ONE = 1U << 31, BIG_TWO = 1UL << 40 };\n'
    const found = value('RESULT', `${enums}#define RESULT (${expression})\n`)
    // An empty struct with a bit-field of no width: what its size is, this reader need not know.
    if (expression.includes('struct {')) expect([null, '1 unsigned long']).toContain(found)
    else expect(found).toBe(expected)
  })

  it('that need themselves have no value', () => {
    expect(value('A', '#define A B\n#define B A\n')).toBeNull()
    expect(value('E', 'enum { E = E + 1 };\n')).toBeNull()
    expect(value('X', '#define X X\nenum { X = 5 };\n')).toBe('5 int')
  })
})

describe('types', () => {
  it('are those of the headers', () => {
    const here = scope('#define offset_t unsigned long\n')
    expect(here.typeNamed('u64')).toMatchObject({ kind: 'integer', bits: 64, signed: false })
    expect(here.typeNamed('entry_t')).toMatchObject({ kind: 'struct', name: 'entry_t' })
    expect(here.typeNamed('offset_t')).toMatchObject({ kind: 'integer', bits: 64, signed: false })
    expect(here.typeNamed('nothing_t')).toBeNull()
  })

  it('of structs are one wherever they are met', () => {
    const lane = scope().tagged('struct', 'lane')
    expect(lane?.kind).toBe('struct')
    if (lane?.kind !== 'struct') return
    const members = lane.members() ?? []
    expect(members.map(({ name, type }) => `${name} ${spellType(type)}`)).toEqual([
      'head u32',
      'tail u32',
      'next struct lane *',
      'slots entry_t[8]',
      expect.stringContaining('null union'),
    ])
    const next = members[2]?.type
    expect(next?.kind === 'pointer' && next.to.kind === 'struct' && next.to.members).toBe(lane.members)
  })

  it('of functions and globals', () => {
    const here = scope('struct lane own = { 1 };\nstatic int count;\n')
    expect(here.prototype('lane_refill')).toMatchObject({
      returns: { bits: 32 },
      parameters: [{ kind: 'pointer' }, { bits: 64, signed: false }],
      variadic: true,
    })
    expect(here.prototype('lane_base')).toMatchObject({ returns: { bits: 64 }, variadic: false })
    expect(here.global('lanes')).toMatchObject({ isStatic: false, definition: null, type: { length: 17 } })
    expect(here.global('own')).toMatchObject({ definition: { initializer: { kind: 'initializer-list' } } })
    expect(here.global('count')).toMatchObject({ isStatic: true })
    expect(here.global('lane_refill')).toBeNull()
    const counted = scope('static const int steps[] = { 1, [4] = 2, 3 };\nchar name[] = "ab";\n')
    expect(counted.global('steps')?.type).toMatchObject({ kind: 'array', length: 6 })
    expect(counted.global('name')?.type).toMatchObject({ kind: 'array', length: 3 })
  })

  it('of a 32-bit architecture', () => {
    expect(scope('', { wordBits: 32 }).constant('LANE_SIZE')?.type).toMatchObject({ bits: 32, signed: false })
  })
})

describe('definitions', () => {
  it('of headers have the places of their file', () => {
    expect(scope().definition('lane_base')).toMatchObject({
      path: 'include/linux/lane.h',
      definition: { storage: 'static', span: { line: 18, column: 1, endLine: 21, endColumn: 2 } },
    })
    expect(scope().definition('lane_refill')).toBeNull()
  })

  it('that a macro makes stand where it is called', () => {
    const text =
      '#define FLAG(n) static int test_##n(struct lane *l) { return lane_head(l) & n; }\n\nFLAG(busy)\n'
    const found = scope(text).definition('test_busy')
    expect(found?.definition).toMatchObject({
      span: { line: 4 },
      body: { body: [{ kind: 'return', span: { line: 4 } }] },
    })
  })

  it('see the macros of their place', () => {
    const text =
      '#define K 1\nstatic int one(void) { return K; }\n#undef K\n#define K 2\nstatic int two(void) { return K; }\n#undef K\n'
    const here = scope(text)
    expect(here.definition('one')?.scope.constant('K')?.value).toBe(1n)
    expect(here.definition('two')?.scope.constant('K')?.value).toBe(2n)
    expect([here.at(3).constant('K')?.value, here.at(6).constant('K')?.value]).toEqual([1n, 2n])
    expect(here.at(7).constant('K')).toBeNull()
    expect(here.constant('K')?.value).toBe(2n)
  })
})

describe('expansions', () => {
  const span = { line: 7, column: 3, endLine: 7, endColumn: 20 }
  const body: Statement = { kind: 'empty', span: { line: 9, column: 1, endLine: 9, endColumn: 2 } }

  it('of expressions stand at the call', () => {
    expect(scope().expandExpression('lane_head(&own)', span)).toMatchObject({
      kind: 'member',
      name: 'head',
      span,
      object: { kind: 'unary', operator: '&', span },
    })
    expect(scope().expandExpression('lane_lock(l, f)', span)).toBeNull()
  })

  it('of statements', () => {
    expect(scope().expandStatement('lane_lock(l, f)', span)).toMatchObject({ kind: 'do', span })
    expect(scope().expandStatement('lane_try(l)', span)).toMatchObject({
      kind: 'if',
      then: { kind: 'return' },
    })
    expect(scope('#define nothing(x)\n').expandStatement('nothing(1)', span)).toEqual({ kind: 'empty', span })
  })

  it('of iterators have the body in them', () => {
    expect(scope().expandIteration('lane_for_each(p, q)', body, span)).toMatchObject({ kind: 'for', body })
    const filtered = scope('#define each_busy(p, q) lane_for_each(p, q) if (!p->head) {} else\n')
    expect(filtered.expandIteration('each_busy(p, q)', body, span)).toMatchObject({
      kind: 'for',
      body: { kind: 'if', otherwise: body },
    })
    expect(scope().expandIteration('lane_head(p)', body, span)).toBeNull()
  })

  it('leave primitives as calls', () => {
    const here = scope('#define load(p) (*(p))\n#define head_of(p) load(&(p)->head)\n', {
      keep: (name) => name === 'load',
    })
    expect(here.expandExpression('head_of(p)', span)).toMatchObject({
      kind: 'call',
      callee: { name: 'load' },
    })
    expect(here.isMacro('load')).toBe(false)
  })

  it('do not go round in a macro that calls the function of its name', () => {
    const here = scope('#define fill(x) ({ check(x); fill(x); })\n')
    const first = here.expandExpression('fill(l)', span)
    const found = JSON.stringify(first).match(/"text":"fill[^"]*"/)?.[0] ?? ''
    const inner = found.slice('"text":"'.length, -1)
    expect(JSON.stringify(first)).toContain('"name":"fill"')
    expect(here.expandExpression(inner, span)).toBeNull()
    expect(here.expandStatement(inner, span)).toBeNull()
  })

  it('of a macro that is its own name are none', () => {
    expect(scope('#define lane_refill lane_refill\n').isMacro('lane_refill')).toBe(false)
  })

  it('of nothing known are null', () => {
    expect(scope().expandExpression('1 +', span)).toBeNull()
    expect(scope().expandStatement('}', span)).toBeNull()
  })
})

describe('what macros do', () => {
  const effects = (text: string, name: string) => scope(text).effectsOf(name)

  it.each([
    ['#define m(a, b) a = b', { assigns: [0] }],
    ['#define m(a, b) do { typeof(b) x = (b); (a).n += x; } while (0)', { assigns: [0] }],
    ['#define m(a, b) ((a)++, --(b))', { assigns: [0, 1] }],
    ['#define m(a, b) f(&(a), b & 1)', { assigns: [], takesAddress: [0] }],
    ['#define m(a, b) ((a)->n = (b) == 1)', { assigns: [] }],
    ['#define m(a, b) (*(a) = b)', { assigns: [] }],
    ['#define m(a, b) do { if (a) goto out; } while (0)', { leaves: ['goto'] }],
    ['#define m(a, b) if (a) return b', { leaves: ['return'] }],
    ['#define m(a, b) if (a) break', { leaves: ['break'] }],
    ['#define m(a, b) do { for (;;) { if (a) break; } } while (0)', { leaves: [] }],
    ['#define m(a, b) do { if (a) break; f(b); } while (0)', { leaves: [] }],
    ['#define m(a, b) struct lane a = { b }', { opens: true }],
    ['#define m(a, b) for (a = 0; a < b; a++)', { opens: true, assigns: [0] }],
    ['#define m(a, b) ({ int r = f(a); r + b; })', { assigns: [], leaves: [], opens: false }],
  ])('%s', (text, expected) => {
    expect(effects(`${text}\n`, 'm')).toMatchObject(expected)
  })
})

describe('a patch', () => {
  it('of a header is seen by what includes it, and by nothing else', () => {
    const tree = environment({
      'include/linux/size.h': '#ifndef SIZE_H\n#define SIZE_H\n#define SIZE 4\n#endif\n',
      'include/linux/buffer.h':
        '#ifndef BUFFER_H\n#define BUFFER_H\n#include <linux/size.h>\nstruct buffer { char data[SIZE]; };\n#endif\n',
    })
    const text = '#include <linux/buffer.h>\n#define RESULT sizeof(struct buffer)\n'
    const patched = tree.withFiles(
      new Map([['include/linux/size.h', '#ifndef SIZE_H\n#define SIZE_H\n#define SIZE 9\n#endif\n']]),
    )
    const size = (of: typeof tree) => of.scopeFor('mm/a.c', text).constant('RESULT')?.value
    expect([size(tree), size(patched), size(tree)]).toEqual([4n, 9n, 4n])
  })

  it('that adds or removes a header', () => {
    const tree = environment({ 'mm/own.h': '#define RESULT 1\n' })
    const text = '#include "own.h"\n#include "new.h"\n'
    const patched = tree.withFiles(
      new Map([
        ['mm/own.h', null],
        ['mm/new.h', '#define RESULT 2\n'],
      ]),
    )
    expect(tree.scopeFor('mm/a.c', text).constant('RESULT')?.value).toBe(1n)
    expect(patched.scopeFor('mm/a.c', text).constant('RESULT')?.value).toBe(2n)
  })

  it('of the file itself shares everything else', () => {
    const tree = environment(files)
    const of = (text: string) => tree.scopeFor('mm/a.c', `#include <linux/lane.h>\n${text}`)
    const [before, after] = [of('static int n = 1;\n'), of('static long n = 1;\n')]
    expect([before.global('n')?.type, after.global('n')?.type]).toMatchObject([{ bits: 32 }, { bits: 64 }])
    const [left, right] = [before.tagged('struct', 'lane'), after.tagged('struct', 'lane')]
    expect(left).toBe(right)
  })
})

describe('words', () => {
  it('of a tree tell the parser what they are', () => {
    const { parseOptions } = scope(
      '#define __slow __attribute__((cold))\n#define __nothing\n#define __slow_init __slow __nothing\n#define EMPTY\n#define __tight __attribute__((packed))\n#define inline inline __slow\n',
    )
    const annotations = [
      '__slow',
      '__nothing',
      '__slow_init',
      'EMPTY',
      'LANE_SIZE',
      'lane_head',
      '__tight',
      'inline',
    ]
    expect(annotations.map((word) => parseOptions.isAnnotation?.(word))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
    expect(['lane_for_each', 'lane_head', 'unknown'].map((word) => parseOptions.isIteration?.(word))).toEqual(
      [true, false, null],
    )
    expect(['u64', 'entry_t', 'lane_refill'].map((word) => parseOptions.isType?.(word))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('of a tree are listed', () => {
    const here = scope(
      '#define __slow __attribute__((cold))\n#define __checks(n) __attribute__((format(printf, n, 0)))\n',
    )
    const { annotations, annotationCalls, iterators } = wordLists(here.walk.macros, here.macro)
    expect([...annotations]).toContain('__slow')
    expect([...annotationCalls]).toContain('__checks')
    expect([...iterators]).toEqual(['lane_for_each'])
  })

  it('of the configuration', () => {
    const here = scope('', { config: { CONFIG_A: 'y', CONFIG_B: 'm', CONFIG_C: 'n' } })
    expect(['CONFIG_A', 'B', 'CONFIG_C', 'CONFIG_D'].map((name) => here.isEnabled(name))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('generated headers', () => {
  it('with bounds follow from the tree', () => {
    const tree = environment(
      {
        'kernel/bounds.c':
          '#define __GENERATING_BOUNDS_H\n#include <linux/zone.h>\nint main(void)\n{\n\tDEFINE(ZONES, __ZONES);\n#ifdef CONFIG_NO\n\tDEFINE(NO, 1);\n#endif\n\treturn 0;\n}\n',
        'include/linux/zone.h':
          'enum zone { ZONE_A,\n#ifdef CONFIG_B\n ZONE_B,\n#endif\n __ZONES };\n#ifndef __GENERATING_BOUNDS_H\n#include <generated/bounds.h>\n#endif\n',
      },
      { config: { CONFIG_B: 'y' } },
    )
    const here = tree.scopeFor(
      'mm/a.c',
      '#include <linux/zone.h>\n#if ZONES == 2\n#define RESULT 1\n#endif\n',
    )
    expect(here.constant('ZONES')?.value).toBe(2n)
    expect(here.constant('RESULT')?.value).toBe(1n)
    expect(here.isMacro('NO')).toBe(false)
  })
})
