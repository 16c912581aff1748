/** Rewrites declarations: what stands in declarators, in initializers, and among the members of structs. */
import {
  argumentsOf,
  expression,
  isRecordBody,
  MAX_DEPTH,
  macroType,
  typeofSpecifier,
} from './expressions.js'
import { blankUnknownAnnotations } from './specifiers.js'
import { ASM, GRAMMAR_TYPES, STORAGE, TYPE_QUALIFIERS, TYPE_WORDS, TYPEOF } from './words.js'
import {
  behind,
  blank,
  digHole,
  endBefore,
  isIdent,
  isPunct,
  pieceOf,
  startOf,
  Unreadable,
  type Work,
  word,
  write,
} from './work.js'

/** A declaration or a part of one: specifiers, declarators with their initializers, parameters. */
export function declarators(work: Work, from: number, to: number, depth: number): void {
  if (depth > MAX_DEPTH) throw new Unreadable('nested too deeply', startOf(work, from))
  for (let at = from; at < to; ) {
    const token = work.tokens[at]
    const close = work.mate[at] ?? -1
    if (token?.kind === 'ident') {
      if (TYPEOF.has(token.text)) at = typeofSpecifier(work, at, depth)
      else if (ASM.has(token.text)) at = blankAsm(work, at)
      else at++
    } else if (token?.text === ':') at = endOfInitializer(work, at + 1, to)
    else if (token?.text === '=') {
      const end = endOfInitializer(work, at + 1, to)
      expression(work, at + 1, end, depth + 1)
      at = end
    } else if (close > at) {
      if (token?.text === '(') declarators(work, at + 1, close, depth + 1)
      else if (isRecordBody(work, at)) members(work, at + 1, close, depth + 1)
      else if (isEnumBody(work, at)) enumerators(work, at + 1, close, depth + 1)
      else expression(work, at + 1, close, depth + 1)
      at = close + 1
    } else at++
  }
}

function endOfInitializer(work: Work, from: number, to: number): number {
  let at = from
  while (at < to && !isPunct(work, at, ',') && !isPunct(work, at, ';')) at = behind(work, at)
  return Math.min(at, to)
}

/** `asm("name")` behind a declarator says where it is kept. */
function blankAsm(work: Work, at: number): number {
  const end = isPunct(work, at + 1, '(') ? behind(work, at + 1) : at + 1
  blank(work.out, startOf(work, at), endBefore(work, end))
  return end
}

function isEnumBody(work: Work, at: number): boolean {
  if (!isPunct(work, at, '{')) return false
  return word(work, at - 1) === 'enum' || (isIdent(work, at - 1) && word(work, at - 2) === 'enum')
}

/** The enumerators of an enum. A macro's call among them stands for some that are not known. */
function enumerators(work: Work, from: number, to: number, depth: number): void {
  for (let at = from; at < to; ) {
    let end = at
    while (end < to && !isPunct(work, end, ',')) end = behind(work, end)
    const close = work.mate[at + 1] ?? -1
    if (isIdent(work, at) && isPunct(work, at + 1, '(') && close > 0) {
      const ended = isPunct(work, close + 1, ',') || close + 1 >= to
      const args = argumentsOf(work, at + 2, close, depth)
      digHole(
        work,
        at,
        close + 1,
        { kind: 'macro', name: word(work, at), args, rest: null },
        ended ? 'ǂ' : 'ǂ,',
      )
      at = isPunct(work, close + 1, ',') ? close + 2 : close + 1
      continue
    }
    expression(work, at, end, depth)
    at = end + 1
  }
}

/** How many arguments stand before the members in macros that group them. */
const GROUPS: ReadonlyMap<string, number> = new Map([
  ['struct_group', 1],
  ['struct_group_attr', 2],
  ['struct_group_tagged', 2],
  ['__struct_group', 3],
])

