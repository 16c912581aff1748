/** Finds words in a declaration that are neither its type nor its names: annotations that no list has. */

import { ASM, GRAMMAR_TYPES, STORAGE, TYPE_QUALIFIERS, TYPE_WORDS, TYPEOF } from './words.js'
import {
  behind,
  blank,
  endBefore,
  isIdent,
  isPunct,
  splitAtCommas,
  startOf,
  type Work,
  word,
} from './work.js'

/** The same for each parameter of the function whose head stands between `from` and `to`. */
export function blankInParameters(work: Work, from: number, to: number, name: string): void {
  for (let at = from; at < to; at = behind(work, at)) {
    if (word(work, at) !== name || !isPunct(work, at + 1, '(')) continue
    for (const range of splitAtCommas(work, at + 2, behind(work, at + 1) - 1)) {
      blankUnknownAnnotations(work, range.from, range.to)
    }
    return
  }
}

/** What stands before the first declarator. */
interface Specifiers {
  /** Whether a word or a struct says the type, so that no other name can. */
  readonly typed: boolean
  /** Names that are no words of C and no tags. */
  readonly names: readonly number[]
  readonly end: number
}

/** Blanks unknown annotations of the declaration in a range of tokens, and notes them. */
export function blankUnknownAnnotations(work: Work, from: number, to: number): void {
  const specifiers = specifiersAt(work, from, to)
  const { names, end } = specifiers
  let { typed } = specifiers
  if (end >= to && names.length === 0) return
  let types = names
  let after = end
  if (isPunct(work, end, '*')) after = afterStars(work, end, to)
  else if (isIdent(work, end) && !ASM.has(word(work, end))) {
    if (isPunct(work, end + 2, '*')) typed = true
    after = typed && isPunct(work, end + 2, '*') ? to : behindParameters(work, end + 1, to)
  } else if (isPunct(work, end, '(')) after = to
  else {
    const name = nameAmong(work, names, typed)
    types = names.slice(0, name)
    for (const extra of names.slice(name + 1)) skip(work, extra)
  }
  for (const extra of extraTypes(work, types, typed)) skip(work, extra)
  while (isPunct(work, after, '[') && after < to) after = behind(work, after)
  for (; after < to && isIdent(work, after) && !TYPE_QUALIFIERS.has(word(work, after)); after++) {
    const next = isPunct(work, after + 1, '(') ? behind(work, after + 1) : after + 1
    if (ASM.has(word(work, after)) || TYPE_WORDS.has(word(work, after))) return
    const ends = next >= to || ['=', ';', ','].some((text) => isPunct(work, next, text))
    if (next > after + 1 && !ends) return
    if (next > after + 1) blank(work.out, startOf(work, after + 1), endBefore(work, next))
    skip(work, after)
    after = next - 1
  }
}

function specifiersAt(work: Work, from: number, to: number): Specifiers {
  const names: number[] = []
  let typed = false
  let at = from
  while (at < to) {
    const name = word(work, at)
    if (name === '') break
    if (name === 'struct' || name === 'union' || name === 'enum') {
      typed = true
      at++
      if (isIdent(work, at)) at++
      if (isPunct(work, at, '{')) at = behind(work, at)
    } else if (TYPEOF.has(name) && isPunct(work, at + 1, '(')) {
      typed = true
      at = behind(work, at + 1)
    } else if (TYPE_WORDS.has(name) || GRAMMAR_TYPES.has(name)) {
      typed ||= !TYPE_QUALIFIERS.has(name)
      at++
    } else if (STORAGE.has(name)) at++
    else if (ASM.has(name) || isPunct(work, at + 1, '(')) break
    else names.push(at++)
  }
  return { typed, names, end: at }
}

/** Where annotations may stand behind a function's parameters; `to` where declarations of parameters do. */
function behindParameters(work: Work, open: number, to: number): number {
  const after = behind(work, open)
  for (let at = after; at < to - 1; at = behind(work, at)) if (isPunct(work, at, ';')) return to
  return after
}

/** Behind the stars, and the name behind them; words between them are no names. */
function afterStars(work: Work, from: number, to: number): number {
  let at = from
  while (at < to && (isPunct(work, at, '*') || TYPE_QUALIFIERS.has(word(work, at)))) at++
  let last = at
  while (last < to && isIdent(work, last)) last++
  if (isPunct(work, last, '(') || last - at <= 1) {
    for (let extra = at; extra < last - 1; extra++) skip(work, extra)
    return isPunct(work, last, '(') ? behindParameters(work, last, to) : last
  }
  // Of `*name __read_mostly` the first is the name, of `*__init name` and `*POS name` the last.
  const name = /^__|^[A-Z0-9_]+$/.test(word(work, at)) ? last - 1 : at
  for (let extra = at; extra < last; extra++) if (extra !== name) skip(work, extra)
  return last
}

/** Which of the names is declared: the index among them. */
function nameAmong(work: Work, names: readonly number[], typed: boolean): number {
  if (!typed) return names.length - 1
  const plain = names.findLastIndex((at) => !word(work, at).startsWith('__'))
  return plain < 0 ? names.length - 1 : plain
}

/** Names before the declarator, but for the one that is the type if nothing else is. */
function extraTypes(work: Work, names: readonly number[], typed: boolean): readonly number[] {
  if (typed || names.length < 2) return typed ? names : []
  const likely = names.findIndex((at) => work.isType(word(work, at)))
  const plain = names.findLastIndex((at) => !/^__|^[A-Z0-9_]+$/.test(word(work, at)))
  const kept = likely >= 0 ? likely : plain >= 0 ? plain : names.length - 1
  return names.filter((_, index) => index !== kept)
}

function skip(work: Work, at: number): void {
  const start = startOf(work, at)
  blank(work.out, start, start + word(work, at).length)
  work.skipped.push(at)
}
