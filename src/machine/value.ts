/**
 * Values with provenance. A value that came out of shared memory names the read events it depends on;
 * arithmetic on it keeps the union. That is what address, data and control dependencies are under a weak
 * memory model, and what "lost update" is defined by under every model.
 */

/**
 * Names an event independently of the interleaving: thread number and position in that thread's program
 * order, packed as `thread * EVENTS_PER_THREAD + index`. Fits in 31 bits, which engines handle quickest.
 */
export type EventId = number

const INDEX_BITS = 24

/** Upper bound of one thread's events, see `EventId`. */
export const EVENTS_PER_THREAD = 2 ** INDEX_BITS

/** Thread number of an event. */
export function threadOf(id: EventId): number {
  return id >> INDEX_BITS
}

/** Position of an event in its thread's program order. */
export function indexOf(id: EventId): number {
  return id & (EVENTS_PER_THREAD - 1)
}

/** The read events that a value depends on: ascending, no duplicates. */
export type Reads = readonly EventId[]

/** Depends on no read: a constant. */
export const NO_READS: Reads = []

/**
 * The branches that what happens now depends on, the last one first, with the reads that each was decided on.
 * `body` ones end where the branches of the C statement meet again, the others with the function.
 */
export type Control = {
  readonly reads: Reads
  readonly extent: 'rest' | 'body'
  readonly before: Control
} | null

/** Without the innermost branch that was open to its `join`. */
export function joined(control: Control): Control {
  if (control === null || control.extent === 'body') return control?.before ?? null
  return { ...control, before: joined(control.before) }
}

/** A value and the reads it depends on. */
export interface Tracked<T> {
  readonly bits: T
  readonly from: Reads
}

/** A machine word: `unsigned long`, a page-table entry, a pointer cast to an integer. */
export type Word = Tracked<bigint>

/** The outcome of a test on tracked values; `k.branch` turns it into a JavaScript boolean. */
export type Bool = Tracked<boolean>

/** A constant, or a value whose reads are known. */
export function tracked<T>(bits: T, from: Reads = NO_READS): Tracked<T> {
  return { bits, from }
}

/** The union of two sets of reads. */
export function mergeReads(left: Reads, right: Reads): Reads {
  if (left.length === 0 || left === right) return right
  if (right.length === 0) return left
  const merged = [...new Set([...left, ...right])].sort((a, b) => a - b)
  return merged.length === left.length ? left : merged
}

/** `f` of a tracked value, depending on the same reads. */
export function map<T, U>(value: Tracked<T>, f: (bits: T) => U): Tracked<U> {
  return { bits: f(value.bits), from: value.from }
}

/** `f` of two tracked values, depending on the reads of both. */
export function map2<T, U, V>(left: Tracked<T>, right: Tracked<U>, f: (l: T, r: U) => V): Tracked<V> {
  return { bits: f(left.bits, right.bits), from: mergeReads(left.from, right.from) }
}

/** C's `||` on values already at hand: both sides are counted as looked at, as the caller loaded both. */
export function or(left: Bool, right: Bool): Bool {
  return map2(left, right, (l, r) => l || r)
}

/** C's `!`. */
export function not(value: Bool): Bool {
  return map(value, (bits) => !bits)
}

/** Equality of two words. */
export function equal(left: Word, right: Word): Bool {
  return map2(left, right, (l, r) => l === r)
}
