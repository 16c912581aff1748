/**
 * Variables at file scope of lifted C, where more than one thread runs it: each scalar in them is a cell, so that
 * the explorer orders the accesses and sees races. What is only read, and what a variable is made of where that
 * is not known, stays as it is: a copy for each thread.
 */
import {
  type Block,
  type Cell,
  type GlobalLayout,
  type Heap,
  isToken,
  type ProgramImage,
  Token,
  UNDECIDED,
} from '../../machine/index.js'
import { domainOf } from './unknown.js'

/** A scalar in a variable, as lifting finds it. `path` stands behind the variable's name. */
export interface CScalar {
  readonly path: string
  readonly offset: number
  readonly bytes: 1 | 2 | 4 | 8
}

/** What is shared of the globals of a unit in one program. */
export interface SharedGlobals {
  /** The globals that are left to each thread. */
  readonly layout: GlobalLayout
  /** The block of the image that a shared variable was made from. */
  readonly blockAt: (address: bigint) => Block | undefined
  /** What a cell holds at first. */
  readonly undecided: (cell: Cell) => Token
}

/** Puts the globals that can be written to into the heap; `scalarsOf` says what they are made of. */
export function shareGlobals(
  heap: Heap,
  image: ProgramImage,
  names: Iterable<string>,
  scalarsOf: (block: Block) => readonly CScalar[] | undefined,
): SharedGlobals {
  const shared = new Map<Block, ReadonlyMap<number, CScalar>>()
  for (const name of names) {
    const block = image.globals.find(name)
    const scalars = block === undefined || block.readOnly ? undefined : scalarsOf(block)
    if (block === undefined || scalars === undefined) continue
    const byByte = new Map<number, CScalar>()
    for (const scalar of scalars) {
      for (let i = 0; i < scalar.bytes; i++) byByte.set(scalar.offset + i, scalar)
    }
    shared.set(block, byByte)
  }
  const blockAt = (address: bigint): Block | undefined => {
    const block = image.globals.at(address)
    return block !== undefined && shared.has(block) ? block : undefined
  }
  const covers = (address: bigint): boolean => {
    const block = blockAt(address)
    return block !== undefined && address >= block.address && address < block.address + BigInt(block.bytes)
  }
  const tokens = new Map<string, Token>()
  const holding = (address: bigint): Cell | undefined => {
    const block = blockAt(address)
    const scalar = block && shared.get(block)?.get(Number(address - block.address))
    if (block === undefined || scalar === undefined) return undefined
    const { offset, bytes } = scalar
    const name = `${block.name}${scalar.path}`
    const known = heap.find(name)
    if (known !== undefined) return known
    const first = firstValue(block, scalar)
    const isUndecided = isToken(first)
    if (isUndecided) tokens.set(name, new Token(`${name} at first`, first.domain, first.type))
    return heap.cell({
      name,
      initial: isUndecided ? UNDECIDED : first,
      // The two words of a wide scalar are one object.
      object: name.replace(/ \((?:low|high)\)$/, ''),
      role: 'data',
      page: null,
      address: block.address + BigInt(offset),
      bytes,
    })
  }
  heap.share({ holding, covers })
  const layout = image.globals.without(new Set([...shared.keys()].map(({ name }) => name)))
  return {
    layout,
    blockAt,
    undecided: ({ name, bytes }) =>
      tokens.get(name) ??
      new Token(name, domainOf(undefined), { bits: (bytes * 8) as 8 | 16 | 32 | 64, signed: false }),
  }
}

function firstValue({ unknown, u8, address }: Block, { offset, bytes }: CScalar): bigint | Token {
  const found = unknown?.at(offset, bytes, address + BigInt(offset))
  if (typeof found === 'bigint') return found
  if (found !== undefined && isToken(found)) return found
  let bits = 0n
  for (let i = bytes - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(u8[offset + i] ?? 0)
  return bits
}
