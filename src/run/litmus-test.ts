/** One litmus test, from its text to its result. */
import type { Diagnostic } from '../base/index.js'
import type { MemoryModel } from '../explore/index.js'
import {
  buildLitmus,
  evaluateLitmus,
  formatCondition,
  formatOutcome,
  isMet,
  judge,
  parseLitmus,
  type Stated,
} from '../litmus/index.js'
import { type LitmusSource, readLitmus } from './litmus-files.js'
import type { LitmusResult } from './litmus-types.js'

export interface LitmusSettings {
  readonly model: MemoryModel
  /** For one test; null for no bound. */
  readonly seconds: number | null
  readonly now: () => number
  readonly interrupted: () => boolean
}

/** A result, and its block of text in the layout of herd7. */
export interface LitmusBlock {
  readonly result: LitmusResult
  readonly text: string
}

export function runLitmusTest(source: LitmusSource, settings: LitmusSettings): LitmusBlock {
  const { name: file } = source
  const { model, seconds, now, interrupted } = settings
  const begin = now()
  const read = readLitmus(source)
  const parsed = read.ok ? parseLitmus(read.value, file) : read
  if (!parsed.ok) return unreadable(file, parsed.error)
  const test = parsed.value
  const built = buildLitmus(test, file)
  if (!built.ok) return unreadable(file, built.error)
  const limit = seconds === null ? null : seconds * 1000
  const outcome = evaluateLitmus(built.value, { model, now, limit, interrupted })
  const result: LitmusResult = {
    kind: 'run',
    file,
    name: test.name,
    quantifier: test.quantifier,
    condition: formatCondition(test.quantifier, test.condition),
    stated: statedText(test.stated),
    judgement: judge(test.stated, outcome),
    met: isMet(test.quantifier, outcome),
    ...outcome,
    seconds: Math.round(now() - begin) / 1000,
  }
  return { result, text: formatOutcome(test, outcome) }
}

/** What could not be read, as a result. */
export function unreadable(file: string, diagnostic: Diagnostic): LitmusBlock {
  return { result: { kind: 'unreadable', file, diagnostic }, text: '' }
}

function statedText(stated: Stated | null): string | null {
  if (stated === null) return null
  const { verdict, flag } = stated
  if (verdict === null) return `Flag ${flag ?? ''}`
  return flag === 'data-race' ? `${verdict} DATARACE` : verdict
}
