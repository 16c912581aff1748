/**
 * What archives and mail programs do to a body, written independently of the models in src/patch: the tests
 * would prove nothing if both shared a mistake.
 */

/** lkml.iu.edu: no blanks in front, runs of blanks become one. */
export function hypermail(text: string): string {
  return mapLines(text, (line) => line.replace(/[ \t]{1,}/g, ' ').replace(/^ /, ''))
}

/** An archive that takes the blanks in front and leaves the rest. */
export function leadingBlanksLost(text: string): string {
  return mapLines(text, (line) => line.trimStart())
}

/** mail-archive.com: tabs expanded, wrapped with the blank kept, every four equal characters in a row gone. */
export function mailArchive(text: string): string {
  const wrapped = wrapKeepingBlank(tabsToColumns(text), 80)
  return mapLines(wrapped, (line) => {
    let kept = ''
    for (let at = 0; at < line.length; ) {
      const run = line.slice(at, at + 4)
      if (run.length === 4 && [...run].every((character) => character === run[0])) at += 4
      else kept += line[at++]
    }
    return kept
  })
}

/** Wrapped at a width with the blank left at the end of the line, as format=flowed does. */
export function wrapKeepingBlank(text: string, width: number): string {
  return wrap(text, width, true)
}

/** Wrapped at a width with the newline in the place of the blank. */
export function wrapReplacingBlank(text: string, width: number): string {
  return wrap(text, width, false)
}

function wrap(text: string, width: number, keep: boolean): string {
  const lines: string[] = []
  for (const line of text.split('\n')) {
    let rest = line
    while (rest.length > width) {
      const blank = rest.lastIndexOf(' ', keep ? width - 1 : width)
      if (blank < 2 || rest.slice(0, blank).trim().length < 2) break
      lines.push(rest.slice(0, keep ? blank + 1 : blank))
      rest = rest.slice(blank + 1)
    }
    lines.push(rest)
  }
  return lines.join('\n')
}

/** Tabs as blanks up to the next eighth column of the line. */
export function tabsToColumns(text: string): string {
  return mapLines(text, (line) => {
    let out = ''
    for (const character of line) out += character === '\t' ? ' '.repeat(8 - (out.length % 8)) : character
    return out
  })
}

/** Every tab as eight blanks. */
export function tabsToEight(text: string): string {
  return text.replaceAll('\t', ' '.repeat(8))
}

/** Quoted once per level. */
export function quote(text: string, levels: number, mark = '> '): string {
  let quoted = text
  for (let level = 0; level < levels; level++) {
    quoted = mapLines(quoted, (line) => (line === '' ? mark.trimEnd() : `${mark}${line}`))
  }
  return quoted
}

export function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n')
}

/** Every newline a blank. */
export function oneLine(text: string): string {
  return text.replaceAll('\n', ' ')
}

/** Blanks at line ends gone, as many mail programs have it. */
export function trailingBlanksLost(text: string): string {
  return mapLines(text, (line) => (line === '-- ' ? line : line.trimEnd()))
}

/** The text up to a line, as a mail cut off by a size limit. */
export function truncated(text: string, lines: number): string {
  return `${text.split('\n').slice(0, lines).join('\n')}\n`
}

function mapLines(text: string, change: (line: string) => string): string {
  return text.split('\n').map(change).join('\n')
}
