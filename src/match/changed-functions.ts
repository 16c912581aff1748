/**
 * Which functions a patch changes, and the text of each side that the patch shows. A function is known by
 * path, name and the preprocessor conditions around it, because names repeat.
 */
import {
  codeText,
  type FunctionPiece,
  type FunctionText,
  findFunctions,
  findFunctionsInHunk,
  functionHash,
  stripComments,
} from '../lift/index.js'
import type { Identity } from '../machine/index.js'
import {
  afterText,
  beforeText,
  type FileDiff,
  type Hunk,
  type LineOp,
  type MissingHunk,
} from '../patch/index.js'

/** How a function changed; any of these may hold together. */
export type ChangeKind = 'modified' | 'added' | 'removed' | 'moved' | 'renamed' | 'signature' | 'comment-only'

/** The lines of one hunk that belong to a function, on one side. */
export interface FunctionPieceText {
  readonly lines: readonly string[]
  /** Line in the file, on this side, of the first of them. */
  readonly startLine: number
  readonly changedLines: number
  /** Lines in the file, on this side, that the patch changes. */
  readonly changedAt: readonly number[]
  /**
   * Changed lines before it that belong to no function: comments, directives; and those behind it, unless a
   * function that changes follows. They count for its identity, so that none of them can be altered unnoticed.
   */
  readonly surroundings: readonly string[]
}

/** What a patch shows of one side of a function. */
export interface FunctionSide {
  readonly path: string
  readonly name: string
  readonly conditions: readonly string[]
  readonly pieces: readonly FunctionPieceText[]
  /** The patch shows the whole definition. */
  readonly complete: boolean
  /** The definition in the whole file, where that is at hand. */
  readonly whole: FunctionText | null
  /** The hunks that the pieces stand in. */
  readonly hunks: readonly Hunk[]
}

export interface ChangedFunction {
  readonly name: string
  readonly path: string
  readonly previousName: string | null
  readonly previousPath: string | null
  readonly conditions: readonly string[]
  readonly change: readonly ChangeKind[]
  readonly before: FunctionSide | null
  readonly after: FunctionSide | null
  readonly added: number
  readonly removed: number
}

/** A name for what a hunk's missing heading leaves nameless. */
export const UNNAMED = '(unnamed)'

/** A file before and after a patch. A side is null where its text is not at hand, or there is no such file. */
export interface FileTexts {
  readonly before: string | null
  readonly after: string | null
}

/**
 * The changed functions of a patch's files, in order of appearance, moves paired. Where `textsOf` gives a
 * file's texts, a hunk's place in them says which function it is in; elsewhere the hunk alone has to.
 */
export function changedFunctions(
  files: readonly FileDiff[],
  textsOf: (file: FileDiff) => FileTexts | null = () => null,
): ChangedFunction[] {
  const before = new Map<string, FunctionSide>()
  const after = new Map<string, FunctionSide>()
  for (const file of files) {
    if (!isC(file.path)) continue
    const texts = textsOf(file)
    const inBefore = functionsIn(texts?.before)
    const inAfter = functionsIn(texts?.after)
    for (const hunk of file.hunks) {
      collect(before, file.previousPath ?? file.path, hunk, 'removed', inBefore)
      collect(after, file.path, hunk, 'added', inAfter)
    }
  }
  return pair(before, after, previousPaths(files)).filter(({ added, removed }) => added + removed > 0)
}

/** The function that a hunk's heading names, for hunks whose lines are missing; `UNNAMED` if it names none. */
export function functionOfMissing({ section }: MissingHunk): string {
  const [piece] = findFunctionsInHunk(section, ['\tgone();'])
  return piece?.name ?? UNNAMED
}

function previousPaths(files: readonly FileDiff[]): ReadonlyMap<string, string> {
  return new Map(files.map((file) => [file.path, file.previousPath ?? file.path]))
}

