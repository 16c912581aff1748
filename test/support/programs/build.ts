/** Programs of the language as programs of the machine. */
import {
  type Callable,
  Heap,
  type Lock,
  map,
  type Operation,
  type Proc,
  type Program,
  type ThreadSpec,
  tracked,
  type Word,
} from '../../../src/machine/index.js'
import {
  type Operand,
  type ProgramText,
  REGISTERS,
  type Statement,
  sections,
  threadName,
} from './language.js'

export function build(text: ProgramText): Program {
  const heap = new Heap()
  const page = (name: string) => heap.internal(name)
  const cell = (name: string) => {
    const lies = text.pages[name]
    const object = `word:${name}`
    return heap.cell({
      name,
      initial: 0n,
      object,
      role: 'data',
      page: lies === undefined ? null : page(lies),
    })
  }
  const lock = (name: string): Lock => heap.lock(name, 'spin')
  const threads = text.threads.map((body, i): ThreadSpec => {
    return {
      name: threadName(i),
      label: `thread ${threadName(i)}`,
      holding: [],
      underTest: i === 0,
      entry: callable(`thread_${threadName(i)}`, function* () {
        const registers: Word[] = new Array<Word>(REGISTERS).fill(tracked(0n))
        yield* run(body, registers, i)
        return registers.map((register) => register.bits.toString()).join(',')
      }),
      args: [],
    }
  })
  return { heap, threads, host: { context: () => null }, answers: new Map() }

  function* run(body: readonly Statement[], registers: Word[], thread: number): Proc<void> {
    const value = (operand: Operand): Word => {
      if ('constant' in operand) return tracked(BigInt(operand.constant))
      return map(registers[operand.register] ?? tracked(0n), (bits) => bits + BigInt(operand.plus))
    }
    for (const [at, statement] of body.entries()) {
      switch (statement.do) {
        case 'load': {
          const words = yield* load(statement.cells)
          for (const [i, to] of statement.to.entries()) registers[to] = words[i] ?? tracked(0n)
          break
        }
        case 'store': {
          const cells = statement.cells.map(cell)
          yield { op: 'store', cells, values: statement.values.map(value), access: 'plain', address: [] }
          break
        }
        case 'exchange': {
          const word = value(statement.value)
          const [old] = yield* rmw([statement.cell], 'xchg', () => [word.bits], word.from)
          registers[statement.to] = old ?? tracked(0n)
          break
        }
        case 'add': {
          const [old] = yield* rmw(statement.cells, 'add', (current) =>
            current.map((bits) => bits + BigInt(statement.amount)),
          )
          registers[statement.to] = old ?? tracked(0n)
          break
        }
        case 'compare-exchange': {
          const word = value(statement.value)
          const expected = BigInt(statement.expected)
          const exchange = (current: readonly bigint[]) => (current[0] === expected ? [word.bits] : null)
          const [old] = yield* rmw([statement.cell], 'cmpxchg', exchange, word.from)
          registers[statement.to] = old ?? tracked(0n)
          break
        }
        case 'lock':
        case 'unlock':
          yield { op: statement.do, lock: lock(statement.lock) }
          break
        case 'trylock': {
          const taken = (yield { op: 'trylock', lock: lock(statement.lock) }) as { bits: boolean }
          registers[statement.to] = tracked(taken.bits ? 1n : 0n)
          if (taken.bits) yield* nested('taken', statement.body, registers, thread)
          break
        }
        case 'await': {
          const until = (values: readonly bigint[]) =>
            values.reduce((sum, bits) => sum + bits, 0n) === BigInt(statement.sum)
          yield { op: 'await', cells: statement.cells.map(cell), until, why: `sum ${statement.sum}` }
          break
        }
        case 'assume':
          yield { op: 'assume', holds: registers[statement.register]?.bits !== BigInt(statement.not) }
          break
        case 'choose': {
          const answer = yield { op: 'choose', key: statement.key, domain: statement.domain }
          registers[statement.to] = tracked(BigInt(statement.domain.indexOf(answer as string)))
          break
        }
        case 'observe': {
          const detail = String(registers[statement.register]?.bits)
          yield {
            op: 'observe',
            event: { name: 'seen', detail, role: 'action', sleeps: statement.sleeps },
          }
          break
        }
        case 'if': {
          const condition = map(
            registers[statement.register] ?? tracked(0n),
            (bits) => bits === BigInt(statement.equals),
          )
          if ((yield { op: 'branch', on: condition, extent: 'rest' }) === true) {
            yield* nested('then', statement.body, registers, thread)
          }
          break
        }
        case 'spin':
          for (;;) {
            yield { op: 'retry', key: String(at), locals: '' }
            const [word] = yield* load([statement.cell])
            registers[statement.to] = word ?? tracked(0n)
            if (word?.bits === BigInt(statement.until)) break
          }
          break
        case 'add-loop':
          for (;;) {
            yield { op: 'retry', key: String(at), locals: '' }
            const [word] = yield* load([statement.cell])
            const seen = word ?? tracked(0n)
            registers[statement.to] = seen
            const exchange = (current: readonly bigint[]) =>
              current[0] === seen.bits ? [seen.bits + 1n] : null
            const [old] = yield* rmw([statement.cell], 'cmpxchg', exchange, seen.from)
            if (old?.bits === seen.bits) break
          }
          break
        case 'free':
          yield {
            op: 'store',
            cells: [page(statement.page)],
            values: [tracked(1n)],
            access: 'plain',
            address: [],
          }
          break
        case 'die':
          if (registers[statement.register]?.bits === BigInt(statement.equals)) {
            yield { op: 'hazard', kind: 'died', object: '', text: 'as told', fatal: true }
          }
          break
        case 'fence':
          yield { op: 'fence', fence: 'mb' }
          break
        case 'synchronize': {
          const { waitsFor } = statement
          const cells = sections(waitsFor, thread, text.threads.length).map((name) => heap.internal(name))
          yield { op: 'grace-period', waitsFor, sections: cells.map((cell) => ({ cell, why: cell.name })) }
          break
        }
        default:
          yield { op: statement.do }
      }
    }
  }

  function* nested(name: string, body: readonly Statement[], registers: Word[], thread: number): Proc<void> {
    yield { op: 'call', target: callable(name, () => run(body, registers, thread)), args: [] }
  }

  function* load(cells: readonly string[]): Proc<readonly Word[]> {
    const operation: Operation = { op: 'load', cells: cells.map(cell), access: 'plain', address: [] }
    return (yield operation) as readonly Word[]
  }

  function* rmw(
    cells: readonly string[],
    name: string,
    update: (current: readonly bigint[]) => readonly bigint[] | null,
    data: Word['from'] = [],
  ): Proc<readonly Word[]> {
    const operation: Operation = {
      op: 'rmw',
      cells: cells.map(cell),
      update,
      access: 'mb',
      address: [],
      data,
      name,
    }
    return (yield operation) as readonly Word[]
  }
}

function callable(name: string, body: () => Proc<unknown>): Callable {
  return { name, path: null, role: 'primitive', body }
}
