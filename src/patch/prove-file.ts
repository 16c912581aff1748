/**
 * Fits a file's diff to the file it changes, and proves what can be proved: context and removed lines are
 * copied from the file, and where the text names the blob id of the result, the blanks of the other lines
 * are searched until the result has that id.
 */
import {
  encodeFile,
  hasBlobId,
  isObjectId,
  type ObjectFormat,
  ok,
  plural,
  type Result,
} from '../base/index.js'
import { BlobTest, type WantedFile } from './blob-test.js'
import { recertify } from './certify.js'
import { DAMAGE_MODELS, type DamageModel, damageLine } from './damage-model.js'
import { type FittedHunk, type FittedLine, fitHunks, otherOp } from './fit-hunks.js'
import { Image, squeeze } from './image.js'
import { likenessOf, wordsOf } from './infer-indent.js'
import type { OpenLine, Twin } from './line-candidates.js'
import { fillings, type WantedLine } from './search-blanks.js'
import type { FileDiff, Hunk, LineOrigin, PatchLine } from './types.js'

/** The known side of a file, and what the ids in the text are hashed with. */
export interface KnownSide {
  readonly side: 'before' | 'after'
  readonly text: string
  /** This is the file of the id that the text names for the side (or the side is known to be empty). */
  readonly isBlob: boolean
  readonly format: ObjectFormat
}

/** A file whose diff fits: as it was sent, as far as that is known, and both sides. */
export interface ProvedFile {
  readonly file: FileDiff
  /** The side that was not known is null when the mail lost some of its lines. */
  readonly before: string | null
  readonly after: string | null
  /** How many lines each hunk stood away from where its header says. */
  readonly offsets: readonly number[]
}

/** Fails where the hunks do not stand in the known side (`hunk-does-not-apply` and its like). */
export function proveFile(file: FileDiff, known: KnownSide): Result<ProvedFile> {
  const image = new Image(known.text, file.damage ?? null)
  const exact = known.isBlob && isObjectId(known.side === 'before' ? file.preBlob : file.postBlob)
  const fitted = fitHunks(file, image, { known: known.side, exact })
  if (!fitted.ok) return fitted
  const wanted = wantedFile(fitted.value, image, known.side)
  const claimed = known.side === 'before' ? file.postBlob : file.preBlob
  const missing = file.missing.filter(
    ({ line }) => !fitted.value.some(({ hunk, isWhole }) => isWhole && hunk.line === line),
  )
  const id = known.isBlob && isObjectId(claimed) && missing.length === 0 ? claimed : null
  const models = modelsOf(file, fitted.value, known.side)
  const chosen = choose(file, wanted, models, id, known.format)
  const other = missing.length === 0 ? textOf(wanted, chosen.texts) : null
  const proved = { ...rewrite(file, fitted.value, chosen, known.side), missing }
  const before = known.side === 'before' ? known.text : other
  const after = known.side === 'before' ? other : known.text
  const preIsBlob = known.side === 'before' ? known.isBlob : chosen.isProved
  const postIsBlob = known.side === 'before' ? chosen.isProved : known.isBlob
  const offsets = fitted.value.map(({ offset }) => offset)
  const facts = {
    preIsBlob,
    postIsBlob,
    tries: chosen.tries,
    searched: id !== null,
    offsets,
    side: known.side,
  }
  return ok({ file: recertify(proved, facts), before, after, offsets })
}

function wantedFile(hunks: readonly FittedHunk[], image: Image, side: 'before' | 'after'): WantedFile {
  const other = otherOp(side)
  const lines: WantedLine[] = []
  const open: OpenLine[] = []
  const twins = twinsOf(hunks, image, other)
  const kin = new Kin(image)
  let taken = 0
  let last: FittedLine | null = null
  for (const { at, lines: fitted } of hunks) {
    for (; taken < at; taken++) lines.push(image.lines[taken] ?? '')
    for (const [index, line] of fitted.entries()) {
      if (line.op === other) {
        lines.push(open.length)
        open.push(openLine(fitted, index, other, twins, kin, taken))
      } else {
        if (line.op === 'context') lines.push(image.lines[taken] ?? '')
        taken++
      }
      if (line.op === 'context' || line.op === other) last = line
    }
  }
  const atEnd = taken >= image.lines.length
  for (; taken < image.lines.length; taken++) lines.push(image.lines[taken] ?? '')
  const endsWithNewline = atEnd && last !== null ? !last.noNewline : image.endsWithNewline
  return { lines, open, endsWithNewline }
}

type Twins = ReadonlyMap<string, readonly Twin[]>

