/**
 * Chooses what of an execution is worth showing: what is done to the entries concerned, locks, flushes, callbacks
 * and the hazard, without calls and returns. The stack is told when it changes, a switch between threads always,
 * and a mark stands wherever a step that does something was left out, so that nothing goes missing unseen.
 */
import { lockOf, stepWords } from './step-words.js'
import { contextOf, type Frame, framesOf, markTouched, titleOf } from './trace-frames.js'
import type { Step } from './types.js'

/** One line of a trace. */
export type TraceRow =
  /** Another thread moves on; `title` says what it is when it comes for the first time. */
  | { readonly kind: 'switch'; readonly thread: string; readonly title: string | null }
  /** The C functions that the following steps are in, the innermost last. */
  | {
      readonly kind: 'context'
      readonly thread: string
      readonly frames: readonly string[]
      /** What the thread holds, where that was not said yet. */
      readonly held: string | null
    }
  | {
      readonly kind: 'step'
      readonly thread: string
      readonly step: Step
      readonly text: string
      /** How often it happens in a row. */
      readonly times: number
      /** What the thread holds, where the steps before do not tell; null where they do. */
      readonly held: string | null
    }
  | { readonly kind: 'hazard'; readonly thread: string; readonly text: string }
  | { readonly kind: 'left-out'; readonly count: number }

/** Steps shown at most. */
export const USUAL_LIMIT = 26
/** How often the same line doing the same thing is shown before it counts as a loop. */
const REPEATS = 2

/** The rows of an execution that tell what happened, of at most `limit` steps. No steps give no rows. */
export function traceRows(steps: readonly Step[], limit: number = USUAL_LIMIT): readonly TraceRow[] {
  const frames = framesOf(steps)
  const { kept, told } = choose(steps, frames, limit)
  const rows: TraceRow[] = []
  const known = new Map<string, Known>()
  const several = new Set([...kept].map((index) => steps[index]?.thread)).size > 1
  let current: string | null = null
  let leftOut = 0
  steps.forEach((step, index) => {
    const frame = frames[index]
    if (frame === undefined || !kept.has(index)) {
      if (doesSomething(step) && !told.has(index)) leftOut++
      return
    }
    if (leftOut > 0 && current !== null) rows.push({ kind: 'left-out', count: leftOut })
    leftOut = 0
    const { thread } = step
    const before = known.get(thread)
    if (thread !== current && several) {
      rows.push({ kind: 'switch', thread, title: before === undefined ? titleOf(frame) : null })
    }
    const context = contextOf(frame)
    const held = heldText(step) === (before?.held ?? '') ? null : heldText(step)
    const enters = context.length > 0 && before?.context !== context.join('\n')
    if (enters) rows.push({ kind: 'context', thread, frames: context, held })
    pushStep(rows, {
      kind: 'step',
      thread,
      step,
      text: stepWords(step, frame),
      times: 1,
      held: enters ? null : held,
    })
    if (step.hazard !== undefined && step.hazard !== step.text) {
      rows.push({ kind: 'hazard', thread, text: step.hazard })
    }
    if (step.operation !== 'store-flush')
      known.set(thread, { context: context.join('\n'), held: heldAfter(step) })
    current = thread
  })
  return rows
}

/** Adds a step, or counts it where the one before says the same. */
function pushStep(rows: TraceRow[], row: Extract<TraceRow, { kind: 'step' }>): void {
  const last = rows.at(-1)
  const again =
    last?.kind === 'step' && last.text === row.text && last.step.at === row.step.at && row.held === null
  if (again) rows[rows.length - 1] = { ...last, times: last.times + 1 }
  else rows.push(row)
}

/** What the rows so far have said of a thread. */
interface Known {
  readonly context: string
  readonly held: string
}

/** The steps to show, and those that a shown one says already, by index. */
function choose(
  steps: readonly Step[],
  frames: readonly Frame[],
  limit: number,
): { readonly kept: ReadonlySet<number>; readonly told: ReadonlySet<number> } {
  const told = new Set<number>()
  const concerned = concernedEntries(steps)
  const matters = (step: Step): boolean => {
    const name = entryName(step)
    return name !== null && (concerned.size === 0 || concerned.has(name))
  }
  steps.forEach((step, index) => {
    const frame = frames[index]
    if (frame !== undefined && entryName(step) !== null) markTouched(frame, matters(step))
  })
  const end = lastHazard(steps)
  const seen = new Map<string, number>()
  const kept: number[] = []
  steps.forEach((step, index) => {
    const frame = frames[index]
    if (index > end || frame === undefined) return
    if (step.hazard !== undefined) {
      kept.push(index)
      return
    }
    if (!doesSomething(step)) return
    const name = entryName(step)
    const isNamed = !PLAIN.has(step.operation)
    if (name !== null ? !matters(step) : isNamed && frame.touches && !frame.matters) return
    // `pmd_populate` after the store that populates: one line is enough.
    if (isNamed && step.operation === step.function && frame.writes) {
      told.add(index)
      return
    }
    const key = [step.thread, step.function, step.at, step.operation, shape(step.text)].join('\n')
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    if (times <= REPEATS || (concerned.size > 0 && name !== null)) kept.push(index)
  })
  const shown = kept.length <= limit ? kept : fewest(withoutRepeatedReads(kept, steps, told), steps, limit)
  return { kept: new Set(shown), told }
}

