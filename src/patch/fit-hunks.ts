/**
 * Reads a file's hunks again, now beside the file they change. Context, and the lines of the known side, can
 * only be what stands there, so the lost markers, the wrapped lines and the `- item` lines of comments that
 * the counts leave open are settled; the lines of the other side are the rest. Text is compared without
 * blanks, because blanks are what archives take; the known lines are then copied, and exact.
 */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { type Image, squeeze } from './image.js'
import type { FileDiff, Hunk, LineOp, MissingHunk, SeenLine } from './types.js'
import { joinTail } from './wrapping.js'

/** One line of a fitted hunk. */
export interface FittedLine {
  readonly op: LineOp
  /** For a known line the file's own text; for the others as it was read from the mail. */
  readonly text: string
  /** The line as it stands in the mail, marker included if it is there; null for a line the mail lost. */
  readonly seen: string | null
  readonly line: number
  /** The lines that it was put together from. */
  readonly pieces: number
  readonly noNewline: boolean
}

export interface FittedHunk {
  readonly hunk: Hunk
  /** Index in the known image of the first line. */
  readonly at: number
  /** How many lines that is away from where the header says. */
  readonly offset: number
  /** Every line that the header announces is there. */
  readonly isWhole: boolean
  readonly lines: readonly FittedLine[]
}

export interface FitOptions {
  /** The side that the image shows. */
  readonly known: 'before' | 'after'
  /** The image is the very file the patch was made for, so hunks stand where they say. */
  readonly exact: boolean
}

/**
 * Fits all hunks, in order; fails as `applyPatch` does, but for hunks whose lines are missing: those are left
 * out, or fitted as far as they go.
 */
export function fitHunks(file: FileDiff, image: Image, options: FitOptions): Result<readonly FittedHunk[]> {
  const fitted: FittedHunk[] = []
  const work: Work = { nodes: MOST_NODES }
  let taken = 0
  let drift = 0
  for (const hunk of file.hunks) {
    const missing = file.missing.find(({ line }) => line === hunk.line)
    const place = placeHunk(hunk, missing, image, { ...options, taken, drift, work })
    if (!place.ok) {
      const why = place.error === 'hunk-place-ambiguous' ? 'fits two places equally far away' : 'fits nowhere'
      const where = `the hunk at line ${hunk.line} of the mail (from line ${startOf(hunk, options.known) + 1} on)`
      return fail(trouble(place.error, `${where} ${why}`, file.path))
    }
    fitted.push(place.value)
    drift = place.value.offset
    taken = place.value.at + place.value.lines.filter((line) => line.op !== otherOp(options.known)).length
  }
  return ok(fitted)
}

/** The operation whose lines the known image does not have. */
export function otherOp(known: 'before' | 'after'): 'added' | 'removed' {
  return known === 'before' ? 'added' : 'removed'
}

interface Placing extends FitOptions {
  readonly taken: number
  readonly drift: number
  readonly work: Work
}

/** Steps left for all hunks of a file: a hostile mail must not cost more than a constant. */
interface Work {
  nodes: number
}

const MOST_NODES = 3_000_000

type PlaceError = 'hunk-does-not-apply' | 'hunk-place-ambiguous'

function placeHunk(
  hunk: Hunk,
  missing: MissingHunk | undefined,
  image: Image,
  placing: Placing,
): Result<FittedHunk, PlaceError> {
  const readings = readingsOf(hunk, missing, placing.known)
  const start = startOf(hunk, placing.known)
  const announced = start + placing.drift
  const fitAt = (at: number): FittedHunk | null => {
    if (at < placing.taken || at > image.lines.length) return null
    for (const reading of readings) {
      const lines = fitReading(reading, image, at, placing)
      if (lines !== null) return { hunk, at, offset: at - start, isWhole: reading.isWhole, lines }
    }
    return null
  }
  const there = fitAt(announced)
  if (there !== null) return ok(there)
  if (placing.exact || readings.every(({ known }) => known === 0)) return fail('hunk-does-not-apply')
  const furthest = Math.max(Math.abs(announced - placing.taken), Math.abs(image.lines.length - announced))
  for (let distance = 1; distance <= furthest; distance++) {
    const earlier = fitAt(announced - distance)
    const later = fitAt(announced + distance)
    if (earlier !== null && later !== null) return fail('hunk-place-ambiguous')
    const found = earlier ?? later
    if (found !== null) return ok(found)
  }
  return fail('hunk-does-not-apply')
}

