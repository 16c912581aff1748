/** One generated program explored both ways, and the first thing in which the two differ. */

import { stableJson } from '../../../src/base/index.js'
import {
  type ExploreOptions,
  explore,
  fewestPreemptions,
  forEachExecution,
  type MemoryModel,
  SC,
  TSO,
} from '../../../src/explore/index.js'
import { hazardKey, lostUpdates } from '../../../src/machine/index.js'
import { type BruteForce, bruteForce } from './brute-force.js'
import { build } from './build.js'
import type { ProgramText } from './language.js'
import { observeAll } from './observe.js'

export interface Comparison {
  readonly bruteForce: BruteForce
  readonly executions: number
  readonly redundant: number
  /** What differs, for people; null if nothing does. */
  readonly difference: string | null
}

/** Options under which everything is observed that brute force observes. */
export function exploreOptions(text: ProgramText, model: MemoryModel = SC): ExploreOptions {
  return { model, detectors: [lostUpdates], observe: observeAll(text) }
}

/** Explores a program both ways; null if it has more than `limit` interleavings. */
export function compare(text: ProgramText, limit: number, model: MemoryModel = SC): Comparison | null {
  const expected = bruteForce(text, limit, model === TSO ? 'tso' : 'sc')
  return expected === null ? null : compareWith(text, expected, model)
}

/** Explores a program whose interleavings are known. */
export function compareWith(text: ProgramText, expected: BruteForce, model: MemoryModel = SC): Comparison {
  const program = build(text)
  const options = exploreOptions(text, model)
  const outcome = explore(program, options)
  const difference =
    unequal('behaviours', keys(expected.behaviours), behavioursOf(outcome.behaviours.values())) ??
    unequal('hazards', keys(expected.hazards), keys(outcome.hazards)) ??
    unequal('blocked traces', expected.blockedTraces, outcome.blocked) ??
    unequal('traces', expected.traces, outcome.executions) ??
    unequal('coverage', 'exhaustive', outcome.coverage.kind)
  return {
    bruteForce: expected,
    executions: outcome.executions + outcome.blocked,
    redundant: outcome.redundant,
    difference,
  }
}

/** What differs in the preemptions that each behaviour and each hazard takes; null if nothing does. */
export function compareWitnesses(
  text: ProgramText,
  expected: BruteForce,
  model: MemoryModel = SC,
): string | null {
  const program = build(text)
  const options = exploreOptions(text, model)
  const behaviours = new Map<string, number>()
  const hazards = new Map<string, number>()
  const lower = (map: Map<string, number>, key: string, to: number): void => {
    map.set(key, Math.min(map.get(key) ?? Number.POSITIVE_INFINITY, to))
  }
  forEachExecution(program, options, (execution) => {
    if (execution.status === 'blocked') return true
    const { preemptions } = fewestPreemptions(program, options, execution.decisions)
    lower(behaviours, stableJson(options.observe?.(execution) ?? {}), preemptions)
    for (const hazard of execution.hazards) lower(hazards, hazardKey(hazard), preemptions)
    return true
  })
  return (
    unequal('preemptions of behaviours', counts(expected.behaviours), counts(behaviours)) ??
    unequal('preemptions of hazards', counts(expected.hazards), counts(hazards))
  )
}

function behavioursOf(
  behaviours: Iterable<{ readonly observation: Readonly<Record<string, string>> }>,
): string {
  return [...new Set([...behaviours].map((behaviour) => stableJson(behaviour.observation)))].sort().join('\n')
}

function keys(map: ReadonlyMap<string, unknown>): string {
  return [...map.keys()].sort().join('\n')
}

function counts(map: ReadonlyMap<string, number>): string {
  return [...map]
    .map(([key, count]) => `${count}: ${key}`)
    .sort()
    .join('\n')
}

function unequal(what: string, expected: string | number, found: string | number): string | null {
  if (expected === found) return null
  const wanted = String(expected).split('\n')
  const got = String(found).split('\n')
  const missing = wanted.filter((line) => !got.includes(line))
  const extra = got.filter((line) => !wanted.includes(line))
  return `${what} differ\nmissing:\n${missing.join('\n')}\nextra:\n${extra.join('\n')}`
}
