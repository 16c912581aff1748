/**
 * Are suites good enough? Small wrong versions of a function, made of its C, run beside the right one: those that
 * no scenario tells from it are named, with their place, so that a reason or a new scenario can be found.
 */
import { ok, type Result } from '../base/index.js'
import { type Mutant, mutantsOf } from '../lift/index.js'
import { libraryWith } from './library.js'
import { Teller } from './tell-apart.js'
import { suitesFor, type TreeFunction, variantsInTree } from './tree-variants.js'

export interface MutantsRequest extends TreeFunction {
  /** Executions of one scenario; a mutant may never end. */
  readonly executions?: number
}

/** What became of one wrong version. */
export interface MutantOutcome extends Pick<Mutant, 'kind' | 'change'> {
  readonly line: number
  /** The text that it is wrong in, on its first line. */
  readonly text: string
  readonly column: number
  /**
   * `told` by a scenario; `survived` all of them; `same-code`: it comes to the same instructions; `not-lifted`: it
   * is no C that can be run.
   */
  readonly outcome: 'told' | 'survived' | 'same-code' | 'not-lifted'
  /** Survivors: every execution was looked at. */
  readonly exhaustive: boolean
  /** The first scenario that tells it, and by what. */
  readonly by: string | null
}

export interface MutantsReport {
  readonly suites: readonly string[]
  readonly scenarios: number
  readonly mutants: readonly MutantOutcome[]
}

const MOST_EXECUTIONS = 2_000

/** Runs a function's suites against its mutants. Fails as `openTree` does, or with what keeps it from being lifted. */
export async function runMutants(request: MutantsRequest): Promise<Result<MutantsReport>> {
  const found = await variantsInTree(request)
  if (!found.ok) return found
  const variants = found.value
  const suites = suitesFor(variants, request)
  const teller = new Teller({
    suites,
    registry: libraryWith().registry,
    right: variants.right,
    others: [],
    settings: { loads: 'each', budget: {} },
    executions: request.executions ?? MOST_EXECUTIONS,
    wantsHazard: false,
  })
  const mutants = mutantsOf(variants.definition).map((mutant): MutantOutcome => {
    const { kind, change, span } = mutant
    const { line, column } = span
    const text = (variants.lines[line - 1] ?? '').trim()
    const common = { kind, change, line, column, text, by: null, exhaustive: true }
    const wrong = variants.lift(mutant.definition)
    if (wrong === null) return { ...common, outcome: 'not-lifted' }
    if (wrong === 'same') return { ...common, outcome: 'same-code' }
    const told = teller.tell(wrong, true)
    const first = told.find(({ by }) => by !== null)
    if (first?.by == null) {
      const exhaustive = told.every(({ coverage }) => coverage.kind === 'exhaustive')
      return { ...common, outcome: 'survived', exhaustive }
    }
    const { difference, scenario } = first.by
    return {
      ...common,
      outcome: 'told',
      by: `${scenario.id} under ${first.model.name}: ${difference.summary}`,
    }
  })
  const ids = new Set(
    suites.flatMap(({ models }) => models.flatMap(({ scenarios }) => scenarios.map(({ id }) => id))),
  )
  return ok({ suites: suites.map(({ suite }) => suite.name), scenarios: ids.size, mutants })
}
