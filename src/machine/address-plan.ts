/**
 * Where the parts of a machine's memory lie, by the width of its addresses. The parts are those that a program
 * can tell apart by an address alone: cells, page tables, each thread's own memory, functions, globals. With
 * 32 bits they lie closer together, in the order that the numbers below give; what is above the globals stays
 * free for error pointers, and what is below the first block for null and addresses of user space.
 */

/** Width of an address, in bits. */
export type AddressBits = 32 | 64

export interface AddressPlan {
  /** Cells without an address of their own. */
  readonly cells: bigint
  /** Windows of regions, at multiples of their size. */
  readonly windows: bigint
  /** How many windows there is room for; null: for any number. */
  readonly mostWindows: bigint | null
  /** Functions have an address every 16 bytes from here on. */
  readonly functions: bigint
  readonly globals: bigint
  readonly globalsBytes: number
}

const WIDE: AddressPlan = {
  cells: 0xffff_8880_0000_1000n,
  windows: 0xffff_8a00_0000_0000n,
  mostWindows: null,
  functions: 0xffff_ffff_8100_0000n,
  globals: 0xffff_ffff_8200_0000n,
  globalsBytes: 0x7d00_0000,
}

const NARROW: AddressPlan = {
  cells: 0xa000_1000n,
  windows: 0xa800_0000n,
  mostWindows: 0x7000n,
  functions: 0xf000_0000n,
  globals: 0xf400_0000n,
  globalsBytes: 0x0b00_0000,
}

export function addressPlan(bits: AddressBits): AddressPlan {
  return bits === 64 ? WIDE : NARROW
}

/**
 * A thread's own memory in 32 bits: as many threads have some of their own, the others share it. `slots` are
 * variables of frames alive at once, each in a window of one of two halves.
 */
export const NARROW_MEMORY = {
  threads: 8,
  allocated: 0x1000_0000,
  allocatedPerThread: 0x1000_0000,
  stack: 0x9000_0000,
  stackPerThread: 0x0200_0000,
  stackEnd: 0xa000_0000,
  bytesPerSlot: 0x8000,
  /** Objects whose places the program calculates. */
  placed: 0xe000_0000,
  placedEnd: 0xf000_0000,
  functions: 0xf000_0000,
  globals: 0xf400_0000,
  globalsEnd: 0xff00_0000,
} as const
