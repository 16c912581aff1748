/** One claim per damage class and trap, on small texts of our own. */
import { describe, expect, it } from 'vitest'
import { type FileDiff, type Patch, parsePatch } from '../../../src/patch/index.js'

const HEAD = 'diff --git a/mm/lane.c b/mm/lane.c\n--- a/mm/lane.c\n+++ b/mm/lane.c\n'

const read = (text: string): Patch => parsePatch(text, { source: 'mail' })
const diff = (body: string): Patch => read(HEAD + body)
const codes = (patch: Patch) => patch.diagnostics.map((diagnostic) => diagnostic.code)
const file = (patch: Patch): FileDiff => {
  const [first] = patch.files
  if (first === undefined) throw new Error('no file')
  return first
}
/** All lines of a file with their marker. */
const lines = (patch: Patch) =>
  file(patch).hunks.flatMap((hunk) =>
    hunk.lines.map((line) => ({ context: ' ', added: '+', removed: '-' })[line.op] + line.text),
  )
const certainty = (patch: Patch) => file(patch).hunks.map((hunk) => hunk.certainty)
const repairs = (patch: Patch) =>
  Object.fromEntries(file(patch).repairs.map(({ kind, count }) => [kind, count]))

describe('undamaged text', () => {
  it('is read verbatim, line numbers counted from the first line given', () => {
    const patch = parsePatch(`${HEAD}@@ -1,2 +1,2 @@ f\n a\n-b\n+c\n`, { source: 'mail', firstLine: 100 })
    expect(lines(patch)).toEqual([' a', '-b', '+c'])
    expect(file(patch).hunks[0]).toMatchObject({ line: 103, section: 'f', certainty: 'exact' })
    expect(file(patch).hunks[0]?.lines.map((line) => [line.line, line.origin])).toEqual([
      [104, 'verbatim'],
      [105, 'verbatim'],
      [106, 'verbatim'],
    ])
    expect(file(patch).certificate.added).toBe('verbatim')
  })

  it('ends a hunk when its counts are met: signature, footer and prose are text', () => {
    for (const tail of [
      '-- \n2.39.5\n',
      '--\nJo\n',
      '- thanks\nJo\n',
      '_______________________________________\nlist\n',
    ]) {
      const patch = diff(`@@ -1,2 +1,2 @@\n a\n-b\n+c\n${tail}`)
      expect(lines(patch)).toEqual([' a', '-b', '+c'])
      expect(certainty(patch)).toEqual(['exact'])
      expect(patch.trailingText).toBe(tail.trimEnd())
    }
  })

  it('takes removed and added lines that look like headers for lines', () => {
    expect(lines(diff('@@ -1,2 +1,2 @@\n a\n--- x\n+++ y\n'))).toEqual([' a', '--- x', '+++ y'])
  })

  it('keeps form feeds and line separators inside lines', () => {
    expect(lines(diff('@@ -1 +1,2 @@\n a\u2028b\n+c\fd\n'))).toEqual([' a\u2028b', '+c\fd'])
  })

  it('knows the mark of a missing newline in any language', () => {
    const patch = diff('@@ -1 +1 @@\n-a\n\\ Kein Zeilenumbruch am Dateiende.\n+a\n-- \n2.39.5\n')
    expect(file(patch).hunks[0]?.lines).toMatchObject([
      { op: 'removed', noNewline: true },
      { op: 'added', text: 'a' },
    ])
    expect(file(patch).hunks[0]?.lines[1]?.noNewline).toBeUndefined()
  })
})

