/**
 * What is known of a tree's files whatever file they are read for: their directives, what each of them declares
 * under each choice of its conditionals, and which path an include names. One library serves all files of a
 * tree, for one architecture and one configuration.
 */
import type { Diagnostic } from '../../base/index.js'
import type { Insert, Piece } from './constructs.js'
import type { DeclaredKind } from './declared.js'
import { createIncludePath, type IncludePath } from './include-path.js'
import type { Macro } from './macro.js'
import { createNames, type Names } from './names.js'
import type { KernelConfig } from './predefined.js'
import { readSource, type Source } from './source.js'
import type { MacroToken } from './tokens.js'

/** A file of the tree as text, or null if there is none of that path. */
export type TreeReader = (path: string) => string | null

/** One choice of the branches of a file's conditionals, with what the file declares then. */
export interface Variant {
  readonly path: string
  readonly declared: readonly Declared[]
  /** Macros that the file itself defines anew or forgets, by the number of their names, in order. */
  readonly changes: ReadonlyMap<number, readonly MacroChange[]>
  /** Of a loose file: the macros that its declarations were read with, by the numbers of their names. */
  readonly asked: ReadonlyMap<number, Macro | null>
  /** The part of the text that conditionals leave, as offsets. */
  readonly active: readonly (readonly [number, number])[]
}

/** At `offset` of the file a macro gives way to another. */
export interface MacroChange {
  readonly offset: number
  readonly before: Macro | null
  readonly after: Macro | null
}

/** A name that a file declares at file scope. */
export interface Declared {
  readonly kind: DeclaredKind
  readonly name: string
  readonly piece: PieceText
  /** Of an enumerator: the enum it belongs to, and its place there. */
  readonly member: { readonly of: EnumBody; readonly index: number } | null
}

/** The text of a declaration or definition. */
export interface PieceText {
  readonly path: string
  readonly line: number
  /** Offset of the text in its file, or of the macro's call that it was made by. */
  readonly offset: number
  /** As long as the piece in the file, with what conditionals took out blanked; or as a macro made it. */
  readonly text: () => string
  /** Of a function's definition: how much of the text stands before its body. */
  readonly head: number | null
  /** Set where a macro's expansion made the text: its places in the file are all the call's. */
  readonly made: boolean
  /** The line in which the piece, or the macro's call, ends. */
  readonly endLine: () => number
}

export interface EnumBody {
  readonly elements: readonly { readonly name: string; readonly value: readonly MacroToken[] | null }[]
}

export interface Library {
  readonly arch: string
  readonly config: KernelConfig
  readonly wordBits: 32 | 64
  /** Names that stay calls although they are macros. */
  readonly keep: (name: string) => boolean
  /** Typedefs of structs that are taken for one word each, with its bits: `pte_t`. */
  readonly scalarTypes: ReadonlyMap<string, 32 | 64>
  readonly names: Names
  readonly includePath: IncludePath
  /** The file of this path, or null. */
  readonly source: (path: string) => Source | null
  readonly facts: (source: Source) => FileFacts
  /** Everything declared anywhere, by name; tags apart from other names. */
  readonly ordinary: Map<string, Located[]>
  readonly tags: Map<string, Located[]>
  /** Includes that led nowhere, with the first file that has them. */
  readonly missing: Map<string, string>
  /** What was noticed, once for each place. */
  readonly diagnostics: Map<string, Diagnostic>
  /** Kconfig names that a condition asked for and the configuration does not mention. */
  readonly unmentioned: Set<string>
}

/** What walks of a file have found out, by the indices of its directives where an array. */
export interface FileFacts {
  /** Whether its declarations have been read, or are being read. */
  recorded: boolean
  /** The files that its includes without macros name. */
  readonly included: (Source | null | undefined)[]
  /** The last answer to each condition. */
  readonly answers: (Answer | undefined)[]
  readonly outcome: Outcome
  /** All that the walks so far have ended in. */
  readonly known: Variant[]
}

/** The branches taken so far, as a tree: a step for each conditional. Nearly always there is one way through. */
export interface Outcome {
  /** One, or for a loose file one for each set of macros that its declarations are made with. */
  readonly variants: Variant[]
  readonly next: [choice: number, outcome: Outcome][]
}

/** The outcome after one more choice. */
export function followed(outcome: Outcome, choice: number): Outcome {
  for (const [known, next] of outcome.next) if (known === choice) return next
  const next: Outcome = { variants: [], next: [] }
  outcome.next.push([choice, next])
  return next
}

