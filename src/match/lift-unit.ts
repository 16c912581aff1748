/**
 * From functions that a patch changes to what runs of them: each is lifted from the text at hand, with the
 * functions that it calls as far as their definitions can be seen from its file. What the simulated kernel has
 * itself stays a call of that; what is left is opaque.
 */

import { encodeFile, gitBlobId } from '../base/index.js'
import {
  type CType,
  type Environment,
  type FunctionDefinition,
  isAccess,
  type Layouts,
  type LiftedFunction,
  type LiftFailure,
  type LiftNote,
  type LiftOptions,
  liftFunction,
  liftGlobal,
  type RecordType,
  type ScalarPlace,
  type Scope,
  scalarsOf,
  spellType,
  textLayout,
} from '../lift/index.js'
import type { IrFunction, IrGlobal, TextLayout } from '../machine/index.js'
import {
  type ArchProfile,
  type CMember,
  type CPrototype,
  type CRecord,
  isBound,
  type LiftedUnit,
  wordStructs,
} from '../mm/index.js'
import { withBoundPrototypes } from './bound-scope.js'

/** A function to be lifted, in the text of its file. */
export interface LiftRoot {
  readonly path: string
  readonly text: string
  readonly name: string
}

/** What was lifted for some functions: plain data, which can be sent to another thread. */
export interface LiftedCode {
  readonly functions: readonly IrFunction[]
  readonly globals: readonly IrGlobal[]
  readonly records: readonly CRecord[]
  readonly prototypes: readonly (readonly [name: string, prototype: CPrototype])[]
  readonly globalTypes: readonly (readonly [name: string, type: string])[]
  /** What variables that can be written to are made of, where that is known. */
  readonly globalScalars: readonly (readonly [name: string, scalars: readonly ScalarPlace[]])[]
}

/** What is to be said of one of the functions. */
export interface LiftReport {
  readonly name: string
  readonly path: string
  /** Things that were assumed. */
  readonly notes: readonly LiftNote[]
  /** Functions it calls that nothing stands for. */
  readonly opaque: readonly string[]
  /** Which of its lines are code; of roots only. */
  readonly layout?: TextLayout
}

export interface LiftedRoots {
  readonly code: LiftedCode
  /** The functions lifted, the roots first. */
  readonly lifted: readonly LiftReport[]
  /** What could not be lifted, with the file it stands in; a callee of this kind is opaque. */
  readonly failures: readonly (LiftFailure & { readonly path: string })[]
}

export interface LiftRequest {
  readonly environment: Environment
  readonly profile: ArchProfile
  /** Shared by the two sides of a comparison, so that made-up places are the same on both. */
  readonly layouts: Layouts
  /** Functions that the patch changes: they are lifted even where the simulated kernel has them. */
  readonly changed: ReadonlySet<string>
  /** Definitions to lift instead of those in the text: small wrong versions, to see whether they are told. */
  readonly instead?: ReadonlyMap<string, FunctionDefinition>
}

/** Functions that are lifted for one root at most: what they call beyond that is opaque. */
const MOST_FUNCTIONS = 400

/** Pointers from struct to struct that layouts are kept along: what lies beyond is known by its places alone. */
const POINTERS_FOLLOWED = 1

/** Lifts functions and what they call. A root without a definition in its text is a failure. */
export function liftRoots(roots: readonly LiftRoot[], request: LiftRequest): LiftedRoots {
  return new UnitLifter(request).lift(roots)
}

/** What an environment is to know of the simulated kernel. */
export function boundNames(
  profile: ArchProfile,
  changed: ReadonlySet<string>,
): { readonly keep: (name: string) => boolean; readonly scalarTypes: ReadonlyMap<string, 32 | 64> } {
  return {
    keep: (name) => (isBound(profile, name) && !changed.has(name)) || isAccess(name),
    scalarTypes: wordStructs(profile),
  }
}

/** Options that every function of a kernel is lifted with. */
export function kernelLiftOptions(
  profile: ArchProfile,
  layouts: Layouts,
  changed: ReadonlySet<string>,
): LiftOptions {
  return {
    scalarTypes: boundNames(profile, changed).scalarTypes,
    // Of an entry of two words, C names the halves.
    scalarMember: (_, member) => {
      const half = /(?:^|_)(low|high)$/.exec(member)?.[1]
      return half === undefined ? null : { offset: half === 'low' ? 0 : 4, bits: 32 }
    },
    isPrimitive: (name) => isBound(profile, name) && !changed.has(name),
    kernelAccesses: true,
    marksLoops: true,
    layouts,
  }
}

