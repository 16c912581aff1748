/**
 * Implementations as data that another thread can be handed: those of the registry by their ids, lifted ones with
 * the code that they were lifted to. Nothing else travels, since functions do not.
 */
import { type Callable, implementationId } from '../machine/index.js'
import { type LiftedInfo, type LiftedUnit, liftedImplementation, originOf, runsAs } from '../mm/index.js'
import { byId, type Registry, type Reimplementation } from '../reimpl/index.js'
import { type Ran, type Reached, ranOf } from './watch.js'

/** What is lifted together, without the functions of it that look things up. */
type PortableUnit = Omit<LiftedUnit, 'records'>

export type PortableImplementation =
  | { readonly kind: 'known'; readonly id: string }
  | { readonly kind: 'lifted'; readonly unit: PortableUnit; readonly name: string; readonly info: LiftedInfo }

/** Null for what is neither of the registry nor lifted from code that is at hand as data. */
export function portable(
  implementation: Reimplementation,
  registry: Registry,
): PortableImplementation | null {
  const origin = originOf(implementation)
  if (origin === undefined) {
    const id = implementationId(implementation)
    return byId(registry, id) === implementation ? { kind: 'known', id } : null
  }
  const { records: _records, ...unit } = origin.unit
  return unit.recordList === undefined ? null : { kind: 'lifted', unit, name: origin.name, info: origin.info }
}

/** All of them, or null if one does not travel. */
export function allPortable(
  implementations: readonly Reimplementation[],
  registry: Registry,
): readonly PortableImplementation[] | null {
  const found = implementations.map((one) => portable(one, registry))
  return found.every((one) => one !== null) ? found : null
}

/** What they stand for in this thread. What comes in one message shares its units. */
export function implementationsFrom(
  portables: readonly PortableImplementation[],
  registry: Registry,
): Reimplementation[] {
  const units = new Map<PortableUnit['module'], LiftedUnit>()
  return portables.flatMap((one) => {
    if (one.kind === 'known') return byId(registry, one.id) ?? []
    const known = units.get(one.unit.module)
    const records = new Map((one.unit.recordList ?? []).map((record) => [record.name, record]))
    const unit = known ?? { ...one.unit, records: (name: string) => records.get(name) }
    units.set(one.unit.module, unit)
    return liftedImplementation(unit, one.name, one.info)
  })
}

/** What ran of each implementation, in their order: of what is called, and of what runs in its place. */
export function ranOfEach(reached: Reached, implementations: readonly Callable[]): (readonly Ran[])[] {
  return implementations.map((one) => [ranOf(reached, one), ranOf(reached, runsAs(one))])
}

/** Adds what ran in another thread. */
export function addRan(
  reached: Reached,
  implementations: readonly Callable[],
  ran: readonly (readonly Ran[])[],
): void {
  for (const [i, mine] of ranOfEach(reached, implementations).entries()) {
    for (const [j, one] of mine.entries()) {
      const other = ran[i]?.[j]
      if (other === undefined) continue
      for (const part of ['lines', 'whenTrue', 'whenFalse'] as const) {
        for (const number of other[part]) one[part].add(number)
      }
    }
  }
}