/** One way to take the lines behind a header: from which, and how many lines of each side they must give. */
interface Reading {
  readonly seen: readonly SeenLine[]
  /** The lines without blanks, with marker and without. */
  readonly keys: ReadonlySet<string>
  readonly known: number
  readonly other: number
  /** The lines are as they were read: no search, only a comparison. */
  readonly settled: Hunk | null
  readonly isWhole: boolean
}

function readingsOf(hunk: Hunk, missing: MissingHunk | undefined, known: 'before' | 'after'): Reading[] {
  let isWhole = true
  const counts = (before: number, after: number, seen: readonly SeenLine[], settled: Hunk | null): Reading =>
    known === 'before'
      ? { seen, keys: keysOf(seen), known: before, other: after, settled, isWhole }
      : { seen, keys: keysOf(seen), known: after, other: before, settled, isWhole }
  if (hunk.seen === undefined) return [counts(hunk.beforeCount, hunk.afterCount, [], hunk)]
  const all: Reading[] = []
  const tails = hunk.section === '' ? [hunk.seen] : [hunk.seen, hunk.seen.slice(1)]
  if (missing !== undefined) {
    const before = hunk.beforeCount + missing.beforeCount
    const after = hunk.afterCount + missing.afterCount
    for (const seen of tails) all.push(counts(before, after, seen, null))
    isWhole = false
  }
  for (const seen of tails) all.push(counts(hunk.beforeCount, hunk.afterCount, seen, null))
  return all
}

function fitReading(reading: Reading, image: Image, at: number, placing: Placing): FittedLine[] | null {
  if (at + reading.known > image.lines.length) return null
  if (reading.settled !== null) return fitSettled(reading.settled, image, at, placing.known)
  if (reading.known > 0 && !mayBegin(reading, image, at)) return null
  const steps = align(reading, image, at, placing)
  return steps === null ? null : linesOf(steps, reading.seen, image, at, placing.known)
}

function keysOf(seen: readonly SeenLine[]): ReadonlySet<string> {
  const keys = seen.map(({ text }) => squeeze(text))
  return new Set([...keys, ...keys.map((key) => key.slice(1))])
}

/** Whether the first line of the image there is any of the lines, or begins with one that was wrapped. */
function mayBegin({ keys }: Reading, image: Image, at: number): boolean {
  const own = image.squeezed(at)
  if (own === '') return true
  for (const line of [own, image.damaged(' ', at), image.damaged('-', at), image.damaged('+', at)]) {
    if (keys.has(line)) return true
  }
  for (const key of keys) if (key.length >= SHORTEST_PIECE && own.startsWith(key)) return true
  return false
}

const SHORTEST_PIECE = 8

/** A hunk as it was sent: its lines are compared one by one. */
function fitSettled(hunk: Hunk, image: Image, at: number, known: 'before' | 'after'): FittedLine[] | null {
  const lines: FittedLine[] = []
  const other = otherOp(known)
  let next = at
  for (const line of hunk.lines) {
    const seen =
      line.op === 'context' ? ` ${line.text}` : line.op === 'added' ? `+${line.text}` : `-${line.text}`
    let text = line.text
    if (line.op !== other) {
      text = image.lines[next] ?? ''
      if (text !== line.text && image.squeezed(next) !== squeeze(line.text)) return null
      next++
    }
    lines.push({ op: line.op, text, seen, line: line.line, pieces: 1, noNewline: line.noNewline === true })
  }
  return lines
}

interface Step {
  readonly from: number
  readonly pieces: number
  readonly op: LineOp | 'no-newline'
}

interface Node {
  readonly known: number
  readonly other: number
  readonly cost: number
  readonly previous: Node | null
  readonly step: Step | null
}

const MAX_PIECES = 4

