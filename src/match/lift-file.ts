/** All functions of a file, lifted one by one: what became of each, for a table over a tree. */
import {
  type Environment,
  type FileScope,
  findFunctions,
  type Layouts,
  type LiftNote,
  type LiftOptions,
  liftFunction,
  type Scope,
} from '../lift/index.js'
import type { IrFunction } from '../machine/index.js'
import type { ArchProfile } from '../mm/index.js'
import { withBoundPrototypes } from './bound-scope.js'
import { boundNames, kernelLiftOptions } from './lift-unit.js'

/** What became of a function. */
export type LiftState =
  | 'lifted'
  /** It was read, and something in it cannot be lifted. */
  | 'not-lifted'
  /** It stands in the text that the configuration compiles, but is not read as C. */
  | 'not-parsed'
  /** The configuration leaves it out. */
  | 'left-out'

/** Calls of a function by what stands for the callee. */
export interface CallCounts {
  /** The simulated kernel has it. */
  readonly bound: number
  /** Its definition can be seen, so that it is lifted with it. */
  readonly defined: number
  /** Through pointers. */
  readonly pointer: number
  /** Nothing but the prototype is known. */
  readonly opaque: number
}

/** A function as it stands in a file. */
export interface FunctionLift {
  readonly name: string
  readonly line: number
  readonly endLine: number
  /** The `#if` conditions around it, outermost first. */
  readonly conditions: readonly string[]
  readonly state: LiftState
  /** Why it is not lifted, and where. */
  readonly construct: string | null
  readonly at: { readonly line: number; readonly column: number } | null
  readonly instructions: number
  /** Instructions that read, write or return a value whose type is not known. */
  readonly assumed: number
  readonly calls: CallCounts
}

/** A function that was lifted, whole. */
export interface LiftedWhole {
  readonly ir: IrFunction
  readonly notes: readonly LiftNote[]
  readonly callees: readonly {
    readonly name: string
    readonly path: string | null
    readonly kind: CalleeKind
  }[]
  /** Variables at file scope that it mentions, with what is said of their types. */
  readonly globals: readonly string[]
}

export type CalleeKind = 'bound' | 'defined' | 'opaque'

export interface FileLiftRequest {
  readonly environment: Environment
  readonly profile: ArchProfile
  readonly layouts: Layouts
}

const NO_CALLS: CallCounts = { bound: 0, defined: 0, pointer: 0, opaque: 0 }
const NONE: ReadonlySet<string> = new Set()

/** Lifts the functions of one file. */
export class FileLifter {
  readonly #text: string
  readonly #path: string
  readonly #own: FileScope
  readonly #scope: Scope
  readonly #options: LiftOptions

  constructor(path: string, text: string, { environment, profile, layouts }: FileLiftRequest) {
    this.#path = path
    this.#text = text
    this.#own = environment.scopeFor(path, text)
    this.#scope = withBoundPrototypes(this.#own, profile, boundNames(profile, NONE).keep)
    this.#options = kernelLiftOptions(profile, layouts, NONE)
  }

  /** Every function of the file, or of a name, in order; of several with one name each. */
  all(wanted?: string): FunctionLift[] {
    const functions = findFunctions(this.#text).filter(({ name }) => wanted === undefined || name === wanted)
    return functions.map(({ name, startLine, endLine, conditions }) => {
      const found = this.#definition(name, startLine, endLine)
      const base = {
        name,
        line: startLine,
        endLine,
        conditions,
        instructions: 0,
        assumed: 0,
        calls: NO_CALLS,
      }
      if (found === null) {
        const state = this.#isCompiled(startLine, endLine) ? 'not-parsed' : 'left-out'
        const construct = state === 'not-parsed' ? 'its text is not read as C' : null
        return { ...base, state, construct, at: null }
      }
      const lifted = liftFunction(found.definition, this.#path, found.scope, this.#options)
      if (!lifted.ok) {
        const { construct, line, column } = lifted.error
        return { ...base, state: 'not-lifted', construct, at: { line, column } }
      }
      const { ir, assumed } = lifted.value
      return {
        ...base,
        state: 'lifted',
        construct: null,
        at: null,
        instructions: ir.code.length,
        assumed,
        calls: this.#calls(ir),
      }
    })
  }

  /** One function that `all` says was lifted; null for another. */
  one({ name, line, endLine }: Pick<FunctionLift, 'name' | 'line' | 'endLine'>): LiftedWhole | null {
    const found = this.#definition(name, line, endLine)
    if (found === null) return null
    const lifted = liftFunction(found.definition, this.#path, found.scope, this.#options)
    if (!lifted.ok) return null
    const { ir, notes, callees, mentioned } = lifted.value
    return {
      ir,
      notes,
      callees: callees.map((callee) => ({ ...callee, kind: this.#kindOf(callee.name) })),
      globals: mentioned,
    }
  }

  /** The definition that stands at these lines, which a macro may have given a name of its own. */
  #definition(name: string, from: number, to: number): ReturnType<Scope['definition']> {
    for (const known of [name, `__do_${name}`, `__se_${name}`]) {
      const found = this.#scope.definition(known)
      const line = found?.definition.span.line ?? 0
      if (found?.path === this.#path && line >= from && line <= to) return found
    }
    return null
  }

  /** Whether conditionals leave some of these lines. */
  #isCompiled(from: number, to: number): boolean {
    const lines = this.#own.activeText.split('\n').slice(from - 1, to)
    return lines.some((line) => line.trim() !== '')
  }

  #calls(ir: IrFunction): CallCounts {
    const counts = { ...NO_CALLS }
    for (const instruction of ir.code) {
      if (instruction.op === 'call-pointer') counts.pointer++
      else if (instruction.op === 'call') counts[this.#kindOf(instruction.target)]++
    }
    return counts
  }

  #kindOf(name: string): CalleeKind {
    if (this.#options.isPrimitive?.(name) === true) return 'bound'
    const { definedIn } = this.#scope
    const isDefined =
      definedIn === undefined ? this.#scope.definition(name) !== null : definedIn(name) !== null
    return isDefined ? 'defined' : 'opaque'
  }
}
