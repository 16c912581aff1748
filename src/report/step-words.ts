/** A step in a reviewer's words: what is done to which entry, from what to what. No addresses, no raw values. */
import { contextOf, type Frame, primitivesOf } from './trace-frames.js'
import type { EntryChange, Step } from './types.js'

/** `reads pmd:A[0]: huge`, `set_pte_at: pte:A[1] none -> swap`, `takes ptl:A`. */
export function stepWords(step: Step, frame: Frame): string {
  const by = nameOf(step, frame)
  const { entry } = step
  switch (step.operation) {
    case 'load':
      if (entry === undefined) break
      return `${by === null ? '' : `${by} `}reads ${entry.cell ?? entry.name}: ${entry.after}`
    case 'store':
      if (entry === undefined) break
      return `${by === null ? 'writes' : `${by}:`} ${entryWords(entry)}${isBuffered(step) ? ', buffered' : ''}`
    case 'store-flush':
      if (entry === undefined) break
      return `${entryWords(entry)} reaches memory`
    case 'rmw':
      if (entry === undefined) break
      return `${by ?? firstWord(step.text)}: ${entryWords(entry)}`
    case 'lock':
    case 'unlock':
      if (!step.text.startsWith(`${step.operation} `)) break
      return `${by === null ? '' : `${by} `}${step.operation === 'lock' ? 'takes' : 'releases'} ${lockOf(step)}`
    case 'hazard':
      return by === null ? step.text : `in ${by}: ${step.text}`
  }
  const text = withoutValues(step.text)
  const about = step.state === null || text.includes(step.state) ? '' : ` (${step.state})`
  return (by === null || text.startsWith(by) ? text : `${by}: ${text}`) + about
}

/** True for a store that only its own thread sees for now. */
function isBuffered(step: Step): boolean {
  return step.text.endsWith(', buffered')
}

/** The lock that a `lock` or `unlock` step is about. */
export function lockOf(step: Step): string {
  return step.text.slice(step.operation.length + 1)
}

/**
 * Which primitive does it: the innermost one. Of locking the innermost is spin_lock and says nothing, so there it
 * is the one that calls it, if that stands in C text.
 */
function nameOf(step: Step, frame: Frame): string | null {
  const names = primitivesOf(frame)
  if (step.operation !== 'lock' && step.operation !== 'unlock') return names[0] || null
  return contextOf(frame).length === 0 ? null : names[1] || null
}

function entryWords({ name, cell, before, after }: EntryChange): string {
  const what = cell ?? name
  return before === after ? `${what} stays ${after}` : `${what} ${changeWords(before, after)}`
}

/** `huge -> none`; where one word of several differs, `present rw -> ro young`. */
function changeWords(before: string, after: string): string {
  const from = before.split(' ')
  const to = after.split(' ')
  const differing = to.flatMap((word, index) => (word === from[index] ? [] : [index]))
  const [index] = differing
  if (from.length !== to.length || from.length < 3 || differing.length !== 1 || index === undefined) {
    return `${before} -> ${after}`
  }
  return to.map((word, at) => (at === index ? `${from[at]} -> ${word}` : word)).join(' ')
}

/** Addresses and raw values belong to the full trace. */
function withoutValues(text: string): string {
  return text
    .replace(/ ?\b0x[0-9a-f]+(-0x[0-9a-f]+)?\b/gi, '')
    .replace(/ (=|<-)(?= |$)/g, '')
    .trim()
}

function firstWord(text: string): string {
  return text.split(' ', 1)[0] ?? ''
}
