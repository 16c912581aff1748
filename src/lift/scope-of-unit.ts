/**
 * The scope of a translation unit that was preprocessed: all names are declared in it, and none is a macro.
 */

import { constantAtFile, lengthAtFile, typeOfAtFile } from './lower/lift-function.js'
import { VA_LIST } from './lower/variadic.js'
import type { Global, NamedConstant, Scope } from './scope.js'
import type {
  Declaration,
  FunctionDefinition,
  TranslationUnit,
  TypeSyntax,
  VariableSyntax,
} from './syntax/ast.js'
import type { CType, FunctionType } from './types/c-type.js'
import { decay } from './types/conversions.js'
import { resolveType, type TypeNames, TypeProblem } from './types/resolve-type.js'

/** A declaration that was not understood. */
export interface ScopeProblem {
  readonly name: string
  readonly message: string
  readonly line: number
}

export interface UnitScope {
  readonly scope: Scope
  readonly problems: readonly ScopeProblem[]
}

export interface UnitOptions {
  readonly wordBits?: 32 | 64
  readonly charSigned?: boolean
}

/** The scope of everything that a unit declares. */
export function scopeOfUnit(unit: TranslationUnit, options: UnitOptions = {}): UnitScope {
  const names = new UnitNames(unit.path, options)
  for (const declaration of unit.declarations) {
    if (declaration.kind === 'declaration') names.declare(declaration)
    else if (declaration.kind === 'function') names.define(declaration)
  }
  return { scope: names.scope, problems: names.problems }
}

class UnitNames {
  readonly problems: ScopeProblem[] = []
  readonly scope: Scope
  readonly #typedefs = new Map<string, CType>([['__builtin_va_list', VA_LIST]])
  readonly #tags = new Map<string, CType>()
  readonly #constants = new Map<string, NamedConstant>()
  readonly #globals = new Map<string, Global>()
  readonly #prototypes = new Map<string, FunctionType>()
  readonly #definitions = new Map<string, FunctionDefinition>()
  readonly #types: TypeNames

  constructor(path: string, { wordBits = 64, charSigned = true }: UnitOptions) {
    const scope: Scope = {
      wordBits,
      charSigned,
      typeNamed: (name) => this.#typedefs.get(name) ?? null,
      tagged: (kind, tag) => this.#tagged(kind, tag),
      constant: (name) => this.#constants.get(name) ?? null,
      global: (name) => this.#globals.get(name) ?? null,
      prototype: (name) => this.#prototypes.get(name) ?? null,
      definition: (name) => {
        const definition = this.#definitions.get(name)
        return definition === undefined ? null : { path, definition, scope }
      },
      isMacro: () => false,
      expandExpression: () => null,
      expandStatement: () => null,
      expandIteration: () => null,
      isEnabled: () => false,
    }
    this.scope = scope
    this.#types = {
      model: scope,
      typeNamed: scope.typeNamed,
      tagged: scope.tagged,
      taggedHere: scope.tagged,
      defineTag: (tag, type) => {
        this.#tags.set(tag, type)
      },
      defineConstant: (name, value, type) => {
        this.#constants.set(name, { value, type })
      },
      typeOf: (e) => {
        const type = typeOfAtFile(e, scope)
        if (type === null) throw new TypeProblem('the type of an expression at file scope')
        return type
      },
      constantOf: (e) => constantAtFile(e, scope),
      // Only in a parameter's type can there be such a length; it is known inside the function.
      lengthOf: () => 0,
      note: () => undefined,
    }
  }

  declare({ storage, type, variables }: Declaration): void {
    if (variables.length === 0) this.#resolve(type, '', 0)
    for (const variable of variables) {
      const resolved = this.#resolve(variable.type, variable.name, variable.span.line)
      if (resolved !== null) this.#declareOne(storage, variable, resolved)
    }
  }

  #declareOne(storage: Declaration['storage'], variable: VariableSyntax, given: CType): void {
    const { name } = variable
    const type = this.#withLength(given, variable)
    if (storage === 'typedef') {
      this.#typedefs.set(name, type)
      return
    }
    if (type.kind === 'function') {
      // A definition says more than declarations before and behind it.
      if (!this.#definitions.has(name) && (type.parameters !== null || !this.#prototypes.has(name))) {
        this.#prototypes.set(name, type)
      }
      return
    }
    const known = this.#globals.get(name)
    const isDefinition = storage !== 'extern' || variable.initializer !== null
    const keepsKnown = known?.definition != null && (!isDefinition || variable.initializer === null)
    const isVaguer = type.kind === 'array' && type.length === null && known !== undefined
    this.#globals.set(name, {
      name,
      type: isVaguer && variable.initializer === null ? known.type : type,
      isStatic: storage === 'static' || known?.isStatic === true,
      definition: keepsKnown ? (known?.definition ?? null) : isDefinition ? variable : null,
    })
  }

  #withLength(type: CType, { initializer }: VariableSyntax): CType {
    if (type.kind !== 'array' || type.length !== null || initializer === null) return type
    const length = lengthAtFile(type, initializer, this.scope)
    return length === null ? type : { ...type, length }
  }

  define(definition: FunctionDefinition): void {
    const { name, span } = definition
    const isVoid =
      definition.parameters.length === 1 &&
      definition.parameters[0]?.type.kind === 'basic' &&
      definition.parameters[0].type.words.join(' ') === 'void'
    const returns = this.#resolve(definition.returns, name, span.line)
    if (returns === null) return
    const parameters: CType[] = []
    for (const parameter of isVoid ? [] : definition.parameters) {
      const syntax = parameter.type
      // An array's length may be another parameter; only that it is a pointer counts.
      const pointer = syntax.kind === 'array' ? { kind: 'pointer' as const, to: syntax.of } : syntax
      const type = this.#resolve(pointer, name, span.line)
      if (type === null) return
      parameters.push(decay(type))
    }
    this.#prototypes.set(name, { kind: 'function', returns, parameters, variadic: definition.variadic })
    this.#definitions.set(name, definition)
  }

  #resolve(type: TypeSyntax, name: string, line: number): CType | null {
    try {
      return resolveType(type, this.#types)
    } catch (problem) {
      if (!(problem instanceof TypeProblem)) throw problem
      this.problems.push({ name, message: problem.message, line })
      return null
    }
  }

  #tagged(kind: 'struct' | 'union' | 'enum', tag: string): CType | null {
    const type = this.#tags.get(tag)
    if (type === undefined) return null
    return type.kind === kind || (kind === 'enum' && type.kind === 'integer') ? type : null
  }
}
