/**
 * What a callback does with the page-table entry that it is handed: whether it stores to it what it made of a plain
 * read. What the text of the function does not show is left open.
 */
import { argumentsOf, readCode } from './code.js'
import type { SourceText } from './file-facts.js'
import { calleeAround } from './tables.js'

/** `perhaps` where the entry is handed to a function that may do either. */
export interface EntryUse {
  readonly reads: boolean
  readonly stores: 'yes' | 'no' | 'perhaps'
  /** Functions that get the pointer, other than those that read or store it and do nothing else. */
  readonly handedTo: readonly string[]
}

/** Functions that read an entry, and that store one as given. What exchanges one atomically is neither. */
const READS = /^(?:ptep?_?get(?:_lockless)?|READ_ONCE|pmdp_get(?:_lockless)?|huge_ptep_get)$/
const STORES = /^(?:(?:native_)?set_pte(?:_at|_safe|_atomic)?|WRITE_ONCE|set_pmd_at|set_pmd)$/

/**
 * Whether a function of a file assigns a member of what it is given, `walk->action = …`; `perhaps` where it hands the
 * pointer to another function; null where the file has no such function.
 */
export function assignsMember(
  source: SourceText,
  name: string,
  member: string,
): 'yes' | 'no' | 'perhaps' | null {
  const code = readCode(source.path, source.text, source.firstLine)
  const part = code.functions.find((one) => one.name === name)
  if (part === undefined) return null
  const parameter = code.tokens[(argumentsOf(code, part.nameAt + 1).at(-1)?.to ?? 0) - 1]?.text ?? ''
  let handed = false
  for (let at = part.open; at < part.close; at++) {
    const text = code.tokens[at]?.text
    if (text === member && code.tokens[at - 1]?.text === '->' && code.tokens[at + 1]?.text === '=')
      return 'yes'
    const isWhole = !/^(?:\.|->)$/.test(code.tokens[at - 1]?.text ?? '') && code.tokens[at + 1]?.text !== '->'
    if (text === parameter && isWhole && calleeAround(code, at) !== null) handed = true
  }
  return handed ? 'perhaps' : 'no'
}

/** The use that a function of a file makes of its first parameter; null where the file has no such function. */
export function entryUse(source: SourceText, name: string): EntryUse | null {
  const code = readCode(source.path, source.text, source.firstLine)
  const part = code.functions.find((one) => one.name === name)
  if (part === undefined) return null
  const [first] = argumentsOf(code, part.nameAt + 1)
  const parameter = code.tokens[(first?.to ?? 0) - 1]
  if (parameter?.kind !== 'ident') return null
  let reads = false
  let stores = false
  const handedTo = new Set<string>()
  for (let at = part.open; at < part.close; at++) {
    if (code.tokens[at]?.text !== parameter.text) continue
    const before = code.tokens[at - 1]?.text ?? ''
    if (before === '.' || before === '->') continue
    const after = code.tokens[at + 1]?.text ?? ''
    const callee = calleeAround(code, at)
    const called = callee === null ? '' : (code.tokens[callee]?.text ?? '')
    if (before === '*' || before === '&' || after === '->' || after === '[') {
      if (after === '=' && before === '*') stores = true
      else if (STORES.test(called) && called === 'WRITE_ONCE') stores = true
      else reads = true
    } else if (READS.test(called)) reads = true
    else if (STORES.test(called)) stores = true
    else if (called !== '') handedTo.add(called)
    else if (after !== ')' && after !== ';') reads = true
  }
  return { reads, stores: stores ? 'yes' : handedTo.size === 0 ? 'no' : 'perhaps', handedTo: [...handedTo] }
}
