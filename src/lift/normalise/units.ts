/** Cuts a file into what stands at file scope: functions, declarations, calls of macros. */

import { ASM, STORAGE, TYPE_WORDS, TYPEOF } from './words.js'
import type { Work } from './work.js'
import { behind, isIdent, isPunct, word } from './work.js'

/** A range of tokens at file scope. `name` is a function's, or a macro's. */
export type Unit = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'function'; readonly name: string; readonly brace: number }
  /** A function whose head is a macro's call: `SYSCALL_DEFINE1(x, int, a) {`; or which has no type. */
  | {
      readonly kind: 'headless'
      readonly name: string
      readonly open: number
      readonly brace: number
    }
  | { readonly kind: 'declaration' }
  | { readonly kind: 'macro'; readonly name: string }
  | { readonly kind: 'stray' }
)

export function cutIntoUnits(work: Work): Unit[] {
  const units: Unit[] = []
  for (let at = 0; at < work.tokens.length; ) {
    const unit = unitAt(work, at)
    units.push(unit)
    at = Math.max(unit.to, at + 1)
  }
  return units
}

function unitAt(work: Work, from: number): Unit {
  const { tokens } = work
  if (isPunct(work, from, ';') || isPunct(work, from, '}')) return { kind: 'stray', from, to: from + 1 }
  if (word(work, from) === 'extern' && tokens[from + 1]?.kind === 'string') {
    return { kind: 'stray', from, to: isPunct(work, from + 2, '{') ? from + 3 : from + 2 }
  }
  if (ASM.has(word(work, from))) {
    let to = from
    while (to < tokens.length && !isPunct(work, to, ';')) to = behind(work, to)
    return { kind: 'macro', name: 'asm', from, to: Math.min(to + 1, tokens.length) }
  }
  if (isBareMacro(work, from)) {
    const to = isPunct(work, from + 1, ';') ? from + 2 : from + 1
    return { kind: 'macro', name: word(work, from), from, to }
  }
  const called = macroCall(work, from)
  if (called !== null) return called

  let lastWord = ''
  let lastOpen = -1
  let name = ''
  let assigned = false
  let oldStyle = false
  for (let at = from; at < tokens.length; at = behind(work, at)) {
    if (isPunct(work, at, ';')) {
      if (oldStyle) continue
      return { kind: 'declaration', from, to: at + 1 }
    }
    if (isPunct(work, at, '=')) assigned = true
    if (isPunct(work, at, '}')) return { kind: 'declaration', from, to: at }
    if (isPunct(work, at, '(')) {
      if (name === '' && lastWord !== '' && !assigned && !TYPEOF.has(lastWord)) {
        name = lastWord
        lastOpen = at
      } else if (name === '' && !assigned && lastOpen < 0) {
        // `int (*f(int a))(int)`, `int (f)(void)`
        name = declaredInside(work, at)
        lastOpen = at
      }
      const next = behind(work, at)
      if (!assigned && lastOpen === at && isOldStyle(work, at, next)) oldStyle = true
    }
    if (isPunct(work, at, '{') && !assigned) {
      const record = ['struct', 'union', 'enum'].includes(word(work, at - 1))
      const tagged = isIdent(work, at - 1) && ['struct', 'union', 'enum'].includes(word(work, at - 2))
      if (!record && !tagged && (lastOpen >= 0 || isIdent(work, at - 1))) {
        const to = behind(work, at)
        return { kind: 'function', name: name === '' ? lastWord : name, brace: at, from, to }
      }
    }
    if (isIdent(work, at)) lastWord = word(work, at)
  }
  return { kind: 'declaration', from, to: tokens.length }
}

/** The first name inside a parenthesis that opens with `*` or is all there is: a declarator in parentheses. */
function declaredInside(work: Work, open: number): string {
  const close = work.mate[open] ?? -1
  for (let at = open + 1; at < close; at++)
    if (isIdent(work, at) && word(work, at) !== 'const') return word(work, at)
  return ''
}

/** `f(a, b) int a; …`: names only in the parenthesis, and behind it a declaration of one. */
function isOldStyle(work: Work, open: number, next: number): boolean {
  if (!isIdent(work, next) || next <= open + 2) return false
  for (let at = open + 1; at < next - 1; at++) {
    if (!isPunct(work, at, ',') && !(isIdent(work, at) && !TYPE_WORDS.has(word(work, at)))) return false
  }
  for (let at = next; at < work.tokens.length; at = behind(work, at)) {
    if (isPunct(work, at, '{')) return isPunct(work, at - 1, ';') || isPunct(work, at - 1, '}')
    if (isPunct(work, at, '=') || isPunct(work, at, '(')) {
      if (isPunct(work, at, '=')) return false
    }
  }
  return false
}

/** A word in capitals alone on its line, or with nothing but a semicolon. */
function isBareMacro(work: Work, at: number): boolean {
  const next = work.tokens[at + 1]
  if (!/^[A-Z][A-Z0-9_]+$/.test(word(work, at)) || work.isSurelyType(word(work, at))) return false
  if (next === undefined || next.text === ';') return true
  return next.kind === 'ident' && next.line > (work.tokens[at]?.line ?? 0)
}

/** A unit that begins with a macro's call, storage words before it apart; null if it is none. */
function macroCall(work: Work, from: number): Unit | null {
  let at = from
  while (STORAGE.has(word(work, at)) || word(work, at) === 'const') at++
  const name = word(work, at)
  if (name === '' || !isPunct(work, at + 1, '(') || TYPE_WORDS.has(name) || TYPEOF.has(name)) return null
  const next = behind(work, at + 1)
  // `T (*p)[2]`, `T (f)(int a)`
  if (work.isSurelyType(name) && (isPunct(work, at + 2, '*') || isPunct(work, next, '('))) return null
  const close = next - 1
  if (isPunct(work, next, '{')) {
    return { kind: 'headless', name, open: at + 1, brace: next, from, to: behind(work, next) }
  }
  if (isOldStyle(work, at + 1, next)) {
    let brace = next
    while (brace < work.tokens.length && !isPunct(work, brace, '{')) brace = behind(work, brace)
    return { kind: 'headless', name, open: at + 1, brace, from, to: behind(work, brace) }
  }
  const closing = work.tokens[close]
  const following = work.tokens[next]
  if (following === undefined || closing === undefined) return { kind: 'macro', name, from, to: next }
  const goesOn = following.kind === 'punct' && [';', '=', '[', ',', '('].includes(following.text)
  if (!goesOn) {
    // On one line with it, a name makes it a type: `STACK_OF(X) *f(void)`, but not another macro.
    const another = /^_*[A-Z][A-Z0-9_]+$/.test(following.text) && isPunct(work, next + 1, '(')
    if (!another && following.line === closing.line && following.text !== '}') return null
    return { kind: 'macro', name, from, to: next }
  }
  let to = next
  while (to < work.tokens.length && !isPunct(work, to, ';') && !isPunct(work, to, '}')) to = behind(work, to)
  return { kind: 'macro', name, from, to: isPunct(work, to, ';') ? to + 1 : to }
}
