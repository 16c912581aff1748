/**
 * Which kind of damage explains the lines behind a hunk header? Kinds are tried from the mildest on; every
 * parse that meets the counts and ends well is a candidate, and two that differ make the hunk doubtful unless
 * the rest of the text tells which kind of damage it has.
 */
import type { HunkHeader } from './hunk-header.js'
import { type Budget, type Solution, solveHunk } from './solve-hunk.js'
import { isMarked } from './source-lines.js'
import type { HunkNote } from './types.js'
import { mayBeTail, type Traits } from './wrapping.js'

type Note = Omit<HunkNote, 'line'>

/** The parse that was chosen; with `doubts` when another would have done as well. */
export interface ChosenParse {
  /** Index of the first line of the body; a wrapped header takes one more. */
  readonly from: number
  readonly solution: Solution
  readonly doubts: readonly Note[]
  readonly remarks: readonly Note[]
}

interface Pass {
  readonly joins: 'none' | 'forced' | 'free'
  readonly reinterpret: boolean
  readonly shaped: boolean
}

interface Candidate {
  readonly from: number
  readonly solution: Solution
  readonly pass: Pass
  /** Lines that are not blank and would have lost their marker. */
  readonly lost: number
}

const PLAIN: Pass = { joins: 'none', reinterpret: false, shaped: false }
const JOINED: Pass = { joins: 'forced', reinterpret: false, shaped: false }
const FREE: Pass = { joins: 'free', reinterpret: false, shaped: false }
/** A hunk as diff programs write it is asked for before any other that needs a marker ignored. */
const SHAPED: Pass = { joins: 'none', reinterpret: true, shaped: true }
const ANY: Pass = { joins: 'free', reinterpret: true, shaped: false }

const INTACT = [JOINED, PLAIN, FREE]
const DAMAGED = [PLAIN, JOINED, FREE, SHAPED, ANY]

/**
 * A quotation is only a witness and mostly cut short, so no more is tried than its lines give reason for:
 * nothing, where every line has its marker.
 */
function quotedPasses(
  texts: readonly string[],
  at: number,
  end: number,
  counts: { readonly before: number; readonly after: number },
  traits: Traits,
): readonly Pass[] {
  if (traits.stripped) return [PLAIN]
  const last = Math.min(end, at + 1 + counts.before + counts.after)
  let unmarked = false
  for (let line = at + 1; line < last; line++) {
    const text = texts[line] ?? ''
    if (text === '' || isMarked(text)) continue
    unmarked = true
    if (mayBeTail(texts, line, traits.wrap)) return traits.intact ? [JOINED] : [PLAIN, JOINED]
  }
  return unmarked && !traits.intact ? [PLAIN] : []
}

/** The best parse of the lines behind the header at `at` up to the boundary at `end`; null when none fits. */
export function chooseParse(
  texts: readonly string[],
  at: number,
  header: HunkHeader,
  end: number,
  traits: Traits,
  budget: Budget,
  quoted: boolean,
): ChosenParse | null {
  const room = end - at - 1
  if (header.beforeCount > room || header.afterCount > room) return null
  const starts = startsOf(texts, at, header, traits)
  const counts = { before: header.beforeCount, after: header.afterCount }
  const candidates: Candidate[] = []
  for (const pass of quoted
    ? quotedPasses(texts, at, end, counts, traits)
    : traits.intact
      ? INTACT
      : DAMAGED) {
    if (candidates.some((candidate) => settles(candidate, pass, texts, traits))) break
    const wrap = pass.joins === 'none' ? traits.wrap : { ...traits.wrap, loose: true }
    const shape = pass.shaped ? { shape: { atFileStart: header.beforeStart <= 1 } } : {}
    const rules = { joins: pass.joins, reinterpret: pass.reinterpret, wrap, ...shape }
    for (const from of starts) {
      const solution = solveHunk(texts, from, end, counts, rules, budget)
      if (solution === null || solution.tier === 4) continue
      if (pass.shaped && (solution.tier > 1 || solution.ways > 1)) continue
      candidates.push({ from, solution, pass, lost: lostIn(texts, solution) })
    }
  }
  const chosen = bestOf(candidates, texts, traits)
  if (chosen === null) return null
  const rivals = candidates.filter((other) => isRival(other, chosen, traits)).length
  return { from: chosen.from, solution: chosen.solution, ...notesOf(texts, header, traits, chosen, rivals) }
}

/** A header that would be as long as this with the next word may be wrapped, even where no other line was. */
const LONG_HEADER = 64