/** Where there are too many: what a lock step says the next step says too; else the earliest go, changes last. */
function fewest(kept: readonly number[], steps: readonly Step[], limit: number): readonly number[] {
  let left = kept
  for (const rank of [0, 1, 2]) {
    const excess = left.length - limit
    if (excess <= 0) return left
    let dropped = 0
    left = left.filter((index) => rankOf(steps[index]) !== rank || dropped++ >= excess)
  }
  return left
}

function rankOf(step: Step | undefined): 0 | 1 | 2 | 3 {
  if (step?.hazard !== undefined) return 3
  if (step === undefined || LOCKING.has(step.operation)) return 0
  return isChange(step) ? 2 : 1
}

const LOCKING: ReadonlySet<string> = new Set(['lock', 'unlock', 'fence'])

/**
 * Where room is short: a thread that reads what it has read before, or what it changes right after, says nothing
 * that the other step does not say.
 */
function withoutRepeatedReads(
  kept: readonly number[],
  steps: readonly Step[],
  told: Set<number>,
): readonly number[] {
  const seen = new Map<string, string>()
  return kept.filter((index, at) => {
    const step = steps[index]
    if (step?.entry === undefined || step.operation !== 'load' || step.hazard !== undefined) return true
    const { name, cell, after } = step.entry
    const key = `${step.thread}\n${cell ?? name}`
    const again = seen.get(key) === after
    seen.set(key, after)
    const next = steps[kept[at + 1] ?? -1]
    const changesIt =
      next?.thread === step.thread &&
      next.entry?.name === name &&
      next.entry.before === after &&
      isChange(next)
    if (again || changesIt) told.add(index)
    return !again && !changesIt
  })
}

function isChange({ entry }: Step): boolean {
  return entry !== undefined && entry.before !== entry.after
}

/** Entries that the hazards name, and those that one thread changes under another's eyes. */
function concernedEntries(steps: readonly Step[]): ReadonlySet<string> {
  const users = new Map<string, Set<string>>()
  const written = new Set<string>()
  const said = steps.flatMap(({ hazard }) => (hazard === undefined ? [] : [hazard])).join('\n')
  for (const step of steps) {
    const name = entryName(step)
    if (name === null) continue
    const threads = users.get(name) ?? new Set()
    users.set(name, threads.add(step.thread))
    if (step.operation !== 'load' && PLAIN.has(step.operation)) written.add(name)
  }
  return new Set(
    [...users]
      .filter(([name, threads]) => (threads.size > 1 && written.has(name)) || said.includes(name))
      .map(([name]) => name),
  )
}

function entryName(step: Step): string | null {
  return step.entry?.name ?? null
}

function lastHazard(steps: readonly Step[]): number {
  for (let index = steps.length - 1; index >= 0; index--) {
    if (steps[index]?.hazard !== undefined) return index
  }
  return steps.length
}

/** A text without its numbers: the rounds of a loop differ by little else. */
function shape(text: string): string {
  return text.replace(/0x[0-9a-f]+|\d+/gi, '#')
}

/** Whether a step by itself says something; calls, returns and the machine's own bookkeeping do not. */
function doesSomething(step: Step): boolean {
  return !SILENT.has(step.operation)
}

const SILENT: ReadonlySet<string> = new Set([
  'call',
  'return',
  'start',
  'choose',
  'assume',
  'observe',
  'branch',
  'retry',
])

/** Operations of the machine, as opposed to named events: `split_huge_pmd`, `pte_entry`. */
const PLAIN: ReadonlySet<string> = new Set([
  'load',
  'store',
  'store-flush',
  'rmw',
  'lock',
  'trylock',
  'unlock',
  'await',
  'fence',
  'rcu-lock',
  'rcu-unlock',
  'irq-save',
  'irq-restore',
  'hazard',
])

/** Locks, then what else makes the context atomic: `ptl:A, irqs off, rcu`; empty for nothing. */
export function heldText(step: Step): string {
  return heldWords(step, step.locks)
}

function heldWords(step: Step, locks: readonly string[]): string {
  const held = [...locks]
  if (step.irqsOff) held.push('irqs off')
  if (step.rcuDepth > 0) held.push('rcu')
  return held.join(', ')
}

/** What a thread holds after a step, as far as the step tells. */
function heldAfter(step: Step): string {
  if (step.operation === 'lock') return heldWords(step, [...step.locks, lockOf(step)])
  if (step.operation !== 'unlock') return heldText(step)
  return heldWords(
    step,
    step.locks.filter((lock) => lock !== lockOf(step)),
  )
}
