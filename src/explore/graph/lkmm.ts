/**
 * The Linux-kernel memory model as axioms over execution graphs, in two versions: that of Linux 6.1, and that
 * of 6.14 with its later changes. The relations are those of the model's own description, under their own
 * names; all of them grow as a graph grows, so a graph in the making that breaks an axiom has no consistent
 * completion.
 *
 * Coherence and atomicity are not looked at here: the search builds no graph without them.
 */
import { addToRow, BitMatrix, type BitRow, inRow, wordsFor } from './bit-matrix.js'
import type { AccessNode, ExecutionGraph, FenceTag, GraphNode } from './execution-graph.js'

export type LkmmVersion = '6.1' | '6.14'

/** What the model says of a graph. */
export interface Judgement {
  readonly consistent: boolean
  /** Herd's flags; only asked for of complete, consistent graphs. */
  readonly flags: readonly string[]
  /** Pairs of accesses that race: node numbers. */
  readonly races: readonly (readonly [number, number])[]
}

/** Judges a graph. `complete` asks for the flags as well. */
export function judge(graph: ExecutionGraph, version: LkmmVersion, complete: boolean): Judgement {
  const model = new Lkmm(graph, version)
  if (!model.consistent()) return INCONSISTENT
  if (!complete) return CONSISTENT
  return { consistent: true, flags: model.flags(), races: model.races() }
}

const INCONSISTENT: Judgement = { consistent: false, flags: [], races: [] }
const CONSISTENT: Judgement = { consistent: true, flags: [], races: [] }

/** Sections and what waits for them: RCU waits for interrupts to be on as well. */
const SECTIONS: Partial<
  Record<FenceTag, { readonly ends: FenceTag; readonly waiters: readonly FenceTag[] }>
> = {
  'rcu-lock': { ends: 'rcu-unlock', waiters: ['sync-rcu'] },
  'irq-off': { ends: 'irq-on', waiters: ['sync-rcu', 'ipi'] },
}

/** A read-side section: its two ends, and where it stands among the grace periods. */
interface Section {
  readonly lock: number
  readonly unlock: number
  readonly waiters: readonly string[]
  /** The srcu_struct, -1 for others. */
  readonly cell: number
}

class Lkmm {
  readonly #graph: ExecutionGraph
  readonly #new: boolean
  readonly #size: number
  readonly #pool: Pool
  /** Node numbers by thread, in program order. */
  readonly #threads: number[][] = []
  readonly #reads: BitRow
  readonly #writes: BitRow
  readonly #accesses: BitRow
  readonly #marked: BitRow
  readonly #plain: BitRow
  readonly #all: BitRow
  /** Reads that smp_rmb orders. */
  readonly #rmbReads: BitRow
  readonly #notNoreturn: BitRow
  #hasPlain = false
  #hasSections = false
  // Relations that several axioms use; filled by consistent() in this order.
  readonly #po: BitMatrix
  readonly #int: BitMatrix
  readonly #rf: BitMatrix
  readonly #rfe: BitMatrix
  readonly #co: BitMatrix
  readonly #fr: BitMatrix
  readonly #rmwSequence: BitMatrix
  readonly #rmb: BitMatrix
  readonly #wmb: BitMatrix
  readonly #strong: BitMatrix
  readonly #poRel: BitMatrix
  readonly #acqPo: BitMatrix
  readonly #unlockLock: BitMatrix
  readonly #address: BitMatrix
  readonly #cumulFences: BitMatrix
  readonly #prop: BitMatrix
  /** hb*, pb* and, where there are sections, rb. */
  readonly #hb: BitMatrix
  readonly #pb: BitMatrix
  #rb: BitMatrix | null = null
  #rcuFence: BitMatrix | null = null

  constructor(graph: ExecutionGraph, version: LkmmVersion) {
    this.#graph = graph
    this.#new = version !== '6.1'
    const size = graph.nodes.length
    this.#size = size
    this.#pool = poolOf(size)
    const row = (): BitRow => new Uint32Array(wordsFor(size))
    const matrix = (): BitMatrix => this.#pool.take()
    this.#reads = row()
    this.#writes = row()
    this.#accesses = row()
    this.#marked = row()
    this.#plain = row()
    this.#all = row()
    this.#rmbReads = row()
    this.#notNoreturn = row()
    this.#po = matrix()
    this.#int = matrix()
    this.#rf = matrix()
    this.#rfe = matrix()
    this.#co = matrix()
    this.#fr = matrix()
    this.#rmwSequence = matrix()
    this.#rmb = matrix()
    this.#wmb = matrix()
    this.#strong = matrix()
    this.#poRel = matrix()
    this.#acqPo = matrix()
    this.#unlockLock = matrix()
    this.#address = matrix()
    this.#cumulFences = matrix()
    this.#prop = matrix()
    this.#hb = matrix()
    this.#pb = matrix()
    this.#sort()
  }

