import { describe, expect, it } from 'vitest'
import { environment, scopeOf, type TreeOptions } from './tree.js'

/** What `RESULT` is at the end of a text. */
function result(text: string, options: TreeOptions & { readonly files?: Record<string, string> } = {}) {
  return scopeOf(text, options).macro('RESULT')?.body ?? null
}

/** Whether a condition holds. */
function holds(test: string, options: TreeOptions = {}): boolean {
  return result(`#if ${test}\n#define RESULT yes\n#endif\n`, options) === 'yes'
}

describe('conditions', () => {
  it.each([
    '1',
    '!0 && (2 > 1 || x)',
    '-1 < 0',
    '-1 > 0u',
    '1 << 40 == 0x10000000000',
    '(2 ? 3 : 4) == 3',
    '0 ? 1 / 0 : 1',
    '1 || 1 / 0',
    "'a' == 97",
    '7 / 2 * 2 + 7 % 2 == 7',
    '0b101 == 5 && 010 == 8',
    'UNKNOWN == 0',
    'defined __GNUC__ && defined(__x86_64__)',
    '__has_attribute(__noinline__)',
    '!__has_attribute(__counted_by__)',
    '0xffffffffffffffff > 0x7fffffffffffffff',
  ])('%s holds', (test) => {
    expect(holds(test)).toBe(true)
  })

  it.each(['0', '1 == 2', 'UNKNOWN', 'defined NOTHING', '~0 == 0', '!defined(__x86_64__)'])(
    '%s does not hold',
    (test) => {
      expect(holds(test)).toBe(false)
    },
  )

  it.each(['1 /', '(1', '1 / 0', 'unknown(3)', '"a" == 1', ''])(
    '%j can not be told, and is noted',
    (test) => {
      const { walk } = scopeOf(`\n#if ${test}\n#define RESULT yes\n#else\n#define RESULT no\n#endif\n`)
      expect(walk.undecided).toMatchObject([
        { code: 'condition-undecided', place: { source: 'mm/lane.c', line: 2 } },
      ])
    },
  )

  it('know the configuration as autoconf would define it', () => {
    const config = {
      CONFIG_A: 'y',
      CONFIG_B: 'm',
      CONFIG_C: 'n',
      CONFIG_N: 512,
      CONFIG_H: '0x10',
      CONFIG_S: 'fast',
    }
    expect(holds('CONFIG_A == 1', { config })).toBe(true)
    expect(holds('defined(CONFIG_B)', { config })).toBe(false)
    expect(holds('defined(CONFIG_B_MODULE)', { config })).toBe(true)
    expect(holds('defined(CONFIG_C)', { config })).toBe(false)
    expect(holds('CONFIG_N / 2 == 256 && CONFIG_H == 16', { config })).toBe(true)
    expect(scopeOf('', { config }).macro('CONFIG_S')?.body).toBe('"fast"')
    expect(holds('IS_ENABLED(CONFIG_A) && IS_ENABLED(CONFIG_B) && !IS_ENABLED(CONFIG_C)', { config })).toBe(
      true,
    )
    expect(holds('IS_BUILTIN(CONFIG_A) && !IS_BUILTIN(CONFIG_B) && IS_MODULE(CONFIG_B)', { config })).toBe(
      true,
    )
    expect(holds('IS_REACHABLE(CONFIG_B)', { config })).toBe(false)
  })

  it('expand macros, which may hold `defined` themselves', () => {
    expect(result('#define WIDE (BITS >= 64)\n#define BITS 64\n#if WIDE\n#define RESULT 1\n#endif')).toBe('1')
    expect(result('#define HAS defined(HAS)\n#if HAS\n#define RESULT 1\n#endif')).toBe('1')
  })

  it('are asked again when a macro they ask for has changed', () => {
    const files = {
      'include/linux/pick.h': '#if SIZE > 1\n#define RESULT big\n#else\n#define RESULT small\n#endif\n',
    }
    const tree = environment(files)
    const at = (size: number) =>
      tree.scopeFor('mm/a.c', `#define SIZE ${size}\n#include <linux/pick.h>\n`).macro('RESULT')?.body
    expect([at(1), at(2), at(1)]).toEqual(['small', 'big', 'small'])
  })

  it('of architectures differ', () => {
    expect(holds('defined(__aarch64__) && __SIZEOF_LONG__ == 8', { arch: 'arm64' })).toBe(true)
    expect(holds('defined(__LP64__)', { arch: 'x86', wordBits: 32 })).toBe(false)
    expect(holds('__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__', { arch: 's390' })).toBe(true)
  })
})

