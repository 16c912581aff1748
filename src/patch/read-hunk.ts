/**
 * Reads one hunk behind its header: verbatim where that meets the counts, else by search, else as much as
 * can be said for sure. Whatever is not verbatim is either the only parse that fits, or flagged.
 */
import { type Boundary, boundaryAt, nextBoundary } from './boundary.js'
import { type ChosenParse, chooseParse } from './choose-parse.js'
import type { HunkDraft, Seen } from './hunk-draft.js'
import type { HunkHeader } from './hunk-header.js'
import { type HunkReading, traitsOf } from './hunk-reading.js'
import { endWithoutNewline, readVerbatim, type VerbatimRead } from './read-verbatim.js'
import { recount, salvage } from './salvage-hunk.js'
import { isBlank, isMarked, lineNumber } from './source-lines.js'
import type { HunkNote, PatchLine, RepairKind } from './types.js'
import { joinTail } from './wrapping.js'

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
  return last.trim() === '' || (last.length < SHORT_LINE && !last.endsWith(' '))
}

/** Nobody wraps a line as short as this. */
const SHORT_LINE = 24

/** The draft of a hunk whose lines stand as its header says. */
export function fromVerbatim(
  at: number,
  header: HunkHeader,
  read: VerbatimRead,
  notes: HunkNote[],
): HunkDraft {
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
  const marked = isMarked(rest[0] ?? '')
  if (!marked && !traitsOf(reading).wrapped) return fromVerbatim(at, header, verbatim, [])
  const line = lineNumber(reading.source, verbatim.next)
  const isContext = (rest[0] ?? '').startsWith(' ')
  if (!marked || isContext || (texts[verbatim.next - 1] ?? '').length >= LONG_LINE) {
    const text = isContext
      ? 'the counts of the header are met, but what follows looks like context'
      : 'the line behind the last one could be its rest, wrapped off'
    const draft = fromVerbatim(at, header, verbatim, [{ code: 'last-line-doubtful', line, text }])
    return { ...draft, certainty: 'flagged' }
  }
  const text = 'text behind the hunk looks like more lines of it, but the counts of its header are met'
  return fromVerbatim(at, header, verbatim, [{ code: 'hunk-like-trailing-text', line, text }])
}

/** A last line as long as this may have been wrapped, even where no other line of the text was. */
const LONG_LINE = 56

/** The parse that fits the counts, joined and marked; null when none does. */
function solve(
  reading: HunkReading,
  at: number,
  header: HunkHeader,
  end: { at: number; kind: Boundary },
): HunkDraft | null {
  const { source, budget, quoted } = reading
  budget.exceeded = false
  const parse = chooseParse(source.texts, at, header, end.at, traitsOf(reading), budget, quoted)
  if (budget.exceeded) budget.unfinished.push(lineNumber(source, at))
  return parse === null ? null : fromSteps(reading, at, header, parse)
}

function fromSteps(reading: HunkReading, at: number, header: HunkHeader, parse: ChosenParse): HunkDraft {
  const { from, solution, doubts, remarks } = parse
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
