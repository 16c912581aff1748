/** The lines a diff is read from. Lines taken out of a quotation do not follow one another in the text. */
export interface SourceLines {
  readonly texts: readonly string[]
  /** 1-based line in the given text per index; null when index 0 is line `firstLine` and none is left out. */
  readonly numbers: readonly number[] | null
  readonly firstLine: number
}

/** The lines of a text without their newlines; a newline at the end begins no line. */
export function splitText(text: string): string[] {
  const texts = text.split('\n')
  if (texts[texts.length - 1] === '') texts.pop()
  return texts
}

/** All lines of a text, which is split only when somebody looks at them. */
export class TextLines implements SourceLines {
  readonly numbers = null
  readonly firstLine: number
  readonly #text: string
  #texts: readonly string[] | null = null

  constructor(text: string, firstLine: number) {
    this.#text = text
    this.firstLine = firstLine
  }

  get texts(): readonly string[] {
    this.#texts ??= splitText(this.#text)
    return this.#texts
  }
}

/** 1-based line in the given text of the line at an index (also for the index past the last). */
export function lineNumber(source: SourceLines, index: number): number {
  if (source.numbers === null) return source.firstLine + index
  const known = source.numbers[index]
  if (known !== undefined) return known
  const last = source.numbers[source.numbers.length - 1]
  return last === undefined ? source.firstLine : last + 1
}

/** True for a line without anything but blanks. */
export function isBlank(line: string): boolean {
  return line.length === 0 || line.trim() === ''
}

/** True for a line that could stand in a hunk as it is: a marker in front. */
export function isMarked(line: string): boolean {
  const first = line.charCodeAt(0)
  return first === 0x20 || first === 0x2b || first === 0x2d || (first === 0x5c && line.startsWith('\\ '))
}
