/** A tar archive as it streams by: ustar, with the long names of pax and GNU tar. Nothing is unpacked. */

/** Takes the bytes of one file; `end` comes when all are there. */
export interface TarSink {
  readonly push: (part: Uint8Array) => void
  readonly end: () => void
}

/** What a reader calls for each regular file: a sink to have its bytes, null to have them passed over. */
export type OnFile = (name: string, size: number) => TarSink | null

const BLOCK = 512
/** A pax header or a long name of more bytes than this is hostile. */
const LONGEST_NAME = 1024 * 1024

/** Fed with chunks of any size. `trouble` says why the rest was not understood, null while all is well. */
export class TarReader {
  trouble: string | null = null
  readonly #onFile: OnFile
  readonly #header = new Uint8Array(BLOCK)
  #filled = 0
  /** Bytes of the current entry that are still to come, and the padding behind them. */
  #left = 0
  #padding = 0
  #sink: TarSink | null = null
  #longName: string | null = null
  #paxSize: number | null = null

  constructor(onFile: OnFile) {
    this.#onFile = onFile
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && this.trouble === null) {
      if (this.#left > 0) {
        const part = chunk.subarray(at, at + this.#left)
        this.#sink?.push(part)
        this.#left -= part.length
        at += part.length
        if (this.#left === 0) this.#finish()
      } else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, chunk.length - at)
        this.#padding -= skipped
        at += skipped
      } else {
        const part = chunk.subarray(at, at + BLOCK - this.#filled)
        this.#header.set(part, this.#filled)
        this.#filled += part.length
        at += part.length
        if (this.#filled === BLOCK) {
          this.#filled = 0
          this.#begin()
        }
      }
    }
  }

  /** True when the stream ended between two entries. */
  isComplete(): boolean {
    return this.trouble === null && this.#filled === 0 && this.#left === 0
  }

  #finish(): void {
    this.#sink?.end()
    this.#sink = null
  }

  #begin(): void {
    const header = this.#header
    if (header.every((byte) => byte === 0)) return
    if (!checksumFits(header)) {
      this.trouble = 'it is no tar archive, or a damaged one'
      return
    }
    const type = String.fromCharCode(header[156] ?? 0)
    const size = this.#paxSize ?? numberAt(header, 124, 12)
    if (size === null) {
      this.trouble = 'an entry has no size'
      return
    }
    this.#left = size
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK
    if (type === 'x' || type === 'L' || type === 'g') {
      if (size > LONGEST_NAME) this.trouble = 'the name of an entry is too long'
      else this.#sink = type === 'g' ? null : this.#names(type)
    } else {
      const name = this.#longName ?? nameOf(header)
      this.#longName = null
      this.#paxSize = null
      const isFile = type === '0' || type === '\0'
      this.#sink = isFile ? this.#onFile(name, size) : null
    }
    if (size === 0) this.#finish()
  }

  /** Collects a pax header or a GNU long name for the entry behind it. */
  #names(type: 'x' | 'L'): TarSink {
    const parts: Uint8Array[] = []
    return {
      push: (part) => parts.push(part.slice()),
      end: () => {
        const text = Buffer.concat(parts).toString('utf8')
        if (type === 'L') {
          this.#longName = text.replace(/\0.*$/s, '')
          return
        }
        for (const [, key, value] of text.matchAll(/^\d+ (path|size)=(.*)$/gm)) {
          if (key === 'path') this.#longName = value ?? ''
          else this.#paxSize = Number(value)
        }
      },
    }
  }
}

function checksumFits(header: Uint8Array): boolean {
  let sum = 0
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 0x20 : (header[at] ?? 0)
  return numberAt(header, 148, 8) === sum
}

/** An octal number, or GNU's binary one for sizes above 8 GB. */
function numberAt(header: Uint8Array, at: number, length: number): number | null {
  if (((header[at] ?? 0) & 0x80) !== 0) {
    let value = (header[at] ?? 0) & 0x7f
    for (let i = at + 1; i < at + length; i++) value = value * 256 + (header[i] ?? 0)
    return Number.isSafeInteger(value) ? value : null
  }
  const text = textAt(header, at, length).trim()
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null
}

function nameOf(header: Uint8Array): string {
  const name = textAt(header, 0, 100)
  const prefix = textAt(header, 257, 5) === 'ustar' ? textAt(header, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function textAt(header: Uint8Array, at: number, length: number): string {
  const field = Buffer.from(header.subarray(at, at + length))
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? length : end)
}
