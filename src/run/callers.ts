/** `kreplay callers`: who calls a function, directly and through tables of callbacks, in a tree and in a series. */
import { fail, ok, type Result } from '../base/index.js'
import {
  type AddressFact,
  type CalledFunction,
  type CallFact,
  type FactPlace,
  functionsNamed,
  type LockContext,
  lockText,
  type TableFact,
  type TableUse,
  tableVariable,
} from '../lift/index.js'
import type { KernelTree } from '../tree/index.js'
import type {
  CallerRow,
  Callers,
  CallersPlace,
  CallersRequest,
  FunctionCallers,
  TableRow,
  TableUseRow,
} from './callers-types.js'
import { few, type Scan, Scanner } from './scan.js'

/** Looks for the callers of a function, `mm/pagewalk.c:walk_pmd_range` for one of several, or for a struct's tables. */
export async function callersIn(tree: KernelTree, request: CallersRequest): Promise<Result<Callers>> {
  const scanner = await Scanner.open(tree, request.series ?? [])
  if (!scanner.ok) return scanner
  const tag = /^struct\s+(\w+)$/.exec(request.name)?.[1]
  return tag === undefined ? callersOf(scanner.value, request.name) : tablesOf(scanner.value, tag)
}

async function callersOf(scanner: Scanner, asked: string): Promise<Result<Callers>> {
  const [, path, name = ''] = /^(?:(.*):)?([A-Za-z_$][\w$]*)$/.exec(asked) ?? []
  if (name === '') {
    return fail({
      severity: 'error',
      code: 'usage',
      message: `${asked} is no function's name`,
      hint: 'name a function, PATH:FUNCTION for one of several, or "struct TAG" for the tables of a struct',
    })
  }
  const question = { functions: [name], structs: [], members: [] }
  const first = await scanner.scan(question)
  if (!first.ok) return first
  // Tables that other files see may be used there.
  const seen = sharedTables(first.value)
  const second = seen.length === 0 ? first : await scanner.scan(question, seen)
  if (!second.ok) return second
  const scan = second.value
  const all = functionsNamed(name, scan.facts)
  const chosen =
    path === undefined ? all : all.filter(({ definitions }) => definitions.some((one) => one.path === path))
  if (chosen.length === 0) return fail(notThere(asked, all, scan))
  return ok({
    name: asked,
    tree: scan.tree,
    files: scan.files,
    mentioning: scan.facts.length,
    functions: chosen.map((one) => rowsOf(one, scan)),
    tables: [],
    blind: blindSpots(chosen, scan),
  })
}

function sharedTables(scan: Scan): string[] {
  const shared = scan.facts.flatMap(({ tables, addresses }) => {
    const holding = new Set(addresses.flatMap(({ how }) => (how.kind === 'member' ? [how.of] : [])))
    return tables
      .filter(({ isStatic, function: inside }) => !isStatic && inside === null)
      .map((table) => tableVariable(table.name))
      .filter((table) => holding.has(table))
  })
  return [...new Set(shared)].filter((table) => table !== '')
}

function notThere(asked: string, all: readonly CalledFunction[], scan: Scan) {
  const places = all.flatMap(({ definitions }) => definitions.map(({ path }) => path))
  const hint = places.length === 0 ? undefined : `there is one in ${few([...new Set(places)])}`
  const base = {
    severity: 'error',
    code: 'function-unknown',
    message: `${asked} is named nowhere in ${scan.tree}`,
  } as const
  return hint === undefined ? base : { ...base, hint }
}

async function tablesOf(scanner: Scanner, tag: string): Promise<Result<Callers>> {
  const scanned = await scanner.scan({ functions: [], structs: [tag], members: [] })
  if (!scanned.ok) return scanned
  const scan = scanned.value
  const tables = scan.facts.flatMap((facts) => facts.tables.filter(({ struct }) => struct === tag))
  const defined = scan.facts.flatMap(({ path, structs }) => structs.map(({ line }) => ({ path, line })))
  if (tables.length === 0 && defined.length === 0) {
    return fail({
      severity: 'error',
      code: 'function-unknown',
      message: `struct ${tag} is named nowhere in ${scan.tree}`,
    })
  }
  return ok({
    name: `struct ${tag}`,
    tree: scan.tree,
    files: scan.files,
    mentioning: scan.facts.length,
    functions: [],
    tables: tables.map((table) => tableRow(table, null, usesOf(table, scan), scan)),
    blind: [
      ...(defined.length === 0 ? [`struct ${tag} itself is not defined in what was scanned`] : []),
      ...tables.flatMap(({ open, path, line }) => open.map((why) => `${why} (${path}:${line})`)),
      ...standing(scan),
    ],
  })
}

/** Uses of a table: in its own file, and elsewhere if other files see it. */
export function usesOf(table: TableFact, scan: Pick<Scan, 'facts'>): TableUse[] {
  const name = tableVariable(table.name)
  return scan.facts
    .filter(({ path }) => path === table.path || !table.isStatic)
    .flatMap(({ uses }) => uses.filter((use) => use.table === name))
    .filter((use) => table.function === null || use.function === table.function)
}

