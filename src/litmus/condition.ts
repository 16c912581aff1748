/** Conditions of litmus tests: evaluated on what is known of an execution, and printed. */

import { locationText, type Observed } from './observed.js'
import type { LitmusProgram } from './program.js'
import { bitsOf } from './program.js'
import type { Location, Proposition, Quantifier, Value } from './syntax.js'

/** Contents of the observed locations, in their order; null where one is not known yet. */
export type Contents = readonly (bigint | null)[]

/** True or false as far as what is known decides it, else null. */
export type Evaluate = (contents: Contents) => boolean | null

/** Makes a function of a condition, to be called for every execution. */
export function compileCondition(program: LitmusProgram, proposition: Proposition): Evaluate {
  const positions = new Map(program.observed.map((one, i) => [locationText(one.location), i]))
  const position = (location: Location): number => positions.get(locationText(location)) ?? -1
  const compile = (one: Proposition): Evaluate => {
    switch (one.kind) {
      case 'is': {
        const at = position(one.location)
        const wanted = bitsOf(one.value, program.address)
        const equal = equality(program, program.observed[at], one.value)
        return (contents) => {
          const content = contents[at] ?? null
          return content === null ? null : equal(content, wanted)
        }
      }
      case 'same': {
        const left = position(one.left)
        const right = position(one.right)
        return (contents) => {
          const a = contents[left] ?? null
          const b = contents[right] ?? null
          return a === null || b === null ? null : a === b
        }
      }
      case 'not': {
        const inner = compile(one.of)
        return (contents) => negated(inner(contents))
      }
      case 'and':
        return all(one.of.map(compile), false)
      case 'or':
        return all(one.of.map(compile), true)
      case 'implies': {
        const left = compile(one.left)
        return all([(contents) => negated(left(contents)), compile(one.right)], true)
      }
    }
  }
  return compile(proposition)
}

function negated(value: boolean | null): boolean | null {
  return value === null ? null : !value
}

/** `decisive` if one part is, its opposite if all parts are that, else null. */
function all(parts: readonly Evaluate[], decisive: boolean): Evaluate {
  return (contents) => {
    let known: boolean | null = !decisive
    for (const part of parts) {
      const value = part(contents)
      if (value === decisive) return decisive
      if (value === null) known = null
    }
    return known
  }
}

/** Numbers are compared as the location's type cuts them off; an address is never cut. */
function equality(
  program: LitmusProgram,
  observed: Observed | undefined,
  value: Value,
): (content: bigint, wanted: bigint) => boolean {
  const bits = observed?.type.bits ?? 64
  if (value.kind === 'address' || bits === 64) return (content, wanted) => content === wanted
  const { heap } = program.program
  return (content, wanted) =>
    content === wanted ||
    (BigInt.asUintN(bits, content) === BigInt.asUintN(bits, wanted) && heap.at(content) === undefined)
}

/** The condition with its quantifier, as herd7 prints it: `exists (0:r1=x /\ [y]=1)`. */
export function formatCondition(quantifier: Quantifier | 'filter', condition: Proposition): string {
  return `${quantifier} (${format(condition, 'top')})`
}

type Around = 'top' | 'and' | 'or' | 'implies'

/** Around which an inner operator needs parentheses. */
const PARENTHESES: Readonly<Record<Around, readonly Around[]>> = {
  top: [],
  and: ['or', 'implies'],
  or: ['implies'],
  implies: ['or', 'and'],
}

function format(proposition: Proposition, around: Around): string {
  switch (proposition.kind) {
    case 'is': {
      const { location, value } = proposition
      return `${bracketed(location)}=${value.kind === 'address' ? value.name : value.value}`
    }
    case 'same':
      return `${bracketed(proposition.left)}=${bracketed(proposition.right)}`
    case 'not':
      return `not (${format(proposition.of, 'top')})`
    case 'and':
    case 'or': {
      const { kind, of } = proposition
      if (of.length === 0) return kind === 'and' ? 'true' : 'false'
      return enclosed(
        of.map((part) => format(part, kind)).join(kind === 'and' ? ' /\\ ' : ' \\/ '),
        kind,
        around,
      )
    }
    case 'implies': {
      const text = `${format(proposition.left, 'implies')} => ${format(proposition.right, 'implies')}`
      return enclosed(text, 'implies', around)
    }
  }
}

function enclosed(text: string, kind: Around, around: Around): string {
  return PARENTHESES[around].includes(kind) ? `(${text})` : text
}

/** `1:r0`, `[x]`. */
export function bracketed(location: Location): string {
  return location.kind === 'global' ? `[${location.name}]` : locationText(location)
}