/** True for files whose functions can be looked for. */
export function isC(path: string): boolean {
  return /\.[ch]$/.test(path)
}

function functionsIn(text: string | null | undefined): readonly FunctionText[] {
  return text === null || text === undefined ? [] : findFunctions(text)
}

function collect(
  into: Map<string, FunctionSide>,
  path: string,
  hunk: Hunk,
  changedOp: LineOp,
  inFile: readonly FunctionText[],
): void {
  const lines = changedOp === 'removed' ? beforeText(hunk) : afterText(hunk)
  const ops = hunk.lines.map(({ op }) => op).filter((op) => op === 'context' || op === changedOp)
  const start = changedOp === 'removed' ? hunk.beforeStart : hunk.afterStart
  const pieces = findFunctionsInHunk(hunk.section, lines)
  const changedIn = (piece: FunctionPiece): number => {
    const first = piece.leadingComment?.firstLine ?? piece.firstLine
    return ops.slice(first, piece.lastLine + 1).filter((op) => op === changedOp).length
  }
  for (const [i, piece] of pieces.entries()) {
    const whole = wholeOf(piece, start, inFile)
    const name = whole?.name ?? piece.name ?? UNNAMED
    const conditions = whole?.conditions ?? piece.conditions
    const key = [path, name, ...conditions].join('\0')
    const from = (pieces[i - 1]?.lastLine ?? -1) + 1
    const next = pieces[i + 1]
    const ownsWhatFollows = next === undefined || changedIn(next) === 0
    const to = ownsWhatFollows ? (next?.firstLine ?? lines.length) : piece.lastLine + 1
    const around = (line: number): boolean => line < piece.firstLine || line > piece.lastLine
    const text: FunctionPieceText = {
      lines: lines.slice(piece.firstLine, piece.lastLine + 1),
      startLine: start + piece.firstLine,
      changedLines: changedIn(piece),
      changedAt: numbersOf(ops, changedOp, piece.firstLine, piece.lastLine).map((at) => start + at),
      surroundings: lines
        .slice(from, to)
        .filter((_, at) => around(from + at) && ops[from + at] === changedOp),
    }
    const known = into.get(key)
    into.set(key, {
      path,
      name,
      conditions,
      pieces: [...(known?.pieces ?? []), text],
      complete: piece.complete && known === undefined,
      whole,
      hunks: [...(known?.hunks ?? []), hunk],
    })
  }
}

/** The function of the whole file that a piece of a hunk, which begins at line `start`, lies in. */
function wholeOf(piece: FunctionPiece, start: number, inFile: readonly FunctionText[]): FunctionText | null {
  const first = start + piece.firstLine
  const last = start + piece.lastLine
  return inFile.find(({ startLine, endLine }) => startLine <= last && first <= endLine) ?? null
}

function numbersOf(ops: readonly LineOp[], wanted: LineOp, first: number, last: number): number[] {
  const numbers: number[] = []
  for (let at = first; at <= last; at++) if (ops[at] === wanted) numbers.push(at)
  return numbers
}

function pair(
  before: ReadonlyMap<string, FunctionSide>,
  after: ReadonlyMap<string, FunctionSide>,
  previousPath: ReadonlyMap<string, string>,
): ChangedFunction[] {
  const result: ChangedFunction[] = []
  const left = new Map(before)
  const loose: FunctionSide[] = []
  for (const side of after.values()) {
    const key = [previousPath.get(side.path) ?? side.path, side.name, ...side.conditions].join('\0')
    const other = left.get(key)
    if (other === undefined) loose.push(side)
    else {
      left.delete(key)
      result.push(changedFunction(other, side))
    }
  }
  for (const side of loose) {
    const other = [...left].find(([, candidate]) => isMove(candidate, side))
    if (other !== undefined) left.delete(other[0])
    result.push(changedFunction(other?.[1] ?? null, side))
  }
  for (const side of left.values()) result.push(changedFunction(side, null))
  return result
}

