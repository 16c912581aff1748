/**
 * A diff beside the file it changes. The law: what is called proved is what was sent, byte for byte, whatever
 * the archive did to it; and what an archive does to blanks is mostly undone.
 */
import { describe, expect, it } from 'vitest'
import { encodeFile, gitBlobId } from '../../../src/base/index.js'
import { type FileDiff, isBlobOf, type KnownSide, parsePatch, proveFile } from '../../../src/patch/index.js'
import * as damage from '../../support/damage/simulators.js'
import { randomFrom } from '../../support/random.js'
import { diffOf, diffText, type SampleFile, samplePatch } from '../../support/sample-patch.js'

const beside = (text: string, change: Partial<KnownSide> = {}): KnownSide => ({
  side: 'before',
  text,
  isBlob: true,
  format: 'sha1',
  ...change,
})

/** A mail with the change of one file, with true ids. */
function mailOf(file: SampleFile): string {
  return `Text.\n---\n\n${bodyOf(file)}-- \n2.39.5\n`
}

const bodyOf = (file: SampleFile): string => `${diffText(file)}\n`
const blobId = (text: string): string => gitBlobId(encodeFile(text))

function only(text: string): FileDiff {
  const [file] = parsePatch(text).files
  if (file === undefined) throw new Error('no file')
  return file
}

const FILE = [
  'static int walk(struct area *area)',
  '{',
  '\tint err = 0;',
  '',
  '\t/*',
  '\t * - first the lower half',
  '\t * - then the upper one',
  '\t */',
  '\tif (!area->size)',
  '\t\treturn -EINVAL;',
  '',
  '\terr = step(area, LOWER);',
  '\tif (err)',
  '\t\treturn err;',
  '\treturn step(area, UPPER);',
  '}',
  '',
]
const BEFORE = FILE.join('\n')

/** A change of FILE, line by line: `12: text` replaces, `+12: text` goes behind line 12, `-12` goes. */
function changed(...edits: readonly string[]): SampleFile {
  const lines: (string | null)[] = [...FILE]
  for (const edit of edits) {
    const match = /^([-+]?)(\d+)(?:: ([\s\S]*))?$/.exec(edit)
    const at = Number(match?.[2]) - 1
    if (match?.[1] === '-') lines[at] = null
    else lines[at] = match?.[1] === '+' ? `${lines[at]}\n${match[3]}` : (match?.[3] ?? '')
  }
  return diffOf('mm/walk.c', BEFORE, lines.filter((line) => line !== null).join('\n'))
}

const CHANGE = changed(
  '11: \tspin_lock(&area->lock);',
  '12: \terr = step_locked(area,\n\t\t\t  LOWER);',
  '-13',
  '-14',
)

/** Least shares of proved samples, in percent. */
const LEAST: Readonly<Record<string, number>> = { hypermail: 60, 'mail-archive': 50 }

describe('damaged and proved', () => {
  const kinds: Readonly<Record<string, (text: string) => string>> = {
    nothing: (text) => text,
    hypermail: damage.hypermail,
    'leading blanks lost': damage.leadingBlanksLost,
    'mail-archive': damage.mailArchive,
    'tabs to columns': damage.tabsToColumns,
    'tabs to eight blanks': damage.tabsToEight,
    'wrapped at 72': (text) => damage.wrapKeepingBlank(text, 72),
    'trailing blanks lost': damage.trailingBlanksLost,
    CRLF: damage.crlf,
  }

  it.each(Object.entries(kinds))('%s: the lines that were sent', (_, harm) => {
    const proved = proveFile(only(harm(mailOf(CHANGE))), beside(BEFORE))
    expect(proved.ok && proved.value.after).toBe(CHANGE.after)
    expect(proved.ok && proved.value.file.certificate).toMatchObject({ base: 'blob', added: 'post-blob' })
    expect(
      proved.ok && proved.value.file.hunks.flatMap(({ lines }) => lines.map(({ text }) => text)),
    ).toEqual(CHANGE.hunks.flatMap(({ lines }) => lines.map((line) => line.slice(1))))
  })

  it.each(Object.entries(kinds))('%s: proved only when right, and mostly proved', (name, harm) => {
    let proven = 0
    let all = 0
    for (let seed = 1; seed <= 12; seed++) {
      for (const file of samplePatch(randomFrom(seed)).files) {
        const [diff] = parsePatch(harm(mailOf(file))).files
        if (diff === undefined) continue
        all++
        const proved = proveFile(diff, beside(file.before))
        if (!proved.ok || proved.value.file.certificate.added !== 'post-blob') continue
        proven++
        expect(proved.value.after).toBe(file.after)
      }
    }
    const share = (100 * proven) / all
    console.info(`${name}: ${proven} of ${all} proved (${share.toFixed(1)} %)`)
    // The samples' edits put blocks anywhere, so nothing tells their indentation.
    expect(share).toBeGreaterThanOrEqual(LEAST[name] ?? 95)
  })

  it.each(['nothing', 'hypermail', 'mail-archive'])('%s: an altered line is never called proved', (name) => {
    const lines = mailOf(CHANGE).split('\n')
    for (const [at, line] of lines.entries()) {
      if (!/^\+[^+].*\w/.test(line)) continue
      const altered = lines.map((own, other) =>
        other === at ? line.replace(/\w/, (letter) => (letter === 'x' ? 'y' : 'x')) : own,
      )
      const proved = proveFile(only(kinds[name]?.(altered.join('\n')) ?? ''), beside(BEFORE))
      expect(proved.ok && proved.value.file.certificate.added).not.toBe('post-blob')
    }
  })
})

