import { describe, expect, test } from 'vitest'
import { headerValue, headerValues } from '../../../src/mail/index.js'
import { codes, mail, read, readOne } from './sample-mails.js'

const RD = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n'
const OLD = 'From ada@example.org Tue Mar  3 10:15:00 2026\n'
const GIT = 'From git@z Thu Jan  1 00:00:00 1970\n'
const one = mail('first\n')
const two = mail('second\n', { 'Message-ID': '<two@example.org>' })

async function bodies(input: string | Uint8Array): Promise<string[]> {
  return (await read(input)).messages.map((message) => message.body)
}

describe('an mbox', () => {
  test('gives its mails in order, without the blank line that separates them', async () => {
    expect(await bodies(`${RD}${one}\n${RD}${two}\n`)).toEqual(['first\n', 'second\n'])
  })
  test('tells where each mail and each body starts', async () => {
    const { messages } = await read(`${RD}${one}\n${RD}${two}\n`)
    expect(messages.map((message) => [message.source, message.bodyLine])).toEqual([
      [{ source: 'in', line: 1 }, 7],
      [{ source: 'in', line: 9 }, 15],
    ])
  })
  test('gives ids, author, subject and date', async () => {
    const message = await readOne(
      RD + mail('x\n', { 'In-Reply-To': '<b@x> of today', References: '<a@x>\n\t<b@x> <a@x>' }),
    )
    expect(message).toMatchObject({
      messageId: 'one@example.org',
      inReplyTo: 'b@x',
      references: ['a@x', 'b@x'],
      subject: '[PATCH] mm: keep the lock',
      from: { name: 'Ada Author', address: 'ada@example.org', obfuscated: false },
      date: '2026-03-03T09:15:00Z',
      format: 'mbox',
    })
  })
  test('of kind mboxrd loses one > before From', async () => {
    expect(await bodies(`${RD}${mail('>From here\n>>From there\n> From\n>from\n')}\n`)).toEqual([
      'From here\n>From there\n> From\n>from\n',
    ])
  })
  test('of kind mboxo keeps every > before From', async () => {
    expect(await bodies(`${OLD}${mail('>From here\n>>From there\n')}\n`)).toEqual([
      '>From here\n>>From there\n',
    ])
  })
  test('written by lei says its kind behind the @', async () => {
    expect(await bodies(`From 0123abc@mboxrd Thu Jan  1 00:00:00 1970\n${mail('>From here\n')}\n`)).toEqual([
      'From here\n',
    ])
  })
  test('written by b4 quotes nothing and ends a mail only at its own separator', async () => {
    const inner = 'From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: x\n>From y\n'
    expect(await bodies(`${GIT}${mail(inner)}\n${GIT}${two}\n`)).toEqual([inner, 'second\n'])
  })
  test('of kind mboxcl2 is split by Content-Length, whatever stands in the body', async () => {
    const body = `text\n\n${OLD}Subject: not a mail\n\nmore\n`
    const headers = { 'Content-Length': String(body.length) }
    expect(await bodies(`${OLD}${mail(body, headers)}\n${OLD}${two}\n`)).toEqual([body, 'second\n'])
  })
  test('with a wrong Content-Length is split at its separators', async () => {
    for (const length of ['3', '99999']) {
      const headers = { 'Content-Length': length }
      const box = `${OLD}${mail('first\n', headers)}\n${OLD}${two}\n`
      expect(await bodies(box)).toEqual(['first\n', 'second\n'])
    }
  })
  test('is not split at prose that starts with From', async () => {
    const body = 'text\n\nFrom what I see in 2026, at 10:15, Mar is fine.\n\nFrom here on: more\n'
    expect(await bodies(`${OLD}${mail(body)}\n${OLD}${two}\n`)).toEqual([body, 'second\n'])
  })
  test('as git format-patch writes it is one', async () => {
    const hash = 'From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n'
    expect(await bodies(`${hash}${one}\n${hash}${two}`)).toEqual(['first\n', 'second\n'])
  })
  test('with CRLF has LF bodies and the same mails', async () => {
    const wide = `${RD}${one}\n${RD}${two}\n`.replaceAll('\n', '\r\n')
    const { messages } = await read(wide)
    expect(messages.map((message) => [message.body, message.source.line])).toEqual([
      ['first\n', 1],
      ['second\n', 9],
    ])
  })
  test('keeps the CR of a patch on a CRLF file', async () => {
    expect(await bodies(`${RD}${mail('+a\r\n b\n c\rd\n')}\n`)).toEqual(['+a\r\n b\n c\rd\n'])
  })
  test('with CRLF loses only one CR per line', async () => {
    expect(await bodies(`${RD}${mail('+a\r\n b\n')}\n`.replaceAll('\n', '\r\n'))).toEqual(['+a\r\n b\n'])
  })
  test('that ends within a line is reported and read', async () => {
    expect(await codes(`${RD}${one}\n${RD}${mail('cut o')}`)).toEqual(['mbox-truncated'])
    expect(await bodies(`${RD}${one}\n${RD}${mail('cut o')}`)).toEqual(['first\n', 'cut o'])
  })
  test('that ends after a separator is reported with the line', async () => {
    const { diagnostics } = await read(`${RD}${one}\n${RD}`)
    expect(diagnostics).toMatchObject([{ code: 'mbox-truncated', place: { source: 'in', line: 9 } }, {}])
  })
  test('with a mail that has no headers keeps its text', async () => {
    const { messages, diagnostics } = await read(`${OLD}\nonly text\n\n${OLD}${two}\n`)
    expect(messages.map((message) => message.body)).toEqual(['only text\n', 'second\n'])
    expect(diagnostics).toMatchObject([{ code: 'mail-without-headers', place: { line: 1 } }])
  })
  test('keeps its other headers for those who ask', async () => {
    const message = await readOne(
      RD + mail('x\n', { Cc: '=?utf-8?q?J=C3=B6rg?= <j@x>,\n\tother <o@x>', 'X-A': '1\nX-A: 2' }),
    )
    expect(headerValue(message, 'CC')).toBe('Jörg <j@x>, other <o@x>')
    expect(headerValues(message, 'x-a')).toEqual(['1', '2'])
    expect(headerValue(message, 'x-b')).toBeNull()
  })
})
