/** What an execution did to the blocks of a contpte world: what they are at the end, and what it took. */
import type { Event } from '../machine/index.js'
import { ARM64_PTE } from '../mm/index.js'
import { CALLER_FLUSH } from './contpte-steps.js'
import { type ContpteWorld, entryLetter, runs } from './contpte-world.js'
import { eventsNamed, underTest } from './project.js'
import type { Observation, Observed } from './scenario.js'

export function observeContpte(world: ContpteWorld, execution: Observed): Observation {
  const events = underTest(execution)
  const converted = conversions(world, execution.events)
  return {
    'blocks at the end': finalBlocks(world, execution),
    'blocks made of single entries': String(converted.folds),
    'blocks taken apart': String(converted.unfolds),
    'TLB invalidations by the functions on ptes': invalidations(events),
    'TLB flushes by their callers': String(eventsNamed(events, CALLER_FLUSH).length),
    'dirty pages': pagesWhere(world, execution, ARM64_PTE.dirty),
    'accessed pages': pagesWhere(world, execution, ARM64_PTE.young),
    'writable pages': pagesWhere(world, execution, ARM64_PTE.write),
    'entries returned': returnedEntries(events),
    'loads and changes of entries': accesses(events),
  }
}

/** The entries of both pages of ptes, less the empty ones behind the last: `p×5 .×1 p×10; C×16`. */
function finalBlocks(world: ContpteWorld, execution: Observed): string {
  const texts = world.tables.map(({ table }) => {
    const letters = Array.from({ length: table.entries }, (_, i) =>
      entryLetter(finalBits(execution, table.name, i, table.initialOf(i))),
    )
    return runs(letters.join('').replace(/\.+$/, ''))
  })
  return texts.filter((text) => text !== '').join('; ') || 'none'
}

function finalBits({ finalValue }: Observed, table: string, index: number, initial: bigint): bigint {
  return finalValue(`${table}[${index}]`) ?? initial
}

/** Numbers of the pages whose valid entries have a bit: `0-15`. */
function pagesWhere(world: ContpteWorld, execution: Observed, has: (bits: bigint) => boolean): string {
  const pages: number[] = []
  for (const [number, { table }] of world.tables.entries()) {
    for (let i = 0; i < table.entries; i++) {
      const bits = finalBits(execution, table.name, i, table.initialOf(i))
      if (ARM64_PTE.valid(bits) && has(bits)) pages.push(number * table.entries + i)
    }
  }
  const parts: string[] = []
  for (let i = 0; i < pages.length; ) {
    let j = i
    while (pages[j + 1] === (pages[j] ?? 0) + 1) j++
    parts.push(i === j ? `${pages[i]}` : `${pages[i]}-${pages[j]}`)
    i = j + 1
  }
  return parts.join(', ') || 'none'
}

const INVALIDATIONS: Readonly<Record<string, string>> = {
  flush_tlb_range: 'range',
  flush_tlb_range_nosync: 'range without waiting',
  flush_tlb_page: 'page',
}

/** `1 range, 1 page`. */
function invalidations(events: readonly Event[]): string {
  const counts = new Map<string, number>()
  for (const { semantic } of events) {
    const name = INVALIDATIONS[semantic?.name ?? '']
    if (semantic?.role === 'flush' && name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ') || 'none'
}

function returnedEntries(events: readonly Event[]): string {
  const seen: string[] = []
  for (const { semantic } of events) {
    if (semantic === undefined) continue
    if (semantic.name === 'result') seen.push(semantic.detail)
    if (semantic.name !== 'cleared' && semantic.name !== 'read') continue
    const bits = BigInt(`0x${semantic.detail}`)
    const flags = [
      entryLetter(bits),
      ...(ARM64_PTE.young(bits) ? ['young'] : []),
      ...(ARM64_PTE.dirty(bits) ? ['dirty'] : []),
    ]
    seen.push(`${semantic.name} ${flags.join(' ')}`)
  }
  const counted: { text: string; count: number }[] = []
  for (const text of seen) {
    const last = counted.at(-1)
    if (last?.text === text) last.count++
    else counted.push({ text, count: 1 })
  }
  return counted.map(({ text, count }) => (count === 1 ? text : `${count} x ${text}`)).join(', ') || 'none'
}

/** `17 loads, 0 stores, 16 exchanges` of entries. */
function accesses(events: readonly Event[]): string {
  const count = (op: Event['op']): number =>
    events.filter(
      (event) =>
        event.op === op && [...event.reads, ...event.writes].some(({ cell }) => cell.role === 'data'),
    ).length
  return `${count('load')} loads, ${count('store')} stores, ${count('rmw')} exchanges`
}

interface Seen {
  /** Letters of the entries now, and of the last time that all were one letter, with what was written since. */
  readonly letters: string[]
  whole: string
  written: number
}

/**
 * How often all entries of a block became part of it without another change between, and the other way round: N of
 * them taken away, and N stored.
 */
export function conversions(
  world: ContpteWorld,
  events: readonly Event[],
): { readonly folds: number; readonly unfolds: number } {
  const blocks = new Map<string, Seen>()
  let folds = 0
  let unfolds = 0
  for (const { writes } of events) {
    for (const { cell, value } of writes) {
      const [, name = '', number = ''] = /^(pte:[^[]+)\[(\d+)\]$/.exec(cell.object) ?? []
      const table = world.tables.find((one) => one.table.name === name)?.table
      if (table === undefined) continue
      const index = Number(number)
      const first = index - (index % world.n)
      const key = `${name} ${first}`
      const block = blocks.get(key) ?? startOf(world, table, first)
      blocks.set(key, block)
      block.letters[index - first] = entryLetter(value)
      block.written++
      const whole = wholeLetter(block.letters)
      if (whole === '') continue
      if (whole === '.') {
        if (block.written !== world.n) block.whole = ''
        continue
      }
      if (block.written === 2 * world.n && block.whole === 'p' && whole === 'C') folds++
      if (block.written === 2 * world.n && block.whole === 'C' && whole === 'p') unfolds++
      block.whole = whole
      block.written = 0
    }
  }
  return { folds, unfolds }
}

function startOf(
  { n }: ContpteWorld,
  table: { readonly initialOf: (index: number) => bigint },
  first: number,
): Seen {
  const letters = Array.from({ length: n }, (_, i) => entryLetter(table.initialOf(first + i)))
  return { letters, whole: wholeLetter(letters), written: 0 }
}

function wholeLetter(letters: readonly string[]): string {
  const [first = ''] = letters
  return letters.every((letter) => letter === first) ? first : ''
}
