/** Readings that fit the counts and are wrong all the same: each of these was once a silent difference. */
import { describe, expect, it } from 'vitest'
import { parsePatch } from '../../../src/patch/index.js'

const HEAD = '--- a/mm/lane.c\n+++ b/mm/lane.c\n'
const hunksOf = (body: string) => parsePatch(HEAD + body).files[0]?.hunks ?? []
const LONG = '\t * this comment is long enough that a mail program wraps it at the'

describe('a hunk is flagged', () => {
  it('when the text is wrapped and a short rest follows its last line', () => {
    const [first, second] = hunksOf(
      `@@ -1,2 +1,3 @@\n \ta;\n+${LONG}\nsecond word\n \tb;\n@@ -9,2 +10,3 @@\n+\tc;\n \td;\n \tif (lane->busy && ring->busy &&\nqueue->busy)\n\nJo\n`,
    )
    expect([first?.certainty, second?.certainty]).toEqual(['unique', 'flagged'])
    expect(second?.notes.map((note) => note.code)).toEqual(['last-line-doubtful'])
  })

  it('when markers are lost and it could have ended at an earlier blank line', () => {
    const body = '@@ -1,4 +1,4 @@ f\nint a;\n- int b;\n+ int c;\nint d;\n\nI think so.\n\nJo\n'
    const [hunk] = hunksOf(body)
    expect(hunk?.certainty).toBe('unique')
    const [other] = hunksOf('@@ -2,4 +2,4 @@ f\n- b;\n- c;\n+ d;\n+ e;\nint g;\n\nJo\n')
    expect(other?.notes.map((note) => note.code)).toEqual(['end-doubtful'])
    expect(other?.certainty).toBe('flagged')
  })

  it('when its counts are met and context follows', () => {
    const [hunk] = hunksOf('@@ -1,2 +1,3 @@\n \ta;\n+\tb;\n   \\\n };\n-- \n2.39.5\n')
    expect(hunk?.certainty).toBe('flagged')
  })
})

describe('a tail', () => {
  it('never follows a backslash', () => {
    const [hunk] = hunksOf(
      `@@ -1,5 +1,5 @@\n \tx;\n-\tlook_up(&lane->lock, ring->head, credit->window, table->head, 1);\t\\\n-} while (0)\n+\tif (settle_lane(lane->credit, ring->head, credit->window, table->head,\n-EINVAL))\n+\t\treturn;\n \ty;\n \tz;\n-- \n2\n`,
    )
    const removed = hunk?.lines.filter((line) => line.op === 'removed').map((line) => line.text)
    expect(removed?.[1]).toBe('} while (0)')
  })
})

describe('a dash that may be context', () => {
  it('is one when a removed line could not follow an added one', () => {
    const [hunk] = hunksOf(
      '@@ -5,7 +5,7 @@ f\nint a;\nint b;\nint c;\n- int p;\n+ int q;\n- d;\nint e;\nint f;\n-- \n2\n',
    )
    expect(hunk?.lines.map((line) => line.op)).toEqual([
      'context',
      'context',
      'context',
      'removed',
      'added',
      'context',
      'context',
      'context',
    ])
    expect(hunk?.certainty).toBe('unique')
  })
})
