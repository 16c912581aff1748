/** Two prototypes of one function: which parameters of one stand for which of the other. */
import type { CPrototype } from '../mm/index.js'

type Parameter = CPrototype['args'][number]

export interface PrototypePair {
  readonly before: CPrototype
  readonly after: CPrototype
  /** What the paired parameters of the version after are called, by their names before. */
  readonly renamed: ReadonlyMap<string, string>
  /** What only one side has, in words: `pmd_t *pmdp (only after)`. */
  readonly unpaired: readonly string[]
  /** True if a call of the one is a call of the other. */
  readonly isSame: boolean
}

/**
 * Pairs parameters by name and type; then those of one name; then those that have one type and one place in lists
 * of one length, which were only renamed.
 */
export function pairPrototypes(before: CPrototype, after: CPrototype): PrototypePair {
  const renamed = new Map<string, string>()
  const left = new Set(before.args)
  const right = new Set(after.args)
  const pairBy = (fits: (one: Parameter, other: Parameter) => boolean): void => {
    for (const one of left) {
      const other = [...right].find((candidate) => fits(one, candidate))
      if (other === undefined) continue
      left.delete(one)
      right.delete(other)
      if (one.name !== other.name) renamed.set(one.name, other.name)
    }
  }
  pairBy((one, other) => one.name === other.name && one.type === other.type)
  pairBy((one, other) => one.name === other.name)
  const isOneLength = before.args.length === after.args.length
  pairBy(
    (one, other) =>
      isOneLength && one.type === other.type && before.args.indexOf(one) === after.args.indexOf(other),
  )
  const spelled = ({ name, type }: Parameter): string => `${type}${type.endsWith('*') ? '' : ' '}${name}`
  return {
    before,
    after,
    renamed,
    unpaired: [
      ...[...left].map((one) => `${spelled(one)} (only before)`),
      ...[...right].map((one) => `${spelled(one)} (only after)`),
    ],
    isSame: typesOf(before) === typesOf(after) && renamed.size === 0,
  }
}

function typesOf({ returns, args }: CPrototype): string {
  return [returns, ...args.map(({ name, type }) => `${type} ${name}`)].join(', ')
}