function rowsOf(one: CalledFunction, scan: Scan): FunctionCallers {
  const { name, seenIn } = one
  const inTables = one.addresses.flatMap((address) => tablesHolding(address, scan))
  return {
    name,
    seenIn,
    definitions: one.definitions.map((definition) => ({
      ...placeRow(definition, scan),
      kind: definition.kind,
      static: definition.isStatic,
      asserts: definition.asserts.map(({ lock, mode }) => (mode === null ? lock : `${lock}(${mode})`)),
    })),
    calls: one.calls.map((call) => ({
      ...placeRow(call, scan),
      ...lockRow(call.locks),
      text: call.text,
      tables: call.passes.flatMap((passed) => passedTables(passed, call, scan)),
    })),
    tables: inTables,
    addresses: one.addresses
      .filter(({ how }) => how.kind !== 'member')
      .map((address) => ({ ...placeRow(address, scan), how: addressText(address), text: address.text })),
    macros: one.macros.map((macro) => ({ ...placeRow(macro, scan), macro: macro.macro })),
    exports: one.exports.map((exported) => ({ ...placeRow(exported, scan), by: exported.by })),
  }
}

/** The tables that a function's address stands in; one without a name is told by its struct and member. */
function tablesHolding(address: AddressFact, scan: Scan): TableRow[] {
  const { how, path, name } = address
  if (how.kind !== 'member') return []
  const here = scan.facts.filter((facts) => facts.path === path).flatMap(({ tables }) => tables)
  const holds = (table: TableFact): boolean =>
    tableVariable(table.name) === how.of &&
    table.fields.some(({ value }) => new RegExp(`(?<![\\w.>])${name}\\b`).test(value))
  const found = how.of === '' ? undefined : here.find(holds)
  if (found !== undefined)
    return [{ ...tableRow(found, how.member, usesOf(found, scan), scan), line: address.line }]
  const uses = scan.facts
    .filter((facts) => facts.path === path)
    .flatMap((facts) => facts.uses.filter(({ table }) => table === how.of))
  return [
    {
      ...placeRow(address, scan),
      table: how.of,
      struct: how.struct ?? '',
      member: how.member,
      sets: [],
      walkLock: null,
      open: [],
      uses: uses.map((use) => useRow(use, scan)),
    },
  ]
}

function tableRow(table: TableFact, member: string | null, uses: readonly TableUse[], scan: Scan): TableRow {
  return {
    ...placeRow(table, scan),
    table: table.name,
    struct: table.struct,
    member,
    sets: table.fields
      .filter(({ field }) => field !== 'walk_lock' && field !== member)
      .map(({ field, value, conditions }) => ({ field, value, conditions })),
    walkLock: walkLockOf(table),
    open: table.open,
    uses: uses.map((use) => useRow(use, scan)),
  }
}

/** `PGWALK_RDLOCK`, of tables that say with which lock they are walked. */
export function walkLockOf(table: TableFact): string | null {
  return table.fields.find(({ field }) => field === 'walk_lock')?.value ?? null
}

function useRow(use: TableUse, scan: Scan): TableUseRow {
  const { how } = use
  return {
    ...placeRow(use, scan),
    ...lockRow(use.locks),
    how:
      how.kind === 'call'
        ? `${how.callee}()${how.through === null ? '' : ` through ${how.through}`}`
        : how.kind === 'stored'
          ? `stored in ${how.to}`
          : use.text,
  }
}

/** The tables of callbacks among what a call hands over: no variables that are made for one call. */
function passedTables(passed: string, call: CallFact, scan: Scan): CallerRow['tables'] {
  const own = scan.facts.filter((facts) => facts.path === call.path).flatMap(({ tables }) => tables)
  return own
    .filter((table) => tableVariable(table.name) === passed && table.fields.length > 0)
    .filter(({ function: inside }) => inside === null || inside === call.function)
    .filter(
      ({ isStatic, function: inside, struct }) =>
        isStatic || inside === null || /ops$|operations$/.test(struct),
    )
    .map((table) => ({ table: table.name, walkLock: walkLockOf(table) }))
}

function placeRow({ path, line, function: inside, conditions }: FactPlace, scan: Scan): CallersPlace {
  const patch = scan.patchAt(path, line)
  return { path, line, function: inside, conditions, ...(patch === null ? {} : { patch }) }
}

function lockRow(locks: LockContext | null): {
  readonly locks: readonly string[]
  readonly perhaps: readonly string[]
} {
  if (locks === null) return { locks: [], perhaps: [] }
  const texts = (list: LockContext['held']): string[] => [...new Set(list.map(lockText))]
  return { locks: texts(locks.held), perhaps: texts(locks.perhaps) }
}

function addressText({ how }: AddressFact): string {
  switch (how.kind) {
    case 'assignment':
      return `stored in ${how.to}`
    case 'argument':
      return `handed to ${how.callee}()`
    default:
      return how.kind === 'other' ? 'its address is taken' : how.kind
  }
}

/** What may call the function unseen. */
function blindSpots(functions: readonly CalledFunction[], scan: Scan): string[] {
  const spots: string[] = []
  for (const { exports, macros, addresses, definitions, name, seenIn } of functions) {
    if (exports.length > 0) spots.push('modules outside of the tree, since it is exported')
    for (const { macro, path, line } of macros) {
      spots.push(`users of the macro ${macro} (${path}:${line}); \`kreplay callers ${macro}\` lists them`)
    }
    const stored = addresses.filter(({ how }) => how.kind !== 'member' && how.kind !== 'compared')
    if (stored.length > 0) spots.push('calls through pointers that its address is put into')
    if (definitions.length === 0)
      spots.push(`${name} itself: no definition was found; a macro or assembly may make it`)
    if (definitions.length > 0 && seenIn !== null && definitions.every(({ kind }) => kind === 'macro')) {
      spots.push(`${name} is a macro of ${seenIn} alone`)
    }
  }
  return [...new Set([...spots, ...standing(scan)])]
}

/** What no scan of this tree sees. */
export function standing(scan: Scan): string[] {
  return [
    ...scan.missing,
    ...scan.foreign,
    ...scan.facts.flatMap(({ hidden }) => hidden),
    'names that macros paste together',
  ]
}
