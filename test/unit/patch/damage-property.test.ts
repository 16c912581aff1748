/**
 * The law of the module: damaged, then repaired, is equal (up to the blanks that the damage took) or flagged,
 * never silently different. The share of flagged patches is printed and bounded.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FileDiff, type Hunk, type Patch, parsePatch } from '../../../src/patch/index.js'
import * as damage from '../../support/damage/simulators.js'
import { randomFrom } from '../../support/random.js'
import { type SamplePatch, samplePatch } from '../../support/sample-patch.js'

interface DamageClass {
  readonly name: string
  readonly apply: (text: string) => string
  /** What may differ in an unflagged hunk. */
  readonly upTo: 'nothing' | 'blanks'
  /** Largest share of flagged patches, in percent. */
  readonly limit: number
  readonly quoted?: boolean
}

const CLASSES: readonly DamageClass[] = [
  { name: 'none', apply: (text) => text, upTo: 'nothing', limit: 0 },
  { name: 'trailing blanks lost', apply: damage.trailingBlanksLost, upTo: 'nothing', limit: 0 },
  { name: 'hypermail', apply: damage.hypermail, upTo: 'blanks', limit: 5 },
  { name: 'leading blanks lost', apply: damage.leadingBlanksLost, upTo: 'blanks', limit: 5 },
  {
    name: 'wrapped at 72, blank kept',
    apply: (text) => damage.wrapKeepingBlank(text, 72),
    upTo: 'nothing',
    limit: 1,
  },
  {
    name: 'wrapped at 80, blank kept',
    apply: (text) => damage.wrapKeepingBlank(text, 80),
    upTo: 'nothing',
    limit: 1,
  },
  {
    name: 'wrapped at 72, blank replaced',
    apply: (text) => damage.wrapReplacingBlank(text, 72),
    upTo: 'blanks',
    limit: 1,
  },
  {
    name: 'wrapped at 78, blank replaced',
    apply: (text) => damage.wrapReplacingBlank(text, 78),
    upTo: 'blanks',
    limit: 1,
  },
  { name: 'tabs to columns', apply: damage.tabsToColumns, upTo: 'blanks', limit: 0 },
  { name: 'tabs to eight blanks', apply: damage.tabsToEight, upTo: 'blanks', limit: 0 },
  { name: 'mail-archive', apply: damage.mailArchive, upTo: 'blanks', limit: 100 },
  { name: 'quoted once', apply: (text) => damage.quote(text, 1), upTo: 'nothing', limit: 0, quoted: true },
  {
    name: 'quoted twice, >>',
    apply: (text) => damage.quote(text, 2, '>'),
    upTo: 'nothing',
    limit: 0,
    quoted: true,
  },
  { name: 'CRLF', apply: damage.crlf, upTo: 'nothing', limit: 0 },
  { name: 'one line', apply: damage.oneLine, upTo: 'nothing', limit: 100 },
]

function isFlagged(patch: Patch, files: readonly FileDiff[]): boolean {
  return (
    (files.length === 0 && patch.diagnostics.some((diagnostic) => diagnostic.severity === 'error')) ||
    files.some(
      (file) =>
        file.missing.length > 0 ||
        file.certificate.added === 'reconstructed' ||
        file.hunks.some((hunk) => hunk.certainty === 'flagged'),
    )
  )
}

/** What is silently wrong about a reading, or null. */
function silentDifference(sample: SamplePatch, patch: Patch, kind: DamageClass): string | null {
  const files = kind.quoted === true ? patch.witnesses : patch.files
  if (files.length !== sample.files.length) {
    return isFlagged(patch, files) ? null : `${files.length} files`
  }
  const squeeze = (text: string) => (kind.upTo === 'blanks' ? text.replace(/\s+/g, '') : text)
  for (const [at, expected] of sample.files.entries()) {
    const file = files[at]
    if (file === undefined || file.path !== expected.path) return `file ${file?.path}`
    if (file.missing.length > 0 || file.certificate.added === 'reconstructed') continue
    for (const [number, wanted] of expected.hunks.entries()) {
      const hunk: Hunk | undefined = file.hunks[number]
      if (hunk?.certainty === 'flagged') continue
      if (hunk === undefined) return `hunk ${number} is not there`
      const read = hunk.lines.map(
        (line) => (line.op === 'added' ? '+' : line.op === 'removed' ? '-' : ' ') + squeeze(line.text),
      )
      const sent = wanted.lines.map((line) => line.charAt(0) + squeeze(line.slice(1)))
      const differing = sent.findIndex((line, index) => line !== read[index])
      if (differing !== -1) return `hunk ${number}: ${sent[differing]} read as ${read[differing]}`
      if (read.length !== sent.length) return `hunk ${number}: ${read.length} lines for ${sent.length}`
    }
    if (file.hunks.length !== expected.hunks.length) return `${file.hunks.length} hunks`
  }
  return null
}

describe('damaged, then repaired', () => {
  it.each(CLASSES)('$name: equal or flagged, never silently different', (kind) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const sample = samplePatch(randomFrom(seed))
        const patch = parsePatch(kind.apply(sample.text))
        expect(silentDifference(sample, patch, kind)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  it.each(CLASSES.filter((kind) => kind.limit < 100))('$name: at most $limit % are flagged', (kind) => {
    let damaged = 0
    let flagged = 0
    for (let seed = 1; seed <= 1000; seed++) {
      const sample = samplePatch(randomFrom(seed))
      const text = kind.apply(sample.text)
      if (text === sample.text && kind.name !== 'none') continue
      damaged++
      const patch = parsePatch(text)
      if (isFlagged(patch, kind.quoted === true ? patch.witnesses : patch.files)) flagged++
    }
    const rate = (100 * flagged) / damaged
    console.info(`${kind.name}: ${flagged} of ${damaged} flagged (${rate.toFixed(2)} %)`)
    expect(damaged).toBeGreaterThan(300)
    expect(rate).toBeLessThanOrEqual(kind.limit)
  })
})