describe('what a known file settles', () => {
  it('a line of a comment that begins with a dash is context', () => {
    const file = changed('7: \t * - then the upper one, if there is one')
    const text = damage.leadingBlanksLost(mailOf(file)).replace('- first', '- first')
    const proved = proveFile(only(text), beside(BEFORE))
    expect(proved.ok && proved.value.after).toBe(file.after)
    expect(proved.ok && proved.value.file.hunks[0]?.certainty).toBe('unique')
  })

  it('blank lines of context that the end of the text lost', () => {
    const file = diffOf('mm/walk.c', 'int a;\nint b;\n\n\n', 'int a;\nint c;\n\n\n')
    const proved = proveFile(only(bodyOf(file).trimEnd()), beside(file.before))
    expect(proved.ok && proved.value.after).toBe(file.after)
    expect(proved.ok && proved.value.file.missing).toEqual([])
  })

  it('a hunk that the mail lost leaves the other side unknown, and the rest fits', () => {
    const file = only(mailOf(CHANGE))
    const lost = { beforeStart: 30, beforeCount: 7, afterStart: 30, afterCount: 8, section: '', line: 999 }
    const proved = proveFile({ ...file, missing: [{ ...lost, reason: 'no-body' }] }, beside(BEFORE))
    expect(proved.ok && proved.value.before).toBe(BEFORE)
    expect(proved.ok && proved.value.after).toBeNull()
    expect(proved.ok && proved.value.file.certificate).toMatchObject({ base: 'blob', added: 'verbatim' })
    expect(proved.ok && proved.value.file.missing).toHaveLength(1)
  })
})

describe('where the file is another', () => {
  it('the hunk is found where it went, and how far is said', () => {
    const moved = `int before;\nint that;\n${BEFORE}`
    const proved = proveFile(only(mailOf(CHANGE)), beside(moved, { isBlob: false }))
    expect(proved.ok && proved.value.offsets).toEqual([2])
    expect(proved.ok && proved.value.after).toBe(`int before;\nint that;\n${CHANGE.after}`)
    expect(proved.ok && proved.value.file.certificate).toMatchObject({ base: 'matched', added: 'verbatim' })
  })

  it('a hunk whose lines are elsewhere does not fit a file of the right id', () => {
    const moved = `int before;\n${BEFORE}`
    expect(proveFile(only(mailOf(CHANGE)), beside(moved))).toMatchObject({
      ok: false,
      error: { code: 'hunk-does-not-apply' },
    })
  })

  it('two places equally near are one too many', () => {
    const block = 'int a;\nint b;\nint c;\n'
    const file = diffOf('mm/a.c', block, 'int a;\nint x;\nint c;\n')
    const text = bodyOf(file).replace('@@ -1,3 +1,3 @@', '@@ -5,3 +5,3 @@')
    const twice = `${block}/* 1 */\n/* 2 */\n/* 3 */\n/* 4 */\n/* 5 */\n${block}`
    expect(proveFile(only(text), beside(twice, { isBlob: false }))).toMatchObject({
      ok: false,
      error: { code: 'hunk-place-ambiguous' },
    })
  })

  it('the patch is taken back from a file that has it', () => {
    const known = beside(CHANGE.after, { side: 'after' })
    for (const harm of [(text: string) => text, damage.hypermail, damage.leadingBlanksLost]) {
      const proved = proveFile(only(harm(mailOf(CHANGE))), known)
      expect(proved.ok && proved.value.before).toBe(BEFORE)
      expect(proved.ok && proved.value.file.certificate).toMatchObject({ base: 'blob', added: 'post-blob' })
    }
  })
})

it('a file without a newline at its end, and one with a byte that is no UTF-8', () => {
  const before = 'int a;\nint b; /* \udce9 */'
  const text = [
    'diff --git a/mm/a.c b/mm/a.c',
    `index ${blobId(before).slice(0, 12)}..${blobId('int c;\nint b; /* \udce9 */').slice(0, 12)} 100644`,
    '--- a/mm/a.c',
    '+++ b/mm/a.c',
    '@@ -1,2 +1,2 @@',
    '-int a;',
    '+int c;',
    ' int b; /* \udce9 */',
    '\\ No newline at end of file',
  ].join('\n')
  const proved = proveFile(only(text), beside(before))
  expect(proved.ok && proved.value.after).toBe('int c;\nint b; /* \udce9 */')
  expect(proved.ok && proved.value.file.certificate.added).toBe('post-blob')
  expect(isBlobOf(before, blobId(before), 'sha1')).toBe(true)
})

it('files that come, go and stay as they are', () => {
  const added = only(
    bodyOf(diffOf('mm/new.c', '', BEFORE))
      .replace(/^index .*\.\./m, 'new file mode 100644\nindex 0000000..')
      .replace(' 100644\n---', '\n---')
      .replace('--- a/mm/new.c', '--- /dev/null'),
  )
  const created = proveFile(added, beside(''))
  expect(created.ok && created.value.after).toBe(BEFORE)
  expect(created.ok && created.value.file.certificate).toMatchObject({ base: 'blob', added: 'post-blob' })
  const taken = proveFile(added, beside(BEFORE, { side: 'after' }))
  expect(taken.ok && taken.value.before).toBe('')
})
