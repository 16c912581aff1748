/** Sets of thread numbers as bits: schedules have 26 letters, so 32 bits hold every thread there can be. */
export type ThreadSet = number

export const NO_THREADS: ThreadSet = 0

/** The set of one thread. */
export function only(thread: number): ThreadSet {
  return 1 << thread
}

/** True if the thread is in the set. */
export function has(set: ThreadSet, thread: number): boolean {
  return (set & (1 << thread)) !== 0
}

/** The lowest number in the set; -1 if it is empty. */
export function first(set: ThreadSet): number {
  return set === 0 ? -1 : 31 - Math.clz32(set & -set)
}