function startsOf(texts: readonly string[], at: number, header: HunkHeader, traits: Traits): number[] {
  const tail = texts[at + 1] ?? ''
  if (header.section === '' || tail === '' || isMarked(tail)) return [at + 1]
  const word = tail.indexOf(' ') === -1 ? tail.length : tail.indexOf(' ')
  const long = !traits.stripped && (texts[at] ?? '').trimEnd().length + 1 + word >= LONG_HEADER
  return long || mayBeTail(texts, at + 1, traits.wrap) ? [at + 1, at + 2] : [at + 1]
}

/** Whether a candidate is good enough to do without a further pass. */
function settles(candidate: Candidate, pass: Pass, texts: readonly string[], traits: Traits): boolean {
  if (pass.reinterpret) return true
  if (rankOf(candidate) > 0) return false
  if (traits.intact) return candidate.lost === 0
  return (
    pass !== JOINED ||
    !candidate.solution.steps.some((step) => step.lost && mayBeTail(texts, step.at, traits.wrap))
  )
}

/** 0 for a good end, 1 for text that follows at once. */
function rankOf(candidate: Candidate): number {
  return candidate.solution.tier < 3 ? 0 : 1
}

function bestOf(
  candidates: readonly Candidate[],
  texts: readonly string[],
  traits: Traits,
): Candidate | null {
  let best: Candidate | null = null
  for (const candidate of candidates) {
    if (best === null || isBetter(candidate, best, texts, traits)) best = candidate
  }
  return best
}

function isBetter(one: Candidate, other: Candidate, texts: readonly string[], traits: Traits): boolean {
  if (rankOf(one) !== rankOf(other)) return rankOf(one) < rankOf(other)
  if (traits.intact) return one.lost < other.lost
  return one.pass === JOINED && other.pass === PLAIN && tailsEndInBlanks(one.solution, texts)
}

/** Where the line before a tail ends in a blank, wrapping is the likelier story. */
function tailsEndInBlanks(solution: Solution, texts: readonly string[]): boolean {
  return solution.steps.every((step) => {
    for (let piece = 0; piece < step.count - 1; piece++) {
      if (!(texts[step.at + piece] ?? '').endsWith(' ')) return false
    }
    return true
  })
}

/** In a text whose markers are intact, a parse that needs more lost ones is none. */
function isRival(other: Candidate, chosen: Candidate, traits: Traits): boolean {
  if (other === chosen || rankOf(other) > rankOf(chosen)) return false
  if (traits.intact && other.lost > chosen.lost) return false
  if (other.pass.reinterpret && !chosen.pass.reinterpret) return false
  return other.from !== chosen.from || !sameLines(other.solution, chosen.solution)
}

function lostIn(texts: readonly string[], solution: Solution): number {
  return solution.steps.filter((step) => step.lost && texts[step.at] !== '').length
}

function notesOf(
  texts: readonly string[],
  header: HunkHeader,
  traits: Traits,
  chosen: Candidate,
  rivals: number,
): { doubts: Note[]; remarks: Note[] } {
  const { solution, pass } = chosen
  if (solution.ways > 1 || rivals > 0 || (pass.reinterpret && solution.tier > 1)) {
    const text = pass.reinterpret
      ? 'some lines that begin with + or - must be context; which ones was chosen'
      : 'more than one way to read the lines meets the counts; one was chosen'
    return { doubts: [{ code: 'several-parses', text }], remarks: [] }
  }
  const wrapped = solution.steps.some((step) => step.lost && mayBeTail(texts, step.at, traits.wrap))
  if (wrapped || (traits.intact && chosen.lost > 0)) {
    const text = 'a line without marker was taken for context; it may be the rest of the line before'
    return { doubts: [{ code: 'marker-doubtful', text }], remarks: [] }
  }
  if (traits.intact && solution.tier === 3) {
    const text = 'the line behind the last one could be its rest, wrapped off'
    return { doubts: [{ code: 'last-line-doubtful', text }], remarks: [] }
  }
  if (pass.reinterpret) {
    const text = 'a line that begins with + or - can only be context'
    return { doubts: [], remarks: [{ code: 'marker-as-context', text }] }
  }
  if (traits.stripped && endIsDoubtful(texts, chosen.from, solution, header)) {
    const text = 'context lines lost their marker and text follows, so where the hunk ends is not certain'
    return { doubts: [{ code: 'end-doubtful', text }], remarks: [] }
  }
  return { doubts: [], remarks: [] }
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
      const changes = wantAdded >= 0 && wantRemoved >= 0 && wantAdded + wantRemoved > 0
      if (changes && added > wantAdded && removed > wantRemoved) return true
    }
    if (line.startsWith('+')) added++
    else if (line.startsWith('-')) removed++
  }
  return false
}