/** The answer to a condition, with the macros that it was given for: it stays while they do. */
export interface Answer {
  readonly tokens: readonly MacroToken[]
  /** Numbers of the names that were looked up, and what they were. */
  readonly asked: readonly number[]
  readonly answers: readonly (Macro | null)[]
  /** Null if the condition can't be told. */
  readonly result: boolean | null
}

export interface Located {
  readonly declared: Declared
  readonly variant: Variant
}

export interface LibraryOptions {
  readonly read: TreeReader
  readonly arch: string
  readonly config: KernelConfig
  readonly wordBits: 32 | 64
  readonly keep?: (name: string) => boolean
  readonly scalarTypes?: ReadonlyMap<string, 32 | 64>
}

/** A library in which nothing has been read. `from` shares the directives of the files that both have alike. */
export function createLibrary(options: LibraryOptions, from?: Library): Library {
  const names = from?.names ?? createNames()
  const sources = new Map<string, Source | null>()
  const texts = new Map<string, string | null>()
  const read = (path: string): string | null => {
    const known = texts.get(path)
    if (known !== undefined) return known
    const text = options.read(path)
    texts.set(path, text)
    return text
  }
  const diagnostics = new Map<string, Diagnostic>()
  const facts = new Map<Source, FileFacts>()
  return {
    arch: options.arch,
    config: options.config,
    wordBits: options.wordBits,
    keep: options.keep ?? (() => false),
    scalarTypes: options.scalarTypes ?? new Map(),
    names,
    includePath: createIncludePath(read, options.arch),
    source: (path) => {
      const known = sources.get(path)
      if (known !== undefined) return known
      const text = read(path)
      // What is generated may be different here, and asking for it there may not be over yet.
      const shared = path.includes('generated/') ? null : (from?.source(path) ?? null)
      const source =
        text === null
          ? null
          : shared !== null && shared.text === text
            ? shared
            : readSource(path, text, names)
      sources.set(path, source)
      for (const problem of source?.problems ?? []) note(diagnostics, problem)
      return source
    },
    facts: (source) => {
      const known = facts.get(source)
      if (known !== undefined) return known
      const made = {
        recorded: false,
        included: [],
        answers: [],
        outcome: { variants: [], next: [] },
        known: [],
      }
      facts.set(source, made)
      return made
    },
    ordinary: new Map(),
    tags: new Map(),
    missing: new Map(),
    diagnostics,
    unmentioned: new Set(),
  }
}

/** Keeps a diagnostic, the first of each place and kind. */
export function note(diagnostics: Map<string, Diagnostic>, diagnostic: Diagnostic): void {
  const key = `${diagnostic.code} ${diagnostic.place?.source ?? ''}:${diagnostic.place?.line ?? 0}`
  if (!diagnostics.has(key)) diagnostics.set(key, diagnostic)
}

/** The text of a piece of a file, what conditionals took out of it blanked. */
export function pieceText(source: Source, piece: Piece): PieceText {
  const whole = (): string => blanked(source.text, piece.start, piece.end, piece.parts, piece.inserts)
  return {
    path: source.path,
    line: piece.line,
    offset: piece.start,
    text: whole,
    head: headLength(piece),
    made: false,
    endLine: () => piece.line + newlines(source.text, piece.start, piece.end),
  }
}

/** The length of a function's head; null for what is no function's definition. */
export function headLength(piece: Piece): number | null {
  const body = piece.ending === 'body' ? piece.tokens[piece.tokens.length - 1] : undefined
  return body === undefined ? null : body.start - piece.start
}

/**
 * A part of a text in which only `parts` are left; the rest is blanks, and newlines where they were. `inserts`
 * are what included files put into it, by the offset before which they stand.
 */
export function blanked(
  text: string,
  from: number,
  to: number,
  parts: readonly (readonly [number, number])[] | null,
  inserts: readonly Insert[] = [],
): string {
  if (parts === null) return text.slice(from, to)
  let result = ''
  let at = from
  let next = 0
  for (const [start, end] of parts) {
    if (end <= at) continue
    if (start >= to) break
    if (start > at) result += text.slice(at, start).replace(/[^\n]/g, ' ')
    for (let insert = inserts[next]; insert !== undefined && insert.offset <= start; insert = inserts[++next])
      result += insert.text
    result += text.slice(Math.max(start, at), Math.min(end, to))
    at = Math.min(end, to)
  }
  return result + text.slice(at, to).replace(/[^\n]/g, ' ')
}

function newlines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}
