/** Units of lifted C written out by hand: functions of the intermediate representation with C prototypes. */
import type {
  AnswerDomain,
  CallPrototype,
  IrFunction,
  IrGlobal,
  Register,
} from '../../../src/machine/index.js'
import { type CRecord, type LiftedUnit, parsePrototype } from '../../../src/mm/index.js'
import type { Line, Names, Value } from './ir.js'

const U64 = { bits: 64, signed: false } as const

/** A struct whose members follow one another, each of 8 bytes. */
export function record(name: string, members: readonly (readonly [name: string, type: string])[]): CRecord {
  return {
    name,
    bytes: members.length * 8,
    members: members.map(([member, type], i) => ({ name: member, type, offset: i * 8, bytes: 8 })),
  }
}

export const MM_WALK = record('struct mm_walk', [
  ['ops', 'const struct mm_walk_ops *'],
  ['mm', 'struct mm_struct *'],
  ['pgd', 'pgd_t *'],
  ['vma', 'struct vm_area_struct *'],
  ['action', 'enum page_walk_action'],
  ['no_vma', 'bool'],
  ['private', 'void *'],
])

export const MM_WALK_OPS = record('struct mm_walk_ops', [
  ['pgd_entry', 'int (*)(void)'],
  ['pmd_entry', 'int (*)(void)'],
  ['pte_entry', 'int (*)(void)'],
])

export const VMA = record('struct vm_area_struct', [
  ['vm_start', 'unsigned long'],
  ['vm_end', 'unsigned long'],
  ['vm_mm', 'struct mm_struct *'],
  ['vm_flags', 'unsigned long'],
  ['vm_file', 'struct file *'],
])

/** Offset of a member of one of these. */
export function offsetOf({ members }: CRecord, name: string): number {
  const member = members.find((one) => one.name === name)
  if (member === undefined) throw new Error(`no member ${name}`)
  return member.offset
}

export function unit(
  functions: readonly (readonly [prototype: string, fn: IrFunction])[],
  records: readonly CRecord[] = [],
  globals: readonly IrGlobal[] = [],
): LiftedUnit {
  const prototypes = functions.map(([text]) => parsePrototype(text))
  return {
    module: {
      functions: new Map(functions.map(([, fn]) => [fn.name, fn])),
      globals: new Map(globals.map((global) => [global.name, global])),
    },
    records: (name) => records.find((one) => one.name === name),
    prototypes: new Map(prototypes.map(({ name, ...prototype }) => [name, prototype])),
  }
}

/** The function with these variables in memory. */
export function withObjects(fn: IrFunction, objects: Readonly<Record<string, number>>): IrFunction {
  return {
    ...fn,
    objects: Object.entries(objects).map(([name, bytes]) => ({
      name,
      register: fn.registers.indexOf(name) as Register,
      bytes,
      align: 8,
    })),
  }
}

function operand(value: Value, { register }: Names) {
  if (typeof value === 'string') return { kind: 'register', register: register(value) } as const
  return { kind: 'constant', value: typeof value === 'object' ? value.address : BigInt(value) } as const
}

/** `to = *(u64 *)(address + offset)`. */
export const loadAt =
  (to: string, address: Value, offset = 0): Line =>
  (names) => {
    if (offset !== 0) throw new Error('add first')
    return {
      op: 'load',
      to: names.register(to),
      address: operand(address, names),
      access: 'plain',
      type: U64,
    }
  }

export const storeAt =
  (address: Value, value: Value): Line =>
  (names) => ({
    op: 'store',
    address: operand(address, names),
    value: operand(value, names),
    access: 'plain',
    type: U64,
  })

/** The instructions of `to = base->member`. */
export function member(to: string, base: string, of: CRecord, name: string): Line[] {
  const at = `&${base}->${name}`
  return [
    (names) => ({
      op: 'binary',
      to: names.register(at),
      operator: '+',
      left: operand(base, names),
      right: { kind: 'constant', value: BigInt(offsetOf(of, name)) },
      type: U64,
    }),
    loadAt(to, at),
  ]
}

function prototypeOf(args: readonly string[], returns: string, answers: AnswerDomain): CallPrototype {
  return { args, returns, answers }
}

/** A call of a C function by name. */
export const callC =
  (
    to: string | null,
    target: string,
    args: readonly Value[],
    types: readonly string[] = [],
    returns = 'void',
    answers: AnswerDomain = { kind: 'void' },
  ): Line =>
  (names) => ({
    op: 'call',
    to: to === null ? null : names.register(to),
    target,
    args: args.map((value) => operand(value, names)),
    prototype: prototypeOf(types, returns, answers),
  })

/** A call through a pointer. */
export const callThrough =
  (
    to: string | null,
    pointer: string,
    args: readonly Value[],
    types: readonly string[],
    returns: string,
    answers: AnswerDomain = { kind: 'integer', type: { bits: 32, signed: true }, values: [] },
  ): Line =>
  (names) => ({
    op: 'call-pointer',
    to: to === null ? null : names.register(to),
    pointer: operand(pointer, names),
    args: args.map((value) => operand(value, names)),
    prototype: prototypeOf(types, returns, answers),
    text: pointer,
    type: { bits: 32, signed: true },
  })
