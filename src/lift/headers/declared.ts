/** Which names a piece of text at file scope declares, told by the shape of its tokens; nothing is parsed. */
import type { Piece, TopToken } from './constructs.js'

export type DeclaredKind =
  | 'function'
  | 'prototype'
  | 'typedef'
  | 'variable'
  | 'struct'
  | 'union'
  | 'enum'
  | 'enumerator'

export interface DeclaredName {
  readonly kind: DeclaredKind
  readonly name: string
}

/** Whether a name is a macro that takes arguments, one that takes none, or no macro. */
export type MacroKindOf = (name: string) => 'function' | 'object' | null

/** What a piece of text at file scope is. */
export type Classified =
  /** `bodies` are the brackets of the enums in it, whose names are enumerators. */
  | {
      readonly kind: 'declares'
      readonly names: readonly DeclaredName[]
      readonly bodies: readonly (readonly [number, number])[]
    }
  /** A macro's call that has to be expanded to see what it declares. */
  | { readonly kind: 'call'; readonly macro: string }
  | { readonly kind: 'nothing' }

const STORAGE = new Set([
  'extern',
  'static',
  'inline',
  '__inline',
  '__inline__',
  'register',
  '_Noreturn',
  '__extension__',
  '_Thread_local',
  '__thread',
])
const NOT_NAMES = new Set([
  'const',
  'volatile',
  'restrict',
  '__restrict',
  '__const',
  '__volatile__',
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  '__signed__',
  '_Bool',
  '__int128',
])
const ATTRIBUTES = new Set([
  '__attribute__',
  '__attribute',
  'asm',
  '__asm__',
  '__asm',
  '__declspec',
  '_Alignas',
])
const NO_DECLARATION = new Set(['_Static_assert', 'static_assert', 'asm', '__asm__', '__asm'])
const RECORD = new Set(['struct', 'union', 'enum'])

/** What conditionals leave of the text between two offsets, as long as it was. */
export type TextBetween = (from: number, to: number) => string

/** Reads a piece. The text's offsets are those of the tokens. */
export function classifyPiece(piece: Piece, text: TextBetween, macroKind: MacroKindOf): Classified {
  const extension = piece.tokens[0]?.text === '__extension__'
  const tokens = extension ? piece.tokens.slice(1) : piece.tokens
  const first = tokens[0]
  if (first === undefined) return { kind: 'nothing' }
  if (NO_DECLARATION.has(first.text)) return { kind: 'nothing' }
  const names: DeclaredName[] = []
  const bodies: (readonly [number, number])[] = []
  const head = piece.ending === 'body' ? tokens.slice(0, -1) : tokens
  const records = recordsIn(head, text, names, bodies)
  if (first.text === 'typedef') {
    for (const declarator of declarators(tokens.slice(1))) {
      const name = declaredName(declarator, text, macroKind)
      if (name !== null) names.push({ kind: 'typedef', name: name.name })
    }
    return { kind: 'declares', names, bodies }
  }
  if (piece.ending === 'body') {
    const name = functionName(tokens, macroKind)
    if (name === null) return callIn(tokens, macroKind)
    names.push({ kind: 'function', name })
    return { kind: 'declares', names, bodies }
  }
  if (piece.ending === 'none') return callIn(tokens, macroKind)
  // A type alone: `struct x { … };`, `struct x;`, `enum { … } attribute;`.
  if (records && isTypeAlone(tokens, macroKind)) return { kind: 'declares', names, bodies }
  const call = callIn(tokens, macroKind)
  if (call.kind === 'call' && functionName(tokens, macroKind) === null) return call
  for (const declarator of declarators(tokens)) {
    const name = declaredName(declarator, text, macroKind)
    if (name !== null) names.push({ kind: name.isFunction ? 'prototype' : 'variable', name: name.name })
  }
  return names.length === 0 ? { kind: 'nothing' } : { kind: 'declares', names, bodies }
}

/** Tags defined in the tokens, those inside the braces too, and whether a struct, union or enum is named at all. */
function recordsIn(
  tokens: readonly TopToken[],
  text: TextBetween,
  names: DeclaredName[],
  bodies: (readonly [number, number])[],
): boolean {
  let found = false
  tokens.forEach((token, index) => {
    if (token.kind !== 'ident' || !isRecordWord(token.text)) return
    found = true
    let tag: string | null = null
    for (let at = index + 1; at < tokens.length; at++) {
      const next = tokens[at]
      if (next?.kind === 'ident') {
        if (!ATTRIBUTES.has(next.text) && (tag === null || tag.startsWith('__'))) tag = next.text
      } else if (next?.kind === '{') {
        if (tag !== null) names.push({ kind: token.text as 'struct' | 'union' | 'enum', name: tag })
        if (token.text === 'enum') bodies.push([next.start, next.end])
        else innerRecords(text, next.start + 1, next.end - 1, names, bodies)
        return
      } else if (next?.kind !== '(') return
    }
  })
  return found
}

function isRecordWord(text: string): text is 'struct' | 'union' | 'enum' {
  return RECORD.has(text)
}

