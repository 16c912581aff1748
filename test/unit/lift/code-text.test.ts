import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeText, functionHash, lexC, stripComments, tokenText } from '../../../src/lift/index.js'

const SAMPLE = `/* Drops one reference; it's the caller's. */
static int put_entry(struct entry *e, unsigned long flags)
{
	int left = e->count - -1;

#ifdef CONFIG_ENTRY_STATS
	stat_add(e, "put:  %d\\n", left); // counted
#endif
	if (left + ++e->spare > 0 && !(flags & 1))
		return left;
	return '\\'' == ' ' ? 0 : -1;
}
`

const blanks = fc
  .array(fc.constantFrom(' ', '\t', '  ', '\n', '\r\n', '\u00a0'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))

/** Blank damage: every run of blanks replaced; ends of directives and of `//` comments keep a newline. */
function damaged(text: string, runs: readonly string[]): string {
  let next = 0
  let keepNewline = false
  return lexC(text)
    .map((token) => {
      if (token.kind !== 'space') {
        keepNewline = token.kind === 'directive' || token.text.startsWith('//')
        return token.text
      }
      const run = runs[next++ % runs.length] ?? ' '
      if (keepNewline) return `\n${run}`
      return token.text.includes('\n') ? `${run}\n` : run.replaceAll('\n', '') || ' '
    })
    .join('')
}

describe('tokenText', () => {
  it('is the same after any damage to blanks outside strings', () => {
    fc.assert(
      fc.property(fc.array(blanks, { minLength: 1, maxLength: 20 }), (runs) => {
        expect(tokenText(damaged(SAMPLE, runs))).toBe(tokenText(SAMPLE))
      }),
    )
  })

  it('is the same for lost indentation, tabs made blanks, wrapped and joined lines', () => {
    const hash = functionHash(SAMPLE)
    expect(functionHash(SAMPLE.replace(/^\s+/gm, ''))).toBe(hash)
    expect(functionHash(SAMPLE.replaceAll('\t', '        '))).toBe(hash)
    expect(functionHash(SAMPLE.replace('struct entry *e, ', 'struct entry *e,\n'))).toBe(hash)
    expect(functionHash(SAMPLE.replace("it's the ", "it's \nthe "))).toBe(hash)
    expect(functionHash(SAMPLE.replace('> 0 &&', '> 0\n\t    &&'))).toBe(hash)
    expect(functionHash(SAMPLE.replace('\t\treturn left;', ' return left;'))).toBe(hash)
    expect(functionHash('int\t\t\tx;')).toBe(functionHash('intx;'))
  })

  it('is another when one token is another', () => {
    const tokens = lexC(SAMPLE)
    const code = tokens
      .map((token, index) => ({ token, index }))
      .filter(({ token }) => token.kind !== 'space')
    fc.assert(
      fc.property(
        fc.constantFrom(...code),
        fc.constantFrom('x', '0', '!', '""', '/*y*/'),
        (chosen, other) => {
          fc.pre(chosen.token.text !== other)
          const altered = tokens.map((token, index) => (index === chosen.index ? other : token.text)).join('')
          expect(functionHash(altered)).not.toBe(functionHash(SAMPLE))
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([
    ['a + ++b', 'a++ + b'],
    ['a & &b', 'a && b'],
    ['x = *p / *q; /* c */', 'x = *p /*q; /* c */'],
    ['// was\ngo();', '// was go();'],
    ['#ifdef X\ngo();', '#ifdef X go();'],
    ['f("a b")', 'f("ab")'],
    ["c == ' '", "c == ''"],
    ['#define A \\\n go()', '#define A\n go()'],
  ])('tells %j from %j', (one, other) => {
    expect(tokenText(one)).not.toBe(tokenText(other))
  })

  it('reads a directive over its continuation lines as one line', () => {
    expect(tokenText('#define A(x) \\\n\tgo(x)')).toBe(tokenText('#define A(x) go(x)'))
  })

  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lexC(SAMPLE).map((token) => token.text))), (parts) => {
        const once = codeText(parts.join(''))
        // A text that begins with a star may be the rest of a comment: read alone, nobody can tell.
        fc.pre(!once.startsWith('*'))
        expect(codeText(once)).toBe(once)
      }),
    )
  })

  it('keeps comments, where codeText drops them', () => {
    expect(tokenText('a /* b c */ d')).toBe('a/*bc*/d')
    expect(codeText('a /* b c */ d // e\n#if X /* y */\n')).toBe('ad\n#ifX\n')
  })
})

describe('stripComments', () => {
  it('puts one blank in place of each comment', () => {
    expect(stripComments('a/* x\ny */b // z\n#if A /* q */\n"/* s */"')).toBe('a b  \n#if A  \n"/* s */"')
  })

  it('knows a fragment that starts inside a comment by its end', () => {
    expect(stripComments(" * it's cleared\n * here */\nint x;")).toBe(' \nint x;')
    expect(stripComments(' * old\n */\nint x; /* new */')).toBe(' \nint x;  ')
    expect(stripComments('say "so\n*/\nint x;')).toBe(' \nint x;')
  })

  it('knows a fragment that is nothing but the middle of a comment', () => {
    expect(stripComments(' * one\n *\n * two')).toBe(' ')
  })

  it('does not take code for the middle of a comment', () => {
    expect(codeText('\t*p = 1;\n\t*q = 2;')).toBe('*p=1;*q=2;')
    expect(codeText('f("*/5");')).toBe('f("*/5");')
    expect(codeText('/* x */ a; /* y */')).toBe('a;')
  })
})
