/**
 * A trace for people, in two forms. The short one is an interleaving as reviewers write it: thread, file:line, what
 * happens to the entry in words, one line per step. The full one (`kreplay step`, --verbose) has every step, calls
 * and raw values included, with the locks held beside each.
 */
import { plural, wrap } from '../base/index.js'
import type { Paint } from './paint.js'
import { heldText, type TraceRow, traceRows, USUAL_LIMIT } from './trace.js'
import type { Step } from './types.js'

export interface TraceOptions {
  readonly width: number
  readonly paint: Paint
  /** Every step, not only the telling ones. */
  readonly all: boolean
  /** Steps shown at most in the short form. */
  readonly limit?: number
}

/** The lines of an execution, without a final newline. No steps give no lines. */
export function traceLines(steps: readonly Step[], options: TraceOptions): readonly string[] {
  if (steps.length === 0) return []
  return options.all ? fullLines(steps, options) : shortLines(steps, options)
}

/** Columns of the short form: two blanks, the thread's letter, the place, then the text. */
interface Columns {
  readonly width: number
  readonly letter: number
  readonly at: number
  readonly order: ReadonlyMap<string, number>
}

function shortLines(steps: readonly Step[], { width, paint, limit }: TraceOptions): readonly string[] {
  const rows = traceRows(steps, limit ?? USUAL_LIMIT)
  const shown = rows.flatMap((row) => (row.kind === 'step' ? [row.step] : []))
  const threads = [...new Set(shown.map(({ thread }) => thread))]
  const columns: Columns = {
    width,
    letter: longest(threads, (thread) => thread.length, 8),
    at: longest(shown, (step) => placeOf(step).length, 24),
    order: new Map(threads.map((thread, index) => [thread, index])),
  }
  return rows.flatMap((row) => rowLines(row, columns, paint))
}

/** Columns that a text gets at least, however deep it stands. */
const LEAST_TEXT = 24

function rowLines(row: TraceRow, columns: Columns, paint: Paint): readonly string[] {
  const { width, letter, at } = columns
  switch (row.kind) {
    case 'left-out':
      return [paint.dim(`  ${' '.repeat(letter)}  ... ${plural(row.count, 'step')}`)]
    case 'switch':
      return hanging('  -- ', row.title === null ? row.thread : `${row.thread}: ${row.title}`, width).map(
        paint.bold,
      )
    case 'context':
      return hanging(`  ${' '.repeat(letter)}  `, contextText(row.frames, row.held), width).map(paint.dim)
    case 'hazard':
      return hanging(lead('', '', row.thread, columns), `! ${row.text}`, width).map(paint.red)
    case 'step': {
      const { step } = row
      const start = lead(clip(row.thread, letter), clipLeft(placeOf(step), at), row.thread, columns)
      const isHazard = step.operation === 'hazard'
      const times = row.times === 1 ? '' : row.times === 2 ? ' (twice)' : ` (${row.times} times)`
      const held = row.held === null ? '' : ` [${holding(row.held)}]`
      const lines = hanging(start, `${isHazard ? '! ' : ''}${row.text}${times}${held}`, width)
      return isHazard ? lines.map(paint.red) : lines
    }
  }
}

/** `in walk_pmd_range > walk_pte_range, holding mmap_lock(read)`; of a deep stack the innermost. */
function contextText(frames: readonly string[], held: string | null): string {
  const names = frames.length <= 4 ? frames : ['...', ...frames.slice(-4)]
  return `in ${names.join(' > ')}${held === null ? '' : `, ${holding(held)}`}`
}

function holding(held: string): string {
  return held === '' ? 'holding no lock' : `holding ${held}`
}

/** What stands before a step's text; the second thread's text is set in a little, the third's a little more. */
function lead(letter: string, at: string, thread: string, columns: Columns): string {
  const shift = 2 * Math.min(columns.order.get(thread) ?? 0, 6)
  return `  ${letter.padEnd(columns.letter)}  ${at.padEnd(columns.at)}  ${' '.repeat(shift)}`
}

