/**
 * Reads one hunk behind its header: verbatim where that meets the counts, else by search, else as much as
 * can be said for sure. Whatever is not verbatim is either the only parse that fits, or flagged.
 */
import { type Boundary, boundaryAt, nextBoundary } from './boundary.js'
import type { HunkDraft, Seen } from './hunk-draft.js'
import type { HunkHeader } from './hunk-header.js'
import { endWithoutNewline, readVerbatim, type VerbatimRead } from './read-verbatim.js'
import { type Budget, type Solution, solveHunk } from './solve-hunk.js'
import { isBlank, isMarked, lineNumber, type SourceLines } from './source-lines.js'
import type { HunkNote, PatchLine, RepairKind } from './types.js'
import { joinTail, mayBeTail, readTraits, type Traits } from './wrapping.js'

/** What reading the hunks of one text shares. */
export interface HunkReading {
  readonly source: SourceLines
  readonly quoted: boolean
  readonly budget: Budget
  /** Found when the first hunk needs it. */
  traits: Traits | null
}

type Note = Omit<HunkNote, 'line'>

/** Reads the hunk whose header stands at `at`. Never fails: what is not there is `missing`. */
export function readHunk(reading: HunkReading, at: number, header: HunkHeader): HunkDraft {
  const source = reading.source
  const verbatim = readVerbatim(source, at + 1, header)
  if (verbatim !== null && endsWell(source.texts, verbatim)) return fromVerbatim(at, header, verbatim, [])
  const end = nextBoundary(source.texts, at + 1)
  if (verbatim !== null) return settleVerbatim(reading, at, header, verbatim, end)
  return solve(reading, at, header, end) ?? salvage(reading, at, header, end)
}

/** Behind the hunk stands nothing that could belong to it. */
function endsWell(texts: readonly string[], read: VerbatimRead): boolean {
  const next = texts[read.next]
  if (next === undefined || next === '' || boundaryAt(texts, read.next) !== null) return true
  if (isMarked(next)) return false
  const last = texts[read.next - 1] ?? ''
  return last.length < 40 || last === ' '
}

function fromVerbatim(at: number, header: HunkHeader, read: VerbatimRead, notes: HunkNote[]): HunkDraft {
  return {
    header,
    at,
    lines: read.lines,
    seen: null,
    certainty: 'exact',
    repairs: read.emptied === 0 ? [] : [{ kind: 'blank-context-restored', count: read.emptied }],
    notes,
    missing: null,
    next: read.next,
  }
}

/** The counts are met verbatim, but what follows could belong to the hunk. */
function settleVerbatim(
  reading: HunkReading,
  at: number,
  header: HunkHeader,
  verbatim: VerbatimRead,
  end: { at: number; kind: Boundary },
): HunkDraft {
  const texts = reading.source.texts
  const solved = solve(reading, at, header, end)
  if (solved !== null && solved.next !== verbatim.next) return solved
  const rest = texts.slice(verbatim.next, end.at)
  if (end.kind === 'hunk' || end.kind === 'file') {
    if (rest.every((line) => isMarked(line) || isBlank(line))) return recount(reading, at, header, end.at)
  }
  if (!isMarked(rest[0] ?? '')) return fromVerbatim(at, header, verbatim, [])
  const line = lineNumber(reading.source, verbatim.next)
  if ((texts[verbatim.next - 1] ?? '').length >= LONG_LINE) {
    const text = 'the line behind the last one could be its rest, wrapped off'
    const draft = fromVerbatim(at, header, verbatim, [{ code: 'last-line-doubtful', line, text }])
    return { ...draft, certainty: 'flagged' }
  }
  const text = 'text behind the hunk looks like more lines of it, but the counts of its header are met'
  return fromVerbatim(at, header, verbatim, [{ code: 'hunk-like-trailing-text', line, text }])
}

/** A last line as long as this may have been wrapped, even where no other line of the text was. */
const LONG_LINE = 56

/** Tries kinds of damage from the mildest on; the first parse with a good end wins. */
function solve(
  reading: HunkReading,
  at: number,
  header: HunkHeader,
  end: { at: number; kind: Boundary },
): HunkDraft | null {
  const texts = reading.source.texts
  const traits = traitsOf(reading)
  const counts = { before: header.beforeCount, after: header.afterCount }
  const headerTail = texts[at + 1] ?? ''
  const wrappedHeader =
    header.section !== '' &&
    headerTail !== '' &&
    !isMarked(headerTail) &&
    (mayBeTail(texts, at + 1, traits.wrap) || (!traits.stripped && (texts[at] ?? '').length >= LONG_HEADER))
  const starts = wrappedHeader ? [at + 1, at + 2] : [at + 1]
  let chosen: { from: number; solution: Solution; pass: Pass } | null = null
  let rivals = 0
  for (const pass of PASSES) {
    if (chosen !== null && (pass.reinterpret || chosen.solution.tier < 3)) break
    if (pass.reinterpret && traits.intact) break
    const wrap = pass.loose ? { ...traits.wrap, loose: true } : traits.wrap
    const shape = pass.shaped ? { shape: { atFileStart: header.beforeStart <= 1 } } : {}
    for (const from of starts) {
      const rules = { joins: pass.joins, reinterpret: pass.reinterpret, wrap, ...shape }
      const solution = solveHunk(texts, from, end.at, counts, rules, reading.budget)
      if (solution === null || (solution.tier === 4 && pass.joins !== 'none')) continue
      if (pass.shaped && (solution.tier > 1 || solution.ways > 1)) continue
      if (chosen === null) chosen = { from, solution, pass }
      else if (from !== chosen.from && pass === chosen.pass) {
        if (solution.tier <= chosen.solution.tier) rivals++
      } else if (solution.tier < chosen.solution.tier) {
        chosen = { from, solution, pass }
        rivals = 0
      } else if (solution.tier === chosen.solution.tier && !sameLines(solution, chosen.solution)) rivals++
    }
  }
  if (chosen === null || chosen.solution.tier === 4) return null
  const { solution, pass } = chosen
  const doubts: Note[] = []
  const remarks: Note[] = []
  if (solution.ways > 1 || rivals > 0 || (pass.reinterpret && solution.tier > 1)) {
    doubts.push({
      code: 'several-parses',
      text: pass.reinterpret
        ? 'some lines that begin with + or - must be context; which ones was chosen'
        : 'more than one way to read the lines meets the counts; one was chosen',
    })
  } else if (pass.reinterpret) {
    remarks.push({ code: 'marker-as-context', text: 'a line that begins with + or - can only be context' })
  } else if (traits.stripped && endIsDoubtful(texts, chosen.from, solution, header)) {
    doubts.push({
      code: 'end-doubtful',
      text: 'context lines lost their marker and text follows, so where the hunk ends is not certain',
    })
  }
  return fromSteps(reading, at, header, chosen.from, solution, doubts, remarks)
}

