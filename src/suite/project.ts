/** From an execution to what it is compared by: the projections that several suites share. */
import type { Cell, Event } from '../machine/index.js'
import type { Observed } from './scenario.js'

/** Events of the threads under test, in their program order. */
export function underTest(execution: Observed): readonly Event[] {
  const tested = execution.threads.filter((thread) => thread.spec.underTest)
  return tested.length === 1 ? (tested[0]?.events ?? []) : tested.flatMap((thread) => thread.events)
}

/** What the threads under test returned; a thread that died or waits for ever says so. */
export function returned(execution: Observed): string {
  const values = execution.threads
    .filter((thread) => thread.spec.underTest)
    .map((thread) => (thread.status === 'done' ? String(thread.returned) : thread.status))
  return values.join(', ')
}

/** How often a callback ran and for which pages, `4: 0-3`; a page looked at again counts once. */
export function callbackPages(events: readonly Event[], name: string): string {
  const pages = new Set<string>()
  for (const { semantic } of events) {
    if (semantic?.name !== name) continue
    pages.add(semantic.detail.startsWith('page ') ? semantic.detail.slice(5) : semantic.detail)
  }
  return pages.size === 0 ? '0' : `${pages.size}: ${ranges([...pages])}`
}

/** Kinds of lock held in a callback besides those of the caller: `none`, `ptl`, `none or ptl`. */
export function locksIn(events: readonly Event[], name: string, callerHolds: readonly string[]): string {
  const seen = new Set<string>()
  let last: readonly string[] | null = null
  for (const event of events) {
    // Events with no lock operation between them share one list.
    if (event.semantic?.name !== name || event.locks === last) continue
    last = event.locks
    const own = event.locks.filter((lock) => !callerHolds.includes(lock)).map(lockKind)
    seen.add(own.length === 0 ? 'none' : own.join(' and '))
  }
  return seen.size === 0 ? 'not called' : [...seen].sort().join(' or ')
}

/** `PTL` of `ptl:A`: the kind of a lock, in the words of reviewers. */
export function lockKind(name: string): string {
  const kind = name.split(':')[0] ?? name
  if (kind === 'ptl') return 'PTL'
  return kind.startsWith('ptl of') ? `the lock of a ${kind.slice('ptl of '.length)}` : kind
}

/** Lock and unlock calls in order, runs of one pair counted: `lock PTL, unlock PTL`. */
export function lockOperations(events: readonly Event[]): string {
  const calls: string[] = []
  for (const { op, text } of events) {
    if (op === 'lock' || op === 'unlock') calls.push(`${op} ${lockKind(text.slice(op.length + 1))}`)
  }
  return calls.length === 0 ? 'none' : countRuns(calls)
}

/** Semantic events of a name, with what they happened to. */
export function eventsNamed(events: readonly Event[], name: string): string[] {
  const details: string[] = []
  for (const { semantic } of events) if (semantic?.name === name) details.push(semantic.detail)
  return details
}

/**
 * In what order semantic events of these names come for the first time, runs of one name counted: `pmd_entry,
 * split_huge_pmd, 512 x pte_entry`. What a retry does again does not count.
 */
export function firstEvents(events: readonly Event[], names: readonly string[]): string {
  const seen = new Set<string>()
  const runs: { readonly name: string; count: number }[] = []
  for (const { semantic } of events) {
    if (semantic === undefined || !names.includes(semantic.name)) continue
    const key = `${semantic.name} ${semantic.detail}`
    if (seen.has(key)) continue
    seen.add(key)
    const last = runs.at(-1)
    if (last?.name === semantic.name) last.count++
    else runs.push({ name: semantic.name, count: 1 })
  }
  return runs.map(({ name, count }) => (count === 1 ? name : `${count} x ${name}`)).join(', ') || 'none'
}

/** TLB flushes in order. */
export function flushes(events: readonly Event[]): string {
  const names: string[] = []
  for (const { semantic } of events) if (semantic?.role === 'flush') names.push(semantic.name)
  return names.length === 0 ? 'none' : countRuns(names)
}

/** Stores to page tables by the threads under test: `pte:A[0..511] x512`; cells and values are hashed in order. */
export function stores(events: readonly Event[]): string {
  const lines: string[] = []
  for (const { writes } of events) {
    for (const write of writes) {
      if (write.cell.role === 'data') lines.push(`${write.cell.name}=${write.value.toString(16)}`)
    }
  }
  return lines.length === 0 ? 'none' : lines.join(' ')
}

/** Every page-table word that differs from its initial value at the end. */
export function finalEntries(execution: Observed): string {
  const written = new Set<Cell>()
  for (const { writes } of execution.events) {
    for (const { cell } of writes) if (cell.role === 'data') written.add(cell)
  }
  const changed: (readonly [name: string, value: bigint])[] = []
  for (const { name, initial } of written) {
    const value = execution.finalValue(name) ?? initial
    if (value !== initial) changed.push([name, value])
  }
  if (changed.length === 0) return 'unchanged'
  changed.sort(([a], [b]) => (a < b ? -1 : 1))
  return changed.map(([name, value]) => `${name}=${value.toString(16)}`).join(' ')
}

function countRuns(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  if (names.length <= 6) return names.join(', ')
  return [...counts].map(([name, count]) => `${count} x ${name}`).join(', ')
}

/** `0-3, 7` of page numbers; other texts stand as they are. */
function ranges(pages: readonly string[]): string {
  const numbers = pages.filter((page) => /^\d+$/.test(page)).map(Number)
  if (numbers.length !== pages.length) return pages.join('; ')
  numbers.sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < numbers.length; ) {
    let j = i
    while (numbers[j + 1] === (numbers[j] ?? 0) + 1) j++
    parts.push(i === j ? String(numbers[i]) : `${numbers[i]}-${numbers[j]}`)
    i = j + 1
  }
  return parts.join(', ')
}
