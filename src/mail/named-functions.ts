/**
 * Names of functions in what people write: `identifier()`, an identifier between backticks, and identifiers with an
 * underscore in the middle of prose or of quoted code. Whether there is a function of that name is for others to say.
 */

/** A name, and where it stands; `line` counts from 1 in the text given. */
export interface NamedIdentifier {
  readonly name: string
  readonly line: number
  /** The line is quoted from another mail. */
  readonly quoted: boolean
  /** Written as a function: with brackets behind it. */
  readonly called: boolean
}

/** Words that a bracket stands behind in C or in prose, and that are no function anybody discusses. */
const NO_FUNCTIONS: ReadonlySet<string> = new Set([
  'if',
  'for',
  'while',
  'switch',
  'return',
  'sizeof',
  'typeof',
  'likely',
  'unlikely',
  'defined',
  'main',
])

/** Longer lines are no prose. Only so much of a thread is read. */
const MAX_LINE = 4000
const MAX_LINES = 200_000

/** The identifiers of a text that can name a function, in order. */
export function namedIdentifiers(text: string): readonly NamedIdentifier[] {
  const found: NamedIdentifier[] = []
  for (const [i, whole] of text.split('\n', MAX_LINES).entries()) {
    const quoted = /^\s*[>|]/.test(whole)
    const line = whole.slice(0, MAX_LINE).replace(/\b[a-z]+:\/\/\S+/g, blank)
    for (const match of line.matchAll(/(?<![\w@.#%$/\\-])[a-z_][a-z0-9_]*(?![\w@-]|\.[a-z])/gi)) {
      const [name] = match
      const before = line[match.index - 1]
      const after = line.slice(match.index + name.length)
      const called = /^\s?\(/.test(after) && !NO_FUNCTIONS.has(name)
      const ticked = before === '`' && after.startsWith('`')
      const compound = /[a-z0-9]_+[a-z0-9]/i.test(name)
      // A plain word with a bracket behind it is prose more often than not, unless the bracket closes at once.
      if (!(compound || ticked || (called && after.startsWith('()')))) continue
      if (name === name.toUpperCase()) continue
      found.push({ name, line: i + 1, quoted, called })
    }
  }
  return found
}

function blank(text: string): string {
  return ' '.repeat(text.length)
}
