/**
 * A file as the preprocessor sees it: its directives, in order, with the text between them left alone. Read
 * once for each file; walking it under some macros (walk.ts) then costs only the directives.
 */
import type { Diagnostic } from '../../base/index.js'
import { type Macro, type MacroText, macroOf } from './macro.js'
import type { Names } from './names.js'

interface Place {
  /** Offsets of `#` and of the end of the directive, which is exclusive. */
  readonly start: number
  readonly end: number
  /** The line of `#`, from 1. */
  readonly line: number
}

/** `next` is the index of the directive that ends the branch: `#elif`, `#else`, `#endif`, or the end of the file. */
export type Directive =
  | (Place & { readonly kind: 'define'; readonly id: number; readonly macro: Macro })
  | (Place & { readonly kind: 'undef'; readonly id: number })
  | (Place & { readonly kind: 'include'; readonly target: string; readonly after: boolean })
  | (Place & { readonly kind: 'ifdef' | 'ifndef'; readonly id: number; next: number })
  | (Place & { readonly kind: 'if' | 'elif'; readonly test: string; next: number })
  | (Place & { readonly kind: 'else'; next: number })
  | (Place & { readonly kind: 'endif' | 'once' | 'other' })

export interface Source {
  readonly path: string
  readonly text: string
  readonly directives: readonly Directive[]
  /** The name whose being defined means that the whole file is skipped, or 0. */
  readonly guard: number
  /** Whether it may be read several times, to mean something else each time. */
  readonly isLoose: boolean
  readonly problems: readonly Diagnostic[]
}

/** Reads a file's directives, in linear time. Never throws: what is wrong with the text is in `problems`. */
export function readSource(path: string, text: string, names: Names): Source {
  const directives: Directive[] = []
  const problems: Diagnostic[] = []
  const open: number[] = []
  let tooMany = false
  const problem = (code: string, message: string, line: number): void => {
    if (problems.length < MAX_PROBLEMS)
      problems.push({ severity: 'warning', code, message, place: { source: path, line } })
  }
  const close = (index: number): void => {
    const before = open.pop()
    const directive = before === undefined ? undefined : directives[before]
    if (directive !== undefined && 'next' in directive) directive.next = index
  }

  scanDirectives(text, {
    directive: (start, end, line) => {
      const place = { start, end, line }
      const directive = readDirective(spliced(text.slice(start + 1, end)), place, path, names)
      const index = directives.length
      directives.push(directive)
      switch (directive.kind) {
        case 'if':
        case 'ifdef':
        case 'ifndef':
          open.push(index)
          if (open.length > MAX_NESTING && !tooMany) {
            tooMany = true
            problem('conditionals-too-deep', `conditionals are nested deeper than ${MAX_NESTING}`, line)
          }
          break
        case 'elif':
        case 'else':
          if (open.length === 0)
            problem('conditional-unbalanced', `#${directive.kind} without an #if before it`, line)
          else {
            close(index)
            open.push(index)
          }
          break
        case 'endif':
          if (open.length === 0) problem('conditional-unbalanced', '#endif without an #if before it', line)
          else close(index)
          break
      }
    },
    unterminatedComment: (line) => problem('comment-unterminated', 'a comment is never closed', line),
  })

  while (open.length > 0) {
    const line = directives[open[open.length - 1] ?? 0]?.line ?? 1
    problem('conditional-unterminated', 'a conditional is never closed by #endif', line)
    close(directives.length)
  }
  const guard = guardOf(text, directives)
  const isLoose = guard === 0 && !directives.some(({ kind }) => kind === 'once')
  return { path, text, directives, guard, isLoose, problems }
}

const MAX_PROBLEMS = 20

/** Conditionals are followed one by one, not by calls, so depth costs nothing; beyond this the text is not C. */
const MAX_NESTING = 1000

interface DirectiveVisitor {
  readonly directive: (start: number, end: number, line: number) => void
  readonly unterminatedComment: (line: number) => void
}

const NEWLINE = 10
const CARRIAGE_RETURN = 13
const BACKSLASH = 92
const SLASH = 47
const STAR = 42
const QUOTE = 34
const APOSTROPHE = 39
const HASH = 35
const DOLLAR = 36

function scanDirectives(text: string, visit: DirectiveVisitor): void {
  const size = text.length
  let line = 1
  let at = 0
  let atLineStart = true
  let directive = -1
  let directiveLine = 0
  while (at <= size) {
    const code = at < size ? text.charCodeAt(at) : -1
    if (code === NEWLINE || code === -1) {
      if (directive >= 0) {
        visit.directive(directive, text.charCodeAt(at - 1) === CARRIAGE_RETURN ? at - 1 : at, directiveLine)
        directive = -1
      }
      atLineStart = true
      line++
      at++
      continue
    }
    if (code === 32 || code === 9 || code === CARRIAGE_RETURN || code === 12 || code === 11) {
      at++
      continue
    }
    if (code === BACKSLASH) {
      // A continued line is one line; the blank before its newline that gcc forgives is forgiven.
      let after = at + 1
      while (text.charCodeAt(after) === 32 || text.charCodeAt(after) === 9) after++
      if (text.charCodeAt(after) === CARRIAGE_RETURN) after++
      if (text.charCodeAt(after) === NEWLINE) {
        line++
        at = after + 1
        continue
      }
    }
    if (code === SLASH) {
      const next = text.charCodeAt(at + 1)
      if (next === STAR) {
        const end = text.indexOf('*/', at + 2)
        if (end < 0) {
          visit.unterminatedComment(line)
          if (directive >= 0) visit.directive(directive, size, directiveLine)
          return
        }
        for (let inside = text.indexOf('\n', at); inside >= 0 && inside < end; ) {
          line++
          inside = text.indexOf('\n', inside + 1)
        }
        at = end + 2
        continue
      }
      if (next === SLASH) {
        at += 2
        while (at < size && text.charCodeAt(at) !== NEWLINE) {
          if (text.charCodeAt(at) === BACKSLASH && text.charCodeAt(at + 1) === NEWLINE) {
            line++
            at++
          }
          at++
        }
        continue
      }
    }
    if (code === HASH && atLineStart) {
      directive = at
      directiveLine = line
    } else if (code === QUOTE || code === APOSTROPHE) {
      at = quotedEnd(text, at, code)
      atLineStart = false
      continue
    }
    atLineStart = false
    at++
    // Runs of letters, digits and underscores make up most of the text.
    while (at < size && isWord(text.charCodeAt(at))) at++
  }
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57)
  )
}

