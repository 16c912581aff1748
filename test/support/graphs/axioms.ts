/**
 * The Linux-kernel memory model a second time, for checking the first: its formulas one by one, in the order of
 * the model's own files, on tables of truth values. Nothing is shared with src/explore/graph.
 */
import { Relation } from './relation.js'
import type { Version } from './traces.js'

/** An event of a whole execution. */
export interface GraphEvent {
  /** -1 for initial writes. */
  readonly thread: number
  readonly kind: 'read' | 'write' | 'fence'
  readonly tag: string
  readonly cell: string
  readonly value: number
  readonly address: readonly number[]
  readonly data: readonly number[]
  readonly control: readonly number[]
  readonly isAtomic: boolean
  readonly read: number
}

export interface Candidate {
  /** Those of a thread in program order. */
  readonly events: readonly GraphEvent[]
  /** By read: the write. Others: -1. */
  readonly source: readonly number[]
  /** By cell: the writes, the first one first. */
  readonly coherence: ReadonlyMap<string, readonly number[]>
}

/** The flags of a graph that the model allows, sorted; null if it forbids the graph. */
export function judge(candidate: Candidate, version: Version): readonly string[] | null {
  const given = new Given(candidate, version)
  const fences = fencesOf(given)
  const order = isAtomicAndCoherent(given) ? orderOf(given, fences) : null
  if (order === null) return null
  const races = racesOf(given, fences, order)
  if (races === null || !valuesHaveOrigins(given)) return null
  const flags = new Set([...sectionFlags(given)])
  if (races) flags.add('data-race')
  if (hasMixedAccesses(given)) flags.add('mixed-accesses')
  return [...flags].sort()
}

type EventSet = (id: number) => boolean

const either =
  (...sets: readonly EventSet[]): EventSet =>
  (id) =>
    sets.some((set) => set(id))
const both =
  (...sets: readonly EventSet[]): EventSet =>
  (id) =>
    sets.every((set) => set(id))
const not =
  (set: EventSet): EventSet =>
  (id) =>
    !set(id)

/** The sets and relations that a model starts from, and those of its bell file. */
class Given {
  readonly events: readonly GraphEvent[]
  readonly coherence: Candidate['coherence']
  readonly isNew: boolean
  readonly size: number

  readonly W: EventSet = (id) => this.at(id).kind === 'write'
  readonly R: EventSet = (id) => this.at(id).kind === 'read'
  readonly F: EventSet = (id) => this.at(id).kind === 'fence'
  readonly M = either(this.R, this.W)
  readonly IW: EventSet = (id) => this.at(id).thread < 0
  readonly RMW: EventSet = (id) => this.at(id).isAtomic
  readonly Plain = this.tagged('plain')
  readonly Marked = not(this.Plain)
  readonly Acquire = both(this.R, this.tagged('acquire', 'LKR'))
  readonly Release = both(this.W, this.tagged('release', 'UL'))
  readonly Mb = this.tagged('mb')
  readonly Noreturn = this.tagged('noreturn')
  readonly R4rmb = both(this.R, not(this.Noreturn))
  readonly SrcuLock = this.tagged('srcu-lock')
  readonly SrcuUnlock = this.tagged('srcu-unlock')

  readonly id: Relation
  readonly po: Relation
  readonly int: Relation
  readonly ext: Relation
  readonly loc: Relation
  readonly rf: Relation
  readonly co: Relation
  readonly fr: Relation
  readonly rmw: Relation
  readonly rfe: Relation
  readonly rfi: Relation

  /** Dependencies as they stand in the program, and as they are carried through memory. */
  readonly data0: Relation
  readonly addr0: Relation
  readonly addr: Relation
  readonly data: Relation
  readonly ctrl: Relation
  /** Read-side sections, from their beginnings to their ends. */
  readonly rcuSections: Relation
  readonly irqSections: Relation
  readonly srcuSections: Relation