describe('branches', () => {
  const chain = (value: number) =>
    result(
      [
        `#define V ${value}`,
        '#if V == 1',
        '#define RESULT one',
        '#elif V == 2',
        '# if 1',
        '#  define RESULT two',
        '# else',
        '#  define RESULT wrong',
        '# endif',
        '#elif V == 3',
        '#define RESULT three',
        '#else',
        '#define RESULT other',
        '#endif',
      ].join('\n'),
    )

  it('are taken one at a time', () => {
    expect([1, 2, 3, 4].map(chain)).toEqual(['one', 'two', 'three', 'other'])
  })

  it('may be written over lines, with comments, in strings not at all', () => {
    const text = [
      '#if defined(A) || \\',
      '    /* both',
      '#else */ 1',
      '#define RESULT \\',
      '  long /* x */ \\',
      '  body',
      '#endif',
      'const char *s = "\\',
      '#undef RESULT\\',
      '";',
    ].join('\n')
    expect(
      scopeOf(text)
        .macro('RESULT')
        ?.tokens()
        .map((token) => token.text),
    ).toEqual(['long', 'body'])
  })

  it('leave the rest of the text at its places', () => {
    const text = 'int a;\n#if 0\nint b;\n#else\nint c;\n#endif\nint d;\n'
    const active = scopeOf(text).activeText
    expect(active).toHaveLength(text.length)
    expect(active.split('\n').map((line) => line.trim())).toEqual([
      'int a;',
      '',
      '',
      '',
      'int c;',
      '',
      'int d;',
      '',
    ])
  })
})

describe('includes', () => {
  const files = {
    'include/linux/one.h': '#ifndef ONE\n#define ONE\n#include <asm/arch.h>\nint one(void);\n#endif\n',
    'include/linux/once.h': '#pragma once\n#ifdef SEEN\n#define RESULT twice\n#else\n#define SEEN\n#endif\n',
    'arch/x86/include/asm/arch.h': '#define ARCH "x86"\n',
    'arch/arm64/include/asm/arch.h': '#define ARCH "arm64"\n',
    'include/asm-generic/only.h': '#define RESULT generic\n',
    'include/uapi/linux/user.h': '#define RESULT user\n',
    'include/uapi/asm-generic/signal.h': '#define RESULT user generic\n',
    'mm/internal.h': '#define RESULT beside\n',
    'include/internal.h': '#define RESULT global\n',
    'include/linux/loop.h': '#include <linux/loop.h>\n#define RESULT looped\n',
    'include/linux/self.h': '#ifndef RESULT\n#define RESULT 1\n#include "self.h"\n#endif\n',
  }

  it.each([
    ['#include <linux/one.h>\n#define RESULT ARCH', 'ARCH'],
    ['#include <asm/only.h>', 'generic'],
    ['#include <linux/user.h>', 'user'],
    ['#include <uapi/asm/signal.h>', 'user generic'],
    ['#include <asm/signal.h>', 'user generic'],
    ['#include "internal.h"', 'beside'],
    ['#include <internal.h>', 'global'],
    ['#include <linux/once.h>\n#include <linux/once.h>', null],
    ['#define H <linux/user.h>\n#include H', 'user'],
    ['#include <linux/self.h>', '1'],
  ])('%j', (text, body) => {
    expect(result(text, { files })).toBe(body)
  })

  it('of an architecture are its own', () => {
    const arch = (name: string) =>
      scopeOf('#include <linux/one.h>', { files, arch: name }).macro('ARCH')?.body
    expect([arch('x86'), arch('arm64'), arch('s390')]).toEqual(['"x86"', '"arm64"', undefined])
  })

  it('that lead nowhere are listed, with the first place that has them', () => {
    const tree = environment(files)
    tree.scopeFor('mm/a.c', '\n#include <generated/none.h>\n#include <generated/none.h>\n')
    expect([...tree.library.missing]).toEqual([['<generated/none.h>', 'mm/a.c:2']])
  })

  it('without end are stopped, with a word about it', () => {
    const tree = environment(files)
    expect(tree.scopeFor('mm/a.c', '#include <linux/loop.h>\n').macro('RESULT')?.body).toBe('looped')
    expect([...tree.library.diagnostics.values()]).toMatchObject([
      { code: 'include-too-deep', place: { source: 'include/linux/loop.h', line: 1 } },
    ])
  })

  it('before and after do not depend on which files were looked at first', () => {
    const tree = {
      'include/linux/a.h': '#ifndef A_H\n#define A_H\n#ifdef B_H\n#define RESULT both\n#endif\n#endif\n',
      'include/linux/b.h': '#ifndef B_H\n#define B_H\n#include <linux/a.h>\n#endif\n',
    }
    const look = (order: readonly string[]) => {
      const shared = environment(tree)
      return Object.fromEntries(
        order.map((name) => [
          name,
          shared.scopeFor(`mm/${name}.c`, `#include <linux/${name}.h>\n`).macro('RESULT')?.body,
        ]),
      )
    }
    expect(look(['a', 'b'])).toEqual(look(['b', 'a']))
    expect(look(['a', 'b'])).toEqual({ a: undefined, b: 'both' })
  })
})

