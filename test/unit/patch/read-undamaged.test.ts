/** The law of the short way: where it answers, the long way gives the same. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDamaged, parseUndamaged } from '../../../src/patch/parse-patch.js'
import * as damage from '../../support/damage/simulators.js'
import { type Random, randomFrom } from '../../support/random.js'
import { samplePatch } from '../../support/sample-patch.js'

const OPTIONS = { source: 'sample', firstLine: 7, crossCheck: true }
const SUMMARY = ' a.c | 3 +--\n 1 file changed, 1 insertion(+), 2 deletions(-)\n'

/** Lines that mean something somewhere in a mail with a patch. */
const INTRUDERS = [
  ...['', ' ', '---', '--- ', '--', '-- ', '-', '+', ' x', '-x', '+x', 'x', '\tx', '+\u001bx', '+\u202ex'],
  ...[
    '\\ No newline at end of file',
    '\\ x',
    '\\x',
    '> quoted',
    '>+x;',
    '| table',
    '+x\r',
    '@@@ -1 -1 +1 @@@',
  ],
  ...['@@ -1 +1 @@', '@@ -1,2 +1,3 @@ f', '@@ -0,0 +1 @@', '@@ -0,0 +0,0 @@', '@@ -x +1 @@', '@@ of old'],
  ...['diff --git a/x.c b/x.c', 'diff --git', 'diff --cc x.c', 'diff -up a/x b/x', 'diff of x', 'Index: x.c'],
  ...['--- a/x.c', '+++ b/x.c', '--- /dev/null', '+++ /dev/null', 'index 1234567..7654321 100644'],
  ...['rename from x', 'rename to y', 'new file mode 100644', 'similarity index 100%', 'GIT binary patch'],
  ...[
    'Binary files a/x and b/x differ',
    `From ${'0123456789'.repeat(4)} Mon`,
    '_'.repeat(40),
    ' 1 file changed',
  ],
]
const BLOCKS = [
  ['--- a/y.c', '+++ b/y.c', '@@ -1,2 +1,2 @@', ' one;', '-two;', '+three;'],
  [
    'diff --git a/y.c b/y.c',
    'index 1234567..7654321 100644',
    '--- a/y.c',
    '+++ b/y.c',
    '@@ -3 +3 @@',
    '-a',
    '+b',
  ],
  ['diff --git a/y.c b/z.c', 'similarity index 100%', 'rename from y.c', 'rename to z.c'],
  ['diff --git one two three', 'index 1234567..7654321 100644', '@@ -1 +1 @@', '-a', '+b'],
  ['--- ', '+++ b/y.c', '@@ -1 +1 @@', '-a', '+b'],
  ['\\ No newline at end of file', '\\ No newline at end of file'],
  ['@@ -900 +900,2 @@ later', ' one;', '+\ttwo;', '\\ No newline at end of file'],
  ['---', SUMMARY.slice(0, -1), ''],
]

/** Where a line is most likely to be told wrong: before and behind headers, hunks and signatures. */
const EDGE = /^(?:@@|diff|---|-- $)/

function placeIn(lines: readonly string[], random: Random): number {
  const edges = lines.flatMap((line, at) => (EDGE.test(line) ? [at, at + 1] : []))
  return edges.length > 0 && random.below(3) > 0 ? random.pick(edges) : random.below(lines.length + 1)
}

function changed(text: string, random: Random): string {
  const lines = text.split('\n')
  for (let count = random.below(4); count > 0; count--) {
    const at = placeIn(lines, random)
    const kind = random.below(5)
    if (kind === 0) lines.splice(at, 1)
    else if (kind === 1) lines.splice(at, 0, lines[random.below(lines.length)] ?? '')
    else if (kind === 2) lines.splice(at, 0, ...random.pick(BLOCKS))
    else if (kind === 3) lines.splice(at, 1, random.pick(INTRUDERS))
    else lines.splice(at, 0, random.pick(INTRUDERS))
  }
  const kept = random.below(4) === 0 ? lines.slice(0, random.below(lines.length + 1)) : lines
  return kept.join('\n')
}

const sampleFrom = (seed: number) => samplePatch(randomFrom(seed)).text

describe('the short way through a text', () => {
  it('gives what the long way gives, or nothing', () => {
    const taken = { short: 0, long: 0 }
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = randomFrom(seed)
        const text = changed(
          random.below(2) === 0 ? `x\n\n---\n${SUMMARY}\n${sampleFrom(seed)}` : sampleFrom(seed),
          random,
        )
        const short = parseUndamaged(text, OPTIONS)
        taken[short === null ? 'long' : 'short']++
        if (short !== null) expect(short).toStrictEqual(parseDamaged(text, OPTIONS))
      }),
      { numRuns: 3000 },
    )
    expect(Math.min(taken.short, taken.long)).toBeGreaterThan(300)
  })

  it('is taken by every patch as it was sent', () => {
    fc.assert(fc.property(fc.integer(), (seed) => parseUndamaged(sampleFrom(seed)) !== null))
  })

  it('also for blanks that were tabs, which only the finished lines tell', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const text = damage.tabsToColumns(sampleFrom(seed))
        const short = parseUndamaged(text)
        if (short !== null) expect(short).toStrictEqual(parseDamaged(text))
      }),
      { numRuns: 200 },
    )
  })

  it('takes as many odd lines as there are', () => {
    const count = 200_000
    const text = `--- a/x.c\n+++ b/x.c\n@@ -1 +1,${count + 1} @@\n x\n${'+\u001b\n'.repeat(count)}`
    expect(parseUndamaged(text)?.diagnostics).toHaveLength(count)
  })

  it.each([
    ['a quotation', (text: string) => `> so it is\n${text}`],
    ['a bar in front', (text: string) => `${text}| so it is\n`],
    ['newlines of the network', damage.crlf],
    ['a blank context line without its blank', (text: string) => text.replace(/^ $/m, '')],
    ['a diff above the message', (text: string) => `${text}\n---\n${text}`],
    ['no diff', () => 'see @@ -1 +1 @@ above\n'],
  ])('is not taken by a text with %s', (_, spoil) => {
    const body = '--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n \n-\tone();\n+\ttwo();\n }\n'
    expect(parseUndamaged(body)).not.toBeNull()
    expect(parseUndamaged(spoil(body))).toBeNull()
  })
})