/** Structs and enums defined inside another's braces have file scope too. */
function innerRecords(
  text: TextBetween,
  from: number,
  to: number,
  names: DeclaredName[],
  bodies: (readonly [number, number])[],
): void {
  const body = text(from, to)
  if (!body.includes('{')) return
  for (const match of body.matchAll(/\b(struct|union|enum)\b(?:\s+__\w+)*(?:\s+(\w+))?\s*\{/g)) {
    const [all, word, tag] = match
    if (tag !== undefined) names.push({ kind: word as 'struct' | 'union' | 'enum', name: tag })
    if (word !== 'enum') continue
    const open = match.index + all.length - 1
    const close = body.indexOf('}', open)
    if (close >= 0) bodies.push([from + open, from + close + 1])
  }
}

/** `enum { … } __packed;` declares no variable. */
function isTypeAlone(tokens: readonly TopToken[], macroKind: MacroKindOf): boolean {
  if (tokens.some((token) => token.text === '=')) return false
  const last = tokens.findLastIndex((token) => token.kind === '{')
  const rest = tokens.slice(last + 1)
  if (last >= 0) {
    return rest.every(
      (token) => token.kind === '(' || (token.kind === 'ident' && isAttribute(token.text, macroKind)),
    )
  }
  const words = tokens.filter((token) => !STORAGE.has(token.text) && !isAttribute(token.text, macroKind))
  return (
    words.length === 2 && words.every((token) => token.kind === 'ident') && RECORD.has(words[0]?.text ?? '')
  )
}

function isAttribute(name: string, macroKind: MacroKindOf): boolean {
  return ATTRIBUTES.has(name) || STORAGE.has(name) || macroKind(name) !== null
}

/** The tokens of each declarator, the first with the type before it; initializers are left out. */
function declarators(tokens: readonly TopToken[]): TopToken[][] {
  const all: TopToken[][] = [[]]
  let inValue = false
  for (const token of tokens) {
    if (token.text === ',') {
      all.push([])
      inValue = false
    } else if (token.text === '=') inValue = true
    else if (!inValue) all[all.length - 1]?.push(token)
  }
  return all
}

/** The name that a declarator declares: its last one, attributes, array bounds and parameters aside. */
function declaredName(
  tokens: readonly TopToken[],
  text: TextBetween,
  macroKind: MacroKindOf,
): { readonly name: string; readonly isFunction: boolean } | null {
  for (let at = tokens.length - 1; at >= 0; at--) {
    const token = tokens[at]
    if (token === undefined || token.kind === 'punct') return null
    if (token.kind === '[' || token.kind === 'literal') continue
    if (token.kind === '{') return null
    if (token.kind === 'ident') {
      // A macro without arguments behind a name is an attribute; one in the name's place stands for it.
      const before = tokens[at - 1]
      const hasOther =
        before !== undefined && (before.kind === 'ident' || before.kind === '(' || before.kind === '[')
      if (macroKind(token.text) !== null && hasOther && isNameBefore(tokens, at)) continue
      return isNoName(token.text) ? null : { name: token.text, isFunction: false }
    }
    const before = tokens[at - 1]
    if (before?.kind === 'ident') {
      if (ATTRIBUTES.has(before.text) || (macroKind(before.text) === 'function' && at - 1 > 0)) {
        at--
        continue
      }
      if (isNoName(before.text)) return innerName(token, text)
      return { name: before.text, isFunction: true }
    }
    if (before?.kind === '(') return innerName(before, text)
    return innerName(token, text)
  }
  return null
}

/** Whether a name can be found to the left of an attribute, beside words of a type. */
function isNameBefore(tokens: readonly TopToken[], at: number): boolean {
  const left = tokens.slice(0, at).filter((token) => token.kind === 'ident' && !STORAGE.has(token.text))
  const last = left[left.length - 1]
  return last !== undefined && left.length > 1 && !isNoName(last.text)
}

function isNoName(name: string): boolean {
  return NOT_NAMES.has(name) || STORAGE.has(name) || RECORD.has(name)
}

/** `(*name)`, `(*name[4])`, `(*name(int))`. */
function innerName(
  token: TopToken,
  text: TextBetween,
): { readonly name: string; readonly isFunction: boolean } | null {
  const name = /^\(\s*(?:\w+\s+)*?[*\s]*(?:const\s+|volatile\s+|__\w+\s+)*(\w+)\s*(\()?/.exec(
    text(token.start, token.end),
  )
  return name?.[1] === undefined ? null : { name: name[1], isFunction: name[2] !== undefined }
}

/** The name before the parameters of a function's head; null if only macros stand there. */
function functionName(tokens: readonly TopToken[], macroKind: MacroKindOf): string | null {
  for (let at = tokens.length - 1; at > 0; at--) {
    const name = tokens[at - 1]
    if (tokens[at]?.kind !== '(' || name?.kind !== 'ident') continue
    if (ATTRIBUTES.has(name.text) || macroKind(name.text) === 'function' || isNoName(name.text)) continue
    return name.text
  }
  return null
}

/** The first call of a macro with arguments among the tokens, where no value is given before it. */
function callIn(tokens: readonly TopToken[], macroKind: MacroKindOf): Classified {
  for (let at = 0; at + 1 < tokens.length; at++) {
    const token = tokens[at]
    if (token?.text === '=') break
    if (token?.kind === 'ident' && tokens[at + 1]?.kind === '(' && macroKind(token.text) === 'function')
      return { kind: 'call', macro: token.text }
  }
  return { kind: 'nothing' }
}
