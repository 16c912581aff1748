/** Callers on the screen. */
import { plural } from '../base/index.js'
import { field, singleLine, table } from '../report/index.js'
import type { Callers, CallersPlace, FunctionCallers, TableRow } from '../run/index.js'

/** Everything that was found, section by section. Ends in a newline. */
export function callersText(found: Callers, width: number): string {
  const { name, tree, files, mentioning, functions, tables, blind } = singleLine(found)
  const lines = [
    ...functions.flatMap((one) => [...functionLines(one), '']),
    ...(tables.length === 0 && functions.length > 0 ? [] : [`${name}: ${plural(tables.length, 'table')}`]),
    ...tables.flatMap((row) => tableLines({ ...row, struct: '' })),
    ...(tables.length === 0 ? [] : ['']),
    ...section(
      'Not seen',
      blind.flatMap((spot) => field('', spot, { indent: 4, gutter: 4, width })),
    ),
    '',
    `looked into ${plural(files, 'file')} of ${tree}; ${mentioning} ${mentioning === 1 ? 'mentions' : 'mention'} it`,
  ]
  return `${lines.join('\n')}\n`
}

function functionLines(one: FunctionCallers): string[] {
  const whose = one.seenIn === null ? one.name : `${one.name}, static in ${one.seenIn}`
  const { definitions, calls, tables, addresses, macros, exports } = one
  return [
    whose,
    ...section(
      'Defined',
      rows(
        definitions.map((definition) => [
          placeText(definition),
          [definition.kind === 'macro' ? 'macro' : '', definition.static ? 'static' : '']
            .filter((word) => word !== '')
            .join(' '),
          definition.asserts.length === 0 ? '' : `asserts ${definition.asserts.join(', ')}`,
          whenText(definition),
        ]),
      ),
    ),
    ...section(
      `Called from ${plural(calls.length, 'place')}`,
      rows(
        calls.map((call) => [
          placeText(call),
          insideText(call),
          locksText(call),
          call.tables
            .map((given) => given.table + (given.walkLock === null ? '' : ` (${given.walkLock})`))
            .join(', '),
          whenText(call),
        ]),
      ),
    ),
    ...(tables.length === 0 ? [] : ['  In tables of callbacks', ...tables.flatMap(tableLines)]),
    ...section(
      'Its address elsewhere',
      rows(
        addresses.map((address) => [placeText(address), insideText(address), address.how, whenText(address)]),
      ),
    ),
    ...section('In macros', rows(macros.map((macro) => [placeText(macro), macro.macro, whenText(macro)]))),
    ...section('Exported', rows(exports.map((exported) => [placeText(exported), exported.by]))),
  ]
}

function tableLines(row: TableRow): string[] {
  const struct = row.struct === '' ? '' : `struct ${row.struct} `
  const sets = row.sets.map(({ field: member }) => member)
  const also = sets.length === 0 ? '' : `${row.member === null ? 'sets' : 'also sets'} ${sets.join(', ')}`
  const facts = [
    also,
    row.walkLock === null ? '' : `.walk_lock = ${row.walkLock}`,
    ...row.open,
    row.function === null ? '' : `in ${row.function}()`,
    whenText(row),
  ].filter((fact) => fact !== '')
  const member = row.member === null ? '' : `.${row.member}`
  return [
    `    ${placeText(row)}  ${struct}${row.table}${member}${facts.length === 0 ? '' : `: ${facts.join('; ')}`}`,
    ...rows(
      row.uses.map((use) => [placeText(use), insideText(use), use.how, locksText(use), whenText(use)]),
    ).map((line) => `  ${line}`),
    ...(row.uses.length === 0 ? ['      no use of it was seen'] : []),
  ]
}

/** A title, and what belongs to it; nothing if that is nothing. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines]
}

function rows(cells: readonly (readonly string[])[]): string[] {
  // A column that is empty everywhere takes no room.
  const used = (cells[0] ?? []).map((_, column) => cells.some((row) => row[column] !== ''))
  return table(cells.map((row) => row.filter((_, column) => used[column] === true))).map(
    (line) => `    ${line}`,
  )
}

function placeText({ path, line, patch }: CallersPlace): string {
  return `${path}:${line}${patch === undefined ? '' : ` (${patch})`}`
}

function insideText({ function: inside }: CallersPlace): string {
  return inside === null ? '' : `${inside}()`
}

function locksText({ locks, perhaps }: { locks: readonly string[]; perhaps: readonly string[] }): string {
  return [...locks, ...perhaps.map((lock) => `perhaps ${lock}`)].join(', ')
}

function whenText({ conditions }: CallersPlace): string {
  return conditions.length === 0 ? '' : `if ${conditions.join(' && ')}`
}
