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
  /** Files that hold a word and are not among those found, because there were too many. */
  readonly dropped: number
}

/** Which files a search looks into. */
export type Wants = (path: string) => boolean

/** Bytes of found files that are held. A name that stands in more text than this is no name to look for. */
const LARGEST_FIND = 128 * 1024 * 1024

/** Collects what is found, as far as there is room. */
export class Finds {
  readonly #found: FoundFile[] = []
  readonly unread: string[] = []
  #held = 0
  #dropped = 0

  /** Keeps a file; its bytes must stay as they are. */
  add(path: string, bytes: Uint8Array): void {
    if (this.#held + bytes.length > LARGEST_FIND) this.#dropped++
    else this.#found.push({ path, bytes })
    this.#held += bytes.length
  }

  /** True while another file would be kept. */
  get hasRoom(): boolean {
    return this.#held < LARGEST_FIND
  }

  /** A file that holds a word and is not kept. */
  drop(): void {
    this.#dropped++
  }

  /** The result, of `wanted` files that were to be looked into. */
  result(wanted: number): FoundFiles {
    const found = [...this.#found].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    return { files: wanted - this.unread.length, found, unread: this.unread, dropped: this.#dropped }
  }
}

/** Above this many words, one pass with an expression is quicker than one for each word. */
const FEW = 3

/** Whether some bytes hold one of the words, not as a part of a longer one. Words are identifiers. */
export function holdsOneOf(words: readonly string[]): (bytes: Uint8Array) => boolean {
  if (words.length > FEW) {
    const expression = new RegExp(`(?<!\\w)(?:${words.join('|').replaceAll('$', '\\$')})(?!\\w)`)
    return (bytes) =>
      expression.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'))
  }
  const sought = words.map((word) => Buffer.from(word, 'latin1'))
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    return sought.some((word) => holdsWord(buffer, word))
  }
}

function holdsWord(text: Buffer, word: Buffer): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordByte(text[at - 1]) && !isWordByte(text[at + word.length])) return true
  }
  return false
}

function isWordByte(byte: number | undefined): boolean {
  if (byte === undefined) return false
  return (
    (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95
  )
}