/** The same code in another place, perhaps under another name. */
function isMove(before: FunctionSide, after: FunctionSide): boolean {
  if (!before.complete || !after.complete) return false
  if (before.conditions.join('\0') !== after.conditions.join('\0')) return false
  return before.name === after.name || codeWithoutName(before) === codeWithoutName(after)
}

/** Code of a side without comments and blanks, its own name replaced. */
function codeWithoutName(side: FunctionSide): string {
  const text = stripComments(textOf(side))
  return codeText(text.replace(new RegExp(`\\b${quoted(side.name)}\\b`, 'g'), '__self__'))
}

function quoted(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '\\$&')
}

function changedFunction(before: FunctionSide | null, after: FunctionSide | null): ChangedFunction {
  const side = after ?? before
  if (side === null) throw new Error('a function without a side')
  const count = (of: FunctionSide | null): number =>
    (of?.pieces ?? []).reduce((sum, piece) => sum + piece.changedLines, 0)
  return {
    name: side.name,
    path: side.path,
    previousName: before !== null && before.name !== side.name ? before.name : null,
    previousPath: before !== null && before.path !== side.path ? before.path : null,
    conditions: side.conditions,
    change: changeOf(before, after),
    before,
    after,
    added: count(after),
    removed: count(before),
  }
}

function changeOf(before: FunctionSide | null, after: FunctionSide | null): ChangeKind[] {
  if (before === null) return ['added']
  if (after === null) return ['removed']
  const change: ChangeKind[] = []
  if (before.path !== after.path || wasMovedWithin(before, after)) change.push('moved')
  if (before.name !== after.name) change.push('renamed')
  if (codeWithoutName(before) === codeWithoutName(after)) {
    if (change.length === 0) change.push('comment-only')
    return change
  }
  if (headOf(before) !== headOf(after)) change.push('signature')
  change.push('modified')
  return change
}

/** The whole definition is removed in one place and added in another place of the same file. */
function wasMovedWithin(before: FunctionSide, after: FunctionSide): boolean {
  // A diff may share a brace or a blank line of the two places.
  const whole = ({ complete, pieces }: FunctionSide): boolean =>
    complete &&
    pieces.every(({ lines, startLine, changedAt }) => {
      const changed = new Set(changedAt)
      return lines.every((line, i) => changed.has(startLine + i) || /^[\s{}]*$/.test(line))
    })
  return whole(before) && whole(after)
}

/** The declaration's text, up to the opening brace, when the patch shows it. */
function headOf(side: FunctionSide): string {
  const [first] = side.pieces
  const text = codeText(first?.lines.join('\n') ?? '')
  const brace = text.indexOf('{')
  return text.includes(`${side.name}(`) && brace > 0 ? text.slice(0, brace).replace(side.name, '') : ''
}

/** All that the patch shows of a side; gaps between hunks are marked. */
export function textOf(side: FunctionSide): string {
  return side.pieces.map(({ lines }) => lines.join('\n')).join('\n@@\n')
}

/**
 * All identities that a reimplementation of a side's text may carry: of the pieces shown, which are those of this
 * patch, and of the whole, which other releases may have too.
 */
export function identitiesOf(side: FunctionSide): readonly Pick<Identity, 'kind' | 'hash'>[] {
  const shown = identityOf(side)
  return side.whole === null ? [shown] : [shown, { kind: 'function', hash: functionHash(side.whole.text) }]
}

/** The identity of what a patch shows of a side. */
export function identityOf(side: FunctionSide): Pick<Identity, 'kind' | 'hash'> {
  const around = side.pieces.flatMap(({ surroundings }) => surroundings).filter((line) => line.trim() !== '')
  const kind = side.complete && around.length === 0 ? 'function' : 'hunks'
  return { kind, hash: functionHash([textOf(side), ...around].join('\n')) }
}
