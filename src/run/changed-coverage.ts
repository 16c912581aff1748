/**
 * Which of the changed lines of a function some scenario ran, on either side, and which of their conditions went
 * both ways. Of lifted code both are known. Hand-written code says which lines it is at, and nothing of its
 * conditions; where its C was lifted beside it, the conditions are those of the lifted code.
 */
import type { Test, TextLayout } from '../machine/index.js'
import type { FunctionMatch, FunctionSide, Resolution } from '../match/index.js'
import { runsAs } from '../mm/index.js'
import type { Reimplementation } from '../reimpl/index.js'
import type { ChangedCondition, ChangedLine } from '../report/index.js'
import { type Ran, type Reached, ranOf } from './watch.js'

export interface ChangedCoverage {
  /** Changed lines that hold code, and those of them that ran; left out where nothing is known. */
  readonly executable?: number
  readonly reached?: number
  readonly lines?: readonly ChangedLine[]
  readonly conditions?: readonly ChangedCondition[]
}

type Found = Extract<Resolution, { kind: 'implementation' }>

/** The coverage of a function's changed lines on both sides. */
export function changedCoverage(match: FunctionMatch, reached: Reached): ChangedCoverage {
  let executable = 0
  let seen = 0
  const lines: ChangedLine[] = []
  const conditions: ChangedCondition[] = []
  let isLifted = false
  for (const which of ['before', 'after'] as const) {
    const resolution = match[which]
    const side = match.changed[which]
    if (resolution.kind !== 'implementation' || side === null) continue
    const { layout } = resolution.implementation
    isLifted ||= layout !== undefined
    const told = layout === undefined ? namedLines(resolution, side, reached) : null
    const own = told?.lines ?? linesOf(side, resolution.implementation, reached)
    lines.push(...own.map((line) => ({ side: which, ...line })))
    const ran = own.filter(({ state }) => state === 'run').length
    executable += told?.executable ?? ran + own.filter(({ state }) => state === 'not-run').length
    seen += told?.reached ?? ran
    conditions.push(
      ...conditionsOf(match, which, reached).map((condition) => ({ side: which, ...condition })),
    )
  }
  return {
    ...(executable === 0 && !isLifted ? {} : { reached: seen, executable }),
    ...(lines.length === 0 ? {} : { lines }),
    ...(conditions.length === 0 ? {} : { conditions }),
  }
}

/** The changed lines of a side, with their texts; blank ones left out. */
function changedTexts({ pieces }: FunctionSide): { readonly line: number; readonly text: string }[] {
  return pieces.flatMap(({ changedAt, startLine, lines }) =>
    changedAt.flatMap((line) => {
      const text = (lines[line - startLine] ?? '').trim()
      return text === '' ? [] : { line, text }
    }),
  )
}

// ---- lines ---------------------------------------------------------------------------------------------

type Line = Omit<ChangedLine, 'side'>

function linesOf(side: FunctionSide, implementation: Reimplementation, reached: Reached): Line[] {
  const { layout } = implementation
  if (layout === undefined) return []
  const ran = ranOf(reached, runsAs(implementation))
  return changedTexts(side).map((line) => ({ ...line, state: stateOf(line.line, layout, ran) }))
}

function stateOf(line: number, { code, jumps, leftOut }: TextLayout, ran: Ran): ChangedLine['state'] {
  const anchor = code.get(line)
  if (anchor !== undefined) return ran.lines.has(anchor) ? 'run' : 'not-run'
  const ways = jumps.get(line)
  if (ways !== undefined) {
    const passed = ways.some(({ line: over, branch }) =>
      branch === null
        ? ran.lines.has(over)
        : (branch.answer ? ran.whenTrue : ran.whenFalse).has(branch.index),
    )
    return passed ? 'run' : 'not-run'
  }
  return leftOut.has(line) ? 'left-out' : 'no-code'
}

interface Named {
  readonly executable: number
  readonly reached: number
  /** Empty where the line numbers of its text and of the patch's cannot be compared. */
  readonly lines: readonly Line[]
}

/** What a hand-written implementation says of the lines that the patch changes. */
function namedLines(resolution: Found, side: FunctionSide, reached: Reached): Named {
  const { implementation, identity } = resolution
  const ran = ranOf(reached, runsAs(implementation)).lines
  if (identity === null || identity.kind === 'function') {
    const { lines } = implementation
    return { executable: lines.length, reached: lines.filter((line) => ran.has(line)).length, lines: [] }
  }
  const named = new Map(implementation.lines.map((line) => [identity.lines?.[line] ?? line, line]))
  const lines = changedTexts(side).map(({ line, text }): Line => {
    const own = named.get(line)
    return { line, text, state: own === undefined ? 'not-named' : ran.has(own) ? 'run' : 'not-run' }
  })
  const executable = lines.filter(({ state }) => state !== 'not-named')
  return {
    executable: executable.length,
    reached: executable.filter(({ state }) => state === 'run').length,
    lines,
  }
}

// ---- conditions ----------------------------------------------------------------------------------------

type Condition = Omit<ChangedCondition, 'side'>

/** The conditions on changed lines, as far as the C of the side was run. */
function conditionsOf(match: FunctionMatch, which: 'before' | 'after', reached: Reached): Condition[] {
  const resolution = match[which]
  const side = match.changed[which]
  const candidates = [
    ...(resolution.kind === 'implementation' ? [resolution.implementation] : []),
    ...(match.other === undefined ? [] : [match.other[which]]),
  ]
  const implementation = candidates.find(({ layout }) => layout !== undefined)
  const ran = implementation === undefined ? undefined : reached.get(runsAs(implementation))
  if (implementation?.layout === undefined || ran === undefined || side === null) return []
  const changed = new Set(changedTexts(side).map(({ line }) => line))
  const isChanged = ({ line, end }: Test): boolean => {
    for (let at = line; at <= (end?.line ?? line); at++) if (changed.has(at)) return true
    return false
  }
  return implementation.layout.tests.filter(isChanged).map((test) => ({
    line: test.line,
    column: test.column,
    text: textOf(test, side),
    outcomes: outcomesOf(test, ran),
  }))
}

function outcomesOf({ branches }: Test, { whenTrue, whenFalse }: Ran): ChangedCondition['outcomes'] {
  const every = (seen: ReadonlySet<number>): boolean => branches.every((index) => seen.has(index))
  const some = (seen: ReadonlySet<number>): boolean => branches.some((index) => seen.has(index))
  if (every(whenTrue) && every(whenFalse)) return 'both'
  if (!some(whenTrue) && !some(whenFalse)) return 'none'
  if (!some(whenFalse)) return 'true'
  return some(whenTrue) ? 'some' : 'false'
}

/** The condition as written, on one line; what the patch does not show of it is cut off. */
function textOf({ line, column, end }: Test, { pieces }: FunctionSide): string {
  const lineAt = (at: number): string | undefined => {
    const piece = pieces.find(({ startLine, lines }) => at >= startLine && at < startLine + lines.length)
    return piece?.lines[at - piece.startLine]
  }
  const first = lineAt(line) ?? ''
  if (end === null || end.line === line)
    return first.slice(column - 1, end === null ? undefined : end.column - 1).trim()
  const words = [first.slice(column - 1)]
  for (let at = line + 1; at <= end.line; at++) {
    const text = lineAt(at)
    if (text === undefined) break
    words.push(at === end.line ? text.slice(0, end.column - 1) : text)
  }
  return words.join(' ').replace(/\s+/g, ' ').trim()
}
