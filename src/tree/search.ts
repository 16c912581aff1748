/**
 * Which files hold a word. A kernel is some fifty thousand sources and more than a gigabyte, of which hardly any
 * file matters: what does not hold the word is not kept, and a folder is read without a promise for each file.
 */

/** A file that holds one of the words. */
export interface FoundFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** What a search through a tree found. */
export interface FoundFiles {
  /** Files that were looked into. */
  readonly files: number
  /** By path. */
  readonly found: readonly FoundFile[]
  /** Files that should have been looked into and could not be: too large, unreadable. */
  readonly unread: readonly string[]
}

/** Which files a search looks into. */
export type Wants = (path: string) => boolean

/** Above this many words, one pass with an expression is quicker than one for each word. */
const FEW = 3

/** Whether some bytes hold one of the words, as they stand. Words are ASCII. */
export function holdsOneOf(words: readonly string[]): (bytes: Uint8Array) => boolean {
  if (words.length > FEW) {
    const expression = new RegExp(words.map(escaped).join('|'))
    return (bytes) =>
      expression.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'))
  }
  const sought = words.map((word) => Buffer.from(word, 'latin1'))
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    return sought.some((word) => buffer.includes(word))
  }
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** By path, as all kinds of trees list them. */
export function inOrder(found: readonly FoundFile[]): FoundFile[] {
  return [...found].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}
