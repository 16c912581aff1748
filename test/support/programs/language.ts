/**
 * A tiny language of programs as data. `build.ts` turns them into programs of the machine, `brute-force.ts`
 * interprets them by itself: the two share nothing but these types.
 */

/** A constant, or what a register holds plus a constant: a value computed from a load. */
export type Operand = { readonly constant: number } | { readonly register: number; readonly plus: number }

export type Statement =
  | { readonly do: 'load'; readonly cells: readonly string[]; readonly to: readonly number[] }
  | { readonly do: 'store'; readonly cells: readonly string[]; readonly values: readonly Operand[] }
  | { readonly do: 'exchange'; readonly cell: string; readonly value: Operand; readonly to: number }
  | { readonly do: 'add'; readonly cells: readonly string[]; readonly amount: number; readonly to: number }
  | {
      readonly do: 'compare-exchange'
      readonly cell: string
      readonly expected: number
      readonly value: Operand
      readonly to: number
    }
  | { readonly do: 'lock' | 'unlock'; readonly lock: string }
  /** Sets the register to 1 and runs `body` if the lock was free. */
  | {
      readonly do: 'trylock'
      readonly lock: string
      readonly to: number
      readonly body: readonly Statement[]
    }
  /** Waits until the cells' values add up to `sum`. */
  | { readonly do: 'await'; readonly cells: readonly string[]; readonly sum: number }
  | { readonly do: 'assume'; readonly register: number; readonly not: number }
  | { readonly do: 'choose'; readonly key: string; readonly domain: readonly string[]; readonly to: number }
  | { readonly do: 'observe'; readonly register: number; readonly sleeps: boolean }
  /** Runs `body` in a function of its own. */
  | {
      readonly do: 'if'
      readonly register: number
      readonly equals: number
      readonly body: readonly Statement[]
    }
  /** Loads the cell again and again until it holds the value. */
  | { readonly do: 'spin'; readonly cell: string; readonly until: number; readonly to: number }
  /** Loads the cell and compare-exchanges it for one more, again and again until that succeeds. */
  | { readonly do: 'add-loop'; readonly cell: string; readonly to: number }
  /** Sets the freed flag of a page. */
  | { readonly do: 'free'; readonly page: string }
  | { readonly do: 'rcu-lock' | 'rcu-unlock' | 'irq-save' | 'irq-restore' }
  /** Waits for the interrupt-off sections of the other threads and, for `rcu`, for those of RCU. */
  | { readonly do: 'synchronize'; readonly waitsFor: 'rcu' | 'irq' }
  /** A fatal hazard, if the register holds the value. */
  | { readonly do: 'die'; readonly register: number; readonly equals: number }
  | { readonly do: 'fence' }

export interface ProgramText {
  readonly threads: readonly (readonly Statement[])[]
  /** The page that a cell lies in, for those that lie in one. */
  readonly pages: Readonly<Record<string, string>>
}

/** Registers of a thread, all 0 at first. */
export const REGISTERS = 3

/** Shared operations that a thread does at the least when it waits for nothing and takes no branch. */
export function operations(body: readonly Statement[]): number {
  let count = 0
  for (const statement of body) {
    if (statement.do === 'add-loop') count += 2
    else if (!LOCAL.has(statement.do)) count += 1
    if (statement.do === 'if' || statement.do === 'trylock') count += operations(statement.body)
  }
  return count
}

const LOCAL: ReadonlySet<string> = new Set(['assume', 'observe', 'if', 'die', 'fence'])

/** Names of the cells that statements name, ascending. */
export function dataCells(text: ProgramText): string[] {
  const names = new Set<string>()
  const visit = (body: ProgramText['threads'][number]): void => {
    for (const statement of body) {
      if ('cells' in statement) for (const cell of statement.cells) names.add(cell)
      if ('cell' in statement) names.add(statement.cell)
      if ('body' in statement) visit(statement.body)
    }
  }
  for (const body of text.threads) visit(body)
  return [...names].sort()
}

/** The program for people, one line per thread: `a: r0 = x; y = r0+1`. */
export function show(program: ProgramText): string {
  const pages = Object.entries(program.pages).map(([cell, page]) => `${cell} in ${page}`)
  const threads = program.threads.map((body, i) => `${threadName(i)}: ${showBody(body)}`)
  return [...threads, ...(pages.length > 0 ? [pages.join(', ')] : [])].join('\n')
}

/** The cells that `synchronize` waits for, one after the other, as thread `thread` of `threads`. */
export function sections(waitsFor: 'rcu' | 'irq', thread: number, threads: number): string[] {
  const others = Array.from({ length: threads }, (_, other) => other).filter((other) => other !== thread)
  return others
    .map(threadName)
    .flatMap((name) => [...(waitsFor === 'rcu' ? [`rcu@${name}`] : []), `irq@${name}`])
}

export function threadName(thread: number): string {
  return String.fromCharCode(97 + thread)
}

function showBody(body: readonly Statement[]): string {
  return body.map(showStatement).join('; ')
}

function showStatement(statement: Statement): string {
  switch (statement.do) {
    case 'load':
      return `${statement.to.map((to) => `r${to}`).join(',')} = ${statement.cells.join(',')}`
    case 'store':
      return `${statement.cells.join(',')} = ${statement.values.map(showOperand).join(',')}`
    case 'exchange':
      return `r${statement.to} = xchg(${statement.cell}, ${showOperand(statement.value)})`
    case 'add':
      return `r${statement.to} = add(${statement.cells.join(',')}, ${statement.amount})`
    case 'compare-exchange':
      return `r${statement.to} = cmpxchg(${statement.cell}, ${statement.expected}, ${showOperand(statement.value)})`
    case 'trylock':
      return `if (r${statement.to} = trylock ${statement.lock}) { ${showBody(statement.body)} }`
    case 'await':
      return `await ${statement.cells.join('+')} == ${statement.sum}`
    case 'assume':
      return `assume r${statement.register} != ${statement.not}`
    case 'choose':
      return `r${statement.to} = choose ${statement.key} of ${statement.domain.join(',')}`
    case 'observe':
      return `observe r${statement.register}${statement.sleeps ? ' (sleeps)' : ''}`
    case 'if':
      return `if (r${statement.register} == ${statement.equals}) { ${showBody(statement.body)} }`
    case 'spin':
      return `until ((r${statement.to} = ${statement.cell}) == ${statement.until});`
    case 'add-loop':
      return `until (cmpxchg(${statement.cell}, r${statement.to} = ${statement.cell}, r${statement.to}+1));`
    case 'lock':
    case 'unlock':
      return `${statement.do} ${statement.lock}`
    case 'free':
      return `free ${statement.page}`
    case 'synchronize':
      return `synchronize ${statement.waitsFor}`
    case 'die':
      return `if (r${statement.register} == ${statement.equals}) die`
    default:
      return statement.do
  }
}

function showOperand(operand: Operand): string {
  return 'constant' in operand ? String(operand.constant) : `r${operand.register}+${operand.plus}`
}
