import { createHash, type Hash } from 'node:crypto'
import { encodeFile, type ObjectFormat } from '../base/index.js'
import type { OpenLine } from './line-candidates.js'
import type { WantedLine } from './search-blanks.js'

/** The other side as lines, those that are open left out; and what is known of the open ones. */
export interface WantedFile {
  readonly lines: readonly WantedLine[]
  readonly open: readonly OpenLine[]
  readonly endsWithNewline: boolean
}

/** Hashes texts of one file that differ in the open lines only. */
export class BlobTest {
  tries = 0
  bytes = 0
  readonly #id: string
  readonly #format: ObjectFormat
  /** Bytes of the known lines in front of each open line, and behind the last. */
  readonly #known: readonly Uint8Array[]
  readonly #knownLength: number
  readonly #begun = new Map<number, Hash>()

  constructor(wanted: WantedFile, id: string, format: ObjectFormat) {
    this.#id = id
    this.#format = id.length > 40 ? 'sha256' : format
    const known: Uint8Array[] = []
    let texts: string[] = []
    for (const line of wanted.lines) {
      if (typeof line === 'string') texts.push(line, '\n')
      else {
        known.push(encodeFile(texts.join('')))
        texts = ['\n']
      }
    }
    let rest = texts.join('')
    if (!wanted.endsWithNewline && wanted.lines.length > 0) rest = rest.slice(0, -1)
    known.push(encodeFile(rest))
    this.#known = known
    this.#knownLength = known.reduce((sum, part) => sum + part.length, 0)
  }

  holds(texts: readonly string[]): boolean {
    this.tries++
    const open = texts.map(encodeFile)
    const length = open.reduce((sum, part) => sum + part.length, this.#knownLength)
    this.bytes += length
    const hash = this.#begin(length)
    for (let at = 0; at < open.length; at++) {
      hash.update(open[at] ?? EMPTY)
      hash.update(this.#known[at + 1] ?? EMPTY)
    }
    return hash.digest('hex').startsWith(this.#id)
  }

  /** The hash of the head and of what stands in front of the first open line. */
  #begin(length: number): Hash {
    let begun = this.#begun.get(length)
    if (begun === undefined) {
      begun = createHash(this.#format).update(`blob ${length}\0`)
      begun.update(this.#known[0] ?? EMPTY)
      this.#begun.set(length, begun)
    }
    return begun.copy()
  }
}

const EMPTY = new Uint8Array(0)
