/** Which functions a patch changes and how, on patches written here. */
import { describe, expect, it } from 'vitest'
import {
  changedFunctions,
  functionOfMissing,
  identitiesOf,
  identityOf,
  outsideFunctions,
} from '../../../src/match/index.js'
import { parsePatch } from '../../../src/patch/index.js'

/** A diff of one file; each hunk is a heading and its lines, numbered one after another. */
function diff(
  path: string,
  ...hunks: readonly (readonly [heading: string, lines: readonly string[]])[]
): string {
  const parts = [`diff --git a/${path} b/${path}`, `--- a/${path}`, `+++ b/${path}`]
  let shift = 0
  for (const [i, [heading, lines]] of hunks.entries()) {
    const count = (marks: string) => lines.filter((line) => marks.includes(line[0] ?? ' ')).length
    const start = 10 + 100 * i
    const [before, after] = [count(' -'), count(' +')]
    parts.push(
      `@@ -${start},${before} +${start + shift},${after} @@${heading === '' ? '' : ` ${heading}`}`,
      ...lines,
    )
    shift += after - before
  }
  return `${parts.join('\n')}\n`
}

const files = (text: string) => {
  const { files: found, diagnostics } = parsePatch(text)
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return found
}
const changed = (text: string) => changedFunctions(files(text))
const told = (text: string) => changed(text).map(({ name, change }) => [name, change])

const BODY = ['static int f(int a)', '{', '\treturn a + 1;', '}']
const as = (mark: string, lines: readonly string[]) => lines.map((line) => mark + line)

describe('how a function changed', () => {
  it('modified: a statement', () => {
    expect(
      told(diff('mm/a.c', ['static int f(int a)', [' {', '-\treturn a;', '+\treturn a + 1;', ' }']])),
    ).toEqual([['f', ['modified']]])
  })

  it('comment-only: comments and blanks', () => {
    const text = diff('mm/a.c', [
      'static int f(int a)',
      [' {', '-\treturn a;', '+\t/* why */', '+\treturn  a;', ' }'],
    ])
    expect(told(text)).toEqual([['f', ['comment-only']]])
  })

  it('not comment-only: a token that a comment hides from the eye', () => {
    const text = diff('mm/a.c', [
      'static int f(int a)',
      [' {', '-\tx(); /* y(); */', '+\tx(); /* */ y(); /* */', ' }'],
    ])
    expect(told(text)).toEqual([['f', ['modified']]])
  })

  it('signature: the head of the definition', () => {
    const text = diff('mm/a.c', [
      '',
      ['-static int f(int a)', '+static int f(int a, int b)', ' {', ' \treturn a;', ' }'],
    ])
    expect(told(text)).toEqual([['f', ['signature', 'modified']]])
  })

  it('added and removed', () => {
    expect(told(diff('mm/a.c', ['', as('+', BODY)]))).toEqual([['f', ['added']]])
    expect(told(diff('mm/a.c', ['', as('-', BODY)]))).toEqual([['f', ['removed']]])
  })

  it('renamed: another name for the same code in the same place', () => {
    const other = BODY.map((line) => line.replace(' f(', ' g('))
    const [only] = changed(diff('mm/a.c', ['', [...as('-', BODY), ...as('+', other)]]))
    expect(only).toMatchObject({ name: 'g', previousName: 'f', previousPath: null })
    expect(only?.change).toContain('renamed')
    expect(only?.change).not.toContain('modified')
  })

  it('moved: the same code in another file', () => {
    const [only, ...rest] = changed(
      diff('mm/a.c', ['', as('-', BODY)]) + diff('include/b.h', ['', as('+', BODY)]),
    )
    expect(rest).toEqual([])
    expect(only).toMatchObject({ name: 'f', path: 'include/b.h', previousPath: 'mm/a.c', change: ['moved'] })
  })

  it('moved and renamed at once', () => {
    const other = BODY.map((line) => line.replace(' f(', ' g('))
    const [only] = changed(diff('mm/a.c', ['', as('-', BODY)]) + diff('include/b.h', ['', as('+', other)]))
    expect(only).toMatchObject({ name: 'g', previousName: 'f', change: ['moved', 'renamed'] })
  })

  it('moved within its file', () => {
    const text = diff('mm/a.c', ['', as('-', BODY)], ['', as('+', BODY)])
    expect(told(text)).toEqual([['f', ['moved']]])
  })

  it('moved and modified is told as both', () => {
    const other = BODY.map((line) => line.replace('a + 1', 'a + 2'))
    const [only] = changed(diff('mm/a.c', ['', as('-', BODY)]) + diff('mm/b.c', ['', as('+', other)]))
    expect(only?.change).toEqual(['moved', 'modified'])
  })

  it('no pair of two functions that have nothing in common', () => {
    const other = ['static int g(void)', '{', '\treturn 7;', '}']
    const text = diff('mm/a.c', ['', as('-', BODY)]) + diff('mm/b.c', ['', as('+', other)])
    expect(told(text)).toEqual([
      ['g', ['added']],
      ['f', ['removed']],
    ])
  })
})

