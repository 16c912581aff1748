/**
 * Hunks whose counts nothing meets: what is there is kept, what is not is said, and counts are corrected only
 * where a hard boundary shows the end. `git apply --recount` takes the signature for a removed line, and
 * `recountdiff` zeroes what it does not know; neither happens here.
 */
import type { Boundary } from './boundary.js'
import type { HunkDraft, Seen } from './hunk-draft.js'
import type { HunkHeader } from './hunk-header.js'
import { type HunkReading, traitsOf } from './hunk-reading.js'
import { endWithoutNewline } from './read-verbatim.js'
import { isMarked, lineNumber } from './source-lines.js'
import type { PatchLine, RepairKind } from './types.js'

/** No parse meets the counts: keep what is there, say what is not, and recount only at a hard boundary. */
export function salvage(
  reading: HunkReading,
  at: number,
  header: HunkHeader,
  end: { at: number; kind: Boundary },
): HunkDraft {
  const texts = reading.source.texts
  let last = end.at
  while (last > at + 1 && texts[last - 1] === '') last--
  const stripped = traitsOf(reading).stripped
  let kept = at + 1
  let before = 0
  let after = 0
  while (kept < last) {
    const text = texts[kept] ?? ''
    if (!isMarked(text) && text !== '' && !stripped) break
    const first = text.charCodeAt(0)
    if (first !== 0x2b && first !== 0x5c) before++
    if (first !== 0x2d && first !== 0x5c) after++
    kept++
  }
  const whole = kept === last
  const fits = before <= header.beforeCount && after <= header.afterCount
  if (whole && kept > at + 1 && !reading.quoted && !(end.kind === 'end' && fits)) {
    return recount(reading, at, header, last)
  }
  return keepPart(reading, at, header, fits ? kept : null, end)
}

/** The header's counts are wrong and a hard boundary tells where the hunk ends: its lines count. */
export function recount(reading: HunkReading, at: number, header: HunkHeader, end: number): HunkDraft {
  const texts = reading.source.texts
  let last = end
  while (last > at + 1 && texts[last - 1] === '') last--
  const part = takeLines(reading, at + 1, last, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  const note = {
    code: 'counts-wrong',
    line: lineNumber(reading.source, at),
    text:
      `the header announces ${header.beforeCount} lines before and ${header.afterCount} after, ` +
      `${part.before} and ${part.after} stand there`,
  }
  return {
    header: { ...header, beforeCount: part.before, afterCount: part.after },
    at,
    lines: part.lines,
    seen: part.seen,
    certainty: 'flagged',
    repairs: [...part.repairs, { kind: 'recounted', count: 1 }],
    notes: [note],
    missing: null,
    next: end,
  }
}

/** The lines up to where the text leaves the hunk, or as far as the counts allow; the rest is missing. */
function keepPart(
  reading: HunkReading,
  at: number,
  header: HunkHeader,
  kept: number | null,
  end: { at: number; kind: Boundary },
): HunkDraft {
  const source = reading.source
  const limit = kept ?? end.at
  const part = takeLines(reading, at + 1, limit, header.beforeCount, header.afterCount)
  const missingBefore = header.beforeCount - part.before
  const missingAfter = header.afterCount - part.after
  const line = lineNumber(source, at)
  const reason = part.lines.length === 0 ? 'no-body' : reading.quoted ? 'elided' : 'truncated'
  const none = missingBefore === 0 && missingAfter === 0
  const text = none
    ? 'the lines behind the header do not fit its counts; the first that do were taken'
    : `${missingBefore} lines before and ${missingAfter} after are not there`
  return {
    header: { ...header, beforeCount: part.before, afterCount: part.after },
    at,
    lines: part.lines,
    seen: part.seen,
    certainty: 'flagged',
    repairs: [...part.repairs, { kind: 'recounted', count: 1 }],
    notes: [{ code: none ? 'counts-wrong' : 'lines-missing', line, text }],
    missing: none
      ? null
      : {
          beforeStart: header.beforeStart + part.before,
          beforeCount: missingBefore,
          afterStart: header.afterStart + part.after,
          afterCount: missingAfter,
          section: header.section,
          line,
          reason,
        },
    next: part.next,
  }
}

interface Part {
  readonly lines: readonly PatchLine[]
  readonly seen: readonly Seen[]
  readonly before: number
  readonly after: number
  readonly repairs: readonly { readonly kind: RepairKind; readonly count: number }[]
  readonly next: number
}

/** Lines by their marker, as long as the counts allow; a line without one is context. */
function takeLines(
  reading: HunkReading,
  from: number,
  end: number,
  maxBefore: number,
  maxAfter: number,
): Part {
  const lines: PatchLine[] = []
  const seen: Seen[] = []
  let before = 0
  let after = 0
  let lost = 0
  let emptied = 0
  let at = from
  for (; at < end; at++) {
    const text = reading.source.texts[at] ?? ''
    const line = lineNumber(reading.source, at)
    if (endWithoutNewline(lines, text)) continue
    const first = text.charCodeAt(0)
    const op = first === 0x2b ? 'added' : first === 0x2d ? 'removed' : 'context'
    if ((op !== 'added' && before >= maxBefore) || (op !== 'removed' && after >= maxAfter)) break
    if (op !== 'added') before++
    if (op !== 'removed') after++
    const isLost = op === 'context' && first !== 0x20
    if (isLost && text === '') emptied++
    else if (isLost) lost++
    lines.push({
      op,
      text: isLost ? text : text.slice(1),
      line,
      origin: isLost ? 'marker-restored' : 'verbatim',
    })
    seen.push({ at, count: 1, lost: isLost })
  }
  const repairs: { kind: RepairKind; count: number }[] = []
  if (lost > 0) repairs.push({ kind: 'marker-stripped', count: lost + emptied })
  if (emptied > 0) repairs.push({ kind: 'blank-context-restored', count: emptied })
  return { lines, seen, before, after, repairs, next: at }
}