describe('lost markers', () => {
  it('are restored where the counts leave one reading', () => {
    const patch = diff('@@ -1,4 +1,4 @@ f\nint a;\n\n- int b;\n+ int c;\n}\n')
    expect(lines(patch).map((line) => line.replace(/\s+/g, ''))).toEqual([
      'inta;',
      '',
      '-intb;',
      '+intc;',
      '}',
    ])
    expect(repairs(patch)).toMatchObject({ 'marker-stripped': 3, 'blank-context-restored': 1 })
    expect(certainty(patch)).toEqual(['unique'])
    expect(file(patch).certificate.added).toBe('blanks-inferred')
  })

  it('of blank lines alone change nothing else', () => {
    const patch = diff('@@ -1,3 +1,3 @@\n a\n\n-\tb\n+\tc\n')
    expect(lines(patch)).toEqual([' a', ' ', '-\tb', '+\tc'])
    expect(repairs(patch)).toEqual({ 'blank-context-restored': 1 })
    expect(file(patch).certificate.added).toBe('verbatim')
  })

  it('are flagged, and the choice is the same each time, when two readings fit the counts', () => {
    const body = '@@ -1,5 +1,4 @@\nint x =\n- a;\nint y =\n- b;\nint z;\n-- \n2.39.5\n'
    const patch = diff(body)
    expect(certainty(patch)).toEqual(['flagged'])
    expect(codes(patch)).toContain('several-parses')
    expect(diff(body)).toEqual(patch)
  })

  it('count a dash as context, with a remark, when a diff could not have been written otherwise', () => {
    const patch = diff(
      '@@ -5,7 +5,7 @@\nint x = a\n- b;\nint y;\n- int p;\n+ int q;\nint r;\nint s;\nint t;\n-- \n2\n',
    )
    expect(lines(patch)[1]?.replace(/\s+/g, '')).toBe('-b;')
    expect(file(patch).hunks[0]?.lines[1]?.op).toBe('context')
    expect(certainty(patch)).toEqual(['unique'])
    expect(codes(patch)).toContain('marker-as-context')
  })

  it('leave blanks in strings and macros in doubt, which is said', () => {
    const patch = diff('@@ -1,2 +1,4 @@ f\nint a;\n+ pr_info("a b");\n+ #define X \\\n}\n')
    expect(codes(patch)).toEqual(expect.arrayContaining(['blanks-in-string', 'blanks-in-macro']))
  })
})

describe('wrapped lines', () => {
  const long = '\t * this comment is long enough that a mail program wraps it at the'

  it('are joined with the blank that is there', () => {
    const patch = diff(`@@ -1,2 +1,3 @@\n \ta;\n+${long} \nsecond word\n \tb;\n`)
    expect(lines(patch)).toEqual([' \ta;', `+${long} second word`, ' \tb;'])
    expect(repairs(patch)).toEqual({ unwrapped: 1 })
    expect(certainty(patch)).toEqual(['unique'])
  })

  it('are joined when the last line of the hunk is one', () => {
    const patch = diff(`@@ -1,2 +1,3 @@\n \ta;\n+\tb;\n ${long} \nlast word\n\nJo\n`)
    expect(lines(patch).at(-1)).toBe(` ${long} last word`)
  })

  it('are joined in a hunk header', () => {
    const heading = '@@ -1,2 +1,3 @@ static int refill_lane(struct ring *ring, unsigned'
    const patch = diff(`${heading}\nlong token)\n \ta;\n+\tb;\n \tc;\n`)
    expect(file(patch).hunks[0]?.section).toBe(
      'static int refill_lane(struct ring *ring, unsigned long token)',
    )
    expect(lines(patch)).toEqual([' \ta;', '+\tb;', ' \tc;'])
  })

  it('that begin with a sign at the end of a hunk are no quiet loss', () => {
    const call = ' \tring = drop_ring(token->credit, entry, batch->ring, token,'
    const patch = diff(`@@ -1,2 +1,3 @@\n \ta;\n+\tb;\n${call}\n-EINVAL);\n-- \n2.39.5\n`)
    const joined = lines(patch).at(-1) === `${call} -EINVAL);`
    expect(joined || certainty(patch)[0] === 'flagged').toBe(true)
  })
})

