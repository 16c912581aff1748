/** What is looked at when an execution has ended: which locations, in which order, and where their contents are. */
import type { Cell, Thread, Word } from '../machine/index.js'
import type { CType, LitmusTest, Location } from './syntax.js'
import { typeOf, type ValueType } from './value-type.js'
import { forEachAtom } from './walk.js'

/** A location whose content matters. */
export interface Observed {
  readonly location: Location
  readonly type: ValueType
  /** States show it; what only the filter names decides and is not shown. */
  readonly isShown: boolean
  /** The content at the end of an execution; null while it is not known, as a thread has not ended. */
  readonly read: (
    threads: readonly (Thread | null)[],
    final: ((cell: Cell) => bigint) | null,
  ) => bigint | null
}

/** `x` or `1:r0`: what a location is called, whichever way it was written. */
export function locationText(location: Location): string {
  return location.kind === 'global' ? location.name : `${location.process}:${location.name}`
}

/** Registers by process and name, then globals by name, as herd orders them. */
export function observedLocations(test: LitmusTest): readonly Location[] {
  const found = shownLocations(test)
  if (test.filter !== null) forEachAtom(test.filter, (locations) => addAll(found, locations))
  return [...found.values()].sort(compareLocations)
}

/** What `locations` and the condition name. */
function shownLocations(test: LitmusTest): Map<string, Location> {
  const found = new Map<string, Location>()
  addAll(found, test.locations)
  forEachAtom(test.condition, (locations) => addAll(found, locations))
  return found
}

function addAll(to: Map<string, Location>, locations: readonly Location[]): void {
  for (const one of locations) to.set(locationText(one), one)
}

function compareLocations(left: Location, right: Location): number {
  if (left.kind !== right.kind) return left.kind === 'register' ? -1 : 1
  if (left.kind === 'register' && right.kind === 'register' && left.process !== right.process) {
    return left.process - right.process
  }
  if (left.name === right.name) return 0
  return left.name < right.name ? -1 : 1
}

/** The locations, each with its type and how to read it. */
export function observedOf(
  test: LitmusTest,
  locations: readonly Location[],
  cells: ReadonlyMap<string, Cell>,
): Observed[] {
  const positions = new Map<number, number>()
  const shown = shownLocations(test)
  return locations.map((location): Observed => {
    const type = typeOf(typeIn(test, location))
    const isShown = shown.has(locationText(location))
    if (location.kind === 'global') {
      const cell = cells.get(location.name)
      const read: Observed['read'] = (_threads, final) =>
        final === null || cell === undefined ? null : final(cell)
      return { location, type, isShown, read }
    }
    const { process } = location
    const position = positions.get(process) ?? 0
    positions.set(process, position + 1)
    const read: Observed['read'] = (threads) => returnedBy(threads[process] ?? null, position)
    return { location, type, isShown, read }
  })
}

/** The value at this position of what a thread returned. */
function returnedBy(thread: Thread | null, position: number): bigint | null {
  if (thread === null || thread.status !== 'done') return null
  const returned = thread.returned as Word | readonly Word[] | undefined
  const word = Array.isArray(returned) ? (returned[position] as Word | undefined) : (returned as Word)
  return word?.bits ?? null
}

/** As the initial state declares it; a register or a global declared elsewhere only is an int. */
function typeIn(test: LitmusTest, location: Location): CType | null {
  const text = locationText(location)
  return test.initial.find((entry) => locationText(entry.location) === text)?.type ?? null
}
