/** Macros: what a `#define` says. */
import { type MacroToken, macroTokens } from './tokens.js'

/** A macro's definition as written. */
export interface MacroText {
  readonly name: string
  /** Null for one that takes no arguments. */
  readonly parameters: readonly string[] | null
  /** The name of the parameter that takes the rest: `__VA_ARGS__`, or GNU's `args...`. */
  readonly rest: string | null
  /** With comments, without line continuations. */
  readonly body: string
}

/** A macro and the place of its definition, with its body in tokens. */
export interface Macro extends MacroText {
  readonly path: string
  readonly line: number
  tokens(): readonly MacroToken[]
}

/** The macro of a name at the place of the text, if there is one. */
export type MacroLookup = (name: string) => Macro | null

/** Makes a macro of its text. */
export function macroOf(text: MacroText, path: string, line: number): Macro {
  return new DefinedMacro(text, path, line)
}

/** A kernel file's headers define some twenty thousand; their tokens are made when they are needed. */
class DefinedMacro implements Macro {
  readonly name: string
  readonly parameters: readonly string[] | null
  readonly rest: string | null
  readonly body: string
  readonly path: string
  readonly line: number
  #tokens: readonly MacroToken[] | null = null

  constructor({ name, parameters, rest, body }: MacroText, path: string, line: number) {
    this.name = name
    this.parameters = parameters
    this.rest = rest
    this.body = body
    this.path = path
    this.line = line
  }

  tokens(): readonly MacroToken[] {
    this.#tokens ??= macroTokens(this.body)
    return this.#tokens
  }
}

/** Whether a macro stands for its own name and nothing else, as headers mark what an architecture has. */
export function isOwnName(macro: Macro): boolean {
  return macro.parameters === null && macro.body === macro.name
}