  constructor({ events, source, coherence }: Candidate, version: Version) {
    this.events = events
    this.coherence = coherence
    this.isNew = version === '6.14'
    this.size = events.length
    const { size } = this
    const threadOf = (id: number): number => this.at(id).thread
    this.id = this.only(() => true)
    this.int = Relation.where(size, (from, to) => threadOf(from) >= 0 && threadOf(from) === threadOf(to))
    this.ext = Relation.where(size, (from, to) => !this.int.has(from, to))
    this.po = this.int.and(Relation.where(size, (from, to) => from < to))
    this.loc = Relation.where(
      size,
      (from, to) => this.at(from).cell !== '' && this.at(from).cell === this.at(to).cell,
    )
    this.rf = Relation.where(size, (from, to) => source[to] === from)
    this.co = Relation.where(size, (from, to) => {
      const order = coherence.get(this.at(from).cell) ?? []
      return order.includes(from) && order.indexOf(from) < order.indexOf(to)
    })
    this.fr = this.rf.inverse().seq(this.co)
    this.rmw = Relation.where(size, (from, to) => this.at(to).read === from)
    this.rfe = this.rf.and(this.ext)
    this.rfi = this.rf.and(this.int)

    const depends = (of: (event: GraphEvent) => readonly number[]): Relation =>
      Relation.where(size, (from, to) => of(this.at(to)).includes(from))
    this.data0 = depends((event) => event.data)
    this.addr0 = depends((event) => event.address)
    const carried = this.data0.seq(this.only(not(this.SrcuUnlock)), this.rfi)
    const carry = this.isNew ? carried.star() : this.id
    this.addr = carry.seq(this.addr0)
    this.data = carry.seq(this.data0)
    this.ctrl = carry.seq(depends((event) => event.control))

    const carrySrcu = this.data0.seq(this.only(not(this.SrcuUnlock)), this.rf).star()
    this.rcuSections = this.#nested('rcu-lock', 'rcu-unlock', this.po)
    this.irqSections = this.#nested('irq-save', 'irq-restore', this.po)
    this.srcuSections = this.isNew
      ? this.only(this.SrcuLock).seq(carrySrcu, this.data0, this.only(this.SrcuUnlock)).and(this.loc)
      : this.#nested('srcu-lock', 'srcu-unlock', this.po.and(this.loc))
  }

  at(id: number): GraphEvent {
    return this.events[id] as GraphEvent
  }

  tagged(...tags: readonly string[]): EventSet {
    return (id) => tags.includes(this.at(id).tag)
  }

  has(...tags: readonly string[]): boolean {
    return this.events.some(({ tag }) => tags.includes(tag))
  }

  /** `[set]` */
  only(set: EventSet): Relation {
    return Relation.where(this.size, (from, to) => from === to && set(from))
  }

  times(left: EventSet, right: EventSet): Relation {
    return Relation.where(this.size, (from, to) => left(from) && right(to))
  }

  fencerel(set: EventSet): Relation {
    return this.po.seq(this.only(set), this.po)
  }

  /** Pairs of events with a fence between them. */
  fencing(...tags: readonly string[]): Relation {
    return this.fencerel(both(this.F, this.tagged(...tags)))
  }

  isBeginning(relation: Relation, event: number): boolean {
    return this.events.some((_, other) => relation.has(event, other))
  }

  isEnd(relation: Relation, event: number): boolean {
    return this.events.some((_, other) => relation.has(other, event))
  }

  /** Pairs of a beginning and its end, the innermost first; `within` relates what can belong together. */
  #nested(begin: string, end: string, within: Relation): Relation {
    let matched = Relation.where(this.size, () => false)
    for (;;) {
      const known = matched
      const openBegin = both(this.tagged(begin), (event) => !this.isBeginning(known, event))
      const openEnd = both(this.tagged(end), (event) => !this.isEnd(known, event))
      const open = this.only(either(openBegin, openEnd))
      const between = open.seq(within, open)
      const found = this.only(openBegin).seq(within, this.only(openEnd)).minus(between.seq(between))
      matched = known.or(found)
      if (matched.equals(known)) return matched
    }
  }
}

