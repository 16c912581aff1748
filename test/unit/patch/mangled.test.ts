/** Whatever happens to a mail: reading it never throws, and what is read is consistent in itself. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { afterText, applyPatch, beforeText, formatPatch, parsePatch } from '../../../src/patch/index.js'
import * as damage from '../../support/damage/simulators.js'
import { type Random, randomFrom } from '../../support/random.js'
import { samplePatch } from '../../support/sample-patch.js'

const DAMAGE = [
  (text: string) => text,
  damage.hypermail,
  damage.mailArchive,
  (text: string) => damage.wrapReplacingBlank(text, 70),
  damage.tabsToColumns,
  (text: string) => damage.quote(text, 2),
  damage.crlf,
]
const INTRUDERS = ['@@ -1,5 +', '--- ', '+++ ', 'diff --git ', '\\ ', '> ', 'index ', 'rename from ', '@@@ ']

function mangle(text: string, random: Random): string {
  const lines = text.split('\n')
  for (let count = random.below(6); count > 0 && lines.length > 1; count--) {
    const at = random.below(lines.length)
    const line = lines[at] ?? ''
    const kind = random.below(5)
    if (kind === 0) lines.splice(at, 1)
    else if (kind === 1) lines.splice(at, 0, lines[random.below(lines.length)] ?? '')
    else if (kind === 2) lines[at] = line.slice(random.below(line.length + 1))
    else if (kind === 3) lines.splice(at + 1)
    else lines[at] = random.pick(INTRUDERS) + line
  }
  return lines.join('\n')
}

it('a mangled mail is read without a throw, and its hunks have the lines they count', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = randomFrom(seed)
      const sample = samplePatch(random)
      const text = mangle(random.pick(DAMAGE)(random.pick(DAMAGE)(sample.text)), random)
      const patch = parsePatch(text, { crossCheck: true })
      formatPatch(patch)
      for (const file of [...patch.files, ...patch.witnesses]) {
        applyPatch(file, sample.files[0]?.before ?? '')
        for (const hunk of file.hunks) {
          expect([beforeText(hunk).length, afterText(hunk).length]).toEqual([
            hunk.beforeCount,
            hunk.afterCount,
          ])
        }
      }
    }),
    { numRuns: 500 },
  )
})

it('damage that is not worth searching to the end is read, and said to be', () => {
  const hunk = (at: number, length: number) =>
    `@@ -${at * 1000},${length - 10} +${at * 1000},${length - 20} @@\n${`+${'long '.repeat(14)}\ntail\n`.repeat(length)}`
  const limits = (hunks: readonly string[]) =>
    parsePatch(`--- a/x\n+++ b/x\n${hunks.join('')}`, { firstLine: 11 })
      .diagnostics.filter((diagnostic) => diagnostic.code === 'search-limited')
      .map(({ message, place }) => [place?.line, /of (.*) together/.exec(message)?.[1]])
  expect(limits([hunk(1, 30)])).toEqual([])
  expect(limits([hunk(1, 30), hunk(2, 400)])).toEqual([[13 + 61, 'this hunk']])
  const many = Array.from({ length: 60 }, (_, at) => hunk(at, 400))
  expect(limits(many)).toEqual([[13, '60 hunks, the first of them here']])
})
