/**
 * Tasks by number, shared out to several threads: the main thread takes them from the front, workers from the
 * back. What is at the back costs most of all at its first times, and so it is one thread that gets used to it.
 */

/** How many were taken: in all, from the front, from the back. */
export type SharedTasks = Int32Array

export function shareTasks(): SharedTasks {
  return new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT))
}

/** The number of a task that nobody else gets; null if there are no more of the `total`. */
export function takeTask(shared: SharedTasks, total: number, end: 'front' | 'back'): number | null {
  if (Atomics.add(shared, 0, 1) >= total) return null
  return end === 'front' ? Atomics.add(shared, 1, 1) : total - 1 - Atomics.add(shared, 2, 1)
}

/** Lets nobody take any more. */
export function endTasks(shared: SharedTasks, total: number): void {
  Atomics.store(shared, 0, total)
}
