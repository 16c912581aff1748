/** Memory of one thread: bytes, provenance, copies, and what is noticed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GlobalLayout, type MemoryFault, PrivateMemory } from '../../../src/machine/index.js'

function fault(found: unknown): string {
  return found === null || found === undefined ? 'fine' : ((found as MemoryFault).kind ?? 'fine')
}

function local(memory: PrivateMemory, bytes: number, name = 'x', salt = 1): bigint {
  const block = memory.push(name, bytes, salt)
  if (block === null) throw new Error('no room')
  return block.address
}

it('holds bytes, lowest first, at any alignment', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.integer({ min: 0, max: 24 }),
          fc.constantFrom(1, 2, 4, 8),
          fc.bigInt(0n, (1n << 64n) - 1n),
        ),
        { maxLength: 12 },
      ),
      fc.boolean(),
      (stores, tagged) => {
        const memory = new PrivateMemory(0)
        const at = local(memory, 32)
        const expected = new DataView(new ArrayBuffer(40))
        for (const [offset, bytes, value] of stores) {
          const bits = BigInt.asUintN(bytes * 8, value)
          memory.write(at + BigInt(offset), bytes, bits, tagged ? [4] : undefined)
          for (let i = 0; i < bytes; i++)
            expected.setUint8(offset + i, Number((bits >> BigInt(8 * i)) & 0xffn))
        }
        for (const bytes of [1, 2, 4, 8]) {
          for (let offset = 0; offset + bytes <= 32; offset++) {
            const found = memory.read(at + BigInt(offset), bytes)
            const bits = BigInt.asUintN(bytes * 8, expected.getBigUint64(offset, true))
            expect('bits' in found ? found.bits : found).toBe(bits)
          }
        }
      },
    ),
  )
})

it('keeps the reads behind a word, for its parts and in copies too', () => {
  const memory = new PrivateMemory(0)
  const [x, y] = [local(memory, 16), local(memory, 16, 'y')]
  memory.write(x, 8, 0x1122334455667788n, [3])
  memory.write(x + 8n, 4, 5n, [4])
  expect(memory.read(x, 8)).toEqual({ bits: 0x1122334455667788n, tag: [3] })
  expect(memory.read(x + 2n, 2)).toEqual({ bits: 0x5566n, tag: [3] })
  expect(memory.read(x + 4n, 8)).toEqual({ bits: 0x511223344n, tag: [3, 4] })
  memory.copy(y, x, 16)
  expect(memory.read(y, 8)).toEqual({ bits: 0x1122334455667788n, tag: [3] })
  memory.write(x, 8, 1n)
  expect(memory.read(x, 8)).toEqual({ bits: 1n, tag: undefined })
  memory.fill(y, 16)
  expect(memory.read(y + 8n, 4)).toEqual({ bits: 0n, tag: undefined })
})

describe('an access that is wrong is named', () => {
  const memory = new PrivateMemory(0)
  const x = local(memory, 4)
  const gone = local(memory, 4, 'gone')
  memory.popTo(1)
  const freed = memory.allocate(8, 'freed').address
  memory.free(freed)
  const globals = new GlobalLayout()
  const constant = globals.add('constant', 4, true)
  memory.use(globals)
  it.each([
    ['null dereference', memory.read(0n, 4)],
    ['null dereference', memory.read(8n, 4)],
    ['wild pointer', memory.read(0x1234_5678n, 4)],
    ['out of bounds', memory.read(x + 1n, 4)],
    ['out of bounds', memory.read(x - 1n, 1)],
    ['out of bounds', memory.write(x + 4n, 1, 0n)],
    ['use after return', memory.read(gone, 4)],
    ['use after free', memory.read(freed, 8)],
    ['use after free', memory.free(freed)],
    ['wild pointer', memory.free(x)],
    ['write to read-only memory', memory.write(constant.address, 4, 0n)],
    ['out of bounds', memory.copy(x, constant.address, 5)],
    ['fine', memory.free(0n)],
    ['fine', memory.copy(x, constant.address, 4)],
  ])('%s', (kind, found) => {
    expect(fault(found)).toBe(kind)
  })
  it('a variable of another function in the same place is not taken for the one that is gone', () => {
    const p = local(memory, 4, 'first', 5)
    memory.popTo(1)
    local(memory, 4, 'second', 6)
    expect(fault(memory.read(p, 4))).toBe('use after return')
  })
})

it('a copy and its original do not see what the other writes, freed and allocated blocks included', () => {
  const globals = new GlobalLayout()
  const shared = globals.add('shared', 8, false).address
  const memory = new PrivateMemory(0)
  memory.use(globals)
  const x = local(memory, 8)
  const block = memory.allocate(10_000, 'block').address
  memory.write(x, 8, 1n, [2])
  memory.write(block + 9_000n, 8, 1n)
  memory.write(shared, 8, 1n)
  const [kept, forgotten] = [memory.fork('kept'), memory.fork('forgotten')]
  expect(kept.key(true)).toBe(memory.key(true))
  expect([forgotten.key(false) === memory.key(false), forgotten.key(true) === memory.key(true)]).toEqual([
    true,
    false,
  ])
  expect(forgotten.read(x, 8)).toEqual({ bits: 1n, tag: undefined })
  for (const at of [x, block + 9_000n, shared]) {
    kept.write(at, 8, 2n)
    memory.write(at, 8, 3n)
    expect([memory, kept, forgotten].map((one) => one.read(at, 8))).toMatchObject([
      { bits: 3n },
      { bits: 2n },
      { bits: 1n },
    ])
  }
  kept.free(block)
  expect([fault(kept.read(block, 1)), fault(memory.read(block, 1))]).toEqual(['use after free', 'fine'])
  expect(kept.key(false)).not.toBe(memory.key(false))
  const other = new PrivateMemory(1)
  other.use(globals)
  expect(other.read(shared, 8)).toEqual({ bits: 0n, tag: undefined })
  expect(fault(other.read(x, 8))).not.toBe('fine')
})