/** The cheapest way to read the lines so that both counts come out; null when there is none. */
function align(reading: Reading, image: Image, at: number, placing: Placing): readonly Step[] | null {
  const { known, work } = placing
  const { seen } = reading
  const knownMark = known === 'before' ? '-' : '+'
  const otherMark = known === 'before' ? '+' : '-'
  const knownOp: LineOp = known === 'before' ? 'removed' : 'added'
  const width = reading.other + 1
  const layers = new Map<number, Map<number, Node>>()
  layers.set(0, new Map([[0, { known: 0, other: 0, cost: 0, previous: null, step: null }]]))
  let best: Node | null = null
  const reach = (from: Node, step: Step, more: { known: number; other: number }, cost: number) => {
    const next = { known: from.known + more.known, other: from.other + more.other }
    if (next.known > reading.known || next.other > reading.other) return
    const place = step.from + step.pieces
    let layer = layers.get(place)
    if (layer === undefined) {
      layer = new Map()
      layers.set(place, layer)
    }
    const key = next.known * width + next.other
    const there = layer.get(key)
    if (there !== undefined && there.cost <= from.cost + cost) return
    work.nodes--
    layer.set(key, { ...next, cost: from.cost + cost, previous: from, step })
  }
  for (let place = 0; place <= seen.length; place++) {
    const layer = layers.get(place)
    if (layer === undefined) continue
    if (work.nodes <= 0) return null
    for (const node of layer.values()) {
      const isDone = node.known === reading.known && node.other === reading.other
      const text = seen[place]?.text
      if (text?.startsWith('\\ ') === true && node.step !== null) {
        reach(node, { from: place, pieces: 1, op: 'no-newline' }, { known: 0, other: 0 }, 0)
        continue
      }
      if (isDone) {
        if (best === null || node.cost < best.cost) best = node
        continue
      }
      const line = at + node.known
      // A blank line of context is the first thing to go at the end of a text.
      if (node.known < reading.known && image.squeezed(line) === '') {
        const end = text === undefined || seen.slice(place).every((rest) => rest.text.trim() === '')
        if (end) reach(node, { from: place, pieces: 0, op: 'context' }, { known: 1, other: 1 }, 3)
      }
      if (text === undefined) continue
      let joined = text
      for (let pieces = 1; pieces <= MAX_PIECES; pieces++) {
        if (pieces > 1) {
          const tail = seen[place + pieces - 1]?.text
          if (tail === undefined || tail === '') break
          joined = joinTail(joined, tail)
        }
        const key = squeeze(joined)
        const price = (pieces - 1) * 2
        if (node.known < reading.known) {
          const own = image.squeezed(line)
          if (key === own || key === image.damaged(' ', line)) {
            const against = /^[-+]/.test(joined) ? 4 : 0
            reach(node, { from: place, pieces, op: 'context' }, { known: 1, other: 1 }, price + against)
          }
          if (
            joined.startsWith(knownMark) &&
            (key === knownMark + own || key === image.damaged(knownMark, line))
          ) {
            reach(node, { from: place, pieces, op: knownOp }, { known: 1, other: 0 }, price)
          }
        }
        if (joined.startsWith(otherMark) && node.other < reading.other) {
          reach(node, { from: place, pieces, op: otherOp(known) }, { known: 0, other: 1 }, price)
        }
      }
    }
    layers.delete(place)
  }
  return best === null ? null : stepsTo(best)
}

function stepsTo(last: Node): readonly Step[] {
  const steps: Step[] = []
  for (let node: Node | null = last; node?.step != null; node = node.previous) steps.push(node.step)
  return steps.reverse()
}

function linesOf(
  steps: readonly Step[],
  seen: readonly SeenLine[],
  image: Image,
  at: number,
  known: 'before' | 'after',
): FittedLine[] {
  const lines: FittedLine[] = []
  const other = otherOp(known)
  let next = at
  for (const step of steps) {
    if (step.op === 'no-newline') {
      const last = lines.pop()
      if (last !== undefined) lines.push({ ...last, noNewline: true })
      continue
    }
    const [first] = seen.slice(step.from)
    let joined = step.pieces === 0 ? null : (first?.text ?? '')
    for (let piece = 1; piece < step.pieces; piece++) {
      joined = joinTail(joined ?? '', seen[step.from + piece]?.text ?? '')
    }
    const text = step.op === other ? (joined ?? '').slice(1) : (image.lines[next++] ?? '')
    const line = first?.line ?? seen[seen.length - 1]?.line ?? 0
    lines.push({ op: step.op, text, seen: joined, line, pieces: step.pieces, noNewline: false })
  }
  return lines
}

/** 0-based line where the hunk should begin; the start of an empty side is the line before it. */
function startOf(hunk: Hunk, known: 'before' | 'after'): number {
  const start = known === 'before' ? hunk.beforeStart : hunk.afterStart
  const count = known === 'before' ? hunk.beforeCount : hunk.afterCount
  return count === 0 ? start : start - 1
}

function trouble(code: string, message: string, source: string): Diagnostic {
  return { severity: 'error', code, message, place: { source } }
}
