/**
 * The Linux-kernel memory model as axioms over execution graphs, in two versions: that of Linux 6.1, and that
 * of 6.14 with its later changes. The relations are those of the model's own description, under their own
 * names; all of them grow as a graph grows, so a graph in the making that breaks an axiom has no consistent
 * completion.
 *
 * Coherence and atomicity are not looked at here: the search builds no graph without them.
 */

import { communication, valuesHaveOrigins } from './communication.js'
import type { ExecutionGraph } from './execution-graph.js'
import { fences } from './fences.js'
import { lockFlags, sectionFlags } from './lkmm-flags.js'
import { mixedAccesses, plainCoherence, races } from './plain-accesses.js'
import { preservedProgramOrder, propagation } from './program-order.js'
import { type LkmmVersion, Relations } from './relations.js'
import { readSideSections } from './sections.js'

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
  const relations = new Relations(graph, version)
  if (!consistent(relations)) return INCONSISTENT
  if (!complete) return CONSISTENT
  const racing = races(relations)
  return { consistent: true, flags: flags(relations, racing.length > 0), races: racing }
}

const INCONSISTENT: Judgement = { consistent: false, flags: [], races: [] }
const CONSISTENT: Judgement = { consistent: true, flags: [], races: [] }

/** True if no axiom is broken. */
function consistent(r: Relations): boolean {
  if (!communication(r)) return false
  if (r.hasPlain && !valuesHaveOrigins(r)) return false
  fences(r)
  const ppo = preservedProgramOrder(r)
  propagation(r)
  // hb = [Marked] ; (ppo | rfe | ((prop \ id) & int)) ; [Marked]
  const hb = r.hb.copy(r.prop).minusIdentity().and(r.int).or(ppo).or(r.rfe)
  hb.from(r.marked).to(r.marked).close()
  if (!hb.isIrreflexive()) return false
  hb.orIdentity()
  // pb = prop ; strong-fence ; hb* ; [Marked]
  const pb = r.pb
  if (!r.strong.isEmpty()) {
    pb.orCompose(r.compose(r.prop, r.strong), hb).to(r.marked).close()
    if (!pb.isIrreflexive()) return false
  }
  pb.orIdentity()
  if (r.hasSections && !readSideSections(r)) return false
  return !r.hasPlain || plainCoherence(r)
}

/** Flags of a complete, consistent graph, after `consistent`. */
function flags(r: Relations, racing: boolean): string[] {
  const found: string[] = []
  if (r.hasPlain && mixedAccesses(r)) found.push('mixed-accesses')
  if (racing) found.push('data-race')
  found.push(...sectionFlags(r), ...lockFlags(r))
  return found
}
