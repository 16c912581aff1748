/**
 * Random hunting: worlds nobody wrote down, until one is found in which two sides differ; then the smallest
 * such world. fast-check draws and shrinks, `shrinkWalk` finishes where its shrinking of numbers stops short.
 */
import fc from 'fast-check'
import { explore, type MemoryModel, type Outcome } from '../explore/index.js'
import type { Release } from '../mm/index.js'
import {
  buildWalk,
  GENERATED_ENTRIES,
  PMD_ENTRIES,
  type PmdChoice,
  PTE_ACTIONS,
  PTE_ENTRIES,
  PTE_KINDS,
  type Side,
  shrinkWalk,
  VMA_KINDS,
  type WalkChoices,
  type WalkSpec,
  walkOf,
} from '../suite/index.js'
import { plainTaken } from './explore-suite.js'

export interface HuntRequest {
  readonly before: Side
  readonly after: Side
  readonly model: MemoryModel
  readonly arch: string
  /** Worlds to try. */
  readonly runs: number
  readonly seed: number
}

/** A world in which the sides differ, and how. */
export interface Catch {
  readonly spec: WalkSpec
  readonly difference: string
}

/** Executions of a generated world after which it is given up: what is cut off cannot be compared. */
const MAX_EXECUTIONS = 2_000
const MAX_OPERATIONS = 4_000

/** Walks in worlds of 1 to 3 pmds with up to 2 actors. They shrink to fewer of everything. */
export function walkSpecs(arch: string, release: Release = '5.4'): fc.Arbitrary<WalkSpec> {
  return walkChoices().map((choices) => walkOf(arch, release, choices))
}

function walkChoices(): fc.Arbitrary<WalkChoices> {
  const pte = fc.record({ kind: fc.constantFrom(...PTE_KINDS), skip: fc.constantFrom(0, 0, 0, 1) })
  const pmd: fc.Arbitrary<PmdChoice> = fc.oneof(
    { withCrossShrink: true },
    { weight: 1, arbitrary: fc.constant({ kind: 'none' as const }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('table' as const),
        ptes: fc.array(pte, { maxLength: GENERATED_ENTRIES }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('huge' as const, 'migration' as const) }) },
  )
  const callbacks = fc.record(
    {
      pte: fc.constantFrom(...PTE_ENTRIES),
      pmd: fc.constantFrom(...PMD_ENTRIES),
      hole: fc.constantFrom('report' as const),
    },
    { requiredKeys: [] },
  )
  const actor = fc.record({
    of: fc.constantFrom('pte' as const, 'pmd' as const),
    pmd: fc.nat({ max: 2 }),
    page: fc.nat({ max: GENERATED_ENTRIES - 1 }),
    action: fc.constantFrom(...PTE_ACTIONS),
    chain: fc.nat({ max: 12 }),
  })
  return fc.record({
    actors: fc.array(actor, { maxLength: 2 }),
    vma: fc.constantFrom(...VMA_KINDS),
    // With no least length, as that would keep a last pmd from being shrunk away behind another.
    pmds: fc.array(pmd, { maxLength: 3 }),
    callbacks,
    context: fc.nat({ max: 2 }),
  })
}

/** The smallest world found in which the sides differ; null if none of `runs` worlds shows a difference. */
export function hunt(request: HuntRequest): Catch | null {
  const { arch, runs, seed, before } = request
  const property = fc.property(
    walkSpecs(arch, before.release),
    (spec) => differenceIn(spec, request) === null,
  )
  const { counterexample } = fc.check(property, { numRuns: runs, seed })
  const [found] = counterexample ?? []
  if (found === undefined) return null
  const spec = smallest(found, (candidate) => differenceIn(candidate, request) !== null)
  return { spec, difference: differenceIn(spec, request) ?? '' }
}

/** Takes the first simpler world that still holds, until there is none. */
function smallest(spec: WalkSpec, holds: (spec: WalkSpec) => boolean): WalkSpec {
  const simpler = shrinkWalk(spec).find(holds)
  return simpler === undefined ? spec : smallest(simpler, holds)
}

/** How the sides differ in a world; null if they do not, or if one of them has too many executions to compare. */
export function differenceIn(
  spec: WalkSpec,
  { before, after, model }: Pick<HuntRequest, 'before' | 'after' | 'model'>,
): string | null {
  const left = outcomeOf(spec, before, model)
  if (left === null) return null
  const right = outcomeOf(spec, after, model)
  return right === null ? null : difference(left, right)
}

function outcomeOf(spec: WalkSpec, side: Side, model: MemoryModel): Outcome | null {
  const { program, observe, detectors } = buildWalk(spec, side)
  const outcome = explore(program, {
    model,
    plain: plainTaken({ model }),
    observe,
    detectors,
    maxOperations: MAX_OPERATIONS,
    budget: { executions: MAX_EXECUTIONS },
  })
  const { coverage } = outcome
  return coverage.kind === 'bounded' && coverage.by !== 'loop' ? null : outcome
}

/** The first hazard or property that the outcomes do not share, for people. */
function difference(before: Outcome, after: Outcome): string | null {
  for (const key of after.hazards.keys()) if (!before.hazards.has(key)) return `newly possible: ${key}`
  for (const key of before.hazards.keys()) if (!after.hazards.has(key)) return `no longer possible: ${key}`
  if (before.coverage.kind !== after.coverage.kind) return 'one of the sides never ends'
  return behaviourOnlyIn(after, before, 'only after') ?? behaviourOnlyIn(before, after, 'only before')
}

function behaviourOnlyIn(one: Outcome, other: Outcome, where: string): string | null {
  const others = [...other.behaviours.values()]
  for (const [key, { observation }] of one.behaviours) {
    if (other.behaviours.has(key)) continue
    for (const [name, value] of Object.entries(observation)) {
      if (!others.some((behaviour) => behaviour.observation[name] === value))
        return `${where}: ${name} ${value}`
    }
    return `${where}: a combination of ${Object.keys(observation).join(', ')}`
  }
  return null
}
