/** Sets of events and relations between them, under the names of the model's own description. */
import { addToRow, type BitMatrix, type BitRow, wordsFor } from './bit-matrix.js'
import type { ExecutionGraph, GraphNode } from './execution-graph.js'
import { type MatrixPool, poolOf } from './matrix-pool.js'
import type { Visibility } from './plain-accesses.js'
import type { Section } from './sections.js'

/** The model of Linux 6.1, and that of 6.14 with its later changes. */
export type LkmmVersion = '6.1' | '6.14'

/**
 * What the axioms speak of: sets of events and relations between them, for one graph. The sets and program order
 * are there from the start; the other relations are filled in by the functions that find them.
 */
export class Relations {
  readonly graph: ExecutionGraph
  /** The later version of the two. */
  readonly later: boolean
  readonly size: number
  readonly pool: MatrixPool
  /** Node numbers by thread, in program order. */
  readonly threads: number[][] = []
  readonly reads: BitRow
  readonly writes: BitRow
  readonly accesses: BitRow
  readonly marked: BitRow
  readonly plain: BitRow
  readonly all: BitRow
  /** Reads that smp_rmb orders. */
  readonly rmbReads: BitRow
  readonly notNoreturn: BitRow
  hasPlain = false
  hasSections = false
  // Relations that several axioms use; filled by consistent() in this order.
  readonly po: BitMatrix
  readonly int: BitMatrix
  readonly rf: BitMatrix
  readonly rfe: BitMatrix
  readonly co: BitMatrix
  readonly fr: BitMatrix
  readonly rmwSequence: BitMatrix
  readonly rmb: BitMatrix
  readonly wmb: BitMatrix
  readonly strong: BitMatrix
  readonly poRel: BitMatrix
  readonly acqPo: BitMatrix
  readonly unlockLock: BitMatrix
  readonly address: BitMatrix
  readonly cumulFences: BitMatrix
  readonly prop: BitMatrix
  /** hb*, pb* and, where there are sections, rb. */
  readonly hb: BitMatrix
  readonly pb: BitMatrix
  rb: BitMatrix | null = null
  rcuFence: BitMatrix | null = null
  /** What is found on demand, and kept: matched sections, and what plain accesses can see. */
  matched: Section[] | null = null
  visibility: Visibility | null = null

  constructor(graph: ExecutionGraph, version: LkmmVersion) {
    this.graph = graph
    this.later = version !== '6.1'
    const size = graph.nodes.length
    this.size = size
    this.pool = poolOf(size)
    const row = (): BitRow => new Uint32Array(wordsFor(size))
    const matrix = (): BitMatrix => this.pool.take()
    this.reads = row()
    this.writes = row()
    this.accesses = row()
    this.marked = row()
    this.plain = row()
    this.all = row()
    this.rmbReads = row()
    this.notNoreturn = row()
    this.po = matrix()
    this.int = matrix()
    this.rf = matrix()
    this.rfe = matrix()
    this.co = matrix()
    this.fr = matrix()
    this.rmwSequence = matrix()
    this.rmb = matrix()
    this.wmb = matrix()
    this.strong = matrix()
    this.poRel = matrix()
    this.acqPo = matrix()
    this.unlockLock = matrix()
    this.address = matrix()
    this.cumulFences = matrix()
    this.prop = matrix()
    this.hb = matrix()
    this.pb = matrix()
    this.sort()
  }

  node(id: number): GraphNode {
    return this.graph.nodes[id] as GraphNode
  }

  sort(): void {
    for (const node of this.graph.nodes) {
      const { id } = node
      addToRow(this.all, id)
      addToRow(this.notNoreturn, id)
      if (node.thread >= 0) {
        let thread = this.threads[node.thread]
        if (thread === undefined) {
          thread = []
          this.threads[node.thread] = thread
        }
        thread.push(id)
      }
      if (node.kind === 'fence') {
        addToRow(this.marked, id)
        if (node.tag === 'sync-rcu' || node.tag === 'ipi' || node.tag === 'sync-srcu') this.hasSections = true
        continue
      }
      addToRow(this.accesses, id)
      addToRow(node.kind === 'read' ? this.reads : this.writes, id)
      if (node.kind === 'read' && node.tag !== 'noreturn') addToRow(this.rmbReads, id)
      if (node.tag === 'noreturn') {
        const word = this.notNoreturn[id >>> 5] as number
        this.notNoreturn[id >>> 5] = word & ~(1 << (id & 31))
      }
      if (node.tag === 'plain') {
        addToRow(this.plain, id)
        this.hasPlain = true
      } else {
        addToRow(this.marked, id)
      }
    }
    this.threads.forEach((thread) => {
      const members = this.row()
      const after = this.row()
      for (const id of thread) addToRow(members, id)
      for (const id of thread.toReversed()) {
        this.int.orRow(id, members)
        this.po.orRow(id, after)
        addToRow(after, id)
      }
    })
  }

  row(): BitRow {
    return new Uint32Array(wordsFor(this.size))
  }

  matrix(): BitMatrix {
    return this.pool.take()
  }

  compose(left: BitMatrix, right: BitMatrix): BitMatrix {
    return this.matrix().orCompose(left, right)
  }

  inverse(relation: BitMatrix): BitMatrix {
    return this.matrix().invert(relation)
  }
}