/** The text after its lead, wrapped under itself and set in by two. */
function hanging(start: string, text: string, width: number): readonly string[] {
  const room = Math.max(LEAST_TEXT, width - start.length)
  if (text.length <= room) return [(start + text).trimEnd()]
  const [first = ''] = wrap(text, room)
  const rest = text.slice(first.length).trim()
  const under = ' '.repeat(start.length + 2)
  return [start + first, ...wrap(rest, room - 2).map((line) => under + line)]
}

function fullLines(steps: readonly Step[], { width, paint }: TraceOptions): readonly string[] {
  const number = longest(steps, (step) => String(step.step).length, 6)
  const letter = longest(steps, (step) => step.thread.length, 8)
  const at = longest(steps, (step) => placeOf(step).length, Math.floor(width / 4))
  const start = 2 + number + 2 + letter + 2 + at + 2
  const held = Math.max(
    0,
    longest(
      steps,
      (step) => heldText(step).length,
      Math.min(Math.floor(width / 4), width - start - LEAST_TEXT - 2),
    ),
  )
  const middle = Math.max(LEAST_TEXT, width - start - held - 2)
  const shallowest = new Map<string, number>()
  for (const { thread, depth } of steps)
    shallowest.set(thread, Math.min(depth, shallowest.get(thread) ?? depth))
  return steps.flatMap((step) => {
    const cells = `  ${String(step.step).padStart(number)}  ${clip(step.thread, letter).padEnd(letter)}  ${clipLeft(placeOf(step), at).padEnd(at)}  `
    const indent = Math.min(step.depth - (shallowest.get(step.thread) ?? 0), 14)
    const texts = hanging(' '.repeat(indent), fullText(step), middle)
    const locks = held === 0 ? [] : wrap(heldText(step), held).map((line) => clip(line, held))
    // A word too long for the column must not push the locks out of theirs: they go below it.
    const below = texts.some((text) => text.length > middle) ? texts.length : 0
    const count = Math.max(texts.length, below + locks.length)
    const lines = Array.from({ length: count }, (_, index) => {
      const left = `${index === 0 ? cells : ' '.repeat(start)}${texts[index] ?? ''}`
      const right = locks[index - below] ?? ''
      return right === '' ? left.trimEnd() : `${left.padEnd(start + middle)}  ${right}`
    })
    if (step.hazard === undefined) return lines
    if (step.hazard === step.text) return lines.map(paint.red)
    const mark = ' '.repeat(start + indent)
    return [...lines.map(paint.bold), ...hanging(mark, `! ${step.hazard}`, width).map(paint.red)]
  })
}

/** The step as recorded, and the entry in words: `load pmd:A[0] = 0x867 (table)`. */
function fullText(step: Step): string {
  const { entry, state } = step
  if (step.hazard === step.text) return `! ${step.text}`
  if (entry !== undefined) {
    const change = entry.before === entry.after ? entry.after : `${entry.before} -> ${entry.after}`
    return step.text.includes(entry.name)
      ? `${step.text} (${change})`
      : `${step.text} (${entry.name} ${change})`
  }
  return state === null || step.text.includes(state) ? step.text : `${step.text} (${state})`
}

function longest<T>(items: readonly T[], length: (item: T) => number, most: number): number {
  return Math.min(
    most,
    items.reduce((longest, item) => Math.max(longest, length(item)), 0),
  )
}

/** `pagewalk.c:58`: the file's name is enough beside the finding. */
function placeOf(step: Step): string {
  return step.at === null ? '' : step.at.slice(step.at.lastIndexOf('/') + 1)
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 2))}..`
}

/** Of a place the end matters: `..pagewalk.c:58`. */
function clipLeft(text: string, width: number): string {
  return text.length <= width ? text : `..${text.slice(text.length - width + 2)}`
}
