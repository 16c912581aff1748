/** All that one file says about what was asked. */
import { readCode } from './code.js'
import type { FileFacts, Question } from './facts.js'
import { mentionsIn } from './mentions.js'
import { definedIn, storesIn, tablesIn, usesIn } from './tables.js'

/** A file, or a piece of one that begins on a later line, as a hunk does. */
export interface SourceText {
  readonly path: string
  readonly text: string
  readonly firstLine?: number
}

/**
 * Reads a file for a question. Tables that are found, and tables that functions asked for are members of, are looked
 * for in the same file; `tables` are names of others.
 */
export function factsOf(source: SourceText, question: Question, tables: readonly string[] = []): FileFacts {
  const code = readCode(source.path, source.text, source.firstLine)
  const mentions = mentionsIn(code, question.functions)
  const found = question.structs.flatMap((tag) => tablesIn(code, tag))
  const holding = mentions.addresses.flatMap(({ how }) =>
    how.kind === 'member' && how.of !== '' ? [how.of] : [],
  )
  const names = [...found.map(({ name }) => name.replace(/\[\d+\]$/, '')), ...holding, ...tables]
  return {
    path: source.path,
    ...mentions,
    tables: found,
    stores: storesIn(code, question.members),
    uses: usesIn(code, [...new Set(names.filter((name) => name !== ''))]),
    structs: question.structs.flatMap((tag) => definedIn(code, tag) ?? []),
  }
}
