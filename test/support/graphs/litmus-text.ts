/** Programs of the tiny language as litmus tests. */
import {
  CELLS,
  COOKIES,
  DOMAINS,
  type GraphText,
  LOCKS,
  REGISTERS,
  type Statement,
  statementsIn,
  type Value,
} from './language.js'

/** The program as a litmus test that shows every register and cell; null if the format has no words for it. */
export function litmusText(name: string, text: GraphText): string | null {
  const statements = text.threads.flatMap((body) => [...statementsIn(body)])
  if (statements.some((statement) => !isExpressible(statement))) return null
  const parameters = [
    ...CELLS.map((cell) => `int *${cell}`),
    ...LOCKS.map((lock) => `spinlock_t *${lock}`),
    ...DOMAINS.map((domain) => `struct srcu_struct *${domain}`),
  ].join(', ')
  const threads = text.threads.map((body, i) => {
    const registers = [...REGISTERS, ...COOKIES]
    const declared = registers.map((register) => `\tint ${register} = 0;\n`).join('')
    return `P${i}(${parameters})\n{\n${declared}${print(body, '\t')}}\n`
  })
  const shown = [...text.threads.flatMap((_, i) => REGISTERS.map((register) => `${i}:${register}`)), ...CELLS]
  return `C ${name}\n\n{}\n\n${threads.join('\n')}\nlocations [${shown.join(';')}]\nexists (0:r0=0)\n`
}

function isExpressible(statement: Statement): boolean {
  switch (statement.do) {
    case 'load-at':
    case 'return-if':
    case 'irq-save':
    case 'irq-restore':
    case 'ipi':
      return false
    case 'load':
      return statement.access === 'plain' || statement.access === 'once' || statement.access === 'acquire'
    case 'rmw':
      return rmwName(statement) !== null
    default:
      return true
  }
}

type Rmw = Extract<Statement, { do: 'rmw' }>

const SUFFIXES: Readonly<Record<string, string>> = {
  mb: '',
  once: '_relaxed',
  acquire: '_acquire',
  release: '_release',
}

function rmwName({ kind, access, to, result }: Rmw): string | null {
  if (access === 'noreturn') return kind === 'add' && to === null ? 'atomic_add' : null
  const suffix = SUFFIXES[access]
  if (suffix === undefined || to === null) return null
  if (kind === 'add') {
    if (result === 'stored') return null
    return result === 'old' ? `atomic_fetch_add${suffix}` : `atomic_add_return${suffix}`
  }
  if (kind === 'add-unless') return access === 'mb' && result === 'stored' ? 'atomic_add_unless' : null
  if (result !== 'old') return null
  return kind === 'exchange' ? `xchg${suffix}` : `cmpxchg${suffix}`
}

function value({ constant, register, isMasked }: Value): string {
  if (register === undefined) return String(constant)
  return isMasked === true ? `(${register} & 0) + ${constant}` : `${register} + ${constant}`
}

const FENCES: Readonly<Record<string, string>> = {
  mb: 'smp_mb',
  rmb: 'smp_rmb',
  wmb: 'smp_wmb',
  barrier: 'barrier',
  'before-atomic': 'smp_mb__before_atomic',
  'after-atomic': 'smp_mb__after_atomic',
  'after-spinlock': 'smp_mb__after_spinlock',
  'after-unlock-lock': 'smp_mb__after_unlock_lock',
  'after-srcu-read-unlock': 'smp_mb__after_srcu_read_unlock',
}

function print(body: readonly Statement[], indent: string): string {
  return body.map((statement) => printOne(statement, indent)).join('')
}

function printOne(statement: Statement, indent: string): string {
  const line = (text: string): string => `${indent}${text};\n`
  switch (statement.do) {
    case 'load': {
      const { to, access } = statement
      const address = pointer(statement)
      if (access === 'acquire') return line(`${to} = smp_load_acquire(${address})`)
      return line(access === 'plain' ? `${to} = *${address}` : `${to} = READ_ONCE(*${address})`)
    }
    case 'store': {
      const address = pointer(statement)
      const stored = value(statement.value)
      if (statement.access === 'release') return line(`smp_store_release(${address}, ${stored})`)
      if (statement.access === 'plain') return line(`*${address} = ${stored}`)
      return line(`WRITE_ONCE(*${address}, ${stored})`)
    }
    case 'set':
      return line(`${statement.to} = ${value(statement.value)}`)
    case 'rmw': {
      const { kind, to } = statement
      const address = pointer(statement)
      const stored = value(statement.value)
      const other = value(statement.other)
      const args = {
        exchange: [address, stored],
        add: [stored, address],
        'compare-exchange': [address, other, stored],
        'add-unless': [address, stored, other],
      }[kind]
      return line(`${to === null ? '' : `${to} = `}${rmwName(statement) ?? '?'}(${args.join(', ')})`)
    }
    case 'fence':
      return line(`${FENCES[statement.fence] ?? '?'}()`)
    case 'if': {
      const inner = `${indent}\t`
      const then = `${indent}if (${statement.register} == ${statement.equals}) {\n${print(statement.body, inner)}${indent}}`
      if (statement.otherwise.length === 0) return `${then}\n`
      return `${then} else {\n${print(statement.otherwise, inner)}${indent}}\n`
    }
    case 'lock':
      return line(`spin_lock(${statement.lock})`)
    case 'unlock':
      return line(`spin_unlock(${statement.lock})`)
    case 'trylock':
      return (
        line(`${statement.to} = spin_trylock(${statement.lock})`) +
        `${indent}if (${statement.to}) {\n${print(statement.body, `${indent}\t`)}${indent}}\n`
      )
    case 'is-locked':
      return line(`${statement.to} = spin_is_locked(${statement.lock})`)
    case 'rcu-lock':
      return line('rcu_read_lock()')
    case 'rcu-unlock':
      return line('rcu_read_unlock()')
    case 'synchronize':
      return line('synchronize_rcu()')
    case 'srcu-lock':
      return line(`${statement.to} = srcu_read_lock(${statement.domain})`)
    case 'srcu-unlock':
      return line(`srcu_read_unlock(${statement.domain}, ${statement.cookie})`)
    case 'synchronize-srcu':
      return line(`synchronize_srcu(${statement.domain})`)
    default:
      throw new Error(`a litmus test cannot say ${statement.do}`)
  }
}

function pointer({ cell, via }: { readonly cell: string; readonly via: string | null }): string {
  return via === null ? cell : `(${cell} + (${via} & 0))`
}
