/** Types as C writes them: `struct vm_area_struct *`, `unsigned long`, `int (*)(pte_t *, unsigned long)`. */
import type { CType } from './c-type.js'

/** The type, under the name of a typedef where it was mentioned by one. */
export function spellType(type: CType): string {
  return declare(type, '', 0).trim()
}

const MAX_DEPTH = 40

/** The declaration of `inner` as something of this type; what is nested too deeply becomes `…`. */
function declare(type: CType, inner: string, depth: number): string {
  if (depth > MAX_DEPTH) return `… ${inner}`
  if (type.spelled !== undefined) return join(type.spelled, inner)
  switch (type.kind) {
    case 'void':
      return join('void', inner)
    case 'integer':
      return join(spellInteger(type), inner)
    case 'floating':
      return join(type.bits === 32 ? 'float' : type.long ? 'long double' : 'double', inner)
    case 'unknown':
      return join(type.name, inner)
    case 'struct':
    case 'union':
      return join(`${type.kind} ${type.name}`, inner)
    case 'pointer': {
      const of = type.to
      const nested = (of.kind === 'array' || of.kind === 'function') && of.spelled === undefined
      return declare(of, nested ? `(*${inner})` : `*${inner}`, depth + 1)
    }
    case 'array':
      return declare(type.of, `${inner}[${type.length ?? ''}]`, depth + 1)
    case 'function': {
      const parameters = (type.parameters ?? []).map((parameter) => declare(parameter, '', depth + 1).trim())
      if (type.variadic) parameters.push('...')
      const none = type.parameters === null ? '' : 'void'
      return declare(type.returns, `${inner}(${parameters.join(', ') || none})`, depth + 1)
    }
  }
}

function join(base: string, inner: string): string {
  return inner === '' ? base : inner.startsWith('[') ? `${base}${inner}` : `${base} ${inner}`
}

function spellInteger(type: Extract<CType, { kind: 'integer' }>): string {
  if (type.enumTag !== null) return `enum ${type.enumTag}`
  if (type.isBool) return '_Bool'
  const sign = type.signed ? '' : 'unsigned '
  switch (type.rank) {
    case 0:
    case 1:
      return type.signed ? 'signed char' : 'unsigned char'
    case 2:
      return `${sign}short`
    case 3:
      return type.signed ? 'int' : 'unsigned int'
    case 4:
      return `${sign}long`
    case 5:
      return `${sign}long long`
    case 6:
      return `${sign}__int128`
  }
}
