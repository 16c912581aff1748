/** An execution graph in the making: what a search adds to it is taken away in reverse. */
import type { Cell, EventId, SharedOperation, Thread } from '../../machine/index.js'
import { type CellOrder, orderOf } from './coherence.js'
import type { AccessNode, AccessTag, FenceTag, GraphNode } from './execution-graph.js'

export class GrowingGraph {
  readonly nodes: GraphNode[] = []
  readonly source: number[] = []
  /** Node numbers at each cell, its initial write first. */
  readonly accesses = new Map<number, number[]>()
  /** Node numbers by event. */
  readonly nodesOf = new Map<EventId, number[]>()

  /** Gives the cell its initial write, if it has none. */
  touch(cell: Cell): void {
    if (this.accesses.has(cell.id)) return
    this.accesses.set(cell.id, [])
    this.push(
      {
        kind: 'write',
        id: this.nodes.length,
        thread: -1,
        event: null,
        tag: 'initial',
        cell: cell.id,
        value: cell.initial,
        partner: -1,
        address: [],
        data: [],
        control: [],
        twins: [],
      },
      -1,
    )
  }

  /** Adds an access; `source` is what a read reads from, -1 if that is open. */
  push(node: AccessNode, source: number): void {
    this.nodes.push({ ...node, id: this.nodes.length })
    this.source.push(source)
    this.accesses.get(node.cell)?.push(node.id)
    this.#note(node.event, node.id)
  }

  /** Joins the accesses of an operation on several cells, which are one. Reads of page flags are by themselves. */
  makeTwins(operation: SharedOperation, ids: readonly number[]): void {
    if (!('cells' in operation) || operation.cells.length < 2 || operation.op === 'await') return
    const own = new Set(operation.cells.map((cell) => cell.id))
    const twins = ids.filter((id) => own.has((this.nodes[id] as AccessNode).cell))
    for (const id of twins) {
      this.nodes[id] = { ...(this.nodes[id] as AccessNode), twins: twins.filter((other) => other !== id) }
    }
  }

  /** Adds a fence, or the border of a section, and returns its number. */
  addFence(thread: number, event: EventId, tag: FenceTag, cell = -1): number {
    const id = this.nodes.length
    this.nodes.push({ kind: 'fence', id, thread, event, tag, cell, address: [], data: [], control: [] })
    this.source.push(-1)
    this.#note(event, id)
    return id
  }

  #note(event: EventId | null, id: number): void {
    if (event === null) return
    const known = this.nodesOf.get(event)
    if (known === undefined) this.nodesOf.set(event, [id])
    else known.push(id)
  }

  /** Takes away all nodes from this number on. */
  removeFrom(mark: number): void {
    while (this.nodes.length > mark) {
      const node = this.nodes.pop() as GraphNode
      this.source.pop()
      if (node.event !== null) {
        const ids = this.nodesOf.get(node.event)
        ids?.pop()
        if (ids?.length === 0) this.nodesOf.delete(node.event)
      }
      if (node.kind === 'fence') continue
      this.accesses.get(node.cell)?.pop()
      if (node.tag === 'initial') this.accesses.delete(node.cell)
    }
  }

  /** What is known of the order of the writes to a cell; null if it contradicts itself. */
  orderOf(cell: number): CellOrder | null {
    return orderOf(this.accesses.get(cell) ?? [], this.nodes, this.source)
  }

  /** All that is known of the order of writes, as pairs; null if it contradicts itself. */
  knownOrder(): readonly (readonly [number, number])[] | null {
    const pairs: [number, number][] = []
    for (const cell of this.accesses.keys()) {
      const order = this.orderOf(cell)
      if (order === null) return null
      for (const [i, earlier] of order.writes.entries()) {
        for (const [j, later] of order.writes.entries()) {
          if (order.before.has(i, j)) pairs.push([earlier, later])
        }
      }
    }
    return pairs
  }

  valueOf(node: number): bigint {
    return (this.nodes[node] as AccessNode).value
  }
}

/** One operation of a thread, and what its nodes have in common. */
export class Access {
  readonly thread: Thread
  readonly operation: SharedOperation
  readonly event: EventId
  readonly #address: readonly number[]
  readonly #control: readonly number[]
  readonly #nodesOf: ReadonlyMap<EventId, readonly number[]>
  readonly #nodes: readonly GraphNode[]

  constructor(
    thread: Thread,
    operation: SharedOperation,
    nodes: readonly GraphNode[],
    nodesOf: ReadonlyMap<EventId, readonly number[]>,
  ) {
    this.thread = thread
    this.operation = operation
    this.event = thread.nextId()
    this.#nodes = nodes
    this.#nodesOf = nodesOf
    this.#address = 'address' in operation ? this.#readsOf(operation.address) : []
    const control: EventId[] = []
    for (let branch = thread.control; branch !== null; branch = branch.before) control.push(...branch.reads)
    this.#control = this.#readsOf(control)
  }

  node(
    kind: 'read' | 'write',
    tag: AccessTag,
    cell: Cell,
    value: bigint,
    data: readonly EventId[],
  ): AccessNode {
    return {
      kind,
      id: this.#nodes.length,
      thread: this.thread.number,
      event: this.event,
      tag,
      cell: cell.id,
      value,
      partner: -1,
      address: this.#address,
      data: data.length === 0 ? [] : this.#readsOf(data),
      control: this.#control,
      twins: [],
    }
  }

  #readsOf(events: readonly EventId[]): number[] {
    const ids = new Set<number>()
    for (const event of events) {
      for (const id of this.#nodesOf.get(event) ?? []) if (this.#nodes[id]?.kind === 'read') ids.add(id)
    }
    return [...ids]
  }
}
