import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalise } from '../../../src/lift/index.js'

/** The text with its placeholders written `@`, without blanks at the ends of lines. */
function normal(text: string, decide?: (condition: string) => boolean): string {
  const result = normalise('a.c', text, decide === undefined ? {} : { decide })
  expect(result.text.length).toBe(text.length)
  return result.text.replaceAll('ǂ', '@').replace(/ +$/gm, '')
}

describe('what is no C is blanked', () => {
  it.each([
    ['static int __init probe(void) { }', 'static int        probe(void) { }'],
    ['void *get(void __user *p) { }', 'void *get(void        *p) { }'],
    ['int put(void) __must_hold(&lock) { }', 'int put(void)                    { }'],
    ['struct x { int a; } __attribute__((packed)) y;', 'struct x { int a; }                         y;'],
    ['int a; /* note */ int b; // end', 'int a;            int b;'],
    ['static struct x own_annotation y;', 'static struct x                y;'],
  ])('%s', (text, expected) => {
    expect(normal(text)).toBe(expected)
  })
})

describe('macros that are no C are spelled as something that is', () => {
  const inside = (text: string): string => normal(`void f(void) { ${text} }`).slice(15, -2)
  it.each([
    ['list_for_each_entry(p, head, list) g(p);', 'while(1)                           g(p);'],
    ['x = container_of(p, struct box, lid);', 'x = container_of(p, @         , lid);'],
    ['CHECK(a, ==, b);', 'CHECK(a, @ , b);'],
    ['static DEFINE_RATELIMIT_STATE(rs, 1, 2);', '@                                      ;'],
    ['typeof(*p) q = p;', '@          q = p;'],
    ['asm volatile("nop" : : "r"(x));', '@                             ;'],
    ['x = (n)-1;', 'x = (n)-@;'],
    ['switch (n) { case 1 ... 3: g(); }', 'switch (n) { case @      : g(); }'],
    ['goto *where; out:', '@          ; @;'],
  ])('%s', (text, expected) => {
    expect(inside(text).trimEnd()).toBe(expected)
  })

  it('also where its call spans lines', () => {
    expect(inside('for_each_lane(one,\n  two) { }')).toBe('while(1)\n       { }')
  })
})

describe('conditionals', () => {
  const text = '#ifdef A\nint a;\n#elif B > 1\nint b;\n#else\nint c;\n#endif\nint d;'

  it('keep the branch that holds', () => {
    expect(normal(text, (condition) => condition === 'defined(A)')).toBe('\nint a;\n\n\n\n\n\nint d;')
    expect(normal(text, (condition) => condition === 'B > 1')).toBe('\n\n\nint b;\n\n\n\nint d;')
    expect(normal(text, () => false)).toBe('\n\n\n\n\nint c;\n\nint d;')
  })

  it('are reported with what was decided', () => {
    const { conditions } = normalise('a.c', text, { decide: (condition) => condition !== 'defined(A)' })
    expect(conditions).toEqual([
      { condition: 'defined(A)', line: 1, taken: false },
      { condition: 'B > 1', line: 3, taken: true },
    ])
  })

  it('leave out what dead branches define', () => {
    const { directives } = normalise('a.c', '#if 0\n#define A 1\n#else\n#define B \\\n 2\n#endif\n')
    expect(directives.map(({ text }) => text)).toEqual(['define B   2'])
  })
})

it('annotations that matter are kept aside', () => {
  const { annotations } = normalise(
    'a.c',
    'struct x { int a __aligned(8); } __packed; int f(void) __acquires(&l);',
  )
  expect(annotations.map(({ kind, argument }) => [kind, argument?.text ?? null])).toEqual([
    ['aligned', '8'],
    ['packed', null],
    ['lock', '&l'],
  ])
})

const WORDS =
  'static int struct x { } ( ) [ ] ; , = == * & && - + 1 -1 "s" \'c\' if else while do for case default : ? ... switch goto return typeof sizeof ' +
  'list_for_each_entry __init __user __attribute__ asm SYSCALL_DEFINE1 container_of offsetof _Generic DECLARE_BITMAP u8 pte_t\n #if #endif #else\n /* */ // \\'

/** Where the lines of a text begin and end. */
function shape(text: string): string {
  return text.replace(/[^\n]/g, '.')
}

it('every column and every line stays where it was', () => {
  const soup = fc
    .array(
      fc.oneof(fc.constantFrom(...WORDS.split(' ')), fc.constantFrom('\n', '\t', '\r\n', '  ', '😀', '\0')),
      { maxLength: 60 },
    )
    .map((words) => words.join(' '))
  fc.assert(
    fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
      const result = normalise('soup.c', text)
      expect(result.text.length).toBe(text.length)
      expect(shape(result.text)).toBe(shape(text))
    }),
    { numRuns: 2000 },
  )
})

it('what is plain C stays as it is', () => {
  const text = 'int f(int a)\n{\n\tint b = a * 2;\n\n\tif (b > 3)\n\t\treturn g(b, &a);\n\treturn b;\n}\n'
  expect(normalise('a.c', text).text).toBe(text.replaceAll('\t', ' '))
})