describe('counts', () => {
  it('are corrected at a hard boundary, flagged', () => {
    const patch = diff('@@ -1,3 +1,4 @@\n a\n+b\n c\n@@ -10,2 +11,3 @@\n d\n+e\n f\n')
    expect(certainty(patch)).toEqual(['flagged', 'exact'])
    expect(file(patch).hunks[0]).toMatchObject({ beforeCount: 2, afterCount: 3 })
    expect(codes(patch)).toContain('counts-wrong')
    expect(repairs(patch)).toEqual({ recounted: 1 })
  })

  it('never make a signature a removed line', () => {
    const patch = diff('@@ -1,4 +1,4 @@\n a\n-b\n+c\n-- \n2.39.5\n')
    expect(lines(patch)).toEqual([' a', '-b', '+c'])
    expect(certainty(patch)).toEqual(['flagged'])
  })

  it('that the end of the text cuts short leave the rest missing', () => {
    const patch = diff('@@ -10,6 +10,7 @@ f\n a\n b\n+c\n')
    expect(lines(patch)).toEqual([' a', ' b', '+c'])
    expect(file(patch).missing).toEqual([
      {
        beforeStart: 12,
        beforeCount: 4,
        afterStart: 13,
        afterCount: 4,
        section: 'f',
        line: 4,
        reason: 'truncated',
      },
    ])
    expect(codes(patch)).toContain('hunk-truncated')
  })

  it('are checked against the places of the hunks and the diffstat', () => {
    const stat = ' mm/lane.c | 3 ++-\n 1 file changed, 2 insertions(+), 1 deletion(-)\n\n'
    const patch = read(`x\n---\n${stat}${HEAD}@@ -1,2 +1,3 @@\n a\n+b\n c\n@@ -9,2 +9,2 @@\n d\n-e\n+f\n`)
    const results = file(patch).certificate.checks.map((check) => `${check.name} ${check.result}`)
    expect(results).toEqual(['counts passed', 'offsets failed', 'diffstat passed'])
    expect(codes(patch)).toContain('check-offsets')
  })
})

describe('other damage', () => {
  it('tabs that became blanks become tabs again', () => {
    const patch = diff('@@ -1,3 +1,3 @@\n        a;\n        b;\n-               c;\n+               d;\n')
    expect(lines(patch)).toEqual([' \ta;', ' \tb;', '-\t\tc;', '+\t\td;'])
    expect(repairs(patch)).toEqual({ 'tabs-to-spaces': 4 })
  })

  it('transport CRLF goes, the CR of a CRLF file stays', () => {
    expect(lines(read(`${HEAD}@@ -1 +1 @@\n-a\n+b\n`.replaceAll('\n', '\r\n')))).toEqual(['-a', '+b'])
    expect(lines(diff('@@ -1 +1 @@\n-a\r\n+b\r\n'))).toEqual(['-a\r', '+b\r'])
  })

  it('a quoted diff is a witness with its depth taken off, prose in between left out', () => {
    const quoted = `${HEAD}@@ -1,2 +1,3 @@\n a\n+b\n c\n`.replace(/^/gm, '> ')
    const patch = read(quoted.replace('> +b', 'Why?\n\n> +b'))
    expect(patch.files).toEqual([])
    expect(patch.witnesses[0]).toMatchObject({ role: 'quoted', path: 'mm/lane.c' })
    expect(patch.witnesses[0]?.hunks[0]?.lines.map((line) => line.op)).toEqual([
      'context',
      'added',
      'context',
    ])
  })

  it('a diff in one line is reported and not guessed at', () => {
    const patch = read(
      `Hi, ${HEAD}@@ -1,2 +1,3 @@ static int refill(void)\n a\n+b\n c\n and more`.replaceAll('\n', ' '),
    )
    expect(patch.files).toEqual([])
    expect(codes(patch)).toEqual(['newlines-lost'])
  })
})
