/** A file's scope with the prototypes of what the simulated kernel has, also where C has a macro of that name. */
import type { CType, FunctionType, Scope } from '../lift/index.js'
import { type ArchProfile, boundPrototype } from '../mm/index.js'

/** `isKept` says which names the simulated kernel stands for. */
export function withBoundPrototypes(
  scope: Scope,
  profile: ArchProfile,
  isKept: (name: string) => boolean,
): Scope {
  const types = new Map<string, FunctionType | null>()
  const bound = (name: string): FunctionType | null => {
    const known = types.get(name)
    if (known !== undefined) return known
    const prototype = isKept(name) ? boundPrototype(profile, name) : undefined
    const type: FunctionType | null =
      prototype === undefined
        ? null
        : {
            kind: 'function',
            returns: typeOf(prototype.returns, scope),
            parameters: prototype.args.map((argument) => typeOf(argument.type, scope)),
            variadic: false,
          }
    types.set(name, type)
    return type
  }
  return {
    ...scope,
    prototype: (name) => bound(name) ?? scope.prototype(name),
    definition: (name) => {
      const found = scope.definition(name)
      return found === null ? null : { ...found, scope: withBoundPrototypes(found.scope, profile, isKept) }
    },
  }
}

const PLAIN: Readonly<
  Record<string, { readonly bits: 8 | 32 | 64; readonly signed: boolean; readonly rank: 1 | 3 | 4 | 5 }>
> = {
  char: { bits: 8, signed: true, rank: 1 },
  int: { bits: 32, signed: true, rank: 3 },
  'unsigned int': { bits: 32, signed: false, rank: 3 },
  unsigned: { bits: 32, signed: false, rank: 3 },
  'long long': { bits: 64, signed: true, rank: 5 },
  'unsigned long long': { bits: 64, signed: false, rank: 5 },
}

/** The type that the simulated kernel's table spells: a name, perhaps with `*` behind it. */
function typeOf(text: string, scope: Scope): CType {
  const words = text
    .replace(/\bconst\b/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  if (words.endsWith('*')) return { kind: 'pointer', to: typeOf(words.slice(0, -1), scope) }
  if (words === 'void') return { kind: 'void' }
  if (words === 'bool' || words === '_Bool') return integer(8, false, 0, true)
  const plain = Object.hasOwn(PLAIN, words) ? PLAIN[words] : undefined
  if (plain !== undefined) return integer(plain.bits, plain.signed, plain.rank, false)
  if (words === 'long' || words === 'unsigned long') {
    return integer(scope.wordBits, words === 'long', 4, false)
  }
  const [, kind, tag = ''] = /^(struct|union|enum) (\w+)$/.exec(words) ?? []
  if (kind === 'struct' || kind === 'union' || kind === 'enum') {
    return scope.tagged(kind, tag) ?? { kind: 'unknown', name: words }
  }
  return scope.typeNamed(words) ?? { kind: 'unknown', name: words }
}

function integer(bits: 8 | 32 | 64, signed: boolean, rank: 0 | 1 | 3 | 4 | 5, isBool: boolean): CType {
  return { kind: 'integer', bits, signed, rank, isBool, enumTag: null }
}