/** The end of a string or character constant: behind its quote, or at the end of the line if it has none. */
function quotedEnd(text: string, from: number, quote: number): number {
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === NEWLINE) return at
    if (code === BACKSLASH && text.charCodeAt(at + 1) !== NEWLINE) at++
    else if (code === BACKSLASH) return at
    else if (code === quote) return at + 1
    at++
  }
  return text.length
}

function spliced(text: string): string {
  return text.includes('\\') ? text.replace(/\\[ \t]*\r?\n/g, '') : text
}

function readDirective(text: string, place: Place, path: string, names: Names): Directive {
  const start = blanksEnd(text)
  const keyword = wordAt(text, start)
  const rest = text.slice(start + keyword.length)
  switch (keyword) {
    case 'define': {
      const macro = readDefine(rest)
      if (macro === null) return { kind: 'other', ...place }
      return { kind: 'define', id: names.id(macro.name), macro: macroOf(macro, path, place.line), ...place }
    }
    case 'undef':
      return { kind: 'undef', id: names.id(firstWord(rest)), ...place }
    case 'include':
    case 'include_next':
    case 'import':
      return {
        kind: 'include',
        target: withoutComments(rest).trim(),
        after: keyword === 'include_next',
        ...place,
      }
    case 'ifdef':
    case 'ifndef':
      return { kind: keyword, id: names.id(firstWord(rest)), next: 0, ...place }
    case 'if':
    case 'elif':
      return { kind: keyword, test: withoutComments(rest).trim(), next: 0, ...place }
    case 'elifdef':
    case 'elifndef': {
      const not = keyword === 'elifndef' ? '!' : ''
      return { kind: 'elif', test: `${not}defined(${firstWord(rest)})`, next: 0, ...place }
    }
    case 'else':
      return { kind: 'else', next: 0, ...place }
    case 'endif':
      return { kind: 'endif', ...place }
    case 'pragma':
      return { kind: firstWord(rest) === 'once' ? 'once' : 'other', ...place }
    default:
      return { kind: 'other', ...place }
  }
}

/** Reads what stands behind `#define`; null if it names nothing. */
export function readDefine(text: string): MacroText | null {
  const start = blanksEnd(text)
  const name = wordAt(text, start)
  if (name === '' || /^\d/.test(name)) return null
  const rest = text.slice(start + name.length)
  if (!rest.startsWith('(')) return { name, parameters: null, rest: null, body: rest.trim() }
  const close = rest.indexOf(')')
  if (close < 0) return { name, parameters: null, rest: null, body: rest.trim() }
  const words = withoutComments(rest.slice(1, close))
    .split(',')
    .map((word) => word.trim())
  const last = words[words.length - 1] ?? ''
  const variadic = last.endsWith('...')
  const plain = variadic ? words.slice(0, -1) : words
  const parameters = plain.length === 1 && plain[0] === '' ? [] : plain
  return {
    name,
    parameters,
    rest: variadic ? last.slice(0, -3).trim() || '__VA_ARGS__' : null,
    body: rest.slice(close + 1).trim(),
  }
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** The offset behind the blanks and comments that a text begins with. */
function blanksEnd(text: string): number {
  let at = 0
  for (;;) {
    while (isBlank(text.charCodeAt(at))) at++
    if (!text.startsWith('/*', at)) return at
    const end = text.indexOf('*/', at + 2)
    if (end < 0) return text.length
    at = end + 2
  }
}

function wordAt(text: string, from: number): string {
  let at = from
  while (isWord(text.charCodeAt(at)) || text.charCodeAt(at) === DOLLAR) at++
  return text.slice(from, at)
}

function firstWord(text: string): string {
  return /[\w$]+/.exec(withoutComments(text))?.[0] ?? ''
}

function withoutComments(text: string): string {
  return text.includes('/') ? text.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, ' ') : text
}

/** `#ifndef X`, `#define X`, … `#endif`, with only blanks and comments around. */
function guardOf(text: string, directives: readonly Directive[]): number {
  const [first, second] = directives
  const last = directives[directives.length - 1]
  if (first === undefined || second === undefined || last === undefined) return 0
  const id = guardName(first, second)
  if (id === 0 || last.kind !== 'endif' || !('next' in first) || directives[first.next] !== last) return 0
  const outside = text.slice(0, first.start) + text.slice(last.end)
  return withoutComments(outside).trim() === '' ? id : 0
}

function guardName(first: Directive, second: Directive): number {
  return first.kind === 'ifndef' && second.kind === 'define' && second.id === first.id ? first.id : 0
}
