/**
 * Litmus shapes in one line per thread, `x=1; mb; y`: stores, loads, barriers and atomic operations of cells x,
 * y and z and of locks A and B, which spring into being when they are named.
 */
import { type ExploreOptions, forEachExecution, type MemoryModel } from '../../../src/explore/index.js'
import { type Access, type FenceKind, Heap, type Proc } from '../../../src/machine/index.js'
import { type Body, cell, load, lock, program, rmw, store, unlock } from './by-hand.js'

const ACCESSES: Readonly<Record<string, Access>> = {
  once: 'once',
  acquire: 'acquire',
  release: 'release',
  mb: 'mb',
}

/** `x=1` stores, `x` loads, `x+=1` adds atomically; a way to access may come before: `release x=1`. */
function* access(heap: Heap, text: string): Proc<bigint | null> {
  const match = /^(?:(\w+) )?([xyz])(?:(=|\+=)(\d))?$/.exec(text)
  if (match === null) throw new Error(`no statement of a shape: ${text}`)
  const [, marked = '', name = '', operator, digit = '0'] = match
  const at = cell(heap, name)
  if (operator === '=') yield* store(at, BigInt(digit), ACCESSES[marked] ?? 'plain')
  else if (operator === '+=') return (yield* rmw(at, (value) => value + BigInt(digit))).bits
  else return (yield* load(at, ACCESSES[marked] ?? 'plain')).bits
  return null
}

function* statement(heap: Heap, text: string): Proc<bigint | null> {
  const [word = '', name = ''] = text.split(' ')
  switch (word) {
    case 'lock':
      yield* lock(heap.lock(name, 'spin'))
      return null
    case 'unlock':
      yield* unlock(heap.lock(name, 'spin'))
      return null
    case 'trylock':
      yield { op: 'trylock', lock: heap.lock(name, 'spin') }
      return null
    case 'fence':
      yield { op: 'fence', fence: name as FenceKind }
      return null
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'irq-save':
    case 'irq-restore':
      yield { op: word }
      return null
    case 'interrupt':
    case 'synchronize': {
      const waitsFor = word === 'interrupt' ? 'irq' : 'rcu'
      const cells = ['a', 'b'].map((thread) => heap.internal(`${waitsFor}@${thread}`))
      const sections = cells.map((section) => ({ cell: section, why: section.name }))
      yield { op: 'grace-period', waitsFor, sections }
      return null
    }
    default:
      return yield* access(heap, text)
  }
}

/** A thread that returns the values it read, in order. */
function thread(heap: Heap, text: string): Body {
  return function* () {
    const seen: bigint[] = []
    for (const one of text.split(';')) {
      const value = yield* statement(heap, one.trim())
      if (value !== null) seen.push(value)
    }
    return seen.join('')
  }
}

export function shape(...threads: readonly string[]) {
  const heap = new Heap()
  return program(
    heap,
    threads.map((text) => thread(heap, text)),
  )
}

/** What the threads read, then the final cells, `01/1 x=2 y=1`: every way it can be, each once, ascending. */
export function endings(
  model: MemoryModel,
  threads: readonly string[],
  options: Partial<ExploreOptions> = {},
): string[] {
  const found = new Set<string>()
  forEachExecution(shape(...threads), { model, ...options }, ({ threads: ended, finalValue }) => {
    const reads = ended
      .map(({ status, returned }) => (status === 'done' ? String(returned) : status))
      .join('/')
    const cells = ['x', 'y', 'z'].flatMap((name) => {
      const value = finalValue(name)
      return value === undefined ? [] : [`${name}=${value}`]
    })
    found.add([reads, ...cells].join(' '))
    return true
  })
  return [...found].sort()
}
