/** Memory models by their names, as requests, suites and scenarios give them. */
import { MEMORY_MODELS, type MemoryModel } from '../explore/index.js'
import type { Scenario, Suite } from '../suite/index.js'

/** Stands for every memory model there is. */
export const ALL_MODELS = 'all'

/** The models of these names, the strongest first; unknown names are left to the caller to diagnose. */
export function modelsNamed(names: readonly string[]): MemoryModel[] {
  return names.includes(ALL_MODELS)
    ? [...MEMORY_MODELS]
    : MEMORY_MODELS.filter(({ name }) => names.includes(name))
}

/** Scenarios to explore under one memory model. */
export interface PlannedModel {
  readonly model: MemoryModel
  readonly scenarios: readonly Scenario[]
}

/**
 * What is explored under which model: every scenario under each that was asked for and that it can be explored
 * under, or else each scenario under those that it asks for itself.
 */
export function planModels(
  suite: Suite,
  scenarios: readonly Scenario[],
  wanted: readonly string[] | undefined,
): PlannedModel[] {
  const names = wanted ?? [...suite.models, ...scenarios.flatMap(({ models }) => models ?? [])]
  return modelsNamed(names)
    .map((model) => ({
      model,
      scenarios:
        wanted === undefined
          ? scenarios.filter(({ models }) => (models ?? suite.models).includes(model.name))
          : scenarios.filter((scenario) => mayRunUnder(model, suite, scenario)),
    }))
    .filter((planned) => planned.scenarios.length > 0)
}

/** In a suite that is explored under no weak model, scenarios that say so of themselves are too large for one. */
function mayRunUnder({ marks }: MemoryModel, suite: Suite, { models }: Scenario): boolean {
  const isWeak = (names: readonly string[]): boolean => modelsNamed(names).some((one) => one.marks)
  return !marks || models === undefined || isWeak(suite.models) || isWeak(models)
}

/** True for a suite of code that takes no locks: barriers and second looks are what it is about. */
export function isLockless(suite: Suite): boolean {
  return modelsNamed(suite.models).some(({ marks }) => marks)
}