  /** True if no axiom is broken. */
  consistent(): boolean {
    if (!this.#communication()) return false
    if (this.#hasPlain && !this.#valuesHaveOrigins()) return false
    this.#fences()
    const ppo = this.#preservedProgramOrder()
    this.#propagation()
    // hb = [Marked] ; (ppo | rfe | ((prop \ id) & int)) ; [Marked]
    const hb = this.#hb.copy(this.#prop).minusIdentity().and(this.#int).or(ppo).or(this.#rfe)
    hb.from(this.#marked).to(this.#marked).close()
    if (!hb.isIrreflexive()) return false
    hb.orIdentity()
    // pb = prop ; strong-fence ; hb* ; [Marked]
    const pb = this.#pb
    if (!this.#strong.isEmpty()) {
      pb.orCompose(this.#compose(this.#prop, this.#strong), hb).to(this.#marked).close()
      if (!pb.isIrreflexive()) return false
    }
    pb.orIdentity()
    if (this.#hasSections && !this.#readSideSections()) return false
    return !this.#hasPlain || this.#plainCoherence()
  }

  /** Flags of a complete, consistent graph, after `consistent`. */
  flags(): string[] {
    const flags: string[] = []
    if (this.#hasPlain) {
      if (this.#mixedAccesses()) flags.push('mixed-accesses')
      if (this.races().length > 0) flags.push('data-race')
    }
    flags.push(...this.#sectionFlags(), ...this.#lockFlags())
    return flags
  }

  // ---- sets ----------------------------------------------------------------------------------------------

  #node(id: number): GraphNode {
    return this.#graph.nodes[id] as GraphNode
  }

  #sort(): void {
    for (const node of this.#graph.nodes) {
      const { id } = node
      addToRow(this.#all, id)
      addToRow(this.#notNoreturn, id)
      if (node.thread >= 0) {
        let thread = this.#threads[node.thread]
        if (thread === undefined) {
          thread = []
          this.#threads[node.thread] = thread
        }
        thread.push(id)
      }
      if (node.kind === 'fence') {
        addToRow(this.#marked, id)
        if (node.tag === 'sync-rcu' || node.tag === 'ipi' || node.tag === 'sync-srcu')
          this.#hasSections = true
        continue
      }
      addToRow(this.#accesses, id)
      addToRow(node.kind === 'read' ? this.#reads : this.#writes, id)
      if (node.kind === 'read' && node.tag !== 'noreturn') addToRow(this.#rmbReads, id)
      if (node.tag === 'noreturn') {
        const word = this.#notNoreturn[id >>> 5] as number
        this.#notNoreturn[id >>> 5] = word & ~(1 << (id & 31))
      }
      if (node.tag === 'plain') {
        addToRow(this.#plain, id)
        this.#hasPlain = true
      } else {
        addToRow(this.#marked, id)
      }
    }
    this.#threads.forEach((thread) => {
      const members = this.#row()
      const after = this.#row()
      for (const id of thread) addToRow(members, id)
      for (const id of thread.toReversed()) {
        this.#int.orRow(id, members)
        this.#po.orRow(id, after)
        addToRow(after, id)
      }
    })
  }

  // ---- rf, co, fr ------------------------------------------------------------------------------------------

  /** rf, co and fr. False if an operation on several cells sees another half done. */
  #communication(): boolean {
    const { nodes, source, coherence } = this.#graph
    const rmw = this.#matrix()
    for (const node of nodes) {
      if (node.kind === 'fence') continue
      const from = source[node.id] as number
      if (node.kind === 'read' && from >= 0) {
        this.#rf.add(from, node.id)
        if (!this.#int.has(from, node.id)) this.#rfe.add(from, node.id)
      }
      if (node.kind === 'read' && node.partner >= 0) rmw.add(node.id, node.partner)
    }
    for (const [earlier, later] of coherence) this.#co.add(earlier, later)
    // fr = rf^-1 ; co
    this.#fr.orCompose(this.#inverse(this.#rf), this.#co)
    // rmw-sequence = (rf ; rmw)*
    if (this.#new) this.#rmwSequence.orCompose(this.#rf, rmw).close()
    this.#rmwSequence.orIdentity()
    if (!nodes.some((node) => node.kind !== 'fence' && node.twins.length > 0)) return true
    for (const relation of [this.#rf, this.#rfe, this.#co, this.#fr]) this.#shareTwins(relation)
    return this.#matrix().copy(this.#rf).or(this.#co).or(this.#fr).close().isIrreflexive()
  }

  /** What holds of one access of an operation on several cells at once holds of them all. */
  #shareTwins(relation: BitMatrix): void {
    const twins = this.#graph.nodes.filter((node) => node.kind !== 'fence' && node.twins.length > 0)
    const before = this.#matrix().copy(relation)
    for (const node of twins) {
      for (const twin of (node as AccessNode).twins) {
        for (let other = 0; other < this.#size; other++) {
          if (before.has(node.id, other)) relation.add(twin, other)
          if (before.has(other, node.id)) relation.add(other, twin)
        }
      }
    }
  }

  /**
   * A value cannot be computed from itself, as herd finds no solution for it; one that is only handed round can
   * be what was there at first. Marked accesses in such a ring break happens-before as well, plain ones do not.
   */
  #valuesHaveOrigins(): boolean {
    const flow = this.#matrix().copy(this.#rf)
    const { nodes } = this.#graph
    for (const { id, data, address } of nodes) {
      for (const read of data) flow.add(read, id)
      for (const read of address) flow.add(read, id)
    }
    if (flow.close().isIrreflexive()) return true
    const initial = new Map<number, bigint>()
    for (const node of nodes)
      if (node.tag === 'initial') initial.set((node as AccessNode).cell, (node as AccessNode).value)
    return nodes.every((node) => {
      if (node.kind !== 'write' || !flow.has(node.id, node.id)) return true
      const [read, ...others] = node.data.map((id) => this.#node(id) as AccessNode)
      return others.length === 0 && read?.value === node.value && node.value === initial.get(node.cell)
    })
  }

  // ---- fences ----------------------------------------------------------------------------------------------

  /** Adds pairs of events on both sides of a fence, from `from` to `to`. */
  #addFence(into: BitMatrix, tag: FenceTag, from: BitRow, to: BitRow): void {
    for (const thread of this.#threads.filter(Boolean)) {
      const after = this.#row()
      const behind = this.#row()
      for (const id of thread.toReversed()) {
        const node = this.#node(id)
        if (inRow(from, id)) into.orRow(id, behind)
        if (node.kind === 'fence' && node.tag === tag)
          for (let i = 0; i < after.length; i++) behind[i] = after[i] as number
        if (inRow(to, id)) addToRow(after, id)
      }
    }
  }

  #fences(): void {
    const M = this.#accesses
    const tags = new Set<string>()
    for (const { tag } of this.#graph.nodes) tags.add(tag)
    if (tags.has('rmb')) this.#addFence(this.#rmb, 'rmb', this.#rmbReads, this.#rmbReads)
    if (tags.has('wmb')) this.#addFence(this.#wmb, 'wmb', this.#writes, this.#writes)
    if (tags.has('unlock')) this.#unlockLockPairs()
    const strong = this.#strong
    if (tags.has('mb')) this.#addFence(strong, 'mb', M, M)
    for (const thread of this.#threads.filter(Boolean)) {
      for (const [at, id] of thread.entries()) {
        const node = this.#node(id)
        if (ORDERING_TAGS.has(node.tag)) this.#atOne(thread, at, node)
      }
    }
    if (tags.has('after-unlock-lock')) this.#afterUnlockLock()
  }

  /** The pairs that one event makes: releases, acquires, and what stands at an atomic or a grace period. */
  #atOne(thread: readonly number[], at: number, node: GraphNode): void {
    const M = this.#accesses
    const before = thread.slice(0, at)
    const after = thread.slice(at + 1)
    const pairs = (into: BitMatrix, from: readonly number[], to: readonly number[]): void => {
      for (const a of from) for (const b of to) into.add(a, b)
    }
    const inM = (ids: readonly number[]): number[] => ids.filter((id) => inRow(M, id))
    if (node.kind !== 'fence') {
      if (node.tag === 'release' || node.tag === 'unlock') {
        if (node.kind === 'write') pairs(this.#poRel, inM(before), [node.id])
      } else if (node.tag === 'acquire' || node.tag === 'lock-read') {
        if (node.kind === 'read') pairs(this.#acqPo, [node.id], inM(after))
      } else if (node.tag === 'mb') {
        // [M] ; po ; [R & Mb]  |  [W & Mb] ; po ; [M]
        if (node.kind === 'read') pairs(this.#strong, inM(before), [node.id])
        else pairs(this.#strong, [node.id], inM(after))
      }
      return
    }
    switch (node.tag) {
      case 'sync-rcu':
      case 'sync-srcu':
      case 'ipi':
        // gp = po ; [Sync] ; po?
        pairs(this.#strong, before, [node.id, ...after])
        return
      case 'before-atomic': {
        // [M] ; fencerel(Before-atomic) ; [RMW] ; po? ; [M]
        const first = after.findIndex((id) => this.#isRmw(id))
        if (first >= 0) pairs(this.#strong, inM(before), inM(after.slice(first)))
        return
      }
      case 'after-atomic': {
        const last = before.findLastIndex((id) => this.#isRmw(id))
        if (last >= 0) pairs(this.#strong, inM(before.slice(0, last + 1)), inM(after))
        return
      }
      case 'after-spinlock': {
        const last = before.findLastIndex((id) => this.#node(id).tag === 'lock-write')
        if (last >= 0) pairs(this.#strong, inM(before.slice(0, last + 1)), inM(after))
        return
      }
      case 'after-srcu-read-unlock': {
        const last = before.findLastIndex((id) => this.#node(id).tag === 'srcu-unlock')
        if (this.#new && last >= 0) pairs(this.#strong, inM(before.slice(0, last + 1)), inM(after))
        return
      }
    }
  }

  /** True for both halves of an atomic read-modify-write, and for the read of one that stored nothing; not for locks. */
  #isRmw(id: number): boolean {
    const node = this.#node(id)
    return (
      node.kind !== 'fence' && node.partner !== -1 && node.tag !== 'lock-read' && node.tag !== 'lock-write'
    )
  }

  /** po-unlock-lock-po = po ; [UL] ; (po | rf) ; [LKR] ; po */
  #unlockLockPairs(): void {
    const { nodes, source } = this.#graph
    for (const lock of nodes) {
      if (lock.tag !== 'lock-read') continue
      for (const unlock of nodes) {
        if (unlock.tag !== 'unlock') continue
        if (source[lock.id] !== unlock.id && !this.#po.has(unlock.id, lock.id)) continue
        for (const before of this.#threads[unlock.thread] ?? []) {
          if (before === unlock.id) break
          this.#orPoRow(this.#unlockLock, before, lock.id)
        }
      }
    }
  }

  #orPoRow(into: BitMatrix, from: number, of: number): void {
    const { words, bits } = this.#po
    into.orRow(from, bits.subarray(of * words, (of + 1) * words))
  }

  #afterUnlockLock(): void {
    const { nodes } = this.#graph
    for (const fence of nodes) {
      if (fence.tag !== 'after-unlock-lock') continue
      const after = (this.#threads[fence.thread] ?? []).filter(
        (id) => this.#po.has(fence.id, id) && inRow(this.#accesses, id),
      )
      const starts = this.#new ? this.#unlockLockBefore(fence.id) : this.#anyUnlockBefore(fence.id)
      for (const from of starts) for (const to of after) this.#strong.add(from, to)
    }
  }

  /** [M] ; po-unlock-lock-po ; [After-unlock-lock] */
  #unlockLockBefore(fence: number): number[] {
    return this.#graph.nodes
      .filter(({ id }) => inRow(this.#accesses, id) && this.#unlockLock.has(id, fence))
      .map(({ id }) => id)
  }

  /** [M] ; po ; [UL] ; (co | po) ; [LKW] ; po ; [After-unlock-lock], as 6.1 has it. */
  #anyUnlockBefore(fence: number): number[] {
    const { nodes } = this.#graph
    const starts = new Set<number>()
    for (const lock of nodes) {
      if (lock.tag !== 'lock-write' || !this.#po.has(lock.id, fence)) continue
      for (const unlock of nodes) {
        if (unlock.tag !== 'unlock') continue
        if (!this.#co.has(unlock.id, lock.id) && !this.#po.has(unlock.id, lock.id)) continue
        for (const { id } of nodes)
          if (inRow(this.#accesses, id) && this.#po.has(id, unlock.id)) starts.add(id)
      }
    }
    return [...starts]
  }

  // ---- dependencies and preserved program order ------------------------------------------------------------

  /** Reads that a dependency on `read` goes back to: itself, and what was carried to it through memory. */
  #carried(read: number, found: Set<number>): void {
    if (found.has(read)) return
    found.add(read)
    if (!this.#new) return
    const from = this.#graph.source[read] as number
    if (from < 0) return
    const write = this.#node(from)
    if (write.thread !== this.#node(read).thread || write.tag === 'srcu-unlock') return
    for (const origin of write.data) this.#carried(origin, found)
  }

  #addDependencies(into: BitMatrix, to: number, reads: readonly number[]): void {
    if (reads.length === 0) return
    const found = new Set<number>()
    for (const read of reads) this.#carried(read, found)
    for (const read of found) into.add(read, to)
  }

  /** ppo = to-r | to-w | (fence & int) | (po-unlock-lock-po & int) */
  #preservedProgramOrder(): BitMatrix {
    const address = this.#address
    const data = this.#matrix()
    const control = this.#matrix()
    for (const node of this.#graph.nodes) {
      this.#addDependencies(address, node.id, node.address)
      this.#addDependencies(data, node.id, node.data)
      this.#addDependencies(control, node.id, node.control)
    }
    const dep = this.#matrix().copy(address).or(data)
    const ppo = this.#matrix()
    // to-r = (addr ; [R]) | (dep ; [Marked] ; rfi)
    ppo.or(this.#matrix().copy(address).to(this.#reads))
    if (!this.#new) ppo.or(address)
    const rfi = this.#matrix().copy(this.#rf).minus(this.#rfe)
    ppo.orCompose(this.#matrix().copy(dep).to(this.#marked), rfi)
    // to-w = ((dep | ctrl) ; [W]) | (overwrite & int) | (addr ; [Plain] ; wmb)
    ppo.or(dep.or(control).to(this.#writes))
    ppo.or(this.#matrix().copy(this.#co).or(this.#fr).and(this.#int))
    if (this.#hasPlain) ppo.orCompose(this.#matrix().copy(address).to(this.#plain), this.#wmb)
    const fence = this.#fence()
    ppo.or(this.#new ? fence.and(this.#int) : fence)
    ppo.or(this.#matrix().copy(this.#unlockLock).and(this.#int))
    return ppo
  }

  /** strong-fence | po-rel | acq-po */
  #nonRwFence(): BitMatrix {
    return this.#matrix().copy(this.#strong).or(this.#poRel).or(this.#acqPo)
  }

  #fence(): BitMatrix {
    return this.#nonRwFence().or(this.#wmb).or(this.#rmb)
  }

  // ---- propagation -----------------------------------------------------------------------------------------

  #propagation(): void {
    const marked = this.#marked
    // cumul-fence = [Marked] ; (A-cumul(strong-fence | po-rel) | wmb | po-unlock-lock-po) ; [Marked] ; rmw-sequence
    const cumulative = this.#matrix().copy(this.#strong).or(this.#poRel)
    const single = this.#matrix().copy(cumulative).or(this.#wmb).or(this.#unlockLock)
    single.orCompose(this.#matrix().copy(this.#rfe).to(marked), cumulative)
    single.from(marked).to(marked)
    const fences = this.#new
      ? this.#cumulFences.orCompose(single, this.#rmwSequence)
      : this.#cumulFences.or(single)
    fences.close().orIdentity()
    // prop = [Marked] ; (overwrite & ext)? ; cumul-fence* ; [Marked] ; rfe? ; [Marked]
    const start = this.#matrix().copy(this.#co).or(this.#fr).minus(this.#int).orIdentity().from(marked)
    const middle = this.#compose(start, fences).to(marked)
    this.#prop.copy(middle).orCompose(middle, this.#rfe).to(marked)
  }

  // ---- RCU and its kin -------------------------------------------------------------------------------------

  /** irreflexive rb. False if it is broken. */
  #readSideSections(): boolean {
    const { nodes } = this.#graph
    const sections = this.#sections()
    const periods = nodes.filter(
      ({ tag }) => tag === 'sync-rcu' || tag === 'sync-srcu' || tag === 'ipi',
    ) as readonly { readonly id: number; readonly tag: string; readonly cell: number }[]
    // rcu-link = po? ; hb* ; pb* ; prop ; po
    const poOrSame = this.#matrix().copy(this.#po).orIdentity()
    const ordered = this.#compose(this.#compose(poOrSame, this.#hb), this.#pb)
    const link = this.#compose(this.#compose(ordered, this.#prop), this.#po)
    const order = this.#matrix()
    for (const { id } of periods) order.add(id, id)
    const matched = sections.flatMap((section) =>
      periods
        .filter(({ tag, cell }) => section.waiters.includes(tag) && section.cell === cell)
        .map(({ id }) => ({ section, id })),
    )
    for (let before = -1, count = this.#count(order); count !== before; ) {
      const around = this.#compose(this.#compose(link, order), link).or(link)
      for (const { section, id } of matched) {
        if (around.has(id, section.unlock)) order.add(id, section.lock)
        if (around.has(section.lock, id)) order.add(section.unlock, id)
      }
      order.orCompose(this.#compose(order, link), this.#matrix().copy(order))
      before = count
      count = this.#count(order)
    }
    // rcu-fence = po ; rcu-order ; po?
    const fence = this.#compose(this.#compose(this.#po, order), poOrSame)
    this.#rcuFence = fence
    // rb = prop ; rcu-fence ; hb* ; pb* ; [Marked]
    const rb = this.#compose(this.#compose(this.#compose(this.#prop, fence), this.#hb), this.#pb)
    this.#rb = rb.to(this.#marked)
    return rb.isIrreflexive()
  }

  #count(relation: BitMatrix): number {
    let count = 0
    for (let word of relation.bits) for (; word !== 0; word &= word - 1) count++
    return count
  }

  /** Matched read-side sections, the innermost first. */
  #sections(): Section[] {
    this.#matched ??= this.#matchSections()
    return this.#matched
  }
  #matched: Section[] | null = null

  #matchSections(): Section[] {
    const sections: Section[] = []
    for (const thread of this.#threads.filter(Boolean)) {
      const open = new Map<string, number[]>()
      for (const id of thread) {
        const node = this.#node(id)
        for (const [begins, kind] of Object.entries(SECTIONS)) {
          if (node.tag === begins) open.set(begins, [...(open.get(begins) ?? []), id])
          else if (node.tag === kind.ends) {
            const lock = open.get(begins)?.pop()
            if (lock !== undefined) sections.push({ lock, unlock: id, waiters: kind.waiters, cell: -1 })
          }
        }
        if (node.tag === 'srcu-unlock') sections.push(...this.#srcuSections(thread, node))
      }
    }
    return sections
  }

  /** SRCU: the cookie that the unlock hands back says which lock it matches; 6.1 goes by nesting. */
  #srcuSections(thread: readonly number[], unlock: GraphNode): Section[] {
    const found = new Set<number>()
    if (this.#new) for (const read of unlock.data) this.#cookies(read, found)
    else {
      const lock = this.#nestedSrcuLock(thread, unlock)
      if (lock !== null) found.add(lock)
    }
    const { cell } = unlock as AccessNode
    return [...found]
      .filter((id) => this.#node(id).tag === 'srcu-lock' && (this.#node(id) as AccessNode).cell === cell)
      .map((lock) => ({ lock, unlock: unlock.id, waiters: ['sync-srcu'], cell }))
  }

  /** carry-srcu-data = (data ; [~Srcu-unlock] ; rf)*, backwards. */
  #cookies(read: number, found: Set<number>): void {
    if (found.has(read)) return
    found.add(read)
    const from = this.#graph.source[read] as number
    if (from < 0) return
    const write = this.#node(from)
    if (write.tag === 'srcu-unlock') return
    for (const origin of write.data) this.#cookies(origin, found)
  }

  #nestedSrcuLock(thread: readonly number[], unlock: GraphNode): number | null {
    const open: number[] = []
    const { cell } = unlock as AccessNode
    for (const id of thread) {
      const node = this.#node(id)
      if (id === unlock.id) return open.at(-1) ?? null
      if ((node as AccessNode).cell !== cell) continue
      if (node.tag === 'srcu-lock') open.push(id)
      else if (node.tag === 'srcu-unlock') open.pop()
    }
    return null
  }

  // ---- plain accesses --------------------------------------------------------------------------------------

  /** What executes before what, and what is seen by whom; used by the axiom and the flags of plain accesses. */
  #visibility(): Visibility {
    if (this.#seen !== null) return this.#seen
    const marked = this.#marked
    const strong = this.#matrix().copy(this.#strong)
    const fence = this.#fence()
    const nonRw = this.#nonRwFence()
    if (this.#rcuFence !== null) {
      strong.or(this.#rcuFence)
      fence.or(this.#rcuFence)
    }
    const xb = this.#matrix().copy(this.#hb).or(this.#pb)
    if (this.#rb !== null) xb.or(this.#rb)
    xb.close().orIdentity()
    // vis = cumul-fence* ; rfe? ; [Marked] ; ((strong-fence ; [Marked] ; xb*) | (xb* & int))
    const strongXb = this.#compose(this.#matrix().copy(strong).to(marked), xb)
    const tail = this.#matrix()
      .copy(xb)
      .and(this.#matrix().copy(this.#int).orIdentity())
      .or(strongXb)
      .from(marked)
    const rfeOrSame = this.#matrix().copy(this.#rfe).orIdentity().to(marked)
    const vis = this.#compose(this.#compose(this.#cumulFences, rfeOrSame), tail)
    const rmbPre = this.#matrix()
    const rmbPost = this.#matrix()
    this.#addFence(rmbPre, 'rmb', this.#rmbReads, this.#notNoreturn)
    this.#addFence(rmbPost, 'rmb', this.#notNoreturn, this.#rmbReads)
    // w-pre-bounded = [Marked] ; (addr | fence)?
    const wPre = this.#matrix().copy(this.#address).or(fence).orIdentity().from(marked)
    // r-pre-bounded = [Marked] ; (addr | nonrw-fence | ([R4rmb] ; fencerel(Rmb) ; [~Noreturn]))?
    const rPre = this.#matrix().copy(this.#address).or(nonRw).or(rmbPre).orIdentity().from(marked)
    // w-post-bounded = fence? ; [Marked] ; rmw-sequence
    const wPost = this.#compose(this.#matrix().copy(fence).orIdentity().to(marked), this.#rmwSequence)
    // r-post-bounded = (nonrw-fence | ([~Noreturn] ; fencerel(Rmb) ; [R4rmb]))? ; [Marked]
    const rPost = this.#matrix().copy(nonRw).or(rmbPost).orIdentity().to(marked)
    const allStrongXb = this.#compose(strong, xb)
    const seen = this.#compose(wPost, vis)
    const wwVis = this.#matrix().copy(fence).orCompose(allStrongXb, wPre).orCompose(seen, wPre)
    const wrVis = this.#matrix().copy(fence).orCompose(allStrongXb, rPre).orCompose(seen, rPre)
    const rwXb = this.#matrix().copy(fence).orCompose(this.#compose(rPost, xb), wPre)
    this.#seen = { wwVis, wrVis, rwXb, preRace: this.#preRaces() }
    return this.#seen
  }
  #seen: Visibility | null = null

  /** pre-race = ext & ((Plain * M) | ((M \ IW) * Plain)) */
  #preRaces(): BitMatrix {
    const pairs = this.#matrix()
    const accesses = this.#graph.nodes.filter((node) => node.kind !== 'fence') as readonly AccessNode[]
    for (const left of accesses) {
      for (const right of accesses) {
        if (left.thread === right.thread) continue
        if (left.tag === 'plain' || (right.tag === 'plain' && left.tag !== 'initial'))
          pairs.add(left.id, right.id)
      }
    }
    return pairs
  }

  #plainCoherence(): boolean {
    const { wwVis, wrVis, rwXb, preRace } = this.#visibility()
    const broken = (relation: BitMatrix, other: BitMatrix): boolean =>
      !this.#matrix().copy(relation).and(preRace).and(this.#inverse(other)).isEmpty()
    return !broken(this.#rf, rwXb) && !broken(this.#fr, wrVis) && !broken(this.#co, wwVis)
  }

  /** Pairs of accesses that race in a complete, consistent graph, after `consistent`. */
  races(): readonly (readonly [number, number])[] {
    if (!this.#hasPlain) return []
    const { wwVis, wrVis, rwXb, preRace } = this.#visibility()
    const marked = this.#marked
    // ww-nonrace = ww-vis & ((Marked * W) | rw-xbstar) & ((W * Marked) | wr-vis)
    const first = this.#matrix().copy(this.#everything()).from(marked).or(rwXb)
    const second = this.#matrix().copy(this.#everything()).to(marked).or(wrVis)
    const nonRace = this.#matrix().copy(wwVis).and(first).and(second)
    const races = this.#matrix().copy(this.#co).and(preRace).minus(nonRace)
    // wr-race = (pre-race & (co? ; rf)) \ wr-vis \ rw-xbstar^-1
    const coOrSame = this.#matrix().copy(this.#co).orIdentity()
    races.or(this.#compose(coOrSame, this.#rf).and(preRace).minus(wrVis).minus(this.#inverse(rwXb)))
    // rw-race = (pre-race & fr) \ rw-xbstar
    races.or(this.#matrix().copy(this.#fr).and(preRace).minus(rwXb))
    const pairs: [number, number][] = []
    for (const { id } of this.#graph.nodes) {
      for (const { id: other } of this.#graph.nodes) if (races.has(id, other)) pairs.push([id, other])
    }
    return pairs
  }

  #everything(): BitMatrix {
    const all = this.#matrix()
    for (let i = 0; i < this.#size; i++) all.orRow(i, this.#all)
    return all
  }

  /** A plain write and a marked access of one cell in one thread, with no barrier between them. */
  #mixedAccesses(): boolean {
    const barriers = new Set<string>([
      'barrier',
      'rmb',
      'wmb',
      'mb',
      'sync-rcu',
      'sync-srcu',
      'before-atomic',
      'after-atomic',
      'rcu-lock',
      'rcu-unlock',
      'ipi',
      'irq-off',
      'irq-on',
    ])
    const divides = (node: GraphNode): boolean =>
      (node.kind === 'fence' && barriers.has(node.tag)) ||
      ['acquire', 'release', 'lock-read', 'unlock', 'srcu-lock', 'srcu-unlock'].includes(node.tag)
    for (const thread of this.#threads.filter(Boolean)) {
      for (const [i, from] of thread.entries()) {
        const first = this.#node(from)
        if (first.kind === 'fence') continue
        // barrier = fencerel(…) | (po ; [Release]) | ([Acquire] ; po)
        if (first.tag === 'acquire' || first.tag === 'lock-read') continue
        for (const to of thread.slice(i + 1)) {
          const second = this.#node(to)
          if (second.tag === 'release' || second.tag === 'unlock') break
          if (second.kind !== 'fence' && second.cell === first.cell && mixed(first, second)) return true
          if (divides(second)) break
        }
      }
    }
    return false
  }

  // ---- what the model says of locks and sections -----------------------------------------------------------

  #sectionFlags(): string[] {
    const flags: string[] = []
    const { nodes } = this.#graph
    if (!nodes.some(({ tag }) => SECTION_TAGS.has(tag))) return flags
    const sections = this.#sections()
    const locks = new Set(sections.map(({ lock }) => lock))
    const unlocks = new Set(sections.map(({ unlock }) => unlock))
    const open = (tag: string, matched: ReadonlySet<number>): boolean =>
      nodes.some((node) => node.tag === tag && !matched.has(node.id))
    const name = (kind: string, what: string): string =>
      this.#new ? `unmatched-${kind}-${what}` : `unbalanced-${kind}-locking`
    if (open('rcu-lock', locks)) flags.push(name('rcu', 'lock'))
    if (open('rcu-unlock', unlocks)) flags.push(name('rcu', 'unlock'))
    if (open('srcu-lock', locks)) flags.push(name('srcu', 'lock'))
    if (open('srcu-unlock', unlocks)) flags.push(name('srcu', 'unlock'))
    const rcu = sections.filter(({ waiters }) => waiters.includes('sync-rcu'))
    const asleep = nodes.some(
      ({ id, tag }) =>
        tag === 'sync-srcu' &&
        rcu.some(({ lock, unlock }) => this.#po.has(lock, id) && this.#po.has(id, unlock)),
    )
    if (asleep) flags.push('invalid-sleep')
    const srcu = sections.filter(({ cell }) => cell >= 0)
    if (srcu.some((one) => srcu.some((other) => one.lock === other.lock && one.unlock !== other.unlock))) {
      flags.push('multiple-srcu-matches')
    }
    const differs = srcu.some(({ lock, unlock }) => {
      const [first, second] = [this.#node(lock), this.#node(unlock)]
      return first.kind !== 'fence' && second.kind !== 'fence' && first.value !== second.value
    })
    if (differs) flags.push(this.#new ? 'srcu-bad-value-match' : 'srcu-bad-nesting')
    return [...new Set(flags)]
  }

  #lockFlags(): string[] {
    const { nodes } = this.#graph
    const flags: string[] = []
    const lockCells = new Set<number>()
    for (const node of nodes) if (LOCK_TAGS.has(node.tag)) lockCells.add((node as AccessNode).cell)
    if (lockCells.size === 0) return flags
    const ordinary = nodes.some(
      (node) =>
        node.kind !== 'fence' &&
        lockCells.has(node.cell) &&
        node.tag !== 'initial' &&
        !LOCK_TAGS.has(node.tag),
    )
    if (ordinary) flags.push('mixed-lock-accesses')
    const unmatched = nodes.some((node) => node.tag === 'unlock' && !this.#heldAt(node))
    if (unmatched) flags.push('unmatched-unlock')
    return flags
  }

  /** True if the thread holds the lock when it unlocks it. */
  #heldAt(unlock: GraphNode): boolean {
    const { cell } = unlock as AccessNode
    let held = false
    for (const id of this.#threads[unlock.thread] ?? []) {
      if (id === unlock.id) return held
      const node = this.#node(id)
      if (node.kind === 'fence' || node.cell !== cell) continue
      if (node.tag === 'lock-write') held = true
      else if (node.tag === 'unlock') held = false
    }
    return held
  }

  // ---- relations -------------------------------------------------------------------------------------------

  #row(): BitRow {
    return new Uint32Array(wordsFor(this.#size))
  }

  #matrix(): BitMatrix {
    return this.#pool.take()
  }

  #compose(left: BitMatrix, right: BitMatrix): BitMatrix {
    return this.#matrix().orCompose(left, right)
  }

  #inverse(relation: BitMatrix): BitMatrix {
    return this.#matrix().invert(relation)
  }
}

/** Matrices of one size, to be used again: a graph is judged in a few dozen of them. */
class Pool {
  readonly #size: number
  readonly #matrices: BitMatrix[] = []
  #taken = 0

  constructor(size: number) {
    this.#size = size
  }

  /** Makes all its matrices free again. */
  reset(): this {
    this.#taken = 0
    return this
  }

  /** An empty matrix. */
  take(): BitMatrix {
    const matrix = this.#matrices[this.#taken] ?? new BitMatrix(this.#size)
    this.#matrices[this.#taken++] = matrix
    return matrix.clear()
  }
}

const POOLS = new Map<number, Pool>()

function poolOf(size: number): Pool {
  let pool = POOLS.get(size)
  if (pool === undefined) {
    pool = new Pool(size)
    POOLS.set(size, pool)
  }
  return pool.reset()
}

/** Tags of the borders of sections, and of what waits for them. */
const SECTION_TAGS: ReadonlySet<string> = new Set([
  'rcu-lock',
  'rcu-unlock',
  'srcu-lock',
  'srcu-unlock',
  'sync-srcu',
])

/** Tags of events that `atOne` orders others by. */
const ORDERING_TAGS: ReadonlySet<string> = new Set([
  'release',
  'unlock',
  'acquire',
  'lock-read',
  'mb',
  'sync-rcu',
  'sync-srcu',
  'ipi',
  'before-atomic',
  'after-atomic',
  'after-spinlock',
  'after-srcu-read-unlock',
])

interface Visibility {
  readonly wwVis: BitMatrix
  readonly wrVis: BitMatrix
  readonly rwXb: BitMatrix
  readonly preRace: BitMatrix
}

const LOCK_TAGS: ReadonlySet<string> = new Set([
  'lock-read',
  'lock-write',
  'unlock',
  'lock-fail',
  'lock-free',
  'srcu-lock',
  'srcu-unlock',
  'sync-srcu',
])

/** One is a plain write, the other is marked. */
function mixed(left: AccessNode, right: AccessNode): boolean {
  const plainWrite = (node: AccessNode): boolean => node.kind === 'write' && node.tag === 'plain'
  return (plainWrite(left) && right.tag !== 'plain') || (plainWrite(right) && left.tag !== 'plain')
}
