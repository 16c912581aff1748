/**
 * Brings a C file into the form that a C grammar reads without preprocessing: conditionals are decided,
 * annotations blanked, macros that are no C spelled as something that is. Every edit keeps the length of the
 * text and its newlines, so that offsets, lines and columns of the normalised text are those of the file.
 */
import type { Diagnostic, Severity } from '../../base/index.js'
import type { Token } from '../lex-c.js'
import { takeAnnotations } from './annotations.js'
import { balanced, matchBrackets } from './brackets.js'
import { declarators, members } from './declarations.js'
import { type ConditionAsked, type Directive, liveTokens } from './directives.js'
import { argumentsOf, expression, macroType } from './expressions.js'
import type { Annotation, Argument, Hole, Piece } from './holes.js'
import { blankInParameters, blankUnknownAnnotations } from './specifiers.js'
import { block } from './statements.js'
import { cutIntoUnits, type Unit } from './units.js'
import { looksLikeType, STORAGE, TYPES_BY_NAME } from './words.js'
import {
  blank,
  blankCopy,
  endBefore,
  filePiece,
  isPunct,
  pieceOf,
  splitAtCommas,
  startOf,
  textOf,
  Unreadable,
  type Work,
  word,
  write,
} from './work.js'

export interface NormaliseOptions {
  /**
   * Whether a preprocessor's condition holds: the text behind `#if`, with `defined(X)` for `#ifdef X`. Without
   * it `0` doesn't hold, nor does anything about `__cplusplus` or `__ASSEMBLY__`; all else does.
   */
  readonly decide?: (condition: string) => boolean
  /** Whether a word names a type, beyond the typedefs of the text. Without it, words in `_t` and `u8` to `s64` do. */
  readonly isType?: (name: string) => boolean
  /** Whether a word is an annotation, to be blanked, beyond those that are known. */
  readonly isAnnotation?: (name: string) => boolean
  /** Whether a macro has a body behind it, as `list_for_each` has; null if that isn't known. */
  readonly isIteration?: (name: string) => boolean | null
}

/** A function whose head is not in the normalised text. Its body is, at `brace`. */
export interface Head {
  readonly name: string
  readonly macro: string
  readonly from: number
  readonly to: number
  /** Parameters as a macro lists them: `SYSCALL_DEFINE2(x, int, a, long, b)`. Null where they aren't known. */
  readonly parameters: readonly { readonly type: Argument; readonly name: string }[] | null
  /** The head in C, to be parsed with `int` before it, of a function without a type. */
  readonly plain: Piece | null
}

/** What stands at file scope, by offsets. */
export interface NormalisedUnit {
  readonly kind: Unit['kind']
  readonly name: string
  readonly from: number
  readonly to: number
  /** Offset of a function's opening brace, else -1. */
  readonly brace: number
  /** Why it can't be read; its text is blank then. */
  readonly error: { readonly message: string; readonly offset: number } | null
}

export interface Normalised {
  /** As long as the file, with the same newlines. */
  readonly text: string
  readonly holes: ReadonlyMap<number, Hole>
  readonly annotations: readonly Annotation[]
  /** By the offset of the body's brace. */
  readonly heads: ReadonlyMap<number, Head>
  readonly units: readonly NormalisedUnit[]
  readonly directives: readonly Directive[]
  readonly conditions: readonly ConditionAsked[]
  /** Names that the text's own typedefs declare. */
  readonly typedefs: ReadonlySet<string>
  readonly isType: (name: string) => boolean
  /** Of names that only look like types, not these. */
  readonly isSurelyType: (name: string) => boolean
  /** Without places in a file: `place.source` is the path that was given. */
  readonly diagnostics: readonly Diagnostic[]
}

/** What part of a program a text is. */
export type TextKind = 'file' | 'statements' | 'expression'