interface Waiting {
  readonly name: string
  readonly path: string
  readonly definition: FunctionDefinition
  readonly scope: Scope
}

class UnitLifter {
  readonly #request: LiftRequest
  readonly #options: LiftOptions
  readonly #functions = new Map<string, IrFunction>()
  readonly #globals = new Map<string, IrGlobal>()
  readonly #globalTypes = new Map<string, string>()
  readonly #globalScalars = new Map<string, readonly ScalarPlace[]>()
  readonly #prototypes = new Map<string, CPrototype>()
  readonly #records = new Map<string, RecordType>()
  /** How far the members of each of them were followed. */
  readonly #followed = new Map<string, number>()
  readonly #reports: {
    name: string
    path: string
    notes: readonly LiftNote[]
    callees: readonly string[]
    layout?: TextLayout
  }[] = []
  /** Texts of the files that the roots stand in. */
  readonly #texts = new Map<string, string>()
  readonly #rootNames = new Set<string>()
  readonly #failures: (LiftFailure & { readonly path: string })[] = []
  readonly #seen = new Set<string>()
  readonly #waiting: Waiting[] = []

  constructor(request: LiftRequest) {
    this.#request = request
    this.#options = kernelLiftOptions(request.profile, request.layouts, request.changed)
  }

  lift(roots: readonly LiftRoot[]): LiftedRoots {
    const { environment, profile, changed } = this.#request
    const { keep } = boundNames(profile, changed)
    const scopes = new Map<string, Scope>()
    for (const { path, text, name } of roots) {
      const scope = scopes.get(path) ?? withBoundPrototypes(environment.scopeFor(path, text), profile, keep)
      scopes.set(path, scope)
      this.#texts.set(path, text)
      this.#rootNames.add(name)
      this.#ask(name, scope, path)
    }
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      this.#liftOne(next)
    return {
      code: {
        functions: [...this.#functions.values()],
        globals: [...this.#globals.values()],
        records: [...this.#records].map(([name, record]) => this.#recordOf(name, record)),
        prototypes: [...this.#prototypes],
        globalTypes: [...this.#globalTypes],
        globalScalars: [...this.#globalScalars],
      },
      lifted: this.#reports.map(({ callees, ...report }) => ({
        ...report,
        opaque: callees.filter(
          (name) => !this.#functions.has(name) && this.#options.isPrimitive?.(name) !== true,
        ),
      })),
      failures: this.#failures,
    }
  }

  /** Puts a function in line; a root that has no definition is a failure. */
  #ask(name: string, scope: Scope, root: string | null): void {
    if (this.#seen.has(name) || (root === null && this.#options.isPrimitive?.(name) === true)) return
    this.#seen.add(name)
    const found = scope.definition(name)
    if (found !== null && this.#seen.size <= MOST_FUNCTIONS) this.#waiting.push({ name, ...found })
    else if (root !== null) {
      const construct = 'no definition that this configuration compiles'
      this.#failures.push({ function: name, construct, line: 0, column: 0, path: root })
    }
  }

  #liftOne({ name, path, definition: written, scope }: Waiting): void {
    const definition = this.#request.instead?.get(name) ?? written
    const lifted = liftFunction(definition, path, scope, this.#options)
    if (!lifted.ok) {
      this.#failures.push({ ...lifted.error, path })
      return
    }
    this.#add(name, path, lifted.value, definition, scope)
    for (const callee of lifted.value.callees) this.#ask(callee.name, scope, null)
    for (const global of lifted.value.mentioned) this.#addGlobal(global, scope)
  }

  #add(
    name: string,
    path: string,
    lifted: LiftedFunction,
    definition: FunctionDefinition,
    scope: Scope,
  ): void {
    this.#functions.set(name, lifted.ir)
    for (const global of lifted.globals) this.#globals.set(global.name, global)
    const text = this.#rootNames.has(name) ? this.#texts.get(path) : undefined
    this.#reports.push({
      name,
      path,
      notes: lifted.notes,
      callees: lifted.callees.map((callee) => callee.name),
      ...(text === undefined ? {} : { layout: textLayout(definition, text, lifted) }),
    })
    const type = scope.prototype(name)
    if (type !== null) {
      const args = (type.parameters ?? []).map((parameter, i) => ({
        name: definition.parameters[i]?.name ?? `arg${i}`,
        type: spellType(parameter),
      }))
      this.#prototypes.set(name, { returns: spellType(type.returns), args })
      for (const parameter of [...(type.parameters ?? []), type.returns]) this.#addRecords(parameter)
    }
    for (const instruction of lifted.ir.code) {
      if (instruction.op !== 'call' && instruction.op !== 'call-pointer') continue
      for (const spelled of [...(instruction.prototype?.args ?? []), instruction.prototype?.returns ?? '']) {
        this.#addNamed(spelled, scope)
      }
    }
  }

  #addGlobal(name: string, scope: Scope): void {
    if (this.#globalTypes.has(name)) return
    const global = scope.global(name)
    if (global === null || global.type.kind === 'function') return
    this.#globalTypes.set(name, spellType(global.type))
    this.#addRecords(global.type)
    const lifted = liftGlobal(name, scope, this.#options)
    if (lifted?.ok === true) {
      for (const one of lifted.value) {
        this.#globals.set(one.name, one)
        // Tables of callbacks name functions that nobody calls by name.
        for (const { symbol } of one.relocations) this.#ask(symbol, scope, null)
        if (one.name === name && !one.readOnly) this.#addScalars(name, global.type)
      }
      return
    }
    this.#addScalars(name, global.type)
    const bytes = this.#request.layouts.sizeOf(global.type) ?? this.#request.layouts.syntheticSize
    this.#globals.set(name, { name, bytes, align: 8, data: null, relocations: [], readOnly: false })
  }

  #addScalars(name: string, type: CType): void {
    const scalars = scalarsOf(type, this.#request.layouts)
    if (scalars !== null) this.#globalScalars.set(name, scalars)
  }

  /** Keeps the layouts of the structs that a type leads to, through `steps` pointers in their members. */
  #addRecords(type: CType, steps = POINTERS_FOLLOWED): void {
    if (type.kind === 'pointer') this.#addRecords(type.to, steps)
    else if (type.kind === 'array') this.#addRecords(type.of, steps)
    if (type.kind !== 'struct' && type.kind !== 'union') return
    const name = `${type.kind} ${type.name}`
    if ((this.#followed.get(name) ?? -1) >= steps) return
    this.#followed.set(name, steps)
    this.#records.set(name, type)
    for (const member of type.members() ?? []) {
      const further = member.type.kind === 'pointer' ? steps - 1 : steps
      if (further >= 0) this.#addRecords(member.type, further)
    }
  }

  #addNamed(spelled: string, scope: Scope): void {
    const [, kind, tag = ''] = /^(?:const )?(struct|union) (\w+)/.exec(spelled) ?? []
    if (kind !== 'struct' && kind !== 'union') return
    const type = scope.tagged(kind, tag)
    if (type !== null) this.#addRecords(type)
  }

  #recordOf(name: string, record: RecordType): CRecord {
    const { layouts } = this.#request
    const layout = layouts.ofRecord(record)
    if (layout === null) return { name, bytes: null, members: layouts.syntheticMembers(record) }
    return { name, bytes: layout.size, members: this.#membersOf(record, 0) }
  }

  /** Members by name, those of anonymous structs among them. */
  #membersOf(record: RecordType, base: number): CMember[] {
    const { layouts } = this.#request
    return (layouts.ofRecord(record)?.members ?? []).flatMap(({ name, type, offset }) => {
      if (name === null) {
        return type.kind === 'struct' || type.kind === 'union' ? this.#membersOf(type, base + offset) : []
      }
      return [{ name, offset: base + offset, bytes: layouts.sizeOf(type) ?? 0, type: spellType(type) }]
    })
  }
}

/** What was lifted, to be run. */
export function liftedUnit(code: LiftedCode): LiftedUnit {
  const records = new Map(code.records.map((record) => [record.name, record]))
  return {
    module: {
      functions: new Map(code.functions.map((fn) => [fn.name, fn])),
      globals: new Map(code.globals.map((global) => [global.name, global])),
    },
    records: (name) => records.get(name),
    recordList: code.records,
    prototypes: new Map(code.prototypes),
    globalTypes: new Map(code.globalTypes),
    globalScalars: new Map(code.globalScalars),
  }
}

/** Short name of a file's text, which tells its versions apart: the beginning of its blob id. */
export function versionOf(text: string): string {
  return gitBlobId(encodeFile(text)).slice(0, 12)
}
