/**
 * The call stacks of an execution, one frame per call. A frame without lines of its own (a primitive, a callback of
 * the suite) stands at its caller's line: a reader sees it named in the step, and only frames with C text make up
 * the heading over the steps.
 */
import type { Step } from './types.js'

/** One call of a function, or the bottom of a thread. */
export interface Frame {
  /** Empty while nothing has happened right in it. */
  name: string
  readonly parent: Frame | null
  /** Where it was called; null where the call is not among the steps. */
  readonly calledAt: string | null
  /** Some step of it is at a line other than the one it was called from. */
  hasLines: boolean
  /** Some step in it or below it touches a page-table entry. */
  touches: boolean
  /** Some step in it or below it touches an entry that matters . */
  matters: boolean
  /** Some step right in it changes an entry. */
  writes: boolean
}

/** The frame of every step, by its index. */
export function framesOf(steps: readonly Step[]): readonly Frame[] {
  const stacks = new Map<string, Frame[]>()
  return steps.map((step) => {
    // What a store buffer does happens in no function.
    if (step.operation === 'store-flush') return newFrame('', null, null)
    const stack = stacks.get(step.thread) ?? []
    stacks.set(step.thread, stack)
    const isCall = step.operation === 'call'
    // A witness may begin deep inside a call: what is below gets its name when something happens there.
    while (stack.length < step.depth) stack.push(newFrame('', stack.at(-1) ?? null, null))
    stack.length = Math.min(stack.length, isCall ? step.depth : step.depth + 1)
    let frame = stack[step.depth]
    if (frame !== undefined && frame.name === '') frame.name = step.function
    if (frame === undefined || frame.name !== step.function) {
      frame = newFrame(step.function, stack[step.depth - 1] ?? null, isCall ? step.at : null)
      stack[step.depth] = frame
    }
    // A call is made from a line of the caller's, everything else is at a line of the frame itself.
    const by = isCall ? frame.parent : step.operation === 'return' ? null : frame
    if (by !== null && step.at !== null && /:\d+$/.test(step.at) && step.at !== by.calledAt)
      by.hasLines = true
    if (step.entry !== undefined && step.entry.before !== step.entry.after) frame.writes = true
    return frame
  })
}

function newFrame(name: string, parent: Frame | null, calledAt: string | null): Frame {
  return { name, parent, calledAt, hasLines: false, touches: false, matters: false, writes: false }
}

/** Notes on a frame and all below it that it touches an entry, and whether that entry matters. */
export function markTouched(frame: Frame, matters: boolean): void {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    if (at.touches && (at.matters || !matters)) return
    at.touches = true
    at.matters ||= matters
  }
}

/** Names of the frames with C text, the outermost first: `walk_pmd_range > walk_pte_range`. */
export function contextOf(frame: Frame): readonly string[] {
  const names: string[] = []
  for (let at: Frame | null = frame; at !== null; at = at.parent)
    if (at.hasLines && at.name !== '') names.unshift(at.name)
  return names
}

/** Names of the frames above the innermost one with C text, the innermost first. The bottom of a thread is none. */
export function primitivesOf(frame: Frame): readonly string[] {
  const names: string[] = []
  for (let at: Frame | null = frame; at !== null && !at.hasLines && !isBottom(at); at = at.parent) {
    names.push(at.name)
  }
  return names
}

/** What a thread is, where its bottom is a name and no C text: `MADV_DONTNEED or truncation`. */
export function titleOf(frame: Frame): string | null {
  let bottom = frame
  while (!isBottom(bottom) && bottom.parent !== null) bottom = bottom.parent
  return bottom.hasLines || bottom.calledAt !== null || bottom.name === '' ? null : bottom.name
}

/** Nothing that has a name lies below it. */
function isBottom(frame: Frame): boolean {
  return frame.parent === null || (frame.parent.name === '' && isBottom(frame.parent))
}