/** A header as long as this may be wrapped, even where no other line of the text was. */
const LONG_HEADER = 45

interface Pass {
  readonly joins: 'none' | 'forced' | 'free'
  readonly reinterpret: boolean
  readonly loose: boolean
  readonly shaped: boolean
}

/** From the mildest damage on. A well-formed hunk is asked for before any other that needs a marker ignored. */
const PASSES: readonly Pass[] = [
  { joins: 'none', reinterpret: false, loose: false, shaped: false },
  { joins: 'forced', reinterpret: false, loose: false, shaped: false },
  { joins: 'forced', reinterpret: false, loose: true, shaped: false },
  { joins: 'free', reinterpret: false, loose: false, shaped: false },
  { joins: 'none', reinterpret: true, loose: false, shaped: true },
  { joins: 'free', reinterpret: true, loose: false, shaped: false },
]

function traitsOf(reading: HunkReading): Traits {
  reading.traits ??= readTraits(reading.source.texts)
  return reading.traits
}

function sameLines(one: Solution, other: Solution): boolean {
  return (
    one.steps.length === other.steps.length &&
    one.steps.every((step, at) => {
      const twin = other.steps[at]
      return twin !== undefined && twin.at === step.at && twin.count === step.count && twin.op === step.op
    })
  )
}

/**
 * Without markers, a `+` and a `-` line that are really context make the walk eat as many lines of the text
 * behind. That is possible only when the text behind is not a boundary and an earlier blank line could have
 * been the end.
 */
function endIsDoubtful(
  texts: readonly string[],
  from: number,
  solution: Solution,
  header: HunkHeader,
): boolean {
  if (solution.tier === 0) return false
  let added = 0
  let removed = 0
  for (let at = from; at < solution.next; at++) {
    const line = texts[at] ?? ''
    if (line === '') {
      const length = at - from
      const wantAdded = length - header.beforeCount
      const wantRemoved = length - header.afterCount
      if (wantAdded >= 0 && wantRemoved >= 0 && added > wantAdded && removed > wantRemoved) return true
    }
    if (line.startsWith('+')) added++
    else if (line.startsWith('-')) removed++
  }
  return false
}

function fromSteps(
  reading: HunkReading,
  at: number,
  header: HunkHeader,
  from: number,
  solution: Solution,
  doubts: readonly Note[],
  remarks: readonly Note[],
): HunkDraft {
  const { texts } = reading.source
  const lines: PatchLine[] = []
  const seen: Seen[] = []
  const flagged = doubts.length > 0
  let emptied = 0
  let lost = 0
  let joins = from - at - 1
  for (const step of solution.steps) {
    let text = texts[step.at] ?? ''
    if (step.op === 'no-newline') {
      endWithoutNewline(lines, text)
      continue
    }
    for (let piece = 1; piece < step.count; piece++) text = joinTail(text, texts[step.at + piece] ?? '')
    joins += step.count - 1
    if (step.lost && text === '') emptied++
    else if (step.lost) lost++
    const origin =
      flagged && (step.against || step.op !== 'context')
        ? 'reconstructed'
        : step.count > 1
          ? 'joined'
          : step.lost
            ? 'marker-restored'
            : 'verbatim'
    const line = lineNumber(reading.source, step.at)
    lines.push({ op: step.op, text: step.lost ? text : text.slice(1), line, origin })
    seen.push({ at: step.at, count: step.count, lost: step.lost })
  }
  let section = header.section
  for (let tail = at + 1; tail < from; tail++) section = joinTail(section, texts[tail] ?? '')
  const repairs: { kind: RepairKind; count: number }[] = []
  if (lost > 0) repairs.push({ kind: 'marker-stripped', count: lost + emptied })
  if (emptied > 0) repairs.push({ kind: 'blank-context-restored', count: emptied })
  if (joins > 0) repairs.push({ kind: 'unwrapped', count: joins })
  return {
    header: { ...header, section },
    at,
    lines,
    seen,
    certainty: flagged ? 'flagged' : repairs.length === 0 ? 'exact' : 'unique',
    repairs,
    notes: [...doubts, ...remarks].map((note) => ({ ...note, line: lineNumber(reading.source, at) })),
    missing: null,
    next: solution.next,
  }
}

/** No parse meets the counts: keep what is there, say what is not, and recount only at a hard boundary. */
function salvage(
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
function recount(reading: HunkReading, at: number, header: HunkHeader, end: number): HunkDraft {
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
