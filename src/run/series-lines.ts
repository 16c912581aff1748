/**
 * A series laid over the files that it changes, so that callers are looked for in what the tree becomes: a patch that
 * adds a caller, or takes one away, counts. For each line it is known which patch added it.
 */
import { afterText, applyPatch, type FileDiff, type Hunk } from '../patch/index.js'

/** A patch of the series: its number as people call it, and what it changes. */
export interface SeriesPatch {
  readonly label: string
  readonly files: readonly FileDiff[]
}

/** A file after the series. */
export interface LaidOver {
  /** Null where the series removes the file. */
  readonly text: string | null
  /** For each line, from 0, the patch that added it; null for lines of the tree. */
  readonly added: readonly (string | null)[]
}

/** The rest of a hunk that does not apply to the tree. */
export interface LooseHunk {
  readonly path: string
  readonly label: string
  readonly text: string
  readonly firstLine: number
  /** Lines that the patch adds, counted as in the file. */
  readonly added: ReadonlySet<number>
}

export interface SeriesOver {
  readonly files: ReadonlyMap<string, LaidOver>
  /** Hunks that the tree has no place for: what they add is looked at by itself. */
  readonly loose: readonly LooseHunk[]
}

/** Paths that a series touches and that are to be read first. */
export function pathsOf(series: readonly SeriesPatch[]): string[] {
  return [
    ...new Set(
      series.flatMap(({ files }) =>
        files.flatMap(({ path, previousPath }) => (previousPath === null ? [path] : [path, previousPath])),
      ),
    ),
  ]
}

/** Lays the patches over one another; `read` gives a file of the tree, null where there is none. */
export function layOver(series: readonly SeriesPatch[], read: (path: string) => string | null): SeriesOver {
  const files = new Map<string, LaidOver>()
  const loose: LooseHunk[] = []
  const now = (path: string): LaidOver | null => {
    const known = files.get(path)
    if (known !== undefined) return known
    const text = read(path)
    return text === null ? null : { text, added: text.split('\n').map(() => null) }
  }
  for (const { label, files: diffs } of series) {
    for (const diff of diffs) {
      const before = now(diff.previousPath ?? diff.path)
      const after = patched(diff, before, label)
      if (after === null) loose.push(...diff.hunks.map((hunk) => looseHunk(diff.path, hunk, label)))
      else {
        files.set(diff.path, after)
        if (diff.kind === 'renamed' && diff.previousPath !== null) {
          files.set(diff.previousPath, { text: null, added: [] })
        }
      }
    }
  }
  return { files, loose }
}

/** A file after a patch; null if the patch fits it neither as it is nor as one that is applied already. */
function patched(diff: FileDiff, before: LaidOver | null, label: string): LaidOver | null {
  const text = before?.text ?? ''
  if (before === null && diff.kind !== 'added') return null
  for (const blanks of ['exact', 'ignore'] as const) {
    const forward = applyPatch(diff, text, { blanks })
    if (forward.ok) {
      const added = addedLines(diff, text === '' ? [] : (before?.added ?? []), forward.value.offsets, label)
      return diff.kind === 'removed' ? { text: null, added: [] } : { text: forward.value.text, added }
    }
    // In the tree already: the lines that it added are there.
    const back = applyPatch(diff, text, { blanks, reverse: true })
    if (back.ok && before !== null)
      return { text, added: markedLines(diff, before.added, back.value.offsets, label) }
  }
  return null
}

/** Whose each line is after a patch, from whose it was before. */
function addedLines(
  diff: FileDiff,
  before: readonly (string | null)[],
  offsets: readonly number[],
  label: string,
): (string | null)[] {
  const after: (string | null)[] = []
  let taken = 0
  for (const [i, hunk] of diff.hunks.entries()) {
    const start = hunk.beforeCount === 0 ? hunk.beforeStart : hunk.beforeStart - 1
    for (const place = start + (offsets[i] ?? 0); taken < place; taken++) after.push(before[taken] ?? null)
    for (const { op } of hunk.lines) {
      if (op === 'added') after.push(label)
      else {
        if (op === 'context') after.push(before[taken] ?? null)
        taken++
      }
    }
  }
  for (; taken < before.length; taken++) after.push(before[taken] ?? null)
  return after
}

/** Whose each line is in a file that has the patch already. */
function markedLines(
  diff: FileDiff,
  before: readonly (string | null)[],
  offsets: readonly number[],
  label: string,
): (string | null)[] {
  const marked = [...before]
  for (const [i, hunk] of diff.hunks.entries()) {
    let line = (hunk.afterCount === 0 ? hunk.afterStart : hunk.afterStart - 1) + (offsets[i] ?? 0)
    for (const { op } of hunk.lines) {
      if (op === 'added') marked[line] = label
      if (op !== 'removed') line++
    }
  }
  return marked
}

function looseHunk(path: string, hunk: Hunk, label: string): LooseHunk {
  const added = new Set<number>()
  let line = hunk.afterStart
  for (const { op } of hunk.lines) {
    if (op === 'added') added.add(line)
    if (op !== 'removed') line++
  }
  return { path, label, text: afterText(hunk).join('\n'), firstLine: hunk.afterStart, added }
}
