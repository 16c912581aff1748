export { compare } from './compare.js'
export type { Comparison, ScenarioFacts, SideOutcomes } from './comparison.js'
export type { Difference, Shows, SideFact, Verdict } from './difference.js'
export { observationText, type PropertyFacts } from './properties.js'
