/** Writes a program as a litmus test that herd7 reads, and kreplay again. */
import { fail, ok, type Result } from '../base/index.js'
import type { Cell, IrFunction, Program, Word } from '../machine/index.js'
import { formatCondition } from './condition.js'
import type { Location, Proposition, Quantifier, Value } from './syntax.js'
import { Names } from './write-names.js'
import { numberText, type ProcessText, writeProcess } from './write-process.js'

/** What is asked of the test; names are those of cells, and of registers in the functions. */
export interface LitmusQuestion {
  readonly quantifier: Quantifier
  readonly condition: Proposition
  readonly filter: Proposition | null
  readonly locations: readonly Location[]
}

export interface LitmusText {
  /** Letters, digits and `_ . + - [ ] /`; anything else is replaced. */
  readonly name: string
  /** Lines of the comment in its head. */
  readonly comment: readonly string[]
  readonly program: Program
  /** What the threads of the program run, in their order; their arguments stand in the program. */
  readonly functions: readonly IrFunction[]
  /** Null: every state is shown, of the cells that the processes name and what they return. */
  readonly question: LitmusQuestion | null
}

/**
 * The text of the test. Error: `litmus-unwritable`, for what the format has no words for: calls, loops, interrupts,
 * arithmetic below 32 bits, numbers above.
 */
export function writeLitmus(source: LitmusText): Result<string> {
  const { program, functions } = source
  const { heap } = program
  const names = new Names()
  const globals = new Map<Cell, string>()
  const global = (cell: Cell): string => {
    const known = globals.get(cell)
    if (known !== undefined) return known
    const name = names.take(cell.name)
    globals.set(cell, name)
    return name
  }
  // A variable of a process must not be called like a cell: all cells are named first.
  for (const cell of heap.cells) if (cell.role !== 'internal') global(cell)

  const processes: ProcessText[] = []
  for (const [number, fn] of functions.entries()) {
    const args = (program.threads[number]?.args ?? []).map((word) => (word as Word).bits)
    const written = writeProcess({ number, function: fn, args, heap, global, names: names.copy() })
    if (!written.ok) return written
    processes.push(written.value)
  }
  const initial: string[] = []
  for (const [cell, name] of globals) {
    if (cell.initial === 0n) continue
    const target = heap.at(cell.initial)
    const value = target === undefined ? numberText(cell.initial) : `&${global(target)}`
    if (value === null) return fail(unwritable(`the initial value ${cell.initial} of ${cell.name}`))
    initial.push(`\tint ${target === undefined ? '' : '*'}${name} = ${value};`)
  }
  const renamed = [...globals].filter(([cell, name]) => cell.name !== name)
  return ok(
    [
      `C ${source.name.replace(/[^A-Za-z0-9_.+[\]/-]+/g, '_')}`,
      '',
      ...commentLines([...source.comment, ...renamed.map(([cell, name]) => `${name} is ${cell.name}`)]),
      ...(initial.length === 0 ? ['{}'] : ['{', ...initial, '}']),
      '',
      ...processes.flatMap(({ text }) => [text, '']),
      ...questionLines(source, processes, global),
      '',
    ].join('\n'),
  )
}

function commentLines(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return []
  const safe = lines.map((line) => ` * ${line.replace(/\(\*|\*\)/g, '**').replace(/[^ -~]/g, '?')}`.trimEnd())
  return ['(*', ...safe, ' *)', '']
}

function questionLines(
  { program, functions, question }: LitmusText,
  processes: readonly ProcessText[],
  global: (cell: Cell) => string,
): readonly string[] {
  const rename = (location: Location): Location => {
    if (location.kind === 'global') {
      const cell = program.heap.find(location.name)
      return cell === undefined ? location : { kind: 'global', name: global(cell) }
    }
    const register = functions[location.process]?.registers.indexOf(location.name) ?? -1
    const name = processes[location.process]?.registers[register] ?? location.name
    return { ...location, name }
  }
  const asked = question ?? everything(program, processes, global)
  const map = (proposition: Proposition): Proposition => renamed(proposition, rename)
  const locations = (question === null ? asked.locations : asked.locations.map(rename)).map(locationItem)
  const { filter } = asked
  return [
    ...(locations.length === 0 ? [] : [`locations [${locations.join('; ')}]`]),
    ...(filter === null ? [] : [formatCondition('filter', map(filter))]),
    formatCondition(asked.quantifier, map(asked.condition)),
  ]
}

function locationItem(location: Location): string {
  return location.kind === 'global' ? location.name : `${location.process}:${location.name}`
}

/** All that there is to see, asked for nothing. */
function everything(
  program: Program,
  processes: readonly ProcessText[],
  global: (cell: Cell) => string,
): LitmusQuestion {
  const cells = program.heap.cells.filter(({ role }) => role === 'data')
  const results = processes.flatMap(({ results }, process) =>
    results.map((name): Location => ({ kind: 'register', process, name })),
  )
  return {
    quantifier: 'exists',
    condition: { kind: 'and', of: [] },
    filter: null,
    locations: [...results, ...cells.map((cell): Location => ({ kind: 'global', name: global(cell) }))],
  }
}

function renamed(proposition: Proposition, rename: (location: Location) => Location): Proposition {
  const inner = (one: Proposition): Proposition => renamed(one, rename)
  switch (proposition.kind) {
    case 'is': {
      const { location, value } = proposition
      return { kind: 'is', location: rename(location), value: renamedValue(value, rename) }
    }
    case 'same':
      return { kind: 'same', left: rename(proposition.left), right: rename(proposition.right) }
    case 'not':
      return { kind: 'not', of: inner(proposition.of) }
    case 'implies':
      return { kind: 'implies', left: inner(proposition.left), right: inner(proposition.right) }
    case 'and':
    case 'or':
      return { kind: proposition.kind, of: proposition.of.map(inner) }
  }
}

function renamedValue(value: Value, rename: (location: Location) => Location): Value {
  if (value.kind === 'number') return value
  return { kind: 'address', name: rename({ kind: 'global', name: value.name }).name }
}

function unwritable(what: string): {
  readonly severity: 'error'
  readonly code: string
  readonly message: string
} {
  return {
    severity: 'error',
    code: 'litmus-unwritable',
    message: `the program cannot be written as a litmus test: the format has no word for ${what}`,
  }
}
