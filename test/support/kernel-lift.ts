/** Functions of an unpacked kernel tree, lifted and put beside the simulated kernel. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { forEachExecution, SC } from '../../src/explore/index.js'
import { type CParser, createEnvironment, type Environment, Layouts } from '../../src/lift/index.js'
import type { Callable } from '../../src/machine/index.js'
import { boundNames, type LiftedRoots, liftRoots } from '../../src/match/index.js'
import { type ArchProfile, type LiftedUnit, liftedImplementation } from '../../src/mm/index.js'
import { kernelArch, kernelConfig } from '../../src/run/kernel-config.js'
import {
  type Observation,
  opaqueCallees,
  prototypeSuite,
  type Side,
  type Suite,
} from '../../src/suite/index.js'

export interface LiftedTarget {
  readonly roots: LiftedRoots
  readonly unit: LiftedUnit
  readonly suite: Suite
  readonly side: Side
}

/** Lifts functions of one architecture out of a tree. */
export class KernelLift {
  readonly #root: string
  readonly #parser: CParser
  readonly #environments = new Map<string, Environment>()

  constructor(root: string, parser: CParser) {
    this.#root = root
    this.#parser = parser
  }

  lift(profile: ArchProfile, path: string, name: string, release: string): LiftedTarget {
    const changed = new Set<string>()
    const environment = this.#environment(profile, changed)
    const text = readFileSync(join(this.#root, path), 'utf8')
    const layouts = new Layouts(environment.scopeFor(path, text))
    const roots = liftRoots([{ path, text, name }], { environment, profile, layouts, changed })
    const { code } = roots
    const records = new Map(code.records.map((record) => [record.name, record]))
    const unit: LiftedUnit = {
      module: {
        functions: new Map(code.functions.map((fn) => [fn.name, fn])),
        globals: new Map(code.globals.map((global) => [global.name, global])),
      },
      records: (record) => records.get(record),
      prototypes: new Map(code.prototypes),
      globalTypes: new Map(code.globalTypes),
      globalScalars: new Map(code.globalScalars),
    }
    const prototype = unit.prototypes.get(name)
    if (prototype === undefined) {
      throw new Error(`${name} is not lifted: ${JSON.stringify(roots.failures)}`)
    }
    const info = { version: release, release, identities: [], config: {}, notes: [] }
    const implementation = liftedImplementation(unit, name, info)
    const find = (wanted: string): Callable | undefined => (wanted === name ? implementation : undefined)
    const resolve = (wanted: string): Callable => {
      const found = find(wanted)
      if (found === undefined) throw new Error(`no ${wanted}`)
      return found
    }
    const suite = prototypeSuite({ path, name, prototype, arch: profile.name })
    return { roots, unit, suite, side: { resolve, find, release } }
  }

  #environment(profile: ArchProfile, changed: ReadonlySet<string>): Environment {
    const known = this.#environments.get(profile.name)
    if (known !== undefined) return known
    const arch = kernelArch(profile)
    const made = createEnvironment({
      parser: this.#parser,
      arch,
      wordBits: profile.wordBits,
      config: kernelConfig(profile),
      read: (path) => {
        try {
          return readFileSync(join(this.#root, path), 'utf8')
        } catch {
          return null
        }
      },
      ...boundNames(profile, changed),
    })
    this.#environments.set(profile.name, made)
    return made
  }
}

/** What the executions of a scenario showed. */
export interface Showed {
  readonly executions: number
  readonly observations: readonly Observation[]
  readonly hazards: readonly string[]
  readonly opaque: readonly string[]
  /** Threads that did not come to their end, by how they stand. */
  readonly stopped: readonly string[]
}

/** Runs one scenario of a target, to the end. */
export function showed({ suite, side }: LiftedTarget, id: string): Showed {
  const scenario = suite.scenarios.find((one) => one.id === id)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  const built = scenario.build(side)
  const observations = new Map<string, Observation>()
  const hazards = new Set<string>()
  const opaque = new Set<string>()
  const stopped = new Set<string>()
  let executions = 0
  forEachExecution(built.program, { model: SC }, (execution) => {
    executions++
    const observation = built.observe(execution)
    observations.set(JSON.stringify(observation), observation)
    for (const { hazard } of execution.events) if (hazard !== undefined) hazards.add(hazard.kind)
    for (const name of opaqueCallees(execution.events)) opaque.add(name)
    for (const { status } of execution.threads) if (status !== 'done') stopped.add(status)
    return executions < 5000
  })
  return {
    executions,
    observations: [...observations.values()],
    hazards: [...hazards].sort(),
    opaque: [...opaque].sort(),
    stopped: [...stopped].sort(),
  }
}
