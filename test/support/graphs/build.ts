/** Programs of the tiny language as programs of the machine. */
import {
  type Callable,
  type Cell,
  Heap,
  type Proc,
  type Program,
  type RmwUpdate,
} from '../../../src/machine/index.js'
import { cell } from '../programs/by-hand.js'
import {
  binary,
  branch,
  call,
  fence,
  type Value as IrValue,
  ir,
  irProgram,
  jump,
  type Line,
  load,
  lockOp,
  plain,
  returns,
  rmw,
  set,
  srcuLock,
  srcuUnlock,
  store,
  synchronize,
  tryOp,
} from '../programs/ir.js'
import {
  CELLS,
  COOKIES,
  DOMAINS,
  type GraphText,
  LOCKS,
  REGISTERS,
  type RegisterName,
  type Statement,
  type Value,
} from './language.js'

/** The program of a text. Every thread returns its registers. */
export function build({ threads }: GraphText): Program {
  const heap = new Heap()
  const at = new Map<string, Cell>()
  for (const name of [...CELLS, ...DOMAINS]) at.set(name, cell(heap, name))
  for (const name of LOCKS) at.set(name, heap.lock(name, name).cell)
  const functions = threads.map((body, i) => {
    const lines = new Emitter(at).thread(body)
    return ir(`P${i}`, [], lines)
  })
  return irProgram(heap, functions, [IPI])
}

/** An inter-processor interrupt that every other CPU has to answer; no instruction does that. */
const IPI: Callable = {
  name: 'ipi',
  path: null,
  role: 'primitive',
  *body(): Proc<void> {
    yield { op: 'grace-period', waitsFor: 'irq', sections: [] }
  },
}

class Emitter {
  readonly #cells: ReadonlyMap<string, Cell>
  readonly #lines: Line[] = []
  #labels = 0
  #temporaries = 0

  constructor(cells: ReadonlyMap<string, Cell>) {
    this.#cells = cells
  }

  thread(body: readonly Statement[]): readonly Line[] {
    for (const name of [...REGISTERS, ...COOKIES]) this.#lines.push(set(name, 0))
    this.#all(body)
    this.#lines.push('return:', returns(...REGISTERS))
    return this.#lines
  }

  #all(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement)
  }

  #cell(name: string): Cell {
    const found = this.#cells.get(name)
    if (found === undefined) throw new Error(`nothing is called ${name}`)
    return found
  }

  #temporary(): string {
    return `t${this.#temporaries++}`
  }

  #value({ constant, register, isMasked }: Value): IrValue {
    if (register === undefined) return constant
    const to = this.#temporary()
    if (isMasked === true) this.#lines.push(binary(to, register, '&', 0), binary(to, to, '+', constant))
    else this.#lines.push(binary(to, register, '+', constant))
    return to
  }

  #address(name: string, via: RegisterName | null): IrValue {
    const found = this.#cell(name)
    if (via === null) return found
    const to = this.#temporary()
    this.#lines.push(binary(to, via, '&', 0), binary(to, to, '+', found))
    return to
  }

  #statement(statement: Statement): void {
    const lines = this.#lines
    const label = `l${this.#labels++}`
    switch (statement.do) {
      case 'load':
        lines.push(load(statement.to, this.#address(statement.cell, statement.via), statement.access))
        return
      case 'load-at': {
        const to = this.#temporary()
        lines.push(
          binary(to, statement.index, '&', 1),
          binary(to, to, '*', 8),
          binary(to, to, '+', this.#cell('x')),
          load(statement.to, to),
        )
        return
      }
      case 'store': {
        const address = this.#address(statement.cell, statement.via)
        lines.push(store(address, this.#value(statement.value), statement.access))
        return
      }
      case 'set':
        lines.push(set(statement.to, this.#value(statement.value)))
        return
      case 'rmw': {
        const address = this.#address(statement.cell, statement.via)
        const kind: RmwUpdate['kind'] = statement.kind === 'add' ? 'arithmetic' : statement.kind
        const other = this.#value(statement.other)
        const update = { kind, value: this.#value(statement.value), expected: other, unless: other }
        lines.push(rmw(statement.to, statement.result, address, update, undefined, statement.access))
        return
      }
      case 'fence':
        lines.push(fence(statement.fence))
        return
      case 'if': {
        const condition = this.#temporary()
        lines.push(
          binary(condition, statement.register, '==', statement.equals),
          branch(condition, `${label}t`, `${label}f`, `${label}j`),
          `${label}t:`,
        )
        this.#all(statement.body)
        lines.push(jump(`${label}j`), `${label}f:`)
        this.#all(statement.otherwise)
        lines.push(`${label}j:`)
        return
      }
      case 'return-if':
        lines.push(branch(statement.register, 'return', `${label}f`, null), `${label}f:`)
        return
      case 'lock':
      case 'unlock':
        lines.push(lockOp(statement.do, this.#cell(statement.lock)))
        return
      case 'trylock':
        lines.push(
          tryOp('trylock', statement.to, this.#cell(statement.lock)),
          branch(statement.to, `${label}t`, `${label}j`, `${label}j`),
          `${label}t:`,
        )
        this.#all(statement.body)
        lines.push(`${label}j:`)
        return
      case 'is-locked':
        lines.push(tryOp('is-locked', statement.to, this.#cell(statement.lock)))
        return
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'irq-save':
      case 'irq-restore':
        lines.push(plain({ op: statement.do }))
        return
      case 'synchronize':
        lines.push(synchronize())
        return
      case 'ipi':
        lines.push(call(null, 'ipi'))
        return
      case 'srcu-lock':
        lines.push(srcuLock(statement.to, this.#cell(statement.domain)))
        return
      case 'srcu-unlock':
        lines.push(srcuUnlock(this.#cell(statement.domain), statement.cookie))
        return
      case 'synchronize-srcu':
        lines.push(synchronize(this.#cell(statement.domain)))
        return
    }
  }
}
