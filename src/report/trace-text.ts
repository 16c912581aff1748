/**
 * A trace in columns: place, one column per thread, locks held, state of the entry. Only one thread moves per
 * line, so a thread's text may run to the right over the columns of the others: 80 columns hold three threads.
 */
import { plural, wrap } from '../base/index.js'
import type { Paint } from './paint.js'
import { type TraceRow, traceRows } from './trace.js'
import type { Step } from './types.js'

export interface TraceOptions {
  readonly width: number
  readonly paint: Paint
  /** Every step, not only the telling ones. */
  readonly all: boolean
}

/** The lines of an execution, without a final newline. No steps give no lines. */
export function traceLines(steps: readonly Step[], options: TraceOptions): readonly string[] {
  if (steps.length === 0) return []
  const rows = traceRows(steps, options.all)
  const columns = layout(rows, options.width)
  return [heading(columns, options.paint), ...rows.flatMap((row) => rowLines(row, columns, options.paint))]
}

interface Columns {
  readonly at: number
  /** There is room for `mm/pagewalk.c:58`, not only `pagewalk.c:58`. */
  readonly wholePath: boolean
  readonly middle: number
  readonly locks: number
  readonly state: number
  /** Offset of each thread's column within the middle. */
  readonly offsets: ReadonlyMap<string, number>
}

function layout(rows: readonly TraceRow[], width: number): Columns {
  const steps = rows.flatMap((row) => (row.kind === 'step' ? [row.step] : []))
  const longest = (text: (step: Step) => string, least: number, most: number): number =>
    Math.min(
      most,
      steps.reduce((longest, step) => Math.max(longest, text(step).length), least),
    )
  const wholePath = width >= 100
  const at = longest((step) => placeOf(step, wholePath), 2, Math.floor(width / (wholePath ? 3 : 4)))
  const locks = longest(heldText, 4, Math.floor(width / (width < 70 ? 5 : 4)))
  const state = longest((step) => step.state ?? '', 5, Math.floor(width / 6))
  const middle = Math.max(18, width - at - locks - state - 6)
  const threads = [...new Set(steps.map((step) => step.thread))]
  const shift = threads.length < 2 ? 0 : Math.min(24, Math.floor(middle / (threads.length + 2)))
  const offsets = new Map(threads.map((thread, index) => [thread, index * shift]))
  return { at, wholePath, middle, locks, state, offsets }
}

function heading(columns: Columns, paint: Paint): string {
  let middle = ''
  for (const [thread, offset] of columns.offsets) middle = `${middle.padEnd(offset)}${thread} `
  return paint.dim(line('at', middle.trimEnd(), 'held', 'entry', columns))
}

function rowLines(row: TraceRow, columns: Columns, paint: Paint): readonly string[] {
  if (row.kind === 'left-out')
    return [paint.dim(line('', `... ${plural(row.count, 'step')}`, '', '', columns))]
  const offset = (columns.offsets.get(row.thread) ?? 0) + Math.min(row.level * 2, 12)
  const indent = ' '.repeat(Math.min(offset, Math.max(0, columns.middle - 16)))
  const room = columns.middle - indent.length
  switch (row.kind) {
    case 'frame':
      return [paint.dim(line('', `${indent}${clip(row.text, room)}`, '', '', columns))]
    case 'switch':
      return [paint.dim(line('', `${indent}-- switch to ${row.to} --`, '', '', columns))]
    case 'hazard':
      return wrap(row.text, room + columns.locks + columns.state - 2).map((text, index) =>
        paint.red(line('', `${indent}${index === 0 ? '! ' : '  '}${text}`, '', '', columns)),
      )
    case 'step': {
      const lines = stepLines(row.step, indent, columns)
      return row.step.hazard === undefined ? lines : lines.map(paint.bold)
    }
  }
}

/** A step's cells, each wrapped within its column, side by side. */
function stepLines(step: Step, indent: string, columns: Columns): readonly string[] {
  const room = columns.middle - indent.length
  const texts = wrap(step.text, step.text.length <= room ? room : room - 2).map((text, index) =>
    index === 0 ? indent + text : `${indent}  ${text}`,
  )
  const held = wrap(heldText(step), columns.locks)
  const state = wrap(step.state ?? '', columns.state)
  // A word too long for its column must not push the others out of theirs: they go below it.
  const below = texts.some((text) => text.length > columns.middle) ? texts.length : 0
  const count = Math.max(texts.length, below + held.length, below + state.length, 1)
  return Array.from({ length: count }, (_, index) =>
    line(
      index === 0 ? placeOf(step, columns.wholePath) : '',
      texts[index] ?? '',
      held[index - below] ?? '',
      state[index - below] ?? '',
      columns,
    ),
  )
}

function line(at: string, middle: string, locks: string, state: string, columns: Columns): string {
  const left = `  ${clipLeft(at, columns.at).padEnd(columns.at)}  ${middle}`
  if (locks === '' && state === '') return left.trimEnd()
  const start = 2 + columns.at + 2 + columns.middle
  return `${left.padEnd(start)} ${clip(locks, columns.locks).padEnd(columns.locks)} ${clip(state, columns.state)}`.trimEnd()
}

function placeOf(step: Step, wholePath: boolean): string {
  if (step.at === null) return ''
  return wholePath ? step.at : step.at.slice(step.at.lastIndexOf('/') + 1)
}

/** Locks, then what else makes the context atomic: `ptl irq rcu`; `-` for nothing. */
function heldText(step: Step): string {
  const held = [...step.locks]
  if (step.irqsOff) held.push('irq')
  if (step.rcuDepth > 0) held.push('rcu')
  return held.length === 0 ? '-' : held.join(' ')
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 2))}..`
}

/** Of a place the end matters: `..pagewalk.c:58`. */
function clipLeft(text: string, width: number): string {
  return text.length <= width ? text : `..${text.slice(text.length - width + 2)}`
}
