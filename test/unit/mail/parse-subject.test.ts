import { describe, expect, test } from 'vitest'
import { parseSubject } from '../../../src/mail/index.js'

/** version index/count title, with P patch, R reply, F forward, C RFC, S resend in front. */
function short(subject: string): string {
  const read = parseSubject(subject)
  const flags = [
    read.isPatch ? 'P' : '',
    read.isReply ? 'R' : '',
    read.isForward ? 'F' : '',
    read.isRfc ? 'C' : '',
    read.isResend ? 'S' : '',
  ].join('')
  return `${flags} v${read.version} ${read.index ?? '-'}/${read.count ?? '-'} ${read.title}`
}

describe('a subject', () => {
  const cases: Readonly<Record<string, string>> = {
    '[PATCH] mm: a': 'P v1 -/- mm: a',
    '[PATCH v2 03/10] mm: a': 'P v2 3/10 mm: a',
    '[PATCH v6,19/24] mm: a': 'P v6 19/24 mm: a',
    '[PATCH1/8] a': 'P v1 1/8 a',
    '[PATCHv3 2/5] a': 'P v3 2/5 a',
    '[PATCHv3,2/5] a': 'P v3 2/5 a',
    '[PATCH-v2 2/5] a': 'P v2 2/5 a',
    '[RFC PATCH v2 1/3] a': 'PC v2 1/3 a',
    '[RFC/PATCH 1/3] a': 'PC v1 1/3 a',
    '[PATCH RFC 0/3] a': 'PC v1 0/3 a',
    '[PATCH mm-unstable v3] a': 'P v3 -/- a',
    '[PATCH net-next v2 00/12] a': 'P v2 0/12 a',
    '[PATCH RESEND v2] a': 'PS v2 -/- a',
    '[RESEND][PATCH] a': 'PS v1 -/- a',
    '[PATCH 5.10 12/99] a': 'P v1 12/99 a',
    '[PATCH v2.1 2/5] a': 'P v2.1 2/5 a',
    '[v6,12/18] a': 'P v6 12/18 a',
    '[PATCH 1 of 5] a': 'P v1 1/5 a',
    '[patch 12/88] a': 'P v1 12/88 a',
    '[PATCH 7/6] a': 'P v1 7/6 a',
    'Re: [PATCH v2 1/2] a': 'PR v2 1/2 a',
    'RE: Re: [list] Re: [PATCH] a': 'PR v1 -/- a',
    'AW: [PATCH] a': 'PR v1 -/- a',
    'Re[2]: [PATCH] a': 'PR v1 -/- a',
    '回复: [PATCH] a': 'PR v1 -/- a',
    'Fwd: [PATCH] a': 'PF v1 -/- a',
    '[GIT PULL] mm updates': ' v1 -/- mm updates',
    '[tip: x86/mm] x86/mm: a': ' v1 -/- x86/mm: a',
    'mm: [a] b 1/2': ' v1 -/- mm: [a] b 1/2',
    'PATCH 2/5: a': 'P v1 2/5 a',
    'Regression in 5/6': ' v1 -/- Regression in 5/6',
    '[PATCH] a [b]\n  c': 'P v1 -/- a [b] c',
    '[PATCH a': ' v1 -/- [PATCH a',
    '': ' v1 -/- ',
  }
  for (const [subject, expected] of Object.entries(cases)) {
    test(`${JSON.stringify(subject)} reads "${expected}"`, () => {
      expect(short(subject)).toBe(expected)
    })
  }
  test('keeps its tags and its prefix', () => {
    expect(parseSubject('[list] [PATCH mm-unstable v3 1/2] a')).toMatchObject({
      tags: ['list', 'PATCH', 'mm-unstable'],
      prefix: '[list] [PATCH mm-unstable v3 1/2]',
      versionWritten: true,
    })
  })
})
