import { describe, expect, it } from 'vitest'
import { findFunctions } from '../../../src/lift/index.js'

/** `name[conditions]@start-end` of every function found. */
const found = (text: string) =>
  findFunctions(text).map(
    (one) => `${one.name}${one.conditions.map((c) => `[${c}]`).join('')}@${one.startLine}-${one.endLine}`,
  )

describe('findFunctions', () => {
  it('gives the text from the declaration to the closing brace', () => {
    const text = '/* doc */\nstatic inline int f(int a,\n\t\t\tint b) /* sum */\n{\n\treturn a + b;\n}\n'
    const [one] = findFunctions(text)
    expect(one).toMatchObject({ name: 'f', startLine: 2, endLine: 6 })
    expect(one?.text).toBe(text.slice(10, -1))
    expect(one?.text[one.bodyStart]).toBe('{')
    expect(one?.signature).toBe('static inline int f(int a, int b)')
  })

  it.each([
    ['int __init f(void)\n{\n}', 'f'],
    ['static int __split(pmd_t *p) __must_hold(ptl)\n{\n}', '__split'],
    ['static int f(pmd_t *p)\n\t__acquires(a)\n\t__releases(b)\n{\n}', 'f'],
    ['static __printf(1, 2) void f(const char *fmt, ...)\n{\n}', 'f'],
    ['void __attribute__((weak)) f(void)\n{\n}', 'f'],
    ['struct page *f(struct vm_area_struct *vma)\n{\n}', 'f'],
    ['static int f(void (*fn)(int), int n) __unheard_of(fn) __cold\n{\n}', 'f'],
    ['unsigned long\nf(void)\n{\n}', 'f'],
    ['late_initcall(setup)\n\nstatic int f(void)\n{\n}', 'f'],
    ['SYSCALL_DEFINE3(mlock, unsigned long, start, size_t, len)\n{\n}', 'sys_mlock'],
    ['COMPAT_SYSCALL_DEFINE1(x, int, a)\n{\n}', 'compat_sys_x'],
  ])('finds the name in %j', (text, name) => {
    expect(findFunctions(text).map((one) => one.name)).toEqual([name])
  })

  it.each([
    'static const struct walk_ops ops = {\n\t.pte_entry = f,\n};',
    'struct a {\n\tint (*f)(void);\n} __packed;',
    'enum x { A, B };',
    '#define f(x) do { g(x); } while (0)',
    'int f(int a);',
    'static DEFINE_FOO(x, ({ int y = 1; y; }));',
    'typedef struct { int f; } t;',
    'int a[] = { 1 };',
    'HPAGEFLAG(a, b)\nstruct x {\n\tint y;\n};',
    'union u {\n};',
    '',
  ])('finds none in %j', (text) => {
    expect(found(`${text}\nint last(void)\n{\n}\n`).map((one) => one.replace(/@.*/, ''))).toEqual(['last'])
  })

  it('reports alternatives with the conditions around them', () => {
    expect(
      found(
        '#ifdef CONFIG_X\nint f(void)\n{\n}\n#else\nint f(void)\n{\n}\n#endif\n' +
          '#if defined(A) && B > 1\n#ifndef C\nint g(void)\n{\n}\n#endif\n#elif D\nint g(void)\n{\n}\n#endif\n',
      ),
    ).toEqual([
      'f[CONFIG_X]@2-4',
      'f[!CONFIG_X]@6-8',
      'g[defined(A)&&B>1][!C]@12-14',
      'g[!(defined(A)&&B>1)][D]@17-19',
    ])
  })

  it('does not report an include guard', () => {
    const body = 'int f(void)\n{\n}\n'
    expect(found(`/* x */\n#ifndef X_H\n#define X_H\n${body}#endif\n`)).toEqual(['f@4-6'])
    expect(found(`#ifndef f\nint f(void)\n{\n}\n#endif\n`)).toEqual(['f[!f]@2-4'])
  })

  it('counts a brace that opens in both branches once', () => {
    expect(
      found(
        'int f(void)\n{\n#ifdef A\n\tif (x) {\n#else\n\tif (y) {\n#endif\n\t\tg();\n\t}\n}\nint h(void)\n{\n}\n',
      ),
    ).toEqual(['f@1-10', 'h@11-13'])
  })

  it('does so without the help of column 0', () => {
    const text =
      ' int f(void)\n {\n#ifdef A\n if (x) {\n#else\n if (y) {\n#endif\n }\n }\n int h(void)\n {\n }\n'
    expect(found(text)).toEqual(['f@1-9', 'h@10-12'])
  })

  it('reports a body that ends in both branches once', () => {
    expect(
      found('int f(void)\n{\n#ifdef A\n\treturn 1;\n}\n#else\n\treturn 0;\n}\n#endif\nint g(void)\n{\n}\n'),
    ).toEqual(['f@1-8', 'g@10-12'])
  })

  it('does not take a macro call on lines of its own for the beginning', () => {
    expect(found('late_initcall(setup)\n\nstatic int f(void)\n{\n}\n')).toEqual(['f@3-5'])
  })

  it('takes the branch that is open for the head of a body that both share', () => {
    expect(found('#ifdef A\nint f(int a)\n#else\nint f(void)\n#endif\n{\n}\n')).toEqual(['f@4-7'])
  })

  it('passes over what stands under #if 0', () => {
    expect(found("#if 0\nthis isn't C {\n#endif\nint f(void)\n{\n}\n")).toEqual(['f@4-6'])
  })

  it('goes on after a function whose braces do not balance, by column 0', () => {
    expect(found('int f(void)\n{\n\tif (x) {\n}\n\nint g(void)\n{\n\t{ }\n}\n#endif\n')).toEqual([
      'f@1-4',
      'g@6-9',
    ])
  })

  it('drops a body that is never closed', () => {
    expect(found('int f(void)\n{\n\tif (x) {\n')).toEqual([])
  })
})