/** Normalises a file, or statements or an expression alone (what a macro expands to). Total. */
export function normalise(
  path: string,
  text: string,
  options: NormaliseOptions = {},
  kind: TextKind = 'file',
): Normalised {
  const { report, reported } = startReports(path)
  const live = liveTokens(text, options.decide ?? decideByDefault)
  for (const line of live.unbalanced) report('c-conditional', 'a conditional without its counterpart', line)
  const clean = cleanTokens(live.tokens, report)
  const defined = annotationMacros(live.directives)
  const isAnnotation = (name: string): boolean => defined.has(name) || options.isAnnotation?.(name) === true
  const { tokens, annotations } = takeAnnotations(text, clean, isAnnotation)
  const out = blankCopy(text)
  for (const token of tokens) write(out, token.offset, token.text)

  const typedefs = typedefsIn(tokens)
  const isKnown = options.isType ?? looksLikeType
  const isDeclared = (name: string): boolean => typedefs.has(name) || TYPES_BY_NAME.has(name)
  const isType = (name: string): boolean => isDeclared(name) || isKnown(name)
  const isSurelyType = (name: string): boolean => isDeclared(name) || options.isType?.(name) === true
  let mate = matchBrackets(text, tokens, false)
  if (!balanced(tokens, mate)) {
    mate = matchBrackets(text, tokens, true)
    if (!balanced(tokens, mate)) report('c-brackets', 'brackets that are not balanced')
  }
  const work: Work = {
    text,
    out,
    tokens,
    mate,
    holes: new Map(),
    isType,
    isSurelyType,
    isIteration: options.isIteration ?? (() => null),
    rewrite: { block, declarators, members },
    skipped: [],
  }
  const heads = new Map<number, Head>()
  const units =
    kind === 'file'
      ? cutIntoUnits(work).map((unit) => rewriteUnit(work, unit, heads))
      : [rewriteAll(work, kind)]
  for (const index of work.skipped) {
    const token = tokens[index]
    if (token !== undefined) {
      report('c-word-skipped', `${token.text} is taken for an annotation`, token.line, 'note')
    }
  }
  return {
    text: textOf(out, 0, text.length),
    holes: work.holes,
    annotations,
    heads,
    units,
    directives: live.directives,
    conditions: live.conditions,
    typedefs,
    isType,
    isSurelyType,
    diagnostics: reported(),
  }
}

/** How many reports of one kind are given for a file. */
const MAX_REPORTS = 20

type Report = (code: string, message: string, line?: number, severity?: Severity) => void

function startReports(path: string): {
  readonly report: Report
  readonly reported: () => readonly Diagnostic[]
} {
  const diagnostics: Diagnostic[] = []
  const counts = new Map<string, number>()
  return {
    report: (code, message, line, severity = 'error') => {
      const count = (counts.get(code) ?? 0) + 1
      counts.set(code, count)
      const place = line === undefined ? { source: path } : { source: path, line }
      if (count <= MAX_REPORTS) diagnostics.push({ severity, code, message, place })
    },
    reported: () => {
      for (const [code, count] of counts) {
        if (count <= MAX_REPORTS) continue
        const message = `${count - MAX_REPORTS} more`
        diagnostics.push({ severity: 'note', code, message, place: { source: path } })
      }
      return diagnostics
    },
  }
}

/** The tokens without characters that no C has. */
function cleanTokens(tokens: readonly Token[], report: Report): Token[] {
  return tokens.filter((token) => {
    if (token.unterminated === true) {
      report('c-literal', `a literal that doesn't end: ${token.text.slice(0, 20)}`, token.line)
    }
    if (!CONTROL.test(token.text)) return true
    report('c-text', 'a character that no C has', token.line)
    return token.kind !== 'punct'
  })
}

const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/

