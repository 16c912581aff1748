/** Where the next line of a C file begins, by the lines above it. */
import { describe, expect, it } from 'vitest'
import {
  advanceLayout,
  guessIndents,
  type Layout,
  NOTHING_OPEN,
  type StyleWeights,
  styleOf,
} from '../../../src/patch/c-layout.js'
import { cSource } from '../../support/c-source.js'
import { randomFrom } from '../../support/random.js'

const STYLES: StyleWeights = { aligned: 1, floor: 0, 'one-tab': 0, 'two-tabs': 0 }

/** Lines of a text whose likeliest blanks are not those they have, as `line: text (guess)`. */
function misplaced(lines: readonly string[], styles: StyleWeights = STYLES): string[] {
  const wrong: string[] = []
  let layout: Layout = NOTHING_OPEN
  for (const [at, line] of lines.entries()) {
    const body = line.trim()
    if (body !== '') {
      const [best] = [...guessIndents(layout, body, styles)].sort((one, other) => other.weight - one.weight)
      const indent = line.slice(0, line.length - line.trimStart().length)
      if (best?.indent !== indent) wrong.push(`${at + 1}: ${body} (${JSON.stringify(best?.indent)})`)
    }
    layout = advanceLayout(layout, line)
  }
  return wrong
}

const text = (source: string): string[] => source.split('\n')

describe('every line is where it is expected', () => {
  it.each([
    [
      'statements and blocks',
      'int f(void)\n{\n\tint a = 1;\n\n\tif (a) {\n\t\tb();\n\t} else {\n\t\tc();\n\t}\n\treturn 0;\n}\n\nint g;',
    ],
    [
      'one-statement bodies',
      'void f(void)\n{\n\tif (a)\n\t\tfor (;;)\n\t\t\tb();\n\telse if (c)\n\t\td();\n\telse\n\t\te();\n\tf();\n}',
    ],
    [
      'calls over several lines',
      'void f(void)\n{\n\tcall(one, two,\n\t     three,\n\t     four);\n\tif (a &&\n\t    b)\n\t\tc();\n\td();\n}',
    ],
    [
      'an open parenthesis at the end',
      'void f(void)\n{\n\tcall_with_a_long_name(\n\t\tone,\n\t\ttwo);\n\td();\n}',
    ],
    ['parameters', 'static int f(int a,\n\t     int b)\n{\n\treturn a;\n}'],
    [
      'a switch',
      'void f(int a)\n{\n\tswitch (a) {\n\tcase 1:\n\t\tb();\n\t\tbreak;\n\tdefault:\n\t\tc();\n\t}\n\td();\n}',
    ],
    ['labels', 'void f(void)\n{\nagain:\n\tif (a)\n\t\tgoto again;\n\tb();\nout:\n\tc();\n}'],
    [
      'block comments',
      '/*\n * One.\n *\n * Two.\n */\nvoid f(void)\n{\n\t/*\n\t * Three.\n\t */\n\ta();\n\t/* Four. */\n\tb();\n}',
    ],
    ['lists', 'static struct ops ops = {\n\t.one = 1,\n\t.two = 2,\n};\n\nenum e {\n\tA,\n\tB,\n};'],
    ['structs', 'struct s {\n\tint a;\n\tstruct {\n\t\tint b;\n\t} c;\n};'],
    ['macros over several lines', '#define F(a) do { \\\n\tb(a); \\\n\tc(); \\\n} while (0)\n\nint g;'],
    ['directives', 'void f(void)\n{\n\ta();\n#ifdef B\n\tb();\n#endif\n\tc();\n}'],
    ['do and while', 'void f(void)\n{\n\tdo {\n\t\ta();\n\t} while (b());\n\tc();\n}'],
    ['a call in a list', 'static int a[] = {\n\tF(one,\n\t  two),\n\tG,\n};'],
  ])('%s', (_, source) => {
    expect(misplaced(text(source))).toEqual([])
  })

  it('of generated C', () => {
    let lines = 0
    let wrong = 0
    for (let seed = 1; seed <= 50; seed++) {
      const source = cSource(randomFrom(seed), 100)
      lines += source.length
      wrong += misplaced(source).length
    }
    expect(wrong / lines).toBeLessThan(0.02)
  })
})

it('a habit decides how further lines are indented, and can be read off them', () => {
  const tabs = text('static int f(int a,\n\t\tint b)\n{\n\treturn a;\n}')
  expect(misplaced(tabs)).toHaveLength(1)
  expect(misplaced(tabs, { ...STYLES, 'two-tabs': 4 })).toEqual([])
  const layout = advanceLayout(NOTHING_OPEN, 'static int f(int a,')
  expect(styleOf(layout, '\t\tint b)')).toBe('two-tabs')
  expect(styleOf(layout, '\t     int b)')).toBe('aligned')
  expect(styleOf(layout, '   int b)')).toBeNull()
})
