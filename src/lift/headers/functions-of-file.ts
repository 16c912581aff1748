/** The functions that a file's text defines, whatever the configuration. */
import { findFunctions } from '../find-functions.js'

/** A function that a file defines under some conditions. Path, name and conditions tell it from all others. */
export interface FunctionOfFile {
  readonly name: string
  readonly startLine: number
  readonly endLine: number
  /** The `#if` conditions around it, outermost first. */
  readonly conditions: readonly string[]
  /** Whether the configuration leaves it. */
  readonly isCompiled: boolean
}

/** The functions of a text; `active` are the parts of it that the configuration leaves, null for all. */
export function functionsIn(
  text: string,
  active: readonly (readonly [number, number])[] | null,
): FunctionOfFile[] {
  return findFunctions(text).map(({ name, startLine, endLine, conditions }) => {
    const start = startLine === 1 ? 0 : lineOffset(text, startLine - 1) + 1
    const isCompiled = active?.some(([from, to]) => from <= start && start < to) ?? true
    return { name, startLine, endLine, conditions, isCompiled }
  })
}

/** The offset at which a line ends. */
export function lineOffset(text: string, line: number): number {
  let end = -1
  for (let count = 0; count < line; count++) {
    end = text.indexOf('\n', end + 1)
    if (end < 0) return text.length
  }
  return end
}