function decideByDefault(condition: string): boolean {
  const trimmed = condition.trim()
  if (/^\(*0\)*$/.test(trimmed)) return false
  return !/^(?:defined\s*\(?\s*)?(?:__cplusplus|__ASSEMBLY__|__ASSEMBLER__|__CHECKER__|__GENKSYMS__|MODULE)\b/.test(
    trimmed,
  )
}

function rewriteAll(work: Work, kind: 'statements' | 'expression'): NormalisedUnit {
  const size = work.tokens.length
  const unit = { kind: 'declaration' as const, name: '', from: 0, to: work.text.length, brace: -1 }
  return guarded(work, unit, () => {
    if (kind === 'statements') block(work, 0, size, 0)
    else expression(work, 0, size, 0)
  })
}

function rewriteUnit(work: Work, unit: Unit, heads: Map<number, Head>): NormalisedUnit {
  const from = startOf(work, unit.from)
  const to = endBefore(work, unit.to)
  const brace = unit.kind === 'function' || unit.kind === 'headless' ? startOf(work, unit.brace) : -1
  const name = 'name' in unit ? unit.name : ''
  return guarded(work, { kind: unit.kind, name, from, to, brace }, () => {
    switch (unit.kind) {
      case 'function':
        blankUnknownAnnotations(work, unit.from, unit.brace)
        blankInParameters(work, unit.from, unit.brace, unit.name)
        declarators(work, unit.from, unit.brace, 0)
        body(work, unit.brace)
        return
      case 'headless':
        heads.set(brace, headOf(work, unit))
        blank(work.out, from, brace)
        body(work, unit.brace)
        return
      case 'declaration':
        declaration(work, unit.from, unit.to)
        return
      case 'macro':
      case 'stray':
        blank(work.out, from, to)
        return
    }
  })
}

function guarded(work: Work, unit: Omit<NormalisedUnit, 'error'>, rewrite: () => void): NormalisedUnit {
  try {
    rewrite()
    return { ...unit, error: null }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    blank(work.out, unit.from, unit.to)
    return { ...unit, error: { message: error.message, offset: error.offset } }
  }
}

function declaration(work: Work, from: number, to: number): void {
  let start = from
  while (STORAGE.has(word(work, start))) start++
  const typed = macroType(work, start, 0)
  if (typed === start) blankUnknownAnnotations(work, from, to)
  declarators(work, typed === start ? from : typed, to, 0)
}

function body(work: Work, brace: number): void {
  const close = work.mate[brace] ?? -1
  if (close < 0) throw new Unreadable('a function that does not end', startOf(work, brace))
  block(work, brace + 1, close, 0)
}

/** Macros that define a function, and what its name is made of. */
const DEFINERS = [
  { pattern: /^(?:__)?SYSCALL_DEFINE\d$/, prefix: 'sys_', pairs: true },
  { pattern: /^COMPAT_SYSCALL_DEFINE\d$/, prefix: 'compat_sys_', pairs: true },
  { pattern: /^(?:NO)?BPF_CALL_\d$/, prefix: '', pairs: true },
]

function headOf(work: Work, unit: Extract<Unit, { kind: 'headless' }>): Head {
  const close = work.mate[unit.open] ?? unit.open
  const shared = { macro: unit.name, from: startOf(work, unit.from), to: endBefore(work, unit.brace) }
  const definer = DEFINERS.find(({ pattern }) => pattern.test(unit.name))
  const ranges = splitAtCommas(work, unit.open + 1, close)
  const first = ranges[0] === undefined ? '' : word(work, ranges[0].from)
  if (definer !== undefined && first !== '') {
    const types = argumentsOf(work, unit.open + 1, close, 0)
    const parameters: { type: Argument; name: string }[] = []
    for (let at = 1; at < ranges.length; at += 2) {
      const type = types[at]
      const range = ranges[at]
      if (type !== undefined && range !== undefined && isPunct(work, range.from + 1, '(')) {
        // `compat_arg_u64_dual(x)` stands for the two halves of a parameter.
        const name = word(work, range.from + 2)
        const half: Argument = { kind: 'type', piece: { ...type.piece, text: 'u32' } }
        parameters.push({ type: half, name: `${name}_lo` }, { type: half, name: `${name}_hi` })
        at--
        continue
      }
      const name = filePiece(work, ranges[at + 1]?.from ?? 0, ranges[at + 1]?.to ?? 0).text
      if (type !== undefined) parameters.push({ type, name })
    }
    return { ...shared, name: `${definer.prefix}${first}`, parameters, plain: null }
  }
  if (/^[A-Z][A-Z0-9_]*$/.test(unit.name) && first !== '') {
    return { ...shared, name: first, parameters: null, plain: null }
  }
  declarators(work, unit.from, unit.brace, 0)
  return { ...shared, name: unit.name, parameters: null, plain: pieceOf(work, unit.from, unit.brace) }
}

/** Names that the text defines as nothing, or as annotations and words that say how a thing is stored. */
function annotationMacros(directives: readonly Directive[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { name, text } of directives) {
    const match = name === 'define' ? /^define[ \t]+([A-Za-z_]\w*)(?![\w(])(.*)$/s.exec(text) : null
    const [, macro, body] = match ?? []
    if (macro === undefined || body === undefined) continue
    const { tokens } = takeAnnotations(body, liveTokens(body, () => true).tokens, (word) => names.has(word))
    if (tokens.every((token) => STORAGE.has(token.text))) names.add(macro)
  }
  return names
}

/** The names that typedefs of a text declare, those in blocks too. */
function typedefsIn(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.text === 'typedef') at = typedefAt(tokens, at + 1, names)
  }
  return names
}

/** Takes the names of one typedef; returns the index of its `;`. A name is the last word before `;`, `,`, `[`, `(` or `)`. */
function typedefAt(tokens: readonly Token[], from: number, names: Set<string>): number {
  let depth = 0
  let braces = 0
  let name = ''
  let found = false
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    const text = token.text
    if (text === '{') braces++
    else if (text === '}') braces--
    if (braces > 0) continue
    if (braces < 0) return at
    if (text === '(') {
      // `typedef T name(…)`; `typedef T (*name)(…)` has it inside.
      const next = tokens[at + 1]?.text
      if (
        depth === 0 &&
        name !== '' &&
        next !== '*' &&
        !found &&
        tokens[at - 1]?.kind === 'ident' &&
        wordsBefore(tokens, from, at) > 1
      ) {
        names.add(name)
        found = true
      }
      depth++
    } else if (text === ')') {
      if (!found && name !== '' && tokens[at - 1]?.kind === 'ident') {
        names.add(name)
        found = true
      }
      depth--
    } else if (text === '[') {
      if (!found && name !== '') {
        names.add(name)
        found = true
      }
    } else if (depth === 0 && (text === ',' || text === ';')) {
      if (!found && name !== '') names.add(name)
      found = false
      name = ''
      if (text === ';') return at
    } else if (token.kind === 'ident') name = text
  }
  return tokens.length
}

function wordsBefore(tokens: readonly Token[], from: number, to: number): number {
  let words = 0
  for (let at = from; at < to; at++) if (tokens[at]?.kind === 'ident' || tokens[at]?.text === '*') words++
  return words
}