function isAtomicAndCoherent(g: Given): boolean {
  const { po, loc, rf, co, fr, ext, rmw } = g
  const poLoc = po.and(loc).and(g.times(g.M, g.M))
  return poLoc.or(rf, co, fr).isAcyclic() && rmw.and(fr.and(ext).seq(co.and(ext))).isEmpty()
}

// ---- fences ----------------------------------------------------------------------------------------------------

interface Fences {
  readonly strong: Relation
  readonly rmb: Relation
  readonly wmb: Relation
  readonly poRel: Relation
  readonly nonrw: Relation
  readonly fence: Relation
  readonly poUnlockLockPo: Relation
}

function fencesOf(g: Given): Fences {
  const { po, rf } = g
  const [UL, LKR] = [g.only(g.tagged('UL')), g.only(g.tagged('LKR'))]
  const poUnlockLockPo = po.seq(UL, po.or(rf), LKR, po)
  const acqPo = g.only(g.Acquire).seq(po, g.only(g.M))
  const poRel = g.only(g.M).seq(po, g.only(g.Release))
  const rmb = g.only(g.R4rmb).seq(g.fencing('rmb'), g.only(g.R4rmb))
  const wmb = g.only(g.W).seq(g.fencing('wmb'), g.only(g.W))
  const gp = po.seq(g.only(g.tagged('sync-rcu', 'sync-srcu', 'ipi')), po.optional())
  const strong = mbOf(g, poUnlockLockPo).or(gp)
  const nonrw = strong.or(poRel, acqPo)
  return { strong, rmb, wmb, poRel, nonrw, fence: nonrw.or(wmb, rmb), poUnlockLockPo }
}

function mbOf(g: Given, poUnlockLockPo: Relation): Relation {
  const { po, co } = g
  const M = g.only(g.M)
  const LKW = g.only(g.tagged('LKW'))
  const mb = M.seq(g.isNew ? g.fencerel(g.Mb) : g.fencing('mb'), M).or(
    M.seq(g.fencing('before-atomic'), g.only(g.RMW), po.optional(), M),
    M.seq(po.optional(), g.only(g.RMW), g.fencing('after-atomic'), M),
    M.seq(po.optional(), LKW, g.fencing('after-spinlock'), M),
  )
  if (!g.isNew) {
    return mb.or(M.seq(po, g.only(g.tagged('UL')), co.or(po), LKW, g.fencing('after-unlock-lock'), M))
  }
  return mb.or(
    M.seq(po, g.only(both(g.Mb, g.R))),
    g.only(both(g.Mb, g.W)).seq(po, M),
    M.seq(poUnlockLockPo, g.only(g.tagged('after-unlock-lock')), po, M),
    M.seq(po.optional(), g.only(g.SrcuUnlock), g.fencing('after-srcu-read-unlock'), M),
  )
}

// ---- happens-before, propagation, grace periods --------------------------------------------------------------------

interface Order {
  readonly cumulFence: Relation
  readonly rmwSequence: Relation
  readonly rcuFence: Relation
  readonly xbstar: Relation
}

