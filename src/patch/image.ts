/** The text of a file before or after its change, as lines that hunks are fitted to. */
import { type DamageModel, damageLine } from './damage-model.js'

/** Both texts of a file, as far as they are at hand. */
export interface FileImages {
  /** The whole text before; empty for a file that the patch creates, null when it is not known. */
  readonly before: string | null
  /** The whole text after; empty for a file that the patch removes, null when it is not known. */
  readonly after: string | null
  readonly how: ImageSource
}

/** Where the images of a file come from. */
export interface ImageSource {
  /**
   * `blob` the file of the id that the text names; `base-commit` the file in the commit the text names;
   * `series` what an earlier patch (or, in reverse, a later one) leaves; `hunks` the tree's file at the path, in
   * which the hunks stand; `text` the patch holds the whole file; `none` nothing was found.
   */
  readonly by: 'blob' | 'base-commit' | 'series' | 'hunks' | 'text' | 'none'
  /** The tree has the file as it is after the patch: the text before is the patch taken back. */
  readonly reversed: boolean
  /** How many lines each hunk stood away from where its header says; empty when no hunk was placed. */
  readonly offsets: readonly number[]
  /** One sentence for people. */
  readonly text: string
}

/** A text as lines, with what damage would make of each. */
export class Image {
  readonly lines: readonly string[]
  /** The last line has a newline; true for an empty text. */
  readonly endsWithNewline: boolean
  readonly #model: DamageModel | null
  readonly #squeezed: (string | undefined)[] = []
  readonly #damaged = new Map<string, (string | undefined)[]>()

  constructor(text: string, model: DamageModel | null) {
    this.endsWithNewline = text === '' || text.endsWith('\n')
    this.lines = text === '' ? [] : (this.endsWithNewline ? text.slice(0, -1) : text).split('\n')
    this.#model = model
  }

  /** A line without its blanks. */
  squeezed(at: number): string {
    const known = this.#squeezed[at]
    if (known !== undefined) return known
    const key = squeeze(this.lines[at] ?? '')
    this.#squeezed[at] = key
    return key
  }

  /** What the archive would show of a line behind a marker, without blanks. */
  damaged(marker: string, at: number): string {
    if (this.#model !== 'mail-archive') return (marker === ' ' ? '' : marker) + this.squeezed(at)
    const keys = this.#damaged.get(marker) ?? []
    if (keys.length === 0) this.#damaged.set(marker, keys)
    const known = keys[at]
    if (known !== undefined) return known
    const key = squeeze(damageLine(this.#model, marker + (this.lines[at] ?? '')))
    keys[at] = key
    return key
  }
}

/** A text without its blanks. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, '')
}
