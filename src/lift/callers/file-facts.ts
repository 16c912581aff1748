/** All that one file says about what was asked. */
import { readCode } from './code.js'
import type { FileFacts, Question } from './facts.js'
import { mentionsIn } from './mentions.js'
import { definedIn, storesIn, tablesIn, tablesNamed, usesIn } from './tables.js'

/** A file, or a piece of one that begins on a later line, as a hunk does. */
export interface SourceText {
  readonly path: string
  readonly text: string
  readonly firstLine?: number
}

/**
 * Reads a file for a question. Tables of the structs asked for, and those that hold or are handed to a function asked
 * for, are found with their uses in this file; `tables` are names of more.
 */
export function factsOf(source: SourceText, question: Question, tables: readonly string[] = []): FileFacts {
  const code = readCode(source.path, source.text, source.firstLine)
  const mentions = mentionsIn(code, question.functions)
  const holding = mentions.addresses.flatMap(({ how }) => (how.kind === 'member' ? [how.of] : []))
  const passed = mentions.calls.flatMap(({ passes }) => passes)
  const found = [
    ...question.structs.flatMap((tag) => tablesIn(code, tag)),
    ...tablesNamed(code, new Set([...holding, ...passed, ...tables])).filter(
      ({ struct }) => !question.structs.includes(struct),
    ),
  ]
  const used = [...found.map(({ name }) => tableVariable(name)), ...holding, ...tables]
  return {
    path: source.path,
    ...mentions,
    tables: found,
    stores: storesIn(code, question.members),
    uses: usesIn(
      code,
      [...new Set(used)].filter((name) => name !== ''),
    ),
    structs: question.structs.flatMap((tag) => definedIn(code, tag) ?? []),
  }
}

/** The variable that a table is, or is an element of: `ops` of `ops[2]`. */
export function tableVariable(table: string): string {
  return table.replace(/\[\d+\]$/, '')
}
