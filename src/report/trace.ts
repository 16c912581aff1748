/**
 * Chooses what of an execution is worth showing, and gives it a shape: frames as an indented call tree, explicit
 * switches between threads, and a mark wherever steps were left out, so that nothing goes missing unseen.
 */
import type { Step } from './types.js'

/** One line of a trace. `level` is the indentation within the thread's column. */
export type TraceRow =
  | { readonly kind: 'step'; readonly thread: string; readonly level: number; readonly step: Step }
  | { readonly kind: 'frame'; readonly thread: string; readonly level: number; readonly text: string }
  | { readonly kind: 'switch'; readonly thread: string; readonly level: number; readonly to: string }
  | { readonly kind: 'hazard'; readonly thread: string; readonly level: number; readonly text: string }
  | { readonly kind: 'left-out'; readonly count: number }

/** Steps shown at most when not all are asked for; the last of them lead up to the hazard. */
const LIMIT = 26
const TAIL = 16
/** How often the same line doing the same thing is shown before it counts as a loop. */
const REPEATS = 2

/** The rows of an execution; with `all` every step, else those that tell what happened. */
export function traceRows(steps: readonly Step[], all: boolean): readonly TraceRow[] {
  const shown = all ? new Set(steps) : interesting(steps)
  const rows: TraceRow[] = []
  const frames = new Map<string, string[]>()
  let thread: string | null = null
  let leftOut = 0
  const flush = (): void => {
    if (leftOut > 0) rows.push({ kind: 'left-out', count: leftOut })
    leftOut = 0
  }
  for (const step of steps) {
    if (!shown.has(step)) {
      leftOut++
      continue
    }
    flush()
    if (thread !== null && thread !== step.thread) {
      rows.push({ kind: 'switch', thread, level: 0, to: step.thread })
    }
    thread = step.thread
    const stack = frames.get(step.thread) ?? []
    frames.set(step.thread, stack)
    const level = enter(rows, stack, step)
    rows.push({ kind: 'step', thread, level, step })
    if (step.operation === 'call') stack[step.depth + 1] = called(step)
    if (step.hazard !== undefined) rows.push({ kind: 'hazard', thread, level, text: step.hazard })
  }
  flush()
  return rows
}

/** Names the frame a step is in unless the lines above have already; returns the step's level. */
function enter(rows: TraceRow[], stack: string[], step: Step): number {
  if (stack[step.depth] !== step.function) {
    rows.push({
      kind: 'frame',
      thread: step.thread,
      level: framesBelow(stack, step.depth),
      text: step.function,
    })
    stack[step.depth] = step.function
  }
  stack.length = step.depth + 1
  return framesBelow(stack, step.depth) + 1
}

/** Only frames that were named indent; a witness may begin deep inside a call. */
function framesBelow(stack: readonly (string | undefined)[], depth: number): number {
  return stack.slice(0, depth).filter((frame) => frame !== undefined).length
}

/** `walk_pte_range(pmd, addr, next)` calls `walk_pte_range`. */
function called(step: Step): string {
  return /[A-Za-z_]\w*(?=\()/.exec(step.text)?.[0] ?? step.text
}

function interesting(steps: readonly Step[]): ReadonlySet<Step> {
  const end = lastHazard(steps)
  const seen = new Map<string, number>()
  const kept = steps.filter((step, index) => {
    if (index > end) return false
    if (step.hazard !== undefined) return true
    if (!telling(step)) return false
    const key = [step.thread, step.function, step.at, step.operation, shape(step.text)].join('\n')
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    return times <= REPEATS
  })
  const head = kept.length <= LIMIT ? kept : [...kept.slice(0, LIMIT - TAIL), ...kept.slice(-TAIL)]
  return new Set([...head, ...callers(steps, new Set(head))])
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

/** Whether a step by itself says something: it writes, locks, flushes, is a named event, or reads the entry. */
function telling(step: Step): boolean {
  if (SILENT.has(step.operation)) return false
  return step.operation !== 'load' || step.state !== null
}

const SILENT: ReadonlySet<string> = new Set(['return', 'choose', 'assume', 'observe', 'branch'])

/** The calls that lead to a kept step, walking each thread backwards. */
function callers(steps: readonly Step[], kept: ReadonlySet<Step>): readonly Step[] {
  const found: Step[] = []
  const deepest = new Map<string, number>()
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index]
    if (step === undefined) continue
    const depth = deepest.get(step.thread) ?? 0
    if (kept.has(step)) deepest.set(step.thread, step.depth)
    else if (step.operation === 'call' && step.depth < depth) {
      found.push(step)
      deepest.set(step.thread, step.depth)
    }
  }
  return found
}
