import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findFunctions, findFunctionsInHunk, readSectionHeading } from '../../../src/lift/index.js'

/** `name first-last flags`: C complete, I starts inside. */
const pieces = (heading: string, text: string) =>
  findFunctionsInHunk(heading, text.split('\n')).map(
    (one) =>
      `${one.name} ${one.firstLine}-${one.lastLine}${one.complete ? ' C' : ''}${one.startsInside ? ' I' : ''}` +
      one.conditions.map((condition) => ` [${condition}]`).join(''),
  )

describe('findFunctionsInHunk', () => {
  it('takes the function of the section heading up to its closing brace', () => {
    expect(
      pieces('static int f(pmd_t *pmd, unsigned lon', '\t\tg();\n\t}\n\treturn 0;\n}\n\nint y;'),
    ).toEqual(['f 0-3 I'])
  })

  it('does the same where indentation is lost', () => {
    const text =
      'g();\n}\nreturn 0;\n}\n\nstatic int h(int a)\n{\nif (a)\nreturn 1;\nreturn 2;\n}\nEXPORT_SYMBOL(h);'
    expect(pieces('static int f(int b)', text)).toEqual(['f 0-3 I', 'h 5-10 C'])
  })

  it('does not take an inner closing brace without indentation for the end', () => {
    expect(pieces('int f(int b)', 'g();\n}\npte_unmap(pte);\nreturn err;')).toEqual(['f 0-3 I'])
  })

  it('gives no piece of a function that ended above the hunk', () => {
    expect(pieces('int f(int b)', '\n/* h */\nint h(void)\n{\n\treturn 0;\n}')).toEqual(['h 2-5 C'])
    expect(pieces('int f(int b)', 'EXPORT_SYMBOL(f);\n\nstruct x {')).toEqual([])
  })

  it('starts a function whose head is cut by the end of the hunk', () => {
    expect(pieces('int f(int b)', '}\n\nstatic void h(int *nr,\n\t\tint flags')).toEqual(['f 0-0 I', 'h 2-3'])
  })

  it('joins the body to a head that only the section heading shows', () => {
    expect(pieces('int f(pmd_t *pmd,', '\t\tstruct mm_walk *walk)\n{\n\tif (x) {\n\t}\n}\nint z;')).toEqual([
      'f 0-4 I',
    ])
    expect(pieces('int f(pmd_t *pmd)', '{\ng();\n}\nEXPORT_SYMBOL(f);')).toEqual(['f 0-2 I'])
  })

  it.each([
    ['static int', null],
    ['', null],
    ['static noinline struct', null],
    ['SYSCALL_DEFINE2(mlock, unsigned long, sta', 'sys_mlock'],
    ['static __always_inline void f(struct a *b) {', 'f'],
    ['static __printf(1, 2) void f(const ch', 'f'],
  ])('names the function of the heading %j %s', (heading, name) => {
    expect(findFunctionsInHunk(heading, ['\tg();', '\treturn;'])).toMatchObject([
      { name, startsInside: true },
    ])
  })

  it('knows a comment that the hunk starts in', () => {
    expect(pieces('int f(int b)', " * it's {\n * old\n */\nint h(void)\n{\n}")).toEqual(['h 3-5 C'])
  })

  it('gives no piece of a struct or of an initialiser', () => {
    expect(pieces('struct x {', '\tint a;\n};\n\nint h(void)\n{\n}')).toEqual(['h 3-5 C'])
    expect(pieces('static const struct ops o = {', '\t.a = f,\n};')).toEqual([])
  })

  it('passes over the end of a macro that the hunk starts in', () => {
    expect(pieces('#define F(x) \\', '\tg(x); \\\n\th(x)\n\nint h(void)\n{\n}')).toEqual(['h 3-5 C'])
  })

  it('reports the conditions that the hunk shows, and one it does not show as ?', () => {
    const body = '(pte_t *p)\n{\n}\n'
    expect(
      pieces(
        '',
        `#ifdef A\nint f${body}#else\nint g${body}#endif\nint h${body}#else /* CONFIG_B */\nint i${body}#endif`,
      ),
    ).toEqual(['f 1-3 C [A]', 'g 5-7 C [!A]', 'h 9-11 C', 'i 13-15 C [!CONFIG_B]'])
    expect(pieces('', `#else\nint i${body}`)).toEqual(['i 1-3 C [?]'])
  })

  it('counts a brace that opens in both branches once', () => {
    expect(
      pieces(
        'int f(void)',
        'a();\n#ifdef A\nif (x) {\n#else\nif (y) {\n#endif\ng();\n}\n}\n\nint h(void)\n{\n}',
      ),
    ).toEqual(['f 0-8 I', 'h 10-12 C'])
  })

  it('does so where the function stands whole in the hunk', () => {
    expect(
      pieces('', 'int f(void)\n{\n#ifdef A\n\tif (x) {\n#else\n\tif (y) {\n#endif\n\t\tg();\n\t}\n}\nint z;'),
    ).toEqual(['f 0-9 C'])
  })

  it('gives both heads where two branches share a body', () => {
    expect(pieces('', '#ifdef A\nint f(void) {\n#else\nint g(void) {\n#endif\n\treturn 0;\n}')).toEqual([
      'f 1-1 [A]',
      'g 3-6 C [!A]',
    ])
  })

  it('ends a function whose braces do not balance where the next one begins', () => {
    expect(pieces('', 'int f(void)\n{\n\tif (x) {\n}\n\nint g(void)\n{\n}')).toEqual(['f 0-3', 'g 5-7 C'])
  })

  it('does not take a loop macro behind else for a head', () => {
    expect(pieces('int f(int b)', '\tif (a)\n\t\tb();\n\telse for_each_zone(z) {\n\t\tc();\n\t}')).toEqual([
      'f 0-4 I',
    ])
  })

  it('does not believe in columns where only some lines lost their indentation', () => {
    expect(pieces('int f(int b)', 'g();\n}\n  x();\nreturn 0;\n}\n\nint h(void)\n{\n}')).toEqual([
      'f 0-4 I',
      'h 6-8 C',
    ])
  })

  it('knows the end of a function by the head behind it, even a cut one', () => {
    expect(pieces('int f(int b)', 'return 0;\n}\n\nint h(int a)')).toEqual(['f 0-1 I', 'h 3-3'])
  })

  it('starts outside where a declaration stands in column 0', () => {
    expect(pieces('int f(int b)', 'int counter;\n\nint h(void)\n{\n\treturn 0;\n}')).toEqual(['h 2-5 C'])
  })

  it('takes nothing but comment lines for a part of the function if they are indented', () => {
    expect(pieces('int f(int b)', '\t * more\n\t * text')).toEqual(['f 0-1 I'])
    expect(pieces('int f(int b)', ' * more\n * text')).toEqual([])
  })

  it.each(['int f(int a);', 'EXPORT_SYMBOL(f);', 'DEFINE_PER_CPU(int, x)'])(
    'takes the heading %j for a whole declaration',
    (heading) => {
      expect(readSectionHeading(heading)).toEqual({ kind: 'declaration' })
    },
  )

  it.each([
    ['#if A\n', 'int f(void)\n{\n}\n'],
    ['#elif B\n', 'int f(void)\n{\n}\n'],
    ['} ( ', 'x'],
    ['int f(void) { }\n', ''],
    ['((((', '{{{{'],
    ['static x ', '{'],
  ])('needs no more than linear time for %j and %j again and again', (one, other) => {
    const text = one.repeat(60_000) + other.repeat(6_000)
    expect(findFunctionsInHunk('int f(void)', text.split('\n')).length).toBeGreaterThanOrEqual(0)
    expect(findFunctions(text).length).toBeGreaterThanOrEqual(0)
  })

  it('reports the comment right above a definition', () => {
    expect(
      findFunctionsInHunk('', '/*\n * h\n */\nint h(void)\n{\n}'.split('\n'))[0]?.leadingComment,
    ).toEqual({
      firstLine: 0,
      lastLine: 2,
    })
    expect(
      findFunctionsInHunk('', '/* h */\n\nint h(void)\n{\n}'.split('\n'))[0]?.leadingComment,
    ).toBeUndefined()
  })

  it('finds in every window of a file what stands there, indented or not', () => {
    const file = FILE.split('\n')
    const whole = findFunctions(FILE)
    fc.assert(
      fc.property(
        fc.nat(file.length - 1),
        fc.integer({ min: 3, max: 20 }),
        fc.boolean(),
        (from, length, strip) => {
          const to = Math.min(file.length, from + length)
          const heading = file.slice(0, from).findLast((line) => /^[a-z]/.test(line)) ?? ''
          const window = file.slice(from, to).map((line) => (strip ? line.trimStart() : line))
          const expected = whole
            .filter((one) => one.startLine <= to && one.endLine > from)
            .map((one) => `${one.name} ${one.startLine > from && one.endLine <= to}`)
          const got = findFunctionsInHunk(heading, window).map((one) => `${one.name} ${one.complete}`)
          expect(got).toEqual(expected)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

const FILE = `static int first(struct walk *walk, unsigned long addr)
{
	int err = 0;

	for (;;) {
		err = walk->entry(addr);
		if (err)
			break;
		addr += PAGE_SIZE;
	}
	return err;
}

static int second(struct walk *walk,
		  unsigned long addr)
{
	do {
		if (walk->done) {
			walk->done(addr);
		} else if (addr) {
			first(walk, addr);
		}
	} while (addr++ < walk->end);
	return 0;
}

static void third(void)
{
	second(NULL, 0);
}
`
