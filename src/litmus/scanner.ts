/**
 * The words of a litmus test, taken one by one. Two languages follow each other in a test: in C, `(*` opens a
 * parenthesis (`READ_ONCE(*x)`); in the head, the initial state and the condition it opens a comment. So the
 * parser says which it is reading.
 *
 * Trouble is kept, not thrown: after the first diagnostic every further token is the end of the text, so that
 * whatever was being parsed comes to its end.
 */
import type { Diagnostic } from '../base/index.js'
import type { At } from './syntax.js'

export type Language = 'state' | 'code'

export interface Token {
  readonly kind: 'name' | 'number' | 'sign' | 'end'
  readonly text: string
  readonly offset: number
  readonly end: number
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const NUMBER = /(?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*/y
const SIGNS: Readonly<Record<Language, RegExp>> = {
  state: /\/\\|\\\/|=>|==|!=|<>|[=~&*;:,()[\]{}+-]/y,
  code: /==|!=|<=|>=|<<|>>|&&|\|\||->|\+\+|--|[-+*/%&|^]=|[-+*/%&|^~!=<>;:,.?()[\]{}]/y,
}

/** Levels of nesting that a test can have. */
const DEEPEST = 200

export class Scanner {
  error: Diagnostic | null = null
  readonly #text: string
  readonly #source: string
  readonly #lines: number[] = [0]
  #offset = 0
  #language: Language = 'state'
  #ahead: Token[] = []
  #depth = 0

  constructor(text: string, source: string) {
    this.#text = text
    this.#source = source
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) this.#lines.push(i + 1)
  }

  /** Reads on in another language, or from another place. Tokens looked at but not taken are read again. */
  switchTo(language: Language, offset = this.#ahead[0]?.offset ?? this.#offset): void {
    this.#language = language
    this.#offset = offset
    this.#ahead = []
  }

  /** The token `distance` after the next one. */
  peek(distance = 0): Token {
    while (this.#ahead.length <= distance) this.#ahead.push(this.#read())
    return this.#ahead[distance] ?? this.#end()
  }

  take(): Token {
    const token = this.peek()
    this.#ahead.shift()
    return token
  }

  /** Takes the next token if it is this sign or word. */
  accept(text: string): boolean {
    if (!this.at(text)) return false
    this.take()
    return true
  }

  /** True if the next token is this sign or word. */
  at(text: string, distance = 0): boolean {
    const token = this.peek(distance)
    return token.text === text && token.kind !== 'end'
  }

  /** Takes this sign or word; anything else is an error, said to be `where`. */
  expect(text: string, where: string): void {
    if (!this.accept(text)) this.unexpected(`\`${text}\` ${where}`)
  }

  /** Takes a name. */
  name(what: string): Token {
    const token = this.peek()
    if (token.kind === 'name') return this.take()
    this.unexpected(what)
    return token
  }

  /** What `parse` gives, unless that would be nested deeper than any test is: then `otherwise`. */
  nested<T>(parse: () => T, otherwise: T): T {
    if (this.#depth >= DEEPEST) {
      this.fail('litmus-unsupported', 'this is nested too deeply', this.peek().offset)
      return otherwise
    }
    this.#depth++
    const found = parse()
    this.#depth--
    return found
  }

  /** The next token is not what the grammar wants here. */
  unexpected(wanted: string): void {
    const token = this.peek()
    const found = token.kind === 'end' ? 'the end of the test' : `\`${token.text}\``
    this.fail('litmus-syntax', `${found} where ${wanted} is expected`, token.offset)
  }

  /** Keeps the first diagnostic. */
  fail(code: string, message: string, where: number | At, hint?: string): void {
    if (this.error !== null) return
    const at = typeof where === 'number' ? this.place(where) : where
    this.error = {
      severity: 'error',
      code,
      message,
      place: { source: this.#source, ...at },
      ...(hint === undefined ? {} : { hint }),
    }
    this.#ahead = []
  }

  /** Line and column of an offset. */
  place(offset: number): At {
    let low = 0
    let high = this.#lines.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lines[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#lines[low] ?? 0) + 1 }
  }

  #read(): Token {
    if (this.error === null) this.#skipBlanks()
    if (this.error !== null || this.#offset >= this.#text.length) return this.#end()
    const found =
      this.#match(NAME, 'name') ?? this.#match(NUMBER, 'number') ?? this.#match(SIGNS[this.#language], 'sign')
    if (found !== null) return found
    const character = String.fromCodePoint(this.#text.codePointAt(this.#offset) ?? 0)
    this.fail('litmus-syntax', `\`${character}\` has no meaning here`, this.#offset)
    return this.#end()
  }

  #match(pattern: RegExp, kind: Token['kind']): Token | null {
    pattern.lastIndex = this.#offset
    const text = pattern.exec(this.#text)?.[0]
    if (text === undefined) return null
    const offset = this.#offset
    this.#offset += text.length
    return { kind, text, offset, end: this.#offset }
  }

  #skipBlanks(): void {
    for (;;) {
      const rest = /\s*/y
      rest.lastIndex = this.#offset
      this.#offset += rest.exec(this.#text)?.[0].length ?? 0
      const end = commentEnd(this.#text, this.#offset, this.#language === 'state')
      if (end === null) return
      if (end === -1) {
        this.fail('litmus-syntax', 'the comment that begins here has no end', this.#offset)
        return
      }
      this.#offset = end
    }
  }

  #end(): Token {
    return { kind: 'end', text: '', offset: this.#text.length, end: this.#text.length }
  }
}

/** Where the comment at this offset ends; -1 if it does not, null if there is none. OCaml's comments nest. */
export function commentEnd(text: string, offset: number, ocaml: boolean): number | null {
  if (text.startsWith('//', offset)) {
    const newline = text.indexOf('\n', offset)
    return newline === -1 ? text.length : newline
  }
  if (text.startsWith('/*', offset)) {
    const close = text.indexOf('*/', offset + 2)
    return close === -1 ? -1 : close + 2
  }
  if (!ocaml || !text.startsWith('(*', offset)) return null
  const mark = /\(\*|\*\)/g
  mark.lastIndex = offset
  for (let depth = 0, found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === '(*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return -1
}

/** The value of a number token. A leading 0 does not mean octal here, as it does not to herd. */
export function numberOf(text: string): bigint {
  const digits = text.replace(/[uUlL]+$/, '')
  return /^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(digits) ? BigInt(digits) : 0n
}