describe('which function a hunk is in', () => {
  it('by its heading when the hunk starts inside', () => {
    expect(told(diff('mm/a.c', ['static int f(int a)', [' \tx();', '+\ty();', ' \tz();']]))).toEqual([
      ['f', ['modified']],
    ])
  })

  it('the one that starts in the hunk, whatever the heading says', () => {
    const text = diff('mm/a.c', [
      'static int f(int a)',
      [' }', ' ', ' static int g(void)', ' {', '+\ty();', ' \tz();'],
    ])
    expect(told(text)).toEqual([['g', ['modified']]])
  })

  it('several hunks of one function are one function', () => {
    const one = changed(
      diff(
        'mm/a.c',
        ['static int f(int a)', [' \tx();', '+\ty();']],
        ['static int f(int a)', [' \tz();', '-\tw();']],
      ),
    )
    expect(one).toHaveLength(1)
    expect(one[0]).toMatchObject({ name: 'f', added: 1, removed: 1 })
    expect(one[0]?.after?.pieces).toHaveLength(2)
    expect(one[0]?.after?.complete).toBe(false)
  })

  it('several functions of one hunk are several functions', () => {
    const text = diff('mm/a.c', [
      'static int f(int a)',
      [' \tx();', '+\ty();', ' }', ' ', ' static int g(void)', ' {', '-\tz();', ' }'],
    ])
    expect(told(text).map(([name]) => name)).toEqual(['f', 'g'])
  })

  it('one without a heading stays unnamed rather than guessed', () => {
    expect(told(diff('mm/a.c', ['', [' \tx();', '+\ty();', ' \tz();']])).map(([name]) => name)).toEqual([
      '(unnamed)',
    ])
  })

  it('two of one name under different conditions stay apart', () => {
    const text = diff('mm/a.c', [
      '',
      [
        ' #ifdef CONFIG_A',
        ' static int f(void)',
        ' {',
        '+\tx();',
        ' \treturn 0;',
        ' }',
        ' #else',
        ' static int f(void)',
        ' {',
        '+\ty();',
        ' \treturn 1;',
        ' }',
        ' #endif',
      ],
    ])
    expect(changed(text).map(({ name, conditions }) => [name, conditions])).toEqual([
      ['f', ['CONFIG_A']],
      ['f', ['!CONFIG_A']],
    ])
  })

  it('a missing hunk names it by its heading alone', () => {
    const missing = (section: string) =>
      ({
        beforeStart: 1,
        beforeCount: 1,
        afterStart: 1,
        afterCount: 1,
        section,
        line: 1,
        reason: 'no-body',
      }) as const
    expect(functionOfMissing(missing('static int f(int a)'))).toBe('f')
    expect(functionOfMissing(missing('static int'))).toBe('(unnamed)')
    expect(functionOfMissing(missing(''))).toBe('(unnamed)')
  })
})