/** Null if one of the axioms is broken. */
function orderOf(g: Given, { strong, poRel, wmb, fence, poUnlockLockPo }: Fences): Order | null {
  const { rf, rfe, rfi, co, fr, int, ext, addr } = g
  const marked = g.only(g.Marked)
  const dep = addr.or(g.data)
  const overwrite = co.or(fr)
  const rwdep = dep.or(g.ctrl).seq(g.only(g.W))
  const toW = rwdep.or(overwrite.and(int), addr.seq(g.only(g.Plain), wmb))
  const toR = (g.isNew ? addr.seq(g.only(g.R)) : addr).or(dep.seq(marked, rfi))
  const ppo = toR.or(toW, g.isNew ? fence.and(int) : fence, poUnlockLockPo.and(int))
  const cumulative = (relation: Relation): Relation => rfe.seq(marked).optional().seq(relation)
  const rmwSequence = g.isNew ? rf.seq(g.rmw).star() : g.id
  const cumulFence = marked.seq(cumulative(strong.or(poRel)).or(wmb, poUnlockLockPo), marked, rmwSequence)
  const prop = marked.seq(overwrite.and(ext).optional(), cumulFence.star(), marked, rfe.optional(), marked)
  const hb = marked.seq(ppo.or(rfe, prop.minus(g.id).and(int)), marked)
  if (!hb.isAcyclic()) return null
  const pb = prop.seq(strong, hb.star(), marked)
  if (!pb.isAcyclic()) return null
  const rcuFence = rcuFenceOf(g, g.po.optional().seq(hb.star(), pb.star(), prop, g.po))
  const rb = prop.seq(rcuFence, hb.star(), pb.star(), marked)
  if (!rb.isIrreflexive()) return null
  return { cumulFence, rmwSequence, rcuFence, xbstar: hb.or(pb, rb).star() }
}

/** Chains of grace periods and sections, with at least as many of the former. */
function rcuFenceOf(g: Given, link: Relation): Relation {
  const isPeriod = g.tagged('sync-rcu', 'sync-srcu', 'ipi')
  const periods = g.only(isPeriod)
  if (periods.isEmpty()) return periods
  /** What waits, the sections that it waits for, backwards, and whether both must be of one srcu_struct. */
  const waits: readonly (readonly [Relation, Relation, boolean])[] = [
    [g.only(g.tagged('sync-rcu')), g.rcuSections.or(g.irqSections).inverse(), false],
    [g.only(g.tagged('ipi')), g.irqSections.inverse(), false],
    [g.only(g.tagged('sync-srcu')), g.srcuSections.inverse(), true],
  ]
  let order = periods
  for (let before: Relation | null = null; before === null || !order.equals(before); ) {
    before = order
    const linked = link.or(link.seq(order, link))
    order = periods.or(order.seq(link, order))
    for (const [period, section, ofOneDomain] of waits) {
      const found = period.seq(linked, section).or(section.seq(linked, period))
      order = order.or(ofOneDomain ? found.and(g.loc) : found)
    }
  }
  return g.po.seq(order, g.po.optional())
}

// ---- plain accesses --------------------------------------------------------------------------------------------

/** True if there is a race; null if plain accesses are not coherent. */
function racesOf(
  g: Given,
  fences: Fences,
  { cumulFence, rmwSequence, rcuFence, xbstar }: Order,
): boolean | null {
  if (!g.has('plain')) return false
  const { rf, rfe, co, fr, int, addr, Plain, Marked } = g
  const { nonrw } = fences
  const marked = g.only(Marked)
  const fence = fences.fence.or(rcuFence)
  const strong = fences.strong.or(rcuFence)
  const [R4rmb, notNoreturn] = [g.only(g.R4rmb), g.only(not(g.Noreturn))]
  const vis = cumulFence
    .star()
    .seq(rfe.optional(), marked, strong.seq(marked, xbstar).or(xbstar.and(int.or(g.id))))
  const wPre = marked.seq(addr.or(fence).optional())
  const rPre = marked.seq(addr.or(nonrw, R4rmb.seq(g.fencing('rmb'), notNoreturn)).optional())
  const wPost = fence.optional().seq(marked, rmwSequence)
  const rPost = nonrw
    .or(notNoreturn.seq(g.fencing('rmb'), R4rmb))
    .optional()
    .seq(marked)
  const wwVis = fence.or(strong.seq(xbstar, wPre), wPost.seq(vis, wPre))
  const wrVis = fence.or(strong.seq(xbstar, rPre), wPost.seq(vis, rPre))
  const rwXbstar = fence.or(rPost.seq(xbstar, wPre))
  const preRace = g.ext.and(g.times(Plain, g.M).or(g.times(both(g.M, not(g.IW)), Plain)))

  const wrIncoherent = preRace.and(rf).and(rwXbstar.inverse())
  const rwIncoherent = preRace.and(fr).and(wrVis.inverse())
  const wwIncoherent = preRace.and(co).and(wwVis.inverse())
  if (!wrIncoherent.or(rwIncoherent, wwIncoherent).isEmpty()) return null

  const wwNonrace = wwVis.and(g.times(Marked, g.W).or(rwXbstar)).and(g.times(g.W, Marked).or(wrVis))
  const wwRace = preRace.and(co).minus(wwNonrace)
  const wrRace = preRace.and(co.optional().seq(rf)).minus(wrVis).minus(rwXbstar.inverse())
  const rwRace = preRace.and(fr).minus(rwXbstar)
  return !wwRace.or(wrRace, rwRace).isEmpty()
}

