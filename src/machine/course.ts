/**
 * What a thread does, as a tree over the replies it gets. Frames of generators cannot be copied, and running them
 * is slow; but a thread is a function of its replies, so what one execution made it do, all others look up.
 */
import type { Lock } from './cell.js'
import type { Event, ReadRecord, WriteRecord } from './event.js'
import type { SharedOperation } from './operation.js'
import type { ThreadStatus } from './thread.js'
import type { Control, Reads } from './value.js'

/** What completing a shared operation came to. */
export interface Reply {
  readonly reads: readonly ReadRecord[]
  readonly writes: readonly WriteRecord[]
  readonly choice: string | undefined
}

/** All that can be seen of a thread after some replies. */
export interface Standing {
  readonly status: ThreadStatus
  readonly returned: unknown
  readonly pending: SharedOperation | null
  readonly held: readonly Lock[]
  readonly lockNames: readonly string[]
  readonly irqDepth: number
  readonly rcuDepth: number
  readonly control: Control
  /** What it branched on since the last reply. */
  readonly branched: readonly Reads[]
  /** Its events since then. */
  readonly events: readonly Event[]
  /** Where the replies lead to that it was given here. */
  readonly ways: Way[]
}

interface Way {
  readonly reply: Reply
  readonly to: Standing
}

/** Standings that one course keeps at the most. */
const MAX_STANDINGS = 50_000

/** So many are kept before it is asked whether they are looked up often enough. */
const STANDINGS_TO_JUDGE_BY = 200

export class Course {
  #start: Standing | null = null
  #size = 0
  #found = 0

  /** The thread before it got any reply; null if it is to be run. */
  get start(): Standing | null {
    return this.pays ? this.#start : null
  }

  /** False if nothing more is kept: threads hardly ever do again what one of them did, or did too much. */
  get pays(): boolean {
    return this.#size < STANDINGS_TO_JUDGE_BY || (this.#found > this.#size && this.#size < MAX_STANDINGS)
  }

  /** Keeps where a thread came to: from the beginning, or by a reply in another standing. */
  keep(to: Standing, from: Standing | null, reply: Reply | null): void {
    this.#size++
    if (from === null || reply === null) this.#start = to
    else from.ways.push({ reply, to })
  }

  /** Where the reply leads to; null if no thread got it there. Values decide that, not the writes they are from. */
  after({ ways }: Standing, { reads, writes, choice }: Reply): Standing | null {
    for (const { reply, to } of ways) {
      const stored = reply.writes.length > 0
      if (stored !== writes.length > 0 || reply.choice !== choice || !sameValues(reply.reads, reads)) continue
      this.#found++
      return to
    }
    return null
  }
}

function sameValues(left: readonly ReadRecord[], right: readonly ReadRecord[]): boolean {
  if (left.length !== right.length) return false
  for (let i = 0; i < left.length; i++) if (left[i]?.value !== right[i]?.value) return false
  return true
}

/** The event of an operation with the records of this execution. */
export function withRecords(event: Event, { reads, writes }: Reply): Event {
  if (event.reads.length === 0 && event.writes.length === 0) return event
  if (event.reads === reads && event.writes === writes) return event
  // Written out, as a copy by `...` would have another shape than the events that threads make.
  return {
    id: event.id,
    thread: event.thread,
    index: event.index,
    op: event.op,
    reads,
    writes,
    function: event.function,
    site: event.site,
    depth: event.depth,
    locks: event.locks,
    irqsOff: event.irqsOff,
    rcuDepth: event.rcuDepth,
    address: event.address,
    control: event.control,
    text: event.text,
    semantic: event.semantic,
    hazard: event.hazard,
    plain: event.plain,
    fence: event.fence,
    choice: event.choice,
  }
}
