import type { Budget } from './solve-hunk.js'
import type { SourceLines } from './source-lines.js'
import { readTraits, type Traits } from './wrapping.js'

/** What reading the hunks of one text shares. */
export interface HunkReading {
  readonly source: SourceLines
  /** Lines may have been cut out, and written in between. */
  readonly quoted: boolean
  readonly budget: Budget
  /** Found when the first hunk needs it. */
  traits: Traits | null
}

/** What all hunks of the text have in common; looked at once. */
export function traitsOf(reading: HunkReading): Traits {
  reading.traits ??= readTraits(reading.source.texts)
  return reading.traits
}
