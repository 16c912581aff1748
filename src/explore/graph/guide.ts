/** A schedule of a graph: for each operation, what its reads read from and its writes come right after. */
import type { Decision } from '../run.js'
import type { ScheduleRun } from '../schedule.js'

/** Stands for an operation that reads and writes nothing. */
export const NO_ENTRY = '-'

/** What the operations of a schedule are to read from. */
export class Guide {
  readonly #text: string
  /** By thread: the entries of its operations. */
  readonly #entries: string[][] = []

  constructor(schedule: readonly ScheduleRun[]) {
    for (const { thread, choices } of schedule) {
      this.#entries[thread] = [...(this.#entries[thread] ?? []), ...choices]
    }
    this.#text = JSON.stringify(this.#entries)
  }

  /** True for the decisions that the schedule spells. */
  isOf(decisions: readonly Decision[]): boolean {
    const entries: string[][] = []
    for (const { thread, choice } of decisions) entries[thread] = [...(entries[thread] ?? []), choice ?? '']
    return JSON.stringify(entries) === this.#text
  }

  /** What the n-th access of an operation is to read from; null if the schedule ends before. */
  entry(thread: number, ordinal: number | undefined, access: number): string | null {
    return this.#entries[thread]?.[(ordinal ?? 0) - 1]?.split('.')[access] ?? null
  }
}
