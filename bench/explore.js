/**
 * The explorer on families of programs: executions explored beside the interleavings that brute force would
 * run, prefixes cut as redundant, executions per second of processor time, peak memory. Needs a build: `npm run build`.
 */
import { explore, SC } from '../dist/explore/index.js'
import { Heap, tracked } from '../dist/machine/index.js'

const SECONDS = 1

function cell(heap, name) {
  return heap.cell({ name, initial: 0n, object: name, role: 'data', page: null })
}

function program(heap, bodies) {
  const threads = bodies.map((body, i) => {
    const name = String.fromCharCode(97 + i)
    const entry = { name: `thread_${name}`, path: null, role: 'actor', body }
    return { name, label: name, holding: [], underTest: i === 0, entry, args: [] }
  })
  return { heap, threads, host: { context: () => null }, answers: new Map() }
}

const load = (from) => ({ op: 'load', cells: [from], access: 'plain', address: [] })
const store = (to, bits) => ({
  op: 'store',
  cells: [to],
  values: [tracked(bits)],
  access: 'plain',
  address: [],
})

/** Families: the program, and the number of its interleavings where that is a formula. */
const FAMILIES = {
  /** n threads that store to cells of their own. */
  'independent writers': (n) => {
    const heap = new Heap()
    const bodies = Array.from(
      { length: n },
      (_, i) =>
        function* () {
          yield store(cell(heap, `own ${i}`), 1n)
        },
    )
    return { program: program(heap, bodies), interleavings: factorial(n) }
  },
  /** Two threads that each load and store two shared cells in turn, k operations each. */
  'two threads, shared cells': (k) => {
    const heap = new Heap()
    const cells = [cell(heap, 'x'), cell(heap, 'y')]
    const body = (me) =>
      function* () {
        for (let i = 0; i < k; i++) {
          const at = cells[(i >> 1) % 2]
          yield i % 2 === me ? load(at) : store(at, BigInt(10 * me + i))
        }
      }
    return { program: program(heap, [body(0), body(1)]), interleavings: choose(2 * k, k) }
  },
  /** n threads that each take one lock and increment a cell under it. */
  'critical sections': (n) => {
    const heap = new Heap()
    const lock = heap.lock('lock', 'lock')
    const x = cell(heap, 'x')
    const body = function* () {
      yield { op: 'lock', lock }
      yield store(x, (yield load(x))[0].bits + 1n)
      yield { op: 'unlock', lock }
    }
    return { program: program(heap, new Array(n).fill(body)), interleavings: factorial(n) }
  },
  /** A loop that reads n entries, against a writer that clears and then sets each. */
  'reader loop, clear and set': (n) => {
    const heap = new Heap()
    const entries = Array.from({ length: n }, (_, i) => cell(heap, `pte[${i}]`))
    const reader = function* () {
      for (const entry of entries) yield load(entry)
    }
    const writer = function* () {
      for (const entry of entries) yield store(entry, 0n)
      for (const entry of entries) yield store(entry, 1n)
    }
    return { program: program(heap, [reader, writer]), interleavings: choose(3 * n, n) }
  },
  /** A loop that waits for each of n flags, set one after another. */
  'waiting loop': (n) => {
    const heap = new Heap()
    const flags = Array.from({ length: n }, (_, i) => cell(heap, `flag[${i}]`))
    const waits = function* () {
      for (const [i, flag] of flags.entries()) {
        for (;;) {
          yield { op: 'retry', key: `flag ${i}`, locals: '' }
          if ((yield load(flag))[0].bits !== 0n) break
        }
      }
    }
    const sets = function* () {
      for (const flag of flags) yield store(flag, 1n)
    }
    return { program: program(heap, [waits, sets]), interleavings: null }
  },
}

const SIZES = {
  'independent writers': [8, 16],
  'two threads, shared cells': [4, 6, 8],
  'critical sections': [4, 6],
  'reader loop, clear and set': [3, 4, 6],
  'waiting loop': [4, 8],
}

for (const [family, sizes] of Object.entries(SIZES)) for (const size of sizes) measure(family, size)
print('explore: peak memory', Math.round(process.resourceUsage().maxRSS / 1024), 'MiB')

function measure(family, size) {
  const { program: subject, interleavings } = FAMILIES[family](size)
  const name = `explore: ${family} (${size})`
  const outcome = explore(subject, { model: SC, budget: { executions: 100_000 } })
  const brute = interleavings === null ? '' : `, brute force ${interleavings}`
  const bound = outcome.coverage.kind === 'exhaustive' ? '' : ', bound reached'
  print(name, outcome.executions, 'executions', `redundant ${outcome.redundant}${brute}${bound}`)
  let executions = 0
  const begin = cpuSeconds()
  const expired = () => cpuSeconds() - begin > SECONDS
  while (!expired())
    executions += explore(subject, { model: SC, budget: { executions: 1e9, expired } }).executions
  print(name, Math.round(executions / (cpuSeconds() - begin)), 'executions/s')
}

/** Processor time of this process: other programs on the machine do not count. */
function cpuSeconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function print(bench, value, unit, note) {
  console.log(JSON.stringify({ bench, value, unit, ...(note === undefined ? {} : { note }) }))
}

function factorial(n) {
  let product = 1
  for (let i = 2; i <= n; i++) product *= i
  return product
}

function choose(n, k) {
  let count = 1
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i
  return Math.round(count)
}
