import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countNewlines } from '../../../src/mail/count-newlines.js'
import { buildThreads } from '../../../src/mail/index.js'
import { splitMbox } from '../../../src/mail/split-mbox.js'
import { mail, message, read, readOne } from './sample-mails.js'

const RD = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n'

/** Lines as patches and prose have them, some of them traps. */
const line = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '-- ',
    'From here',
    '>From there',
    '>>From',
    RD.trim(),
    'Subject: x',
    '---',
    '=3D',
    'a =',
    'é',
  ),
  fc.string({
    unit: fc.constantFrom('a', ' ', '\t', '>', '+', '-', '=', '.', 'ü', '字', '\r', ':'),
    maxLength: 90,
  }),
)
const text = fc
  .array(line, { maxLength: 12 })
  .map((lines) => lines.map((one) => `${one.replace(/\r+$/, '')}\n`).join(''))

function quotedPrintable(content: string): string {
  const lines = content.split('\n').map((one) => {
    const escaped = [...Buffer.from(one, 'utf8')].map((byte) =>
      byte === 0x3d || byte < 0x20 || byte > 0x7e
        ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(byte),
    )
    if (escaped.at(-1) === ' ') escaped[escaped.length - 1] = '=20'
    let out = ''
    let width = 0
    for (const piece of escaped) {
      if (width + piece.length > 72) {
        out += '=\n'
        width = 0
      }
      out += piece
      width += piece.length
    }
    return out
  })
  return lines.join('\n')
}

function base64(content: string): string {
  return Buffer.from(content, 'utf8')
    .toString('base64')
    .replace(/.{1,76}/g, '$&\n')
}

/** A text whose every line ends in CRLF is the canonical form, which reading turns into LF; these have none. */
const lfText = text.filter((content) => !content.includes('\r\n'))

describe('reading undoes writing', () => {
  const utf8 = { 'Content-Type': 'text/plain; charset=utf-8' }
  test('of quoted-printable', async () => {
    await fc.assert(
      fc.asyncProperty(lfText, async (content) => {
        const input = mail(quotedPrintable(content), {
          ...utf8,
          'Content-Transfer-Encoding': 'quoted-printable',
        })
        expect((await readOne(input)).body).toBe(content)
      }),
    )
  })
  test('of base64', async () => {
    await fc.assert(
      fc.asyncProperty(lfText, async (content) => {
        const input = mail(base64(content), { ...utf8, 'Content-Transfer-Encoding': 'base64' })
        expect((await readOne(input)).body).toBe(content)
      }),
    )
  })
  test('of an mboxrd', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lfText, { minLength: 1, maxLength: 5 }), async (contents) => {
        const box = contents
          .map((content) => `${RD}${mail(content, utf8).replace(/^(>*From )/gm, '>$1')}\n`)
          .join('')
        // Text that looks like unannounced quoted-printable is decoded on purpose.
        fc.pre(!contents.some((content) => content.includes('=3D')))
        expect((await read(box)).messages.map((one) => one.body)).toEqual(contents)
      }),
    )
  })
})

describe('splitting an mbox', () => {
  const separators = fc.constantFrom(
    RD,
    'From git@z Thu Jan  1 00:00:00 1970\n',
    'From a@b Tue Mar  3 10:15:00 2026\n',
  )

  test('loses no byte but separators and the blank lines before them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(separators, text), { minLength: 1, maxLength: 5 }), (mails) => {
        const box = Buffer.from(mails.map(([from, body]) => `${from}${mail(body)}\n`).join(''))
        let at = 0
        for (const entry of splitMbox(box, 'in', [])) {
          const between = box.toString('utf8', at, entry.start)
          expect(between).toMatch(/^(?:\r?\n)?From .*\n$/)
          expect(entry.line).toBe(1 + countNewlines(box, 0, entry.start) - 1)
          at = entry.end
        }
        expect(box.toString('utf8', at).trim()).toBe('')
      }),
    )
  })
})

test('a web archive page loses no line: each is in a body, a header or dropped', async () => {
  const word = fc.constantFrom(
    'text',
    '+ code;',
    '> quoted',
    'Next message: x',
    'From: Bob',
    'More information about the x mailing list',
    '',
    'Re: y',
  )
  const heads = fc.constantFrom(
    ['Re: x', '', 'From: Ada', 'Date: Thu Oct 03 2019 - 12:55:43 EST'],
    ['Re: x', '', 'Ada ada at x.org', 'Thu Sep 10 13:07:57 EDT 2020'],
    ['Re: x', '', '2020-11-26 Thread Ada'],
  )
  await fc.assert(
    fc.asyncProperty(
      heads,
      fc.array(fc.array(word, { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      async (head, bodies) => {
        const lines = bodies.flatMap((body) => [...head, '', ...body, '', ''])
        const { messages, dropped } = await read(`${lines.join('\n')}\n`)
        expect(messages).toHaveLength(bodies.length)
        const kept = messages.flatMap((one) => [one.subject, ...one.body.split('\n')])
        const all = [...kept, ...dropped.map((one) => one.text), ...messages.flatMap(() => head.slice(2))]
        const sorted = (list: readonly string[]): string[] => list.filter((one) => one !== '').sort()
        expect(sorted(all)).toEqual(sorted(lines))
      },
    ),
  )
})

test('newlines are counted right at every alignment', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(20), fc.nat(20), (bytes, from, less) => {
      const mixed = bytes.map((byte) => (byte % 5 === 0 ? 10 : byte % 7 === 0 ? 138 : byte))
      const start = Math.min(from, mixed.length)
      const end = Math.max(start, mixed.length - less)
      expect(countNewlines(mixed, start, end)).toBe(
        mixed.subarray(start, end).filter((byte) => byte === 10).length,
      )
    }),
  )
})

test('threading keeps every mail once, and does not depend on the order of mails with different dates', () => {
  const id = fc.nat(8).map((one) => `m${one}`)
  const heap = fc.uniqueArray(fc.record({ id, re: fc.option(id, { nil: null }) }), {
    selector: (one) => one.id,
  })
  fc.assert(
    fc.property(heap, fc.nat(7), (mails, turn) => {
      const messages = mails.map(({ id: own, re }, at) =>
        message('x', re === null ? { id: own, at } : { id: own, re, at }),
      )
      const rotated = [...messages.slice(turn), ...messages.slice(0, turn)]
      const ids = (list: typeof messages): (string | null)[] => list.map((one) => one.messageId).sort()
      const threads = buildThreads(messages).map((thread) => ids([...thread.messages]))
      expect(threads.flat().sort()).toEqual(ids(messages))
      const again = buildThreads(rotated).map((thread) => ids([...thread.messages]))
      expect(new Set(again.map(String))).toEqual(new Set(threads.map(String)))
    }),
  )
})
