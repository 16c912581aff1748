/** Reads what a file declares while it is walked: the pieces at file scope, by name. */
import { createPieceScanner, type Piece, type PieceScanner } from './constructs.js'
import { classifyPiece, type DeclaredName, type MacroKindOf } from './declared.js'
import { expandTokens } from './expand.js'
import {
  blanked,
  type Declared,
  type EnumBody,
  headLength,
  type Library,
  note,
  type PieceText,
  pieceText,
} from './library.js'
import type { Macro, MacroLookup } from './macro.js'
import type { Source } from './source.js'
import { type MacroToken, macroTokens, tokensText } from './tokens.js'

export interface Recorder extends Omit<PieceScanner, 'finish'> {
  /** The macros that were asked for, by the numbers of their names. */
  readonly asked: ReadonlyMap<number, Macro | null>
  /** Ends the file; all that it declares. */
  readonly finish: () => Declared[]
}

/** Macros whose calls at file scope declare nothing that code names. */
const DECLARES_NOTHING =
  /^(?:EXPORT_\w*SYMBOL\w*|MODULE_\w+|module_\w+|BUILD_BUG_ON\w*|\w*_initcall(?:_sync)?)$/

/** A recorder for one walk of a file; `lookup` answers for the place that the walk is at. */
export function createRecorder(source: Source, library: Library, live: MacroLookup): Recorder {
  const declared: Declared[] = []
  const asked = new Map<number, Macro | null>()
  const lookup: MacroLookup = !source.isLoose
    ? live
    : (name) => {
        const macro = live(name)
        const id = library.names.id(name)
        if (!asked.has(id)) asked.set(id, macro)
        return macro
      }
  const macroKind: MacroKindOf = (name) => {
    const macro = lookup(name)
    if (macro === null) return null
    if (macro.parameters !== null) return 'function'
    return macro.body === name ? null : 'object'
  }
  const add = (names: readonly DeclaredName[], piece: PieceText): void => {
    for (const { kind, name } of names) declared.push({ kind, name, piece, member: null })
  }
  const addEnum = (text: string, piece: PieceText): void => {
    const body = readEnumBody(text, lookup, macroKind)
    if (body === null) {
      note(library.diagnostics, {
        severity: 'warning',
        code: 'expansion-too-large',
        message: 'an enum grows without end when its macros are expanded',
        place: { source: piece.path, line: piece.line },
      })
      return
    }
    body.elements.forEach(({ name }, index) => {
      declared.push({ kind: 'enumerator', name, piece, member: { of: body, index } })
    })
  }

  const handle = (piece: Piece, text: string, place: PieceText, isMade: boolean): void => {
    const textBetween = (from: number, to: number): string => blanked(text, from, to, piece.parts)
    const classified = classifyPiece(piece, textBetween, macroKind)
    if (classified.kind === 'nothing') return
    if (classified.kind === 'declares') {
      add(classified.names, place)
      if (classified.bodies.length > 0) {
        const whole = place.text()
        for (const [start, end] of classified.bodies) {
          const shift = (offset: number): number => offset - piece.start + insertedBefore(piece, offset)
          addEnum(whole.slice(shift(start) + 1, shift(end) - 1), place)
        }
      }
      return
    }
    if (isMade || DECLARES_NOTHING.test(classified.macro)) return
    const made = expandTokens(macroTokens(place.text()), lookup, {
      keep: library.keep,
      outsideBraces: true,
    })
    if (made === null) {
      note(library.diagnostics, {
        severity: 'warning',
        code: 'expansion-too-large',
        message: `the expansion of ${classified.macro} is too large`,
        place: { source: place.path, line: place.line },
      })
      return
    }
    const madeText = `${tokensText(made, true)}\n`
    createPieceScanner(madeText, (inner) => {
      const text = madeText.slice(inner.start, inner.end)
      handle(inner, madeText, { ...place, made: true, text: () => text, head: headLength(inner) }, true)
    }).feed(0, madeText.length)
  }

  const scanner = createPieceScanner(source.text, (piece) =>
    handle(piece, source.text, pieceText(source, piece), false),
  )
  return {
    feed: scanner.feed,
    isInside: scanner.isInside,
    insert: scanner.insert,
    asked,
    finish: () => {
      const unfinished = scanner.finish()
      if (unfinished !== null) {
        note(library.diagnostics, {
          severity: 'note',
          code: 'declaration-unfinished',
          message: 'a declaration is not over at the end of the file',
          place: { source: source.path, line: unfinished },
        })
      }
      return declared
    },
  }
}

/** How much of the text before an offset came from included files. */
function insertedBefore(piece: Piece, offset: number): number {
  return piece.inserts.reduce((sum, insert) => (insert.offset < offset ? sum + insert.text.length : sum), 0)
}

/** The elements of an enum's braces; null if its macros can't be expanded. */
function readEnumBody(text: string, lookup: MacroLookup, macroKind: MacroKindOf): EnumBody | null {
  const tokens = macroTokens(text)
  const hasMacro = tokens.some(
    (token, index) =>
      token.kind === 'ident' && startsElement(tokens, index) && macroKind(token.text) !== null,
  )
  const whole = hasMacro ? expandTokens(tokens, lookup) : tokens
  if (whole === null) return null
  const elements: { name: string; value: readonly MacroToken[] | null }[] = []
  let start = 0
  let depth = 0
  for (let at = 0; at <= whole.length; at++) {
    const text = whole[at]?.text
    if (text === '(' || text === '[' || text === '{') depth++
    else if (text === ')' || text === ']' || text === '}') depth--
    if (text !== undefined && (text !== ',' || depth > 0)) continue
    const name = whole[start]
    if (name?.kind === 'ident' && start < at) {
      const equals = whole.findIndex((token, index) => index > start && index < at && token.text === '=')
      elements.push({ name: name.text, value: equals < 0 ? null : whole.slice(equals + 1, at) })
    }
    start = at + 1
  }
  return { elements }
}

function startsElement(tokens: readonly MacroToken[], index: number): boolean {
  const before = tokens[index - 1]
  return before === undefined || before.text === ',' || before.text === ')' || before.kind === 'ident'
}
