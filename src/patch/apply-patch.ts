/**
 * Applies a file's diff to a text. Context must fit exactly; where it does not stand at the announced line,
 * the nearest place is taken and the offset reported, because an offset that nobody sees is how a hunk
 * lands in the wrong one of two similar functions. No fuzz.
 */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { FileDiff, Hunk, PatchLine } from './types.js'

export interface ApplyOptions {
  /** Applies the change backwards: from the text after to the text before. */
  readonly reverse?: boolean
  /**
   * `exact` (the default), or `ignore`: lines are compared without their blanks, and context is copied from
   * the text. For hunks whose blanks were lost.
   */
  readonly blanks?: 'exact' | 'ignore'
  /** What to call the text in a diagnostic. */
  readonly source?: string
}

/** The text after, and per hunk how many lines it stood away from where its header says. */
export interface Applied {
  readonly text: string
  readonly offsets: readonly number[]
}

/**
 * Applies all hunks or none. Fails with `hunk-does-not-apply` where the text does not hold the lines, with
 * `hunk-place-ambiguous` where two places are equally near, and with `hunk-missing` where the diff itself is
 * cut off.
 */
export function applyPatch(file: FileDiff, preImage: string, options: ApplyOptions = {}): Result<Applied> {
  const source = options.source ?? file.path
  const [missing] = file.missing
  if (missing !== undefined) {
    return fail(trouble('hunk-missing', `the hunk at line ${missing.line} of the mail has no lines`, source))
  }
  const endsWithNewline = preImage.endsWith('\n') || preImage === ''
  const input = preImage === '' ? [] : (endsWithNewline ? preImage.slice(0, -1) : preImage).split('\n')
  const reverse = options.reverse === true
  const ignore = options.blanks === 'ignore'
  const keys = ignore ? input.map(squeeze) : input
  const output: string[] = []
  const offsets: number[] = []
  let taken = 0
  let drift = 0
  let lastLine: PatchLine | null = null
  for (const hunk of file.hunks) {
    const drops: PatchLine['op'] = reverse ? 'added' : 'removed'
    const adds: PatchLine['op'] = reverse ? 'removed' : 'added'
    const expected = hunk.lines.filter((line) => line.op !== adds)
    const wanted = expected.map((line) => (ignore ? squeeze(line.text) : line.text))
    const announced = startOf(hunk, reverse) + drift
    const place = findPlace(keys, wanted, announced, taken)
    if (!place.ok) return fail(trouble(place.error, whereOf(hunk, place.error), source))
    drift += place.value - announced
    offsets.push(place.value - startOf(hunk, reverse))
    for (; taken < place.value; taken++) output.push(input[taken] ?? '')
    for (const line of hunk.lines) {
      if (line.op === adds) output.push(line.text)
      else if (line.op === drops) taken++
      else output.push(input[taken++] ?? '')
      if (line.op !== drops) lastLine = line
    }
  }
  const atEnd = taken === input.length
  for (; taken < input.length; taken++) output.push(input[taken] ?? '')
  const open = atEnd && lastLine !== null ? lastLine.noNewline === true : !endsWithNewline
  if (output.length === 0) return ok({ text: '', offsets })
  return ok({ text: output.join('\n') + (open ? '' : '\n'), offsets })
}

/** 0-based line where the hunk should begin; the start of an empty side is the line before it. */
function startOf(hunk: Hunk, reverse: boolean): number {
  const start = reverse ? hunk.afterStart : hunk.beforeStart
  const count = reverse ? hunk.afterCount : hunk.beforeCount
  return count === 0 ? start : start - 1
}

function findPlace(
  lines: readonly string[],
  wanted: readonly string[],
  announced: number,
  from: number,
): Result<number, 'hunk-does-not-apply' | 'hunk-place-ambiguous'> {
  if (announced >= from && fits(lines, wanted, announced)) return ok(announced)
  if (wanted.length === 0) return fail('hunk-does-not-apply')
  const furthest = Math.max(Math.abs(announced - from), Math.abs(lines.length - announced))
  for (let distance = 1; distance <= furthest; distance++) {
    const earlier = announced - distance >= from && fits(lines, wanted, announced - distance)
    const later = announced + distance >= from && fits(lines, wanted, announced + distance)
    if (earlier && later) return fail('hunk-place-ambiguous')
    if (earlier) return ok(announced - distance)
    if (later) return ok(announced + distance)
  }
  return fail('hunk-does-not-apply')
}

function fits(lines: readonly string[], wanted: readonly string[], at: number): boolean {
  if (at < 0 || at + wanted.length > lines.length) return false
  for (let index = 0; index < wanted.length; index++) if (lines[at + index] !== wanted[index]) return false
  return true
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, '')
}

function whereOf(hunk: Hunk, code: string): string {
  const why = code === 'hunk-place-ambiguous' ? 'fits two places equally far away' : 'fits nowhere'
  return `the hunk at line ${hunk.line} of the mail (from line ${hunk.beforeStart} on) ${why}`
}

function trouble(code: string, message: string, source: string): Diagnostic {
  return { severity: 'error', code, message, place: { source } }
}