function hasMixedAccesses(g: Given): boolean {
  if (!g.has('plain')) return false
  const { po, F } = g
  const divider = either(
    both(F, g.tagged('barrier', 'rmb', 'wmb', 'sync-rcu', 'sync-srcu', 'before-atomic', 'after-atomic')),
    both(F, g.tagged('rcu-lock', 'rcu-unlock', 'irq-save', 'irq-restore', 'ipi')),
    either(g.Mb, g.Acquire, g.Release, g.SrcuLock, g.SrcuUnlock),
  )
  const barrier = g.fencerel(divider).or(po.seq(g.only(g.Release)), g.only(g.Acquire).seq(po))
  const near = po.and(g.loc).minus(barrier)
  const plainWrites = g.only(both(g.Plain, g.W))
  const markedAccesses = g.only(both(g.Marked, g.M))
  return !plainWrites.seq(near, markedAccesses).or(markedAccesses.seq(near, plainWrites)).isEmpty()
}

/**
 * Herd solves equations between values: there is none for a value that is computed from itself. What is only
 * handed round in a ring can be what was there before.
 */
function valuesHaveOrigins(g: Given): boolean {
  const flow = g.rf.or(g.data0, g.addr0).plus()
  return g.events.every((event, write) => {
    if (event.kind !== 'write' || !flow.has(write, write)) return true
    const [from, ...others] = event.data
    const initial = g.coherence.get(event.cell)?.[0] ?? -1
    const isHandedOn = from !== undefined && others.length === 0 && g.at(from).value === event.value
    return isHandedOn && g.at(initial).value === event.value
  })
}

// ---- sections --------------------------------------------------------------------------------------------------

function* sectionFlags(g: Given): Generator<string> {
  const { rcuSections, srcuSections, isNew } = g
  const unmatched = (kind: string, what: string): string =>
    isNew ? `unmatched-${kind}-${what}` : `unbalanced-${kind}-locking`
  for (const [event, { tag }] of g.events.entries()) {
    if (tag === 'rcu-lock' && !g.isBeginning(rcuSections, event)) yield unmatched('rcu', 'lock')
    if (tag === 'rcu-unlock' && !g.isEnd(rcuSections, event)) yield unmatched('rcu', 'unlock')
    if (tag === 'srcu-lock' && !g.isBeginning(srcuSections, event)) yield unmatched('srcu', 'lock')
    if (tag === 'srcu-unlock' && !g.isEnd(srcuSections, event)) yield unmatched('srcu', 'unlock')
  }
  if (!rcuSections.and(g.fencing('sync-srcu')).isEmpty()) yield 'invalid-sleep'
  if (!isNew) return
  if (!srcuSections.inverse().seq(srcuSections).minus(g.id).isEmpty()) yield 'multiple-srcu-matches'
  const differs = Relation.where(g.size, (from, to) => g.at(from).value !== g.at(to).value)
  if (!srcuSections.and(differs).isEmpty()) yield 'srcu-bad-value-match'
}
