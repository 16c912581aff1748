/** Applying, printing and reading again: laws over generated patches, and what must be refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterText,
  applyPatch,
  beforeText,
  damageLine,
  type FileDiff,
  formatPatch,
  parsePatch,
} from '../../../src/patch/index.js'
import { hypermail } from '../../support/damage/simulators.js'
import { randomFrom } from '../../support/random.js'
import { diffOf, diffText, samplePatch } from '../../support/sample-patch.js'

const samples = fc.integer().map((seed) => samplePatch(randomFrom(seed)))
const only = (text: string): FileDiff => {
  const [file] = parsePatch(text).files
  if (file === undefined) throw new Error('no file')
  return file
}
const HEAD = '--- a/x.c\n+++ b/x.c\n'

describe('applying', () => {
  it('gives the text after, and backwards the text before', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const { files } = parsePatch(sample.text)
        for (const [at, { before, after }] of sample.files.entries()) {
          const file = files[at]
          if (file === undefined) throw new Error('no file')
          const offsets = file.hunks.map(() => 0)
          expect(applyPatch(file, before)).toEqual({ ok: true, value: { text: after, offsets } })
          expect(applyPatch(file, after, { reverse: true })).toMatchObject({
            ok: true,
            value: { text: before },
          })
        }
      }),
      { numRuns: 100 },
    )
  })

  it('copies context from the text when blanks were lost', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const { files } = parsePatch(hypermail(sample.text))
        for (const [at, { before, after }] of sample.files.entries()) {
          const file = files[at]
          if (file === undefined || file.hunks.some((hunk) => hunk.certainty === 'flagged')) continue
          const applied = applyPatch(file, before, { blanks: 'ignore' })
          if (!applied.ok) throw new Error(applied.error.message)
          expect(applied.value.text.replace(/\s+/g, '')).toBe(after.replace(/\s+/g, ''))
        }
      }),
      { numRuns: 100 },
    )
  })

  it('reports how far a hunk stood from its place', () => {
    const file = only(`${HEAD}@@ -1,2 +1,2 @@\n a\n-b\n+c\n`)
    expect(applyPatch(file, 'x\nx\nx\na\nb\n')).toEqual({
      ok: true,
      value: { text: 'x\nx\nx\na\nc\n', offsets: [3] },
    })
  })

  it('refuses a text that does not hold the lines, and two places equally near', () => {
    const file = only(`${HEAD}@@ -3,1 +3,1 @@\n-b\n+c\n`)
    expect(applyPatch(file, 'x\ny\nz\n')).toMatchObject({ ok: false, error: { code: 'hunk-does-not-apply' } })
    expect(applyPatch(file, 'x\nb\nx\nb\n')).toMatchObject({
      ok: false,
      error: { code: 'hunk-place-ambiguous' },
    })
  })

  it('refuses a diff that is cut off', () => {
    const file = only(`${HEAD}@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -9,3 +9,3 @@ f`)
    expect(applyPatch(file, 'a\nb\n')).toMatchObject({ ok: false, error: { code: 'hunk-missing' } })
  })

  it('minds the newline at the end of the file', () => {
    const mark = '\\ No newline at end of file\n'
    const cases: [string, string, string][] = [
      [`@@ -1 +1 @@\n-a\n${mark}+b\n`, 'a', 'b\n'],
      [`@@ -1 +1 @@\n-a\n+b\n${mark}`, 'a\n', 'b'],
      [`@@ -1,2 +1,2 @@\n-a\n+b\n c\n${mark}`, 'a\nc', 'b\nc'],
      ['@@ -0,0 +1 @@\n+a\n', '', 'a\n'],
      ['@@ -1 +0,0 @@\n-a\n', 'a\n', ''],
    ]
    for (const [hunk, before, after] of cases) {
      expect(applyPatch(only(HEAD + hunk), before)).toMatchObject({ ok: true, value: { text: after } })
      expect(applyPatch(only(HEAD + hunk), after, { reverse: true })).toMatchObject({
        ok: true,
        value: { text: before },
      })
    }
  })
})

describe('the two sides of a hunk', () => {
  it('are context with removed and context with added lines', () => {
    const [hunk] = only(`${HEAD}@@ -1,2 +1,2 @@\n a\n-b\n+c\n`).hunks
    if (hunk === undefined) throw new Error('no hunk')
    expect([beforeText(hunk), afterText(hunk)]).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ])
  })
})

describe('printing', () => {
  it('is what git would have written, and reads the same again', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const patch = parsePatch(sample.files.map(diffText).join('\n'))
        const printed = formatPatch(patch)
        expect(parsePatch(printed)).toEqual({ ...patch, diffstat: null })
      }),
      { numRuns: 100 },
    )
  })

  it('quotes names that need it', () => {
    const text =
      'diff --git "a/f\\303\\274\\t.c" "b/f\\303\\274\\t.c"\n--- "a/f\\303\\274\\t.c"\n+++ "b/f\\303\\274\\t.c"\n@@ -1 +1 @@\n-a\n+b\n'
    expect(formatPatch(parsePatch(text))).toBe(text)
  })

  it('keeps a rename with its change', () => {
    const text =
      'diff --git a/x.c b/y.c\nrename from x.c\nrename to y.c\nindex 1234567..89abcde 100644\n--- a/x.c\n+++ b/y.c\n@@ -1 +1 @@ f\n-a\n+b\n\\ No newline at end of file\n'
    expect(formatPatch(parsePatch(text))).toBe(text)
  })
})

describe('the damage models', () => {
  it('are those of the simulators, written apart from them', () => {
    fc.assert(
      fc.property(samples, ({ files }) => {
        const lines = files
          .flatMap((file) => diffOf(file.path, file.before, file.after).hunks)
          .flatMap((hunk) => hunk.lines)
        for (const line of lines) expect(damageLine('hypermail', line)).toBe(hypermail(line))
      }),
      { numRuns: 20 },
    )
  })
})
