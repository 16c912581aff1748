/** What a patch's text claims of its own effect, and all the sentences that only look like it. */
import { describe, expect, it } from 'vitest'
import { readClaims } from '../../../src/mail/index.js'

/** `kind: words` of every claim. */
function claims(text: string): string[] {
  return readClaims(text).map(({ kind, text: words }) => `${kind}: ${words}`)
}

function kinds(text: string): string[] {
  return readClaims(text).map(({ kind }) => kind)
}

describe('a wording that is known is a claim', () => {
  it.each([
    ['no functional change', 'No functional change.'],
    ['no functional change', 'No functional changes intended.'],
    ['no functional change', 'Move the getter into a header, no functional change.'],
    ['no functional change', 'No intended functional changes'],
    ['no functional change', 'There is no change in behaviour.'],
    ['no functional change', 'There should be no behavioral change from this patch.'],
    ['no functional change', 'This is preparatory, no behavior change.'],
    ['no functional change', 'This does not change behaviour.'],
    ['no functional change', 'This patch should not alter any functionality.'],
    ['no functional change', 'Split the loop out without changing the semantics.'],
    ['no functional change', 'The behaviour is unchanged.'],
    ['pure move', 'This is a pure move.'],
    ['pure move', 'Code movement only.'],
    ['pure move', 'This patch just moves the getter to the header that its users share.'],
    ['pure move', 'The function is moved verbatim.'],
    ['rename', 'It is just a rename.'],
    ['rename', 'This patch only renames the helper.'],
    ['equivalent', 'Both forms are functionally equivalent.'],
    ['equivalent', 'The new loop is equivalent to the old code.'],
    ['no-op', 'This patch is a no-op.'],
    ['cleanup only', 'This is a pure cleanup.'],
    ['cleanup only', 'Cleanup only.'],
    ['refactoring only', 'This is just refactoring.'],
    ['refactoring only', 'A purely mechanical conversion.'],
    ['comments only', 'Comment changes only.'],
    ['redundant', 'Remove the redundant test of the entry.'],
    ['unused', 'Drop an unused local variable.'],
    ['fixes', 'Fix a race with split_huge_pmd().'],
    ['fixes', 'This fixes the use-after-free of a table.'],
    ['fixes', 'Fixes: 0123456789ab ("mm: something")'],
  ])('%s: %s', (kind, text) => {
    expect(kinds(`Words before it.\n\n${text}\n\n---\n a.c | 1 +\n`)).toEqual([kind])
  })

  it('also where a line ends within it, at the line on which it begins', () => {
    const text = 'Take it out of line, because two files\nwant it. There is no functional\nchange intended.\n'
    expect(readClaims(text)).toEqual([
      { kind: 'no functional change', text: 'no functional change', line: 2 },
    ])
  })

  it('several of them, in order', () => {
    expect(claims('Fix a race in the walk.\n\nNo functional change.\n\nFixes: 0123456789ab ("x")\n')).toEqual(
      ['fixes: Fix a race', 'no functional change: No functional change', 'fixes: Fixes: 0123456789ab ("x")'],
    )
  })
})

describe('what is no claim', () => {
  it.each([
    ['denied', 'This is not a pure move.'],
    ['denied', "It isn't just a rename."],
    ['denied', 'This is hardly a pure cleanup.'],
    ['denied', 'The two are not functionally equivalent.'],
    ['denied', "This change isn't a no-op."],
    ['denied', 'Do not remove the redundant test.'],
    ['denied', 'Without this patch it fixes nothing.'],
    ['asked', 'Is there no functional change?'],
    ['asked', 'No functional change?'],
    ['asked', 'Is this patch a no-op?'],
    ['quoted', 'It was sent as "no functional change" at first.'],
    ['quoted', '> No functional change.'],
    ['quoted', '    No functional change.'],
    ['conditional', 'If nobody sets both callbacks, there is no functional change.'],
    ['conditional', 'There would be no functional change.'],
    ['conditional', 'No functional change unless CONFIG_X is set.'],
    ['conditional', 'Provided that nobody looks, the behaviour is unchanged.'],
    ['narrowed', 'No functional change for x86.'],
    ['narrowed', 'No functional change on 64-bit, where the entry is one word.'],
    ['narrowed', 'No functional change to walk_pmd_range().'],
    ['narrowed', 'This is a no-op on most machines.'],
    ['with an exception', 'No functional change, except that the lock is taken.'],
    ['with an exception', 'No functional change apart from the order.'],
    ['with an exception', 'The behaviour is unchanged, but the lock is held longer.'],
    ['with a second deed', 'This patch just moves the getter and adds a test.'],
    ['about another patch', 'The previous patch makes no functional change.'],
    ['about another patch', 'Commit 0123456789ab was a pure cleanup.'],
    ['about another patch', 'The next commit is just refactoring.'],
    ['about a series', 'The first part of the series is a pure move.'],
    ['reported', 'The author claimed no functional change.'],
    ['reported', 'Somebody said it is just a rename.'],
    ['doubted', 'This is almost a pure move.'],
    ['an item of a list', '- no functional change'],
    ['a remark', '[ada: no functional change]'],
    ['of a changelog', 'Changes since v1:\nNo functional change.'],
    ['of a changelog', 'v2: no functional change.'],
    ['behind the message', '---\nNo functional change.'],
    [
      'in the diff',
      'diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n+/* No functional change. */',
    ],
    ['what somebody else fixes', 'The compiler fixes the bug.'],
    ['what another patch fixes', 'Another patch fixes the race.'],
    ['not understood', 'Everything stays as it was.'],
    ['not understood', 'Nothing to see here, a trivial change.'],
    ['a name', 'Call no_functional_change() first.'],
    ['part of more', 'Use the functionally equivalent macro.'],
    ['of something else', 'The redundant copy is kept.'],
  ])('%s: %s', (_why, text) => {
    expect(claims(text)).toEqual([])
  })

  it.each([
    '',
    '\n',
    '?',
    `${'no functional '.repeat(5000)}change`,
    `${'"'.repeat(9999)}no functional change.`,
  ])('nor is hostile text, which ends', (text) => {
    expect(claims(text)).toEqual([])
  })
})
