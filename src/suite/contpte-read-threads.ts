/** The two threads of a lockless read of a contiguous block, as functions whose state is data. */
import type { IrFunction } from '../machine/index.js'
import { ARM64_PTE_BITS } from '../mm/index.js'
import { assemble, type Line } from './assemble.js'

/**
 * What the reader does with an entry of the block that does not go with the target: `assume` says nothing of
 * the execution, `retry` starts over as the kernel does, `all` takes every entry as it is.
 */
export const CONTPTE_READERS = ['assume', 'retry', 'all'] as const
export type ContpteReader = (typeof CONTPTE_READERS)[number]

const { VALID, RDONLY, AF, WRITE, CONT, DIRTY, PFN } = ARM64_PTE_BITS
const VALID_CONT = VALID | CONT
/** Everything but the page, and what is not compared: a clean old entry is RDONLY, without DIRTY and AF. */
const COMPARED = ((1n << 64n) - 1n) & ~(PFN | DIRTY | AF)
const BYTES = 8n
const PAGE = 1n << 12n

/**
 * contpte_ptep_get_lockless(): reads the target; if it is part of a block, reads the block from its start, and
 * gives the target with the accessed and dirty bits of all entries. Parameters: the target, and the first
 * entry of its block, which C finds by aligning the pointer.
 */
export function contpteReader(n: number, reader: ContpteReader): IrFunction {
  const mismatch: Record<ContpteReader, readonly Line[]> = {
    assume: [['assume', 'same']],
    retry: [['if', 'same', 'gather', 'retry', null]],
    all: [],
  }
  return assemble(
    'contpte_ptep_get_lockless',
    ['orig_ptep', 'block'],
    [
      'retry:',
      ['loop', 'retry'],
      ['load', 'orig', 'orig_ptep'],
      ['&', 'bits', 'orig', VALID_CONT],
      ['==', 'part', 'bits', VALID_CONT],
      ['if', 'part', 'scan', 'raw', null],
      'raw:',
      ['return', 'orig'],
      'scan:',
      ['&', 'orig_prot', 'orig', COMPARED],
      ['|', 'orig_prot', 'orig_prot', RDONLY],
      ['-', 'offset', 'orig_ptep', 'block'],
      ['*', 'offset', 'offset', PAGE / BYTES],
      ['&', 'page', 'orig', PFN],
      ['-', 'page', 'page', 'offset'],
      ['set', 'i', 0n],
      ['set', 'ptep', 'block'],
      'next:',
      ['<', 'more', 'i', BigInt(n)],
      ['if', 'more', 'read', 'done', null],
      'read:',
      ['load', 'pte', 'ptep'],
      ['&', 'bits', 'pte', VALID_CONT],
      ['==', 'same', 'bits', VALID_CONT],
      ['&', 'bits', 'pte', PFN],
      ['==', 'here', 'bits', 'page'],
      ['&', 'same', 'same', 'here'],
      ['&', 'bits', 'pte', COMPARED],
      ['|', 'bits', 'bits', RDONLY],
      ['==', 'here', 'bits', 'orig_prot'],
      ['&', 'same', 'same', 'here'],
      ...mismatch[reader],
      'gather:',
      ['&', 'bits', 'pte', WRITE | RDONLY],
      ['==', 'dirty', 'bits', WRITE],
      ['&', 'bits', 'pte', DIRTY],
      ['|', 'dirty', 'dirty', 'bits'],
      ['if', 'dirty', 'mkdirty', 'looked', 'looked'],
      'mkdirty:',
      ['|', 'orig', 'orig', DIRTY],
      ['&', 'bits', 'orig', WRITE],
      ['if', 'bits', 'writable', 'looked', 'looked'],
      'writable:',
      ['&', 'orig', 'orig', ~RDONLY & ((1n << 64n) - 1n)],
      'looked:',
      ['&', 'young', 'pte', AF],
      ['if', 'young', 'mkyoung', 'step', 'step'],
      'mkyoung:',
      ['|', 'orig', 'orig', AF],
      'step:',
      ['+', 'i', 'i', 1n],
      ['+', 'ptep', 'ptep', BYTES],
      ['+', 'page', 'page', PAGE],
      ['goto', 'next'],
      'done:',
      ['return', 'orig'],
    ],
  )
}

/** Stores the same in every entry of the block, one after the other; with `clear`, none in each before that. */
export function contpteWriter(n: number, clear: boolean): IrFunction {
  const clearing: readonly Line[] = [
    ['set', 'i', 0n],
    ['set', 'ptep', 'block'],
    'clear:',
    ['store', 'ptep', 0n],
    ['+', 'i', 'i', 1n],
    ['+', 'ptep', 'ptep', BYTES],
    ['<', 'more', 'i', BigInt(n)],
    ['if', 'more', 'clear', 'cleared', null],
    'cleared:',
  ]
  return assemble(
    clear ? 'clear and set' : 'set',
    ['block', 'pte'],
    [
      ...(clear ? clearing : []),
      ['set', 'i', 0n],
      ['set', 'ptep', 'block'],
      'set:',
      ['store', 'ptep', 'pte'],
      ['+', 'i', 'i', 1n],
      ['+', 'ptep', 'ptep', BYTES],
      ['+', 'pte', 'pte', PAGE],
      ['<', 'more', 'i', BigInt(n)],
      ['if', 'more', 'set', 'end', null],
      'end:',
      ['return', 0n],
    ],
  )
}