describe('an identity', () => {
  const hash = (text: string) => {
    const [only] = changed(text)
    if (only?.after == null) throw new Error('no function')
    return identityOf(only.after).hash
  }
  const around = (...lines: readonly string[]) =>
    diff('mm/a.c', ['', [...as('+', BODY), ...lines, ' static int g(void)', ' {', ' \treturn 0;', ' }']])

  it('does not hang on blanks', () => {
    expect(hash(diff('mm/a.c', ['', as('+', BODY)]))).toBe(
      hash(
        diff('mm/a.c', [
          '',
          as(
            '+',
            BODY.map((line) => line.replace('\t', '        ')),
          ),
        ]),
      ),
    )
  })

  it('hangs on every token', () => {
    const clean = hash(diff('mm/a.c', ['', as('+', BODY)]))
    for (const [from, to] of [
      ['int a', 'long a'],
      ['a + 1', 'a + 2'],
      ['a + 1', 'a - 1'],
      ['static', 'inline'],
    ] as const)
      expect(
        hash(
          diff('mm/a.c', [
            '',
            as(
              '+',
              BODY.map((line) => line.replace(from, to)),
            ),
          ]),
        ),
      ).not.toBe(clean)
  })

  it('hangs on changed lines behind the function when what follows does not change', () => {
    expect(hash(around('+#endif /* A */'))).not.toBe(hash(around('+#endif /* B */')))
    expect(hash(around('+#endif'))).not.toBe(hash(around()))
  })

  it('does not hang on lines behind it that do not change', () => {
    expect(hash(around(' #define A'))).toBe(hash(around(' #define B')))
  })

  it('does not hang on line numbers', () => {
    const moved = diff('mm/a.c', ['', as('+', BODY)]).replace('@@ -10,0 +10,4 @@', '@@ -77,0 +78,4 @@')
    expect(hash(moved)).toBe(hash(diff('mm/a.c', ['', as('+', BODY)])))
  })
})

describe('what changes outside functions', () => {
  const outside = (path: string, lines: readonly string[]) =>
    outsideFunctions(files(diff(path, ['', lines]))).map(({ kind, added, removed }) => [kind, added, removed])

  it.each([
    ['include', '+#include <linux/mm.h>'],
    ['macro', '+#define A 1'],
    ['conditional', '+#ifdef CONFIG_A'],
    ['struct', '+struct a {'],
    ['declaration', '+extern int f(void);'],
  ])('is told by kind: %s', (kind, line) => {
    expect(outside('mm/a.c', [' #include <linux/a.h>', line])).toEqual([[kind, 1, 0]])
  })

  it.each([
    ['kconfig', 'mm/Kconfig', '+config A'],
    ['kconfig', 'mm/Makefile', '+obj-y += a.o'],
    ['asm', 'arch/x86/entry.S', '+\tret'],
    ['other', 'Documentation/a.rst', '+text'],
  ])('is told by kind: %s in %s', (kind, path, line) => {
    expect(outside(path, [' x', line])).toEqual([[kind, 1, 0]])
  })

  it('leaves out comments and blanks', () => {
    expect(outside('mm/a.c', [' #include <linux/a.h>', '+/* why */', '+'])).toEqual([])
  })

  it('counts both directions', () => {
    expect(outside('mm/a.c', ['-#define A 1', '+#define A 2', '+#define B 2'])).toEqual([['macro', 2, 1]])
  })

  it('does not count what is inside functions', () => {
    expect(outside('mm/a.c', as('+', BODY))).toEqual([])
  })
})

describe('with the whole file at hand', () => {
  // git takes the last line in column 0 for a heading: here a label's, that of the function before.
  const before = [
    'static int first(int a)',
    '{',
    '\treturn a;',
    '}',
    '#ifdef CONFIG_WIDE',
    'int second(int a,',
    '\t   int b)',
    '{',
    'out:',
    '\ta = b;',
    '\ta += b;',
    '\ta -= b;',
    '\treturn a;',
    '}',
    '#endif',
    '',
  ]
  const after = before.map((line) => (line === '\ta -= b;' ? '\ta *= b;' : line))
  const texts = { before: before.join('\n'), after: after.join('\n') }
  const patch = [
    'diff --git a/mm/a.c b/mm/a.c',
    '--- a/mm/a.c',
    '+++ b/mm/a.c',
    '@@ -11,3 +11,3 @@ out:',
    ' \ta += b;',
    '-\ta -= b;',
    '+\ta *= b;',
    ' \treturn a;',
    '',
  ].join('\n')
  const [one] = changedFunctions(files(patch), () => texts)

  it('a hunk is in the function that stands at its place, whatever its heading says', () => {
    expect([one?.name, one?.conditions, one?.change]).toEqual(['second', ['CONFIG_WIDE'], ['modified']])
  })

  it('a side has its whole text, and the identities of the whole and of what is shown', () => {
    expect(one?.after?.whole?.text).toBe(after.slice(5, 14).join('\n'))
    const kinds = identitiesOf(one?.after ?? fail()).map(({ kind }) => kind)
    expect(kinds).toEqual(['hunks', 'function'])
  })

  it('without it the heading is all there is', () => {
    expect(changed(patch).map(({ name }) => name)).not.toContain('second')
  })
})

function fail(): never {
  throw new Error('there is no such side')
}
