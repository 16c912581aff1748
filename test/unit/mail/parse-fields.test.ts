import { describe, expect, test } from 'vitest'
import { parseTrailers } from '../../../src/mail/index.js'
import { parseAddress } from '../../../src/mail/parse-address.js'
import { parseDate } from '../../../src/mail/parse-date.js'

describe('a date', () => {
  const cases: Readonly<Record<string, string | null>> = {
    'Tue, 3 Mar 2026 10:15:00 +0100': '2026-03-03T09:15:00Z',
    '3 Mar 2026 23:59:59 -0800 (PST)': '2026-03-04T07:59:59Z',
    'Tue,  3 Mar 26 10:15 EDT': '2026-03-03T14:15:00Z',
    'Tue, 3 Mar 2026 10:15:00 GMT': '2026-03-03T10:15:00Z',
    'Thu Oct 03 2019 - 12:55:43 EST': '2019-10-03T17:55:43Z',
    'Thu Sep 10 13:07:57 EDT 2020': '2020-09-10T17:07:57Z',
    'Thu Sep  1 13:07:57 2020': '2020-09-01T13:07:57Z',
    '2020-11-26': '2020-11-26',
    '2020-11-26 12:43:00 +0100': '2020-11-26T11:43:00Z',
    '2020-11-26T12:43:00Z': '2020-11-26T12:43:00Z',
    'Tue, 3 Foo 2026 10:15:00 +0100': null,
    soon: null,
    '': null,
  }
  for (const [text, expected] of Object.entries(cases)) {
    test(`"${text}" is ${expected ?? 'unreadable'}`, () => expect(parseDate(text)).toBe(expected))
  }
})

describe('an address', () => {
  const cases: Readonly<Record<string, readonly [string, string | null, boolean] | null>> = {
    'Ada Author <ada@x.org>': ['Ada Author', 'ada@x.org', false],
    '"Author, Ada" <ada@x.org>, Bob <b@x>': ['Author, Ada', 'ada@x.org', false],
    'ada@x.org (Ada Author)': ['Ada Author', 'ada@x.org', false],
    'ada@x.org': ['', 'ada@x.org', false],
    'Ada Author <ada@xxxxxxx>': ['Ada Author', 'ada@xxxxxxx', true],
    'Ada Author <ad...@x.org>': ['Ada Author', 'ad...@x.org', true],
    'Ada Author ada.author at x.org': ['Ada Author', 'ada.author at x.org', true],
    'ada at x.org (Ada Author)': ['Ada Author', 'ada at x.org', true],
    'Ada Author <ada () x ! org>': ['Ada Author', 'ada () x ! org', true],
    'Ada Author': ['Ada Author', null, true],
    ' ': null,
  }
  for (const [text, expected] of Object.entries(cases)) {
    test(`"${text}"`, () => {
      const read = parseAddress(text)
      expect(read === null ? null : [read.name, read.address, read.obfuscated]).toEqual(expected)
    })
  }
})

describe('trailers', () => {
  const keys = (body: string): string[] => parseTrailers(body).map((one) => `${one.key}=${one.value}`)

  test('of a patch stand before the ---', () => {
    expect(keys('Text: no.\n\nFixes: 0123 ("x")\nSigned-off-by: A <a@x>\n---\nAcked-by: B <b@x>\n')).toEqual([
      'Fixes=0123 ("x")',
      'Signed-off-by=A <a@x>',
    ])
  })
  test('of a review stand anywhere but in quotes', () => {
    expect(keys('> Acked-by: Q <q@x>\n\nGood.\nReviewed-by: A <a@x>\n\nBye, A\n')).toEqual([
      'Reviewed-by=A <a@x>',
    ])
  })
  test('of unknown name count only beside known ones', () => {
    expect(keys('Foo-bar: 1\n\nFoo-bar: 2\nCc: A <a@x>\n')).toEqual(['Foo-bar=2', 'Cc=A <a@x>'])
  })
  test('go on in indented lines, and know their line', () => {
    expect(parseTrailers('\nFixes: 0123 ("a\n  b")\n')).toEqual([
      { key: 'Fixes', value: '0123 ("a b")', line: 2 },
    ])
  })
})
