// The C prototypes that the plugin adds: k.call() and defineReimplementation() are checked against them.
import type { Cell, Lock } from 'kreplay'

/** struct event_counter of include/linux/event_counter.h. */
export interface EventCounter {
  readonly lock: Lock
  readonly total: Cell
}

declare module 'kreplay' {
  interface KernelFunctions {
    event_counter_add(counter: EventCounter, n: bigint): void
  }
}
