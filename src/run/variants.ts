/**
 * A function of C and versions of it that differ in one place, lifted alike: what tells the suites that drive it
 * how much they see, and what its parts are there for.
 */
import type { Environment, FunctionDefinition, Layouts } from '../lift/index.js'
import { type LiftRoot, liftedUnit, liftRoots } from '../match/index.js'
import { type ArchProfile, type CPrototype, liftedImplementation, type Release } from '../mm/index.js'
import type { Reimplementation } from '../reimpl/index.js'

/** A function, and how to lift other versions of it. */
export interface Variants {
  readonly path: string
  readonly name: string
  readonly definition: FunctionDefinition
  /** Lines of its file. */
  readonly lines: readonly string[]
  /** As it stands. */
  readonly right: Reimplementation
  readonly prototype: CPrototype
  /** Another version of it: `same` where it comes to the same instructions, null where it cannot be lifted. */
  readonly lift: (definition: FunctionDefinition) => Reimplementation | 'same' | null
}

/** What lifting a function takes. */
export interface VariantsRequest {
  readonly root: LiftRoot
  readonly environment: Environment
  readonly layouts: Layouts
  readonly profile: ArchProfile
  /** Functions that are lifted even where the simulated kernel has them. */
  readonly changed: ReadonlySet<string>
  readonly release: Release
  readonly version: string
}

/** The variants of a function; why there are none. */
export function variantsOf(request: VariantsRequest): Variants | string {
  const { root, environment, layouts, profile, changed, release, version } = request
  const { path, name, text } = root
  const implement = (id: string, definition?: FunctionDefinition) => {
    const instead = new Map(definition === undefined ? [] : [[name, definition] as const])
    const lifted = liftRoots([root], { environment, profile, layouts, changed, instead })
    const unit = liftedUnit(lifted.code)
    const prototype = unit.prototypes.get(name)
    const fn = unit.module.functions.get(name)
    if (prototype === undefined || fn === undefined) return null
    const info = { version: id, release, identities: [], config: {}, notes: [] }
    const implementation: Reimplementation = liftedImplementation(unit, name, info)
    // What is compared is what runs: places and names of registers are for people.
    const code = spelled([fn.code, fn.objects?.map(({ bytes, align }) => [bytes, align])])
    return { implementation, prototype, code }
  }
  const definition = environment.scopeFor(path, text).definition(name)?.definition
  const right = implement(version)
  if (definition === undefined || right === null) return `${name} cannot be lifted from ${path}`
  return {
    path,
    name,
    definition,
    lines: text.split('\n'),
    right: right.implementation,
    prototype: right.prototype,
    lift: (other) => {
      const wrong = implement(`${version}~`, other)
      if (wrong === null) return null
      return wrong.code === right.code ? 'same' : wrong.implementation
    },
  }
}

function spelled(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) =>
    key === 'key' && typeof part === 'string' ? '' : typeof part === 'bigint' ? `${part}n` : part,
  )
}
