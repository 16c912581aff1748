/** Suites: which functions they drive, in which worlds, and what they look at. */
import type { Callable, Event, HazardDetector, Implementation, Program, Thread } from '../machine/index.js'
import type { Config, Questions, Release } from '../mm/index.js'
import type { TreeNeed } from './tree-need.js'

/** What an execution showed, property by property. Equal strings mean equal behaviour. */
export type Observation = Readonly<Record<string, string>>

/** The part of a finished execution that a suite looks at. */
export interface Observed {
  readonly events: readonly Event[]
  readonly threads: readonly Thread[]
  readonly finalValue: (cell: string) => bigint | undefined
}

/** What a program is built for: one side's functions, and the kernel around them. */
export interface Side {
  /** The implementation that stands for a function, under the scenario's configuration. */
  readonly resolve: (name: string) => Callable
  /** The same for names that the side may have nothing for: lifted C calls those opaquely. */
  readonly find?: (name: string) => Callable | undefined
  /** Where both sides are to be asked alike. */
  readonly questions?: Questions
  /** Whose primitives the side's functions were written against. */
  readonly release: Release
  /** Kconfig values on top of the profile's; what a world fixes itself goes before them. */
  readonly config?: Config
}

/** A program with the eyes to see what it does. */
export interface Built {
  readonly program: Program
  readonly observe: (execution: Observed) => Observation
  readonly detectors: readonly HazardDetector[]
  /** The state of a page-table object for a trace, given its value: `none`, `huge`, `present rw`. */
  readonly describe: (object: string, bits: bigint) => string
  /** Operations of a thread after which an execution is given up, where fewer than usual will do. */
  readonly maxOperations?: number
}

/** One world with its actors. `build` is called once for each side. */
export interface Scenario {
  /** `pagewalk/both/huge-anon/zap+fault-huge`: stable, unique, part of a finding's id. */
  readonly id: string
  readonly title: string
  readonly arch: string
  readonly config: Config
  /** Kconfig values without which the world cannot exist: it is left out where they do not hold. */
  readonly requires?: Config
  /** What tells this scenario from its neighbours, by name: `callbacks`, `pmd`, `actor`, `lock`. */
  readonly facets: Readonly<Record<string, string>>
  /** What a kernel must have for this world to exist, in words; the premise of what it shows. */
  readonly needs: readonly string[]
  /** What of that a kernel tree can answer. Left out where nobody has said: then nothing is looked up. */
  readonly treeNeeds?: readonly TreeNeed[]
  /**
   * Set where the world has a callback that no known caller has: what goes wrong then is a contract that
   * changed, not a hazard.
   */
  readonly assumes?: string
  /** The first release in which this world can exist; absent where it always could. */
  readonly since?: Release
  /** With `since`: also where a changed function, before or after, says one of these words. */
  readonly words?: readonly string[]
  /**
   * Memory models that it is run under unless others are asked for; those of its suite if left out. Where neither
   * they nor the suite's are weak ones, it is too large to be explored under such.
   */
  readonly models?: readonly string[]
  /** Its contiguous blocks are smaller than C's constants say: what was lifted is not run in it. */
  readonly reducedBlocks?: true
  /** Sizes that "exhaustive" ranges over. */
  readonly scope: string
  readonly threads: number
  readonly build: (side: Side) => Built
}

/** A property that differences are reported under, most telling first. */
export interface Property {
  readonly name: string
  /** `contract`: what callbacks may rely on changed, rather than what the kernel does. */
  readonly kind: 'behaviour' | 'contract'
  /** Facet by whose values results are kept apart: splitting is one question with a pmd_entry, another without. */
  readonly per: string
  /** A detail follows from other properties: a difference in it is told only where nothing else differs. */
  readonly detail?: boolean
}

export interface Suite {
  readonly name: string
  readonly title: string
  /**
   * The parts that implementations play, each with the C names that can play it, oldest first: one side's
   * function may have another name than the other's.
   */
  readonly roles: Readonly<Record<string, readonly string[]>>
  readonly properties: readonly Property[]
  /** Memory models it is run under, `sc` first. */
  readonly models: readonly string[]
  readonly scenarios: readonly Scenario[]
}

/** Checks a suite's form; a suite with two scenarios of one id is a bug and throws. */
export function defineSuite(suite: Suite): Suite {
  const ids = new Set<string>()
  for (const { id } of suite.scenarios) {
    if (ids.has(id)) throw new Error(`two scenarios are called ${id}`)
    if (!/^[a-z0-9+/_.~-]+$/i.test(id))
      throw new Error(`a scenario's id has letters that a URL would escape: ${id}`)
    ids.add(id)
  }
  return suite
}

/** Names of the functions that can play a part in the suite. */
export function functionsOf(suite: Suite): string[] {
  return Object.values(suite.roles).flat()
}

/** The C names that play the same part as `name`; itself alone where the suite does not know it. */
export function roleMates(suite: Suite, name: string): readonly string[] {
  return Object.values(suite.roles).find((names) => names.includes(name)) ?? [name]
}

/** True if the suite can tell something about this function. */
export function drives(suite: Suite, implementation: Pick<Implementation, 'name'>): boolean {
  return functionsOf(suite).includes(implementation.name)
}
