import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  expandTokens,
  macroOf,
  macroTokens,
  readDefine,
  tokensText,
} from '../../../../src/lift/headers/index.js'

/** Expands the last line under the definitions of the others. */
function expanded(text: string, keep?: (name: string) => boolean): string | null {
  const lines = text.trim().split('\n')
  const macros = new Map(
    lines.slice(0, -1).flatMap((line) => {
      const macro = readDefine(line.replace(/^\s*#define/, ''))
      return macro === null ? [] : [[macro.name, macroOf(macro, 'x.h', 1)] as const]
    }),
  )
  const tokens = expandTokens(
    macroTokens(lines[lines.length - 1] ?? ''),
    (name) => macros.get(name) ?? null,
    keep === undefined ? {} : { keep },
  )
  return tokens === null ? null : tokensText(tokens)
}

describe('expansion', () => {
  it.each([
    ['#define A b\nA + A', 'b + b'],
    ['#define F(x) (x)\nF', 'F'],
    ['#define F(x) (x)\nF (1)', '( 1 )'],
    ['#define F() 7\nF() + F( )', '7 + 7'],
    ['#define F(x, y) x-y\nF((a, b), [c)', '( a , b ) - [ c'],
    ['#define N 3\n#define F(x) x x\nF(N)', '3 3'],
    // Arguments are expanded before they are put in; the whole is looked at once more.
    ['#define ADD(a, b) a + b\n#define TWICE(x) ADD(x, x)\nTWICE(TWICE(1))', '1 + 1 + 1 + 1'],
    // A macro's name that comes out of its own expansion stays.
    ['#define foo foo + bar\n#define bar foo\nfoo', 'foo + foo'],
    ['#define f(x) f(x + 1)\nf(f(1))', 'f ( f ( 1 + 1 ) + 1 )'],
    // A name that was painted inside an argument stays painted outside.
    ['#define id(x) x\n#define g id(g)\ng', 'g'],
    // The call of a macro may begin in an expansion and end behind it.
    ['#define call run\n#define run(x) [x]\ncall(1) run', '[ 1 ] run'],
    ['#define half twice(\n#define twice(x) x x\nhalf 4) end', '4 4 end'],
  ])('%j is %j', (text, result) => {
    expect(expanded(text)).toBe(result)
  })

  it.each([
    ['#define S(x) #x\nS( a  +  "b\\n" )', '"a + \\"b\\\\n\\""'],
    ['#define S(x) #x\n#define N 4\nS(N)', '"N"'],
    ['#define S(x) #x\n#define T(x) S(x)\n#define N 4\nT(N)', '"4"'],
    ['#define P(a, b) a##b\nP(un, do)', 'undo'],
    ['#define P(a, b) a ## b\n#define xy 9\nP(x, y)', '9'],
    ['#define P(a, b, c) a##b##c\nP(x,,z) P(,,) P(,y,)', 'xz y'],
    ['#define P(a) a ## _lock(l)\n#define rw_lock(x) got x\nP(rw)', 'got l'],
  ])('# and ##: %j is %j', (text, result) => {
    expect(expanded(text)).toBe(result)
  })

  it.each([
    ['#define p(f, ...) g(f, __VA_ARGS__)\np(1, 2, 3)', 'g ( 1 , 2 , 3 )'],
    ['#define p(f, ...) g(f, ##__VA_ARGS__)\np(1)', 'g ( 1 )'],
    ['#define p(f, args...) g(f, ##args)\np(1, 2)', 'g ( 1 , 2 )'],
    ['#define p(f, args...) g(f, ## args)\np(1)', 'g ( 1 )'],
    ['#define p(...) g(0 __VA_OPT__(,) __VA_ARGS__)\np()', 'g ( 0 )'],
    ['#define p(...) g(0 __VA_OPT__(,) __VA_ARGS__)\np(1, 2)', 'g ( 0 , 1 , 2 )'],
  ])('variable arguments: %j is %j', (text, result) => {
    expect(expanded(text)).toBe(result)
  })

  it('leaves the names that are kept, inside other macros too', () => {
    expect(expanded('#define load(x) (*(x))\n#define get(p) load(p) + 1\nget(q)', (n) => n === 'load')).toBe(
      'load ( q ) + 1',
    )
  })

  it('leaves a call without its closing parenthesis', () => {
    expect(expanded('#define f(x) x\nf(1, (2)')).toBe('f ( 1 , ( 2 )')
  })
})

describe('hostile macros', () => {
  it('that double at every step end in nothing, not in a full memory', () => {
    const lines = Array.from({ length: 60 }, (_, at) => `#define m${at + 1} m${at} m${at}`)
    expect(expanded([...lines, 'm60'].join('\n'))).toBeNull()
    const calls = Array.from({ length: 60 }, (_, at) => `#define f${at + 1}(x) f${at}(x, x)`)
    expect(expanded([...calls, 'f60(1)'].join('\n'))).not.toBeUndefined()
  })

  it('that quote quotes end in nothing', () => {
    const call = 'T('.repeat(80) + '"\\\\"' + ')'.repeat(80)
    expect(expanded(`#define S(x) #x\n#define T(x) S(x)\n${call}`)).toBeNull()
  })

  it('nested ten thousand deep end in nothing, not in an overflow', () => {
    expect(expanded(`#define f(x) x\n${'f('.repeat(10_000)}1${')'.repeat(10_000)}`)).toBeNull()
  })

  it('of any shape end', () => {
    const word = fc.constantFrom('a', 'b', 'c(', ')', ',', '#', '##', 'x', '__VA_ARGS__', '1', '"', "'")
    const body = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(body, body, body, body, (a, b, c, use) => {
        const text = `#define a ${a}\n#define b ${b}\n#define c(x, ...) ${c}\n${use || '1'}`
        const result = expanded(text)
        expect(result === null || typeof result === 'string').toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
