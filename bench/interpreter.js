/**
 * The interpreter of lifted C on whole programs that share nothing: instructions per second of processor time.
 * Needs a build: `npm run build`.
 */
import { runModule } from '../dist/machine/index.js'

const S32 = { bits: 32, signed: true }
const U64 = { bits: 64, signed: false }
const U8 = { bits: 8, signed: false }
const r = (register) => ({ kind: 'register', register })
const c = (value) => ({ kind: 'constant', value: BigInt(value) })
const bin = (to, left, operator, right, type) => ({ op: 'binary', to, operator, left, right, type })

function fn(name, parameters, registers, code, objects = []) {
  const names = Array.from({ length: registers }, (_, i) => `r${i}`)
  return { name, path: null, parameters, registers: names, code, places: [], objects }
}

/** 32-bit arithmetic: a linear congruence and a sum, in a loop. */
const narrow = (n) => [
  fn('main', 0, 4, [
    bin(1, r(1), '*', c(1103515245), S32),
    bin(1, r(1), '+', c(12345), S32),
    bin(3, r(1), '>>', c(16), S32),
    bin(3, r(3), '&', c(32767), S32),
    bin(2, r(2), '^', r(3), S32),
    bin(0, r(0), '+', c(1), S32),
    bin(3, r(0), '<', c(n), S32),
    { op: 'branch', condition: r(3), whenTrue: 0, whenFalse: 8, join: null },
    { op: 'return', values: [r(2)] },
  ]),
]

/** 64-bit arithmetic, as on page-table entries. */
const wide = (n) => [
  fn('main', 0, 4, [
    bin(1, r(1), '*', c(6364136223846793005n), U64),
    bin(1, r(1), '+', c(1442695040888963407n), U64),
    bin(3, r(1), '>>', c(33), U64),
    bin(3, r(3), '|', c(1), U64),
    bin(2, r(2), '-', r(3), U64),
    bin(0, r(0), '+', c(1), U64),
    bin(3, r(0), '<', c(n), U64),
    { op: 'branch', condition: r(3), whenTrue: 0, whenFalse: 8, join: null },
    { op: 'return', values: [r(2)] },
  ]),
]

/** Bytes and words of a local array. */
const memory = (n) => [
  fn(
    'main',
    0,
    6,
    [
      bin(2, r(0), '&', c(1023), U64),
      bin(2, r(2), '+', r(5), U64),
      { op: 'load', to: 3, address: r(2), access: 'plain', type: U8 },
      bin(3, r(3), '+', c(1), S32),
      { op: 'store', address: r(2), value: r(3), access: 'plain', type: U8 },
      { op: 'load', to: 4, address: r(5), access: 'plain', type: U64 },
      bin(4, r(4), '+', r(3), U64),
      { op: 'store', address: r(5), value: r(4), access: 'plain', type: U64 },
      bin(0, r(0), '+', c(1), U64),
      bin(3, r(0), '<', c(n), U64),
      { op: 'branch', condition: r(3), whenTrue: 0, whenFalse: 11, join: null },
      { op: 'return', values: [r(4)] },
    ],
    [{ name: 'array', register: 5, bytes: 1024, align: 8 }],
  ),
]

/** Calls: the Fibonacci numbers, with a variable in memory in each frame. */
const calls = (n) => [
  fn('main', 0, 1, [
    { op: 'call', to: 0, target: 'fib', args: [c(n)], type: S32 },
    { op: 'return', values: [r(0)] },
  ]),
  fn(
    'fib',
    1,
    5,
    [
      { op: 'store', address: r(4), value: r(0), access: 'plain', type: S32 },
      bin(1, r(0), '<', c(2), S32),
      { op: 'branch', condition: r(1), whenTrue: 9, whenFalse: 3, join: null },
      bin(1, r(0), '-', c(1), S32),
      { op: 'call', to: 2, target: 'fib', args: [r(1)], type: S32 },
      bin(1, r(0), '-', c(2), S32),
      { op: 'call', to: 3, target: 'fib', args: [r(1)], type: S32 },
      bin(1, r(2), '+', r(3), S32),
      { op: 'return', values: [r(1)] },
      { op: 'return', values: [r(0)] },
    ],
    [{ name: 'x', register: 4, bytes: 4, align: 4 }],
  ),
]

for (const [name, functions] of Object.entries({
  '32-bit arithmetic': narrow(3_000_000),
  '64-bit arithmetic': wide(3_000_000),
  'private memory': memory(2_000_000),
  calls: calls(25),
})) {
  const module = { functions: new Map(functions.map((one) => [one.name, one])), globals: new Map() }
  const begin = process.cpuUsage()
  const { end, instructions } = runModule(module, 'main', {}, { operations: 1e9 })
  const { user, system } = process.cpuUsage(begin)
  if (end !== 'returned') throw new Error(`${name}: ${end}`)
  const value = Math.round(instructions / ((user + system) / 1e6))
  console.log(JSON.stringify({ bench: `interpreter: ${name}`, value, unit: 'instructions/s' }))
}
