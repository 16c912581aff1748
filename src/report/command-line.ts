/** Command lines as text: a report carries one per witness. Nothing here runs anything. */

/** The words of a line as typed, quotes still on: splitting and joining by a blank gives the same line. */
export function rawWords(line: string): readonly string[] {
  return line.match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|['"\\])+/g) ?? []
}

/** The words of a line as a POSIX shell would hand them over, without any expansion. */
export function shellWords(line: string): readonly string[] {
  return rawWords(line).map((word) =>
    word.replace(
      /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/g,
      (_, escaped?: string, single?: string, double?: string) =>
        escaped ?? single ?? (double ?? '').replace(/\\(.)/g, '$1'),
    ),
  )
}

/** One word, quoted if a shell would read it otherwise. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** A line broken into lines of at most `width` columns that a shell joins again (`\` at the end). */
export function foldCommand(line: string, width: number): readonly string[] {
  const lines: string[] = []
  let current = ''
  for (const word of rawWords(line)) {
    if (current === '') current = word
    else if (current.length + 1 + word.length <= width - 2) current += ` ${word}`
    else {
      lines.push(`${current} \\`)
      current = `  ${word}`
    }
  }
  return current === '' ? lines : [...lines, current]
}
