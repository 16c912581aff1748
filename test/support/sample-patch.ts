/** Generated patch mails: files in the kernel's manner, plausible edits, a diff as `git format-patch` sends it. */
import { structuredPatch } from 'diff'
import { gitBlobId } from '../../src/base/index.js'
import { cSource, statements } from './c-source.js'
import type { Random } from './random.js'

/** One changed file: both texts and what a correct reader must find. */
export interface SampleFile {
  readonly path: string
  readonly before: string
  readonly after: string
  readonly hunks: readonly SampleHunk[]
}

export interface SampleHunk {
  readonly beforeStart: number
  readonly beforeCount: number
  readonly afterStart: number
  readonly afterCount: number
  /** With the marker. */
  readonly lines: readonly string[]
}

export interface SamplePatch {
  readonly files: readonly SampleFile[]
  /** The body of the mail. */
  readonly text: string
}

/** One or two files of 30 to 120 lines with one to four edits each. */
export function samplePatch(random: Random): SamplePatch {
  const files: SampleFile[] = []
  for (let count = random.chance(25) ? 2 : 1; count > 0; count--) files.push(sampleFile(random, count))
  return { files, text: mailBody(files, random) }
}

function sampleFile(random: Random, number: number): SampleFile {
  for (;;) {
    const before = cSource(random, 30 + random.below(90))
    const after = edit(random, before)
    const file = diffOf(`mm/sample${number}.c`, `${before.join('\n')}\n`, `${after.join('\n')}\n`)
    if (file.hunks.length > 0) return file
  }
}

/** The two texts and their hunks, computed by jsdiff. */
export function diffOf(path: string, before: string, after: string): SampleFile {
  const { hunks } = structuredPatch(path, path, before, after, '', '', { context: 3 })
  return {
    path,
    before,
    after,
    hunks: hunks.map((hunk) => ({
      beforeStart: hunk.oldLines === 0 ? hunk.oldStart - 1 : hunk.oldStart,
      beforeCount: hunk.oldLines,
      afterStart: hunk.newLines === 0 ? hunk.newStart - 1 : hunk.newStart,
      afterCount: hunk.newLines,
      lines: hunk.lines.filter((line) => !line.startsWith('\\')),
    })),
  }
}

function edit(random: Random, before: readonly string[]): string[] {
  const lines = [...before]
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = 4 + random.below(lines.length - 4)
    const line = lines[at] ?? ''
    const depth = /^\t*/.exec(line)?.[0].length ?? 0
    switch (random.below(5)) {
      case 0:
        lines.splice(at, 0, ...statements(random, Math.max(1, depth)))
        break
      case 1:
        lines.splice(at, 1 + random.below(3))
        break
      case 2:
        lines.splice(
          at,
          1,
          line.replace(/\w+/, (word) => `${word}_locked`),
        )
        break
      case 3:
        lines.splice(at, 2, ...statements(random, Math.max(1, depth)))
        break
      default: {
        const moved = lines.slice(at, at + 3).map((inner) => (inner === '' ? '' : `\t${inner}`))
        lines.splice(at, 3, `${'\t'.repeat(depth)}if (lane->busy) {`, ...moved, `${'\t'.repeat(depth)}}`)
      }
    }
  }
  return lines
}

/** The lines of one file's diff. */
export function diffText(file: SampleFile): string {
  const blob = (text: string) => gitBlobId(new TextEncoder().encode(text)).slice(0, 12)
  const lines = [
    `diff --git a/${file.path} b/${file.path}`,
    `index ${blob(file.before)}..${blob(file.after)} 100644`,
    `--- a/${file.path}`,
    `+++ b/${file.path}`,
  ]
  const source = file.before.split('\n')
  for (const hunk of file.hunks) {
    const heading = source.slice(0, hunk.beforeStart - 1).findLast((line) => /^[a-z]\w* .*\w\(/.test(line))
    const section = heading === undefined ? '' : ` ${heading.slice(0, 80)}`
    lines.push(
      `@@ -${hunk.beforeStart},${hunk.beforeCount} +${hunk.afterStart},${hunk.afterCount} @@${section}`,
    )
    lines.push(...hunk.lines)
  }
  return lines.join('\n')
}

function mailBody(files: readonly SampleFile[], random: Random): string {
  let added = 0
  let removed = 0
  const stat = files.map((file) => {
    const lines = file.hunks.flatMap((hunk) => hunk.lines)
    const plus = lines.filter((line) => line.startsWith('+')).length
    const minus = lines.filter((line) => line.startsWith('-')).length
    added += plus
    removed += minus
    return ` ${file.path} | ${plus + minus} ${'+'.repeat(plus)}${'-'.repeat(minus)}`
  })
  const endings = [
    '-- \n2.39.5\n',
    '-- \n2.39.5\n',
    '\n-- \nJo Example\n',
    '',
    '\nWhat do you think?\n\nJo\n',
  ]
  return [
    'The lanes were never drained when the ring went away. Drain them.',
    '',
    'Signed-off-by: Jo Example <jo@example.org>',
    '---',
    ...stat,
    ` ${files.length} file${files.length === 1 ? '' : 's'} changed, ${added} insertions(+), ${removed} deletions(-)`,
    '',
    ...files.map(diffText),
    random.pick(endings),
  ].join('\n')
}