/** Lines of the image that an open line equals up to blanks. */
function twinsOf(hunks: readonly FittedHunk[], image: Image, other: PatchLine['op']): Twins {
  const twins = new Map<string, Twin[]>()
  for (const { lines } of hunks) {
    for (const line of lines) if (line.op === other) twins.set(squeeze(line.text), [])
  }
  twins.delete('')
  if (twins.size === 0) return twins
  const dropped = new Set<number>()
  for (const { at, lines } of hunks) {
    let taken = at
    for (const line of lines) {
      if (line.op === other) continue
      if (line.op !== 'context') dropped.add(taken)
      taken++
    }
  }
  for (const [at, text] of image.lines.entries()) {
    twins.get(image.squeezed(at))?.push({ text, at, isDropped: dropped.has(at) })
  }
  return twins
}

const MOST_TWINS = 200
const MOST_KIN = 2

/** Lines of the image with gaps wider than one blank, by their kind. */
class Kin {
  readonly #image: Image
  #byKind: Map<string, number[]> | null = null

  constructor(image: Image) {
    this.#image = image
  }

  /** The nearest of those of a text's kind. */
  of(text: string, near: number): string[] {
    const kind = kindOf(text)
    if (kind === null) return []
    this.#byKind ??= this.#index()
    return (this.#byKind.get(kind) ?? [])
      .map((at) => ({ at, far: Math.abs(at - near) }))
      .sort((one, other) => one.far - other.far)
      .slice(0, MOST_KIN)
      .map(({ at }) => this.#image.lines[at] ?? '')
  }

  #index(): Map<string, number[]> {
    const byKind = new Map<string, number[]>()
    for (const [at, line] of this.#image.lines.entries()) {
      if (!/\S(?:\t| {2}).*\S/.test(line)) continue
      const kind = kindOf(line)
      if (kind === null) continue
      const known = byKind.get(kind)
      if (known === undefined) byKind.set(kind, [at])
      else known.push(at)
    }
    return byKind
  }
}

/** Lines of one kind are often laid out as a table: members that are set, macros, enumerators, parameters. */
function kindOf(text: string): string | null {
  const [first = '', second = ''] = text.trimStart().split(/\s+/, 2)
  if (/^\.\w/.test(first) || first === '#define') return first
  if (first === '*' && /^@[\w.]+:$/.test(second)) return '@'
  return second === '=' && /^[A-Z]\w+$/.test(first) ? '=' : null
}

function openLine(
  fitted: readonly FittedLine[],
  index: number,
  other: PatchLine['op'],
  twins: Twins,
  kin: Kin,
  near: number,
): OpenLine {
  const line = fitted[index]
  if (line === undefined) throw new Error('no such line')
  const marker = other === 'added' ? '+' : '-'
  const far = (twin: Twin): number => Math.abs(twin.at - near) + (twin.isDropped ? 0 : 100_000)
  const own = (twins.get(squeeze(line.text)) ?? []).slice().sort((one, two) => far(one) - far(two))
  return {
    seen: line.seen ?? marker + line.text,
    marker,
    isJoined: line.pieces > 1,
    text: line.text,
    twins: own.slice(0, MOST_TWINS),
    kin: kin.of(line.text, near),
    similar: similarTo(fitted, index, other),
  }
}

const LIKE = 0.5
const GROUP = 80

/** The line of the other side in the same group of changes that has most words in common. */
function similarTo(
  fitted: readonly FittedLine[],
  index: number,
  other: PatchLine['op'],
): OpenLine['similar'] {
  const words = wordsOf(fitted[index]?.text ?? '')
  let best: { text: string; likeness: number } | null = null
  let from = index
  while (from > 0 && index - from < GROUP && fitted[from - 1]?.op !== 'context') from--
  for (let at = from; at < fitted.length && at - from < GROUP; at++) {
    const line = fitted[at]
    if (line === undefined || line.op === 'context') break
    if (line.op === other) continue
    const likeness = likenessOf(words, wordsOf(line.text))
    if (likeness >= LIKE && likeness > (best?.likeness ?? 0)) best = { text: line.text, likeness }
  }
  return best
}

/**
 * What the archive may do to blanks, by the lines that are known: the models that explain most of them, the one
 * that was recognised in the text first, then from the mildest on. Null is no damage at all.
 */
function modelsOf(
  file: FileDiff,
  hunks: readonly FittedHunk[],
  side: 'before' | 'after',
): readonly (DamageModel | null)[] {
  const other = otherOp(side)
  const known = hunks
    .flatMap(({ lines }) => lines)
    .filter((line) => line.op !== other && line.seen !== null && line.pieces === 1)
  const explained = (model: DamageModel | null): number =>
    known.filter((line) => {
      const sent = MARKERS[line.op] + line.text
      return (model === null ? sent : damageLine(model, sent)).trimEnd() === (line.seen ?? '').trimEnd()
    }).length
  const recognised = file.damage ?? null
  const all = [recognised, ...[null, ...DAMAGE_MODELS].filter((model) => model !== recognised)]
  const counts = all.map(explained)
  const most = Math.max(...counts)
  return all.filter((_, at) => counts[at] === most)
}

const MARKERS = { context: ' ', added: '+', removed: '-' } as const

/** The texts of the open lines, and whether they are proved. */
interface Chosen {
  readonly texts: readonly string[]
  readonly isProved: boolean
  /** How many texts of the whole file were hashed. */
  readonly tries: number
  /** The blanks were inferred here, whether proved or not. */
  readonly model: DamageModel | null
}

const MOST_TRIES = 2_500
/** Lines that candidates are made for at most, for one file. */
const MOST_LINES = 6_000
/** Bytes hashed at most for one file: a second or so. */
const MOST_BYTES = 500_000_000

function choose(
  file: FileDiff,
  wanted: WantedFile,
  models: readonly (DamageModel | null)[],
  id: string | null,
  format: ObjectFormat,
): Chosen {
  const asRead = wanted.open.map((line) => (file.damage === undefined ? line.seen.slice(1) : line.text))
  const blob = id === null ? null : new BlobTest(wanted, id, format)
  if (blob?.holds(asRead) === true) return { texts: asRead, isProved: true, tries: 1, model: null }
  let first: Chosen | null = null
  for (const model of wanted.open.length === 0 ? [] : models) {
    if (model === null) {
      first ??= { texts: asRead, isProved: false, tries: 1, model: null }
      continue
    }
    const most = (blob?.tries ?? 0) + MOST_TRIES
    for (const { texts } of fillings(wanted.lines, wanted.open, model, { lines: MOST_LINES })) {
      first ??= { texts, isProved: false, tries: 0, model }
      if (blob === null || blob.tries >= most || blob.bytes > MOST_BYTES) break
      if (blob.holds(texts)) return { texts, isProved: true, tries: blob.tries, model }
    }
    if (blob === null) break
  }
  const best = first ?? { texts: asRead, isProved: false, tries: 0, model: null }
  return { ...best, tries: blob?.tries ?? 0 }
}

function textOf({ lines, endsWithNewline }: WantedFile, texts: readonly string[]): string {
  if (lines.length === 0) return ''
  const all = lines.map((line) => (typeof line === 'string' ? line : (texts[line] ?? '')))
  return all.join('\n') + (endsWithNewline ? '\n' : '')
}

/** The file with its hunks as they fit: every line says where its text comes from. */
function rewrite(
  file: FileDiff,
  fitted: readonly FittedHunk[],
  chosen: Chosen,
  side: 'before' | 'after',
): FileDiff {
  const other = otherOp(side)
  let open = 0
  const hunks = fitted.map(({ hunk, lines: fittedLines }): Hunk => {
    const lines = fittedLines.map((line): PatchLine => {
      const isOpen = line.op === other
      const text = isOpen ? (chosen.texts[open++] ?? line.text) : line.text
      const origin = originOf(line, text, isOpen, chosen)
      const base = { op: line.op, text, line: line.line, origin }
      return line.noNewline ? { ...base, noNewline: true } : base
    })
    const isSent = lines.every(({ origin }) => origin === 'verbatim')
    return {
      beforeStart: hunk.beforeStart,
      beforeCount: lines.filter(({ op }) => op !== 'added').length,
      afterStart: hunk.afterStart,
      afterCount: lines.filter(({ op }) => op !== 'removed').length,
      section: hunk.section,
      lines,
      line: hunk.line,
      repairs: hunk.repairs,
      certainty: isSent ? 'exact' : 'unique',
      notes: hunk.notes.filter(
        ({ code }) => !(SETTLED.has(code) || (chosen.isProved && IN_BLANKS.has(code))),
      ),
      ...(hunk.seen === undefined ? {} : { seen: hunk.seen }),
    }
  })
  return { ...file, hunks }
}

/** What the known file settles, and what the id of the whole settles besides. */
const SETTLED = new Set([
  'several-parses',
  'marker-doubtful',
  'last-line-doubtful',
  'end-doubtful',
  'marker-as-context',
  'lines-missing',
])
const IN_BLANKS = new Set(['blanks-in-string', 'blanks-in-macro'])

function originOf(line: FittedLine, text: string, isOpen: boolean, chosen: Chosen): LineOrigin {
  if (line.seen === MARKERS[line.op] + text && line.pieces === 1) return 'verbatim'
  if (!isOpen) return 'copied'
  if (chosen.isProved) return 'proved'
  return chosen.model === null ? 'joined' : 'blanks-inferred'
}

/** Whether a text is the file of an id that the mail names. */
export function isBlobOf(text: string, id: string | null, format: ObjectFormat): boolean {
  return id !== null && hasBlobId(encodeFile(text), id, format)
}

/** How many tries a proof took, for people. */
export function triesText(tries: number): string {
  return tries <= 1 ? 'at once' : `after ${plural(tries, 'try').replace('trys', 'tries')}`
}
