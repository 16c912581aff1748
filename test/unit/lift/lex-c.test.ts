import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lexC } from '../../../src/lift/index.js'

const kinds = (text: string) =>
  lexC(text)
    .filter((token) => token.kind !== 'space')
    .map((token) => `${token.kind}:${token.text}`)

/** Text that is likely to hit the lexer's corners. */
const cLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '/*',
        '*/',
        '//',
        '"',
        "'",
        '\\',
        '\n',
        '\r\n',
        ' ',
        '\t',
        '#',
        '#if ',
        '0x',
        '1e',
        '+',
      ),
      fc.constantFrom('pte', '->', '...', '<<=', '{', '}', '(', ')', ';', '.5', 'é', '\u00a0', '\u2028'),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

describe('lexC', () => {
  it('gives token texts that join to the input, whatever the input', () => {
    fc.assert(
      fc.property(cLike, (text) => {
        const tokens = lexC(text)
        expect(tokens.map((token) => token.text).join('')).toBe(text)
        for (const token of tokens) {
          expect(token.text).not.toBe('')
          expect(token.line).toBe(text.slice(0, token.offset).split('\n').length)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('takes the longest operator', () => {
    expect(kinds('a+++b<<=c->d...')).toEqual([
      'ident:a',
      'punct:++',
      'punct:+',
      'ident:b',
      'punct:<<=',
      'ident:c',
      'punct:->',
      'ident:d',
      'punct:...',
    ])
  })

  it('reads numbers with suffixes, signs of exponents and no more', () => {
    expect(kinds('0x1eUL+1 1e+5 .5f 0x1p-3 3ull')).toEqual([
      'number:0x1eUL',
      'punct:+',
      'number:1',
      'number:1e+5',
      'number:.5f',
      'number:0x1p-3',
      'number:3ull',
    ])
  })

  it('takes no sign into a hexadecimal number that ends in e', () => {
    expect(kinds('0x1e+1')).toEqual(['number:0x1e', 'punct:+', 'number:1'])
  })

  it('counts the lines inside a string that a backslash continues', () => {
    expect(lexC('"a\\\nb" c').map((token) => token.line)).toEqual([1, 2, 2])
  })

  it('keeps comment marks in strings and quotes in comments apart', () => {
    expect(kinds('"/* no */" /* it\'s "one" */ \'"\'')).toEqual([
      'string:"/* no */"',
      'comment:/* it\'s "one" */',
      "char:'\"'",
    ])
  })

  it('takes an apostrophe in prose for no more than that', () => {
    const tokens = lexC("don't walk (it isn't)")
    expect(tokens.filter((token) => token.kind === 'char')).toEqual([])
    expect(tokens.filter((token) => token.unterminated).map((token) => token.text)).toEqual(["'", "'"])
  })

  it.each([" ' '", "'\\''", "'\\n'", "'\\x7f'", "'ab'"])('reads the character constant %s', (text) => {
    expect(kinds(text)).toEqual([`char:${text.trim()}`])
  })

  it('ends an open string at its line and an open comment at the end', () => {
    const tokens = lexC('"abc\nx /* open')
    expect(tokens.filter((token) => token.unterminated).map((token) => token.text)).toEqual([
      '"abc',
      '/* open',
    ])
  })

  it('flags a string whose closing quote is escaped', () => {
    expect(lexC('"abc\\"')[0]?.unterminated).toBe(true)
    expect(lexC('"abc\\\\"')[0]?.unterminated).toBeUndefined()
  })

  it('makes a directive with its continuations and comments one token', () => {
    expect(kinds(' #define A(x) \\\n\tb(x) /* two\nlines */ + 1\nc # d')).toEqual([
      'directive:#define A(x) \\\n\tb(x) /* two\nlines */ + 1',
      'ident:c',
      'punct:#',
      'ident:d',
    ])
  })

  it('sees a directive behind a comment on its line', () => {
    expect(kinds('/* x */ #endif')).toEqual(['comment:/* x */', 'directive:#endif'])
  })

  it('needs linear time for text without any newline', () => {
    const text = `${'a b+ '.repeat(200_000)}'${' "'.repeat(100_000)}`
    expect(lexC(text).length).toBeGreaterThan(800_000)
  })
})