describe('hostile files', () => {
  it('with conditionals that never end are read to their end', () => {
    const tree = environment({})
    const scope = tree.scopeFor('mm/a.c', '#define RESULT 1\n#ifdef X\n#define RESULT 2\n')
    expect(scope.macro('RESULT')?.body).toBe('1')
    const codes = (text: string) => {
      const own = environment({ 'mm/a.c': text })
      own.scopeFor('mm/a.c', text)
      return [...own.library.diagnostics.values()].map(({ code, place }) => `${code} ${place?.line}`)
    }
    expect(codes('\n#if 1\n')).toEqual(['conditional-unterminated 2'])
    expect(codes('#endif\n#else\n')).toEqual(['conditional-unbalanced 1', 'conditional-unbalanced 2'])
    expect(codes('int a; /* no end\n#define RESULT 1\n')).toEqual(['comment-unterminated 1'])
  })

  it('with ten thousand nested conditionals are no trouble', () => {
    expect(result(`${'#if 1\n'.repeat(10_000)}#define RESULT in\n${'#endif\n'.repeat(10_000)}`)).toBe('in')
  })

  it('with comments in the way of a directive, or chains of names, end', () => {
    expect(result(`#define ${'/**/'.repeat(50_000)} +\n#define RESULT 1\n`)).toBe('1')
    expect(result(`struct a { struct${' '.repeat(200_000)}; };\n#define RESULT 1\n`)).toBe('1')
    const chain = Array.from({ length: 5000 }, (_, at) => `E${at + 1} = E${at} + 1`).join(', ')
    expect(scopeOf(`enum { E0, ${chain} };\n`).constant('E5000')?.value).toBe(5000n)
    const typedefs = Array.from({ length: 5000 }, (_, at) => `typedef t${at} t${at + 1};`).join('\n')
    expect(scopeOf(`typedef int t0;\n${typedefs}\n`).typeNamed('t5000')).not.toBeUndefined()
    const macros = Array.from({ length: 5000 }, (_, at) => `#define M${at + 1} M${at} + 1`).join('\n')
    expect(scopeOf(`#define M0 0\n${macros}\n`).constant('M5000')?.value).toBe(5000n)
  })

  it('of one line of five megabytes, or of brackets only, end', () => {
    expect(result(`int x[] = {${'1,'.repeat(2_500_000)}};\n#define RESULT 1\n`)).toBe('1')
    expect(result(`${'('.repeat(200_000)}\n#define RESULT 1\n`)).toBe('1')
    expect(result(`#define F(x) ${'x '.repeat(200_000)}\n#define RESULT 1\n`)).toBe('1')
  })
})
