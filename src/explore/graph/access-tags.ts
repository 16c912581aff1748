/** How the machine's operations show in a graph, and which of them see one another. */
import type { Cell, SharedOperation } from '../../machine/index.js'
import type { AccessNode, AccessTag } from './execution-graph.js'

/** Bookkeeping of the model is no program's data: it races with nothing. */
export function tagOfLoad(operation: SharedOperation, cell: Cell): AccessTag {
  if (operation.op !== 'load' || cell.role === 'internal') return 'once'
  if (operation.access === 'plain' || operation.access === 'acquire') return operation.access
  return 'once'
}

/** Bookkeeping says what was done before it. */
export function tagOfStore(operation: SharedOperation, cell: Cell): AccessTag {
  if (operation.op !== 'store') return 'once'
  if (cell.role === 'internal') return 'release'
  return operation.access === 'plain' || operation.access === 'release' ? operation.access : 'once'
}

/** Tags of both halves of a read-modify-write that stores. */
export function tagsOfUpdate(access: string, old: boolean): readonly [AccessTag, AccessTag] {
  if (access === 'mb' && !old) return ['mb', 'mb']
  if (access === 'acquire') return ['acquire', 'once']
  if (access === 'release') return ['once', 'release']
  return access === 'noreturn' ? ['noreturn', 'once'] : ['once', 'once']
}

/** True if a read of this kind can take its value from the write. */
export function visible(tag: AccessTag, write: AccessNode): boolean {
  switch (tag) {
    case 'lock-read':
    case 'lock-free':
      return write.tag === 'unlock' || write.tag === 'initial'
    case 'lock-fail':
      return write.tag === 'lock-write'
    default:
      return true
  }
}

/** True if everything after the read in its thread is ordered behind it, whatever it is. */
export function ordersWhatFollows(operation: SharedOperation, tag: AccessTag): boolean {
  if (tag === 'lock-read' || tag === 'acquire') return true
  return operation.op === 'rmw' && (operation.access === 'mb' || operation.access === 'acquire')
}

export function promisable(tag: AccessTag, value: bigint): boolean {
  if (tag === 'lock-read' || tag === 'lock-free') return value === 0n
  return tag !== 'lock-fail' || value !== 0n
}