/** The members of a struct or union. */
export function members(work: Work, from: number, to: number, depth: number): void {
  if (depth > MAX_DEPTH) throw new Unreadable('nested too deeply', startOf(work, from))
  for (let at = from; at < to; ) {
    if (isPunct(work, at, ';')) {
      blank(work.out, startOf(work, at), startOf(work, at) + 1)
      at++
      continue
    }
    const name = word(work, at)
    const typed = macroType(work, at, depth)
    const isMacro = typed === at && name !== '' && isPunct(work, at + 1, '(')
    if (isMacro && !TYPEOF.has(name) && !isPunct(work, at + 2, '*')) {
      at = memberMacro(work, at, depth)
      continue
    }
    if (name !== '' && at + 1 >= to) {
      digHole(work, at, to, { kind: 'macro', name, args: [], rest: null }, 'ǂ;')
      return
    }
    let stop = at
    while (stop < to && !isPunct(work, stop, ';')) stop = behind(work, stop)
    if (typed === at) blankUnknownAnnotations(work, at, stop)
    declarators(work, typed, stop, depth)
    widthsOfBits(work, at, stop, depth)
    at = stop + 1
  }
}

function memberMacro(work: Work, at: number, depth: number): number {
  const name = word(work, at)
  const close = work.mate[at + 1] ?? -1
  if (close < 0) throw new Unreadable('a parenthesis that is not closed', startOf(work, at))
  const end = isPunct(work, close + 1, ';') ? close + 2 : close + 1
  if (name === '_Static_assert' || name === 'static_assert' || name === 'BUILD_BUG_ON') {
    blank(work.out, startOf(work, at), endBefore(work, end))
    return end
  }
  const skipped = GROUPS.get(name)
  if (skipped !== undefined) {
    let first = at + 2
    for (let count = 0; count < skipped; count++) {
      while (first < close && !isPunct(work, first, ',')) first = behind(work, first)
      first++
    }
    members(work, first, close, depth + 1)
    blank(work.out, startOf(work, at), startOf(work, first))
    write(work.out, startOf(work, at), 'struct {')
    write(work.out, startOf(work, close), '}')
    if (end === close + 1) throw new Unreadable(`no \`;\` behind ${name}`, startOf(work, close))
    return end
  }
  const args = argumentsOf(work, at + 2, close, depth)
  digHole(work, at, close + 1, { kind: 'macro', name, args, rest: null }, end === close + 1 ? 'ǂ;' : 'ǂ')
  return end
}

/** Rewrites the widths of bit-fields, and gives those without a name one: the grammar wants it. */
function widthsOfBits(work: Work, from: number, to: number, depth: number): void {
  let segment = from
  let first = true
  for (let at = from; at < to; at = behind(work, at)) {
    if (isPunct(work, at, ',')) {
      segment = at + 1
      first = false
    } else if (isPunct(work, at, ':')) {
      const named = first ? !isSpecifier(work, segment, at) : segment < at
      let end = at + 1
      while (end < to && !isPunct(work, end, ',')) end = behind(work, end)
      expression(work, at + 1, end, depth + 1)
      if (!named) digHole(work, at, end, { kind: 'bits', piece: pieceOf(work, at + 1, end) })
    }
  }
}

/** Whether the tokens are a type and no name. */
function isSpecifier(work: Work, from: number, to: number): boolean {
  let words = 0
  let others = 0
  for (let at = from; at < to; at = behind(work, at)) {
    const name = word(work, at)
    if (name === 'struct' || name === 'union' || name === 'enum') {
      words++
      if (isIdent(work, at + 1)) at++
    } else if (TYPE_WORDS.has(name)) words++
    else if (name !== '' && !STORAGE.has(name)) others++
  }
  return words > 0 ? others === 0 : others === 1
}

/** Whether a known type stands at `at` before what the grammar could take for an argument or a factor. */
export function mayReadAsExpression(work: Work, at: number): boolean {
  let next = at + 1
  while (isPunct(work, next, '*') || TYPE_QUALIFIERS.has(word(work, next))) next++
  return isPunct(work, next, '(') && work.isSurelyType(word(work, at))
}

/** Whether a statement that begins at `from` and ends at `to` declares something. */
export function declares(work: Work, from: number, to: number): boolean {
  const name = word(work, from)
  if (name === '') return false
  if (TYPE_WORDS.has(name) || GRAMMAR_TYPES.has(name) || STORAGE.has(name)) return true
  if (TYPEOF.has(name)) return isPunct(work, from + 1, '(')
  if (isIdent(work, from + 1)) return true
  let at = from + 1
  while (at < to && (isPunct(work, at, '*') || word(work, at) === 'const' || word(work, at) === 'volatile'))
    at++
  if (at > from + 1 && isIdent(work, at)) {
    return at + 1 >= to || ['=', ',', '[', ';', '('].includes(work.tokens[at + 1]?.text ?? '')
  }
  return mayReadAsExpression(work, from)
}
