import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { codes, mail, read, readOne } from './sample-mails.js'

describe('input that is no mail', () => {
  test('empty or blank input says so', async () => {
    for (const input of ['', '\n\n', ' \t\r\n']) {
      expect(await read(input)).toMatchObject({
        messages: [],
        diagnostics: [{ code: 'input-empty', severity: 'error' }],
      })
    }
  })
  test('a binary file says so', async () => {
    expect(await codes(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]))).toEqual(['input-binary'])
  })
  test('text without headers is one message whose body is all of it', async () => {
    const diff = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n'
    expect(await readOne(diff)).toMatchObject({ format: 'plain-text', body: diff, subject: '', bodyLine: 1 })
  })
  test('a commit message with a colon in its first line is no header', async () => {
    expect((await read('mm: fix it\n\nFrom: the text\n')).format).toBe('plain-text')
  })
})

describe('damaged mail', () => {
  test('NUL bytes are kept and reported', async () => {
    expect((await readOne(mail('a\0b\n'))).body).toBe('a\0b\n')
    expect(await codes(mail('a\0b\n'))).toEqual(['nul-bytes'])
  })
  test('headers without a body, and a header that never ends, are read', async () => {
    expect((await readOne(mail(''))).body).toBe('')
    expect((await readOne(mail('').trimEnd())).messageId).toBe('one@example.org')
  })
  test('an unreadable date or id is null', async () => {
    expect(await readOne(mail('x\n', { Date: 'yesterday', 'Message-ID': '<>' }))).toMatchObject({
      date: null,
      messageId: null,
    })
  })
  test('a byte order mark is skipped, UTF-16 is converted', async () => {
    expect((await readOne(`\ufeff${mail('x\n')}`)).messageId).toBe('one@example.org')
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(mail('é\n'), 'utf16le')])
    expect((await readOne(wide)).body).toBe('é\n')
  })
})

describe('gzip', () => {
  const packed = gzipSync(Buffer.from(mail('text of the mail\n')))

  test('is unpacked', async () => {
    expect((await readOne(packed)).body).toBe('text of the mail\n')
  })
  test('cut off gives what is there, and is reported', async () => {
    const big = gzipSync(
      Buffer.from(mail(Array.from({ length: 20000 }, (_, line) => `${line * 7919}\n`).join(''))),
    )
    const { messages, diagnostics } = await read(big.subarray(0, big.length >> 1))
    expect(messages[0]?.body.startsWith('0\n7919\n')).toBe(true)
    expect(diagnostics.map((one) => one.code)).toContain('gzip-damaged')
  })
  test('of nothing but a header is an error', async () => {
    expect(await codes(packed.subarray(0, 12))).toEqual(['gzip-damaged'])
  })
})

describe('a mail of many megabytes', () => {
  const line = '+\tvalue = step(value); /* a > b */\n'
  const big = 4_000_000
  const bodies: Readonly<Record<string, [string, Readonly<Record<string, string>>]>> = {
    'of plain lines': [line.repeat(big / line.length), {}],
    'of one line': ['a'.repeat(big), {}],
    'of = signs': ['='.repeat(big), { 'Content-Transfer-Encoding': 'quoted-printable' }],
    'of padded base64': ['QQ=='.repeat(big / 4), { 'Content-Transfer-Encoding': 'base64' }],
    'of soft lines': ['soft \n'.repeat(big / 6), { 'Content-Type': 'text/plain; format=flowed' }],
    'of tags': ['<'.repeat(big / 40), { 'Content-Type': 'text/html' }],
  }
  for (const [name, [text, headers]] of Object.entries(bodies)) {
    test(`${name} is read`, async () => {
      expect((await readOne(mail(text, headers))).body.length).toBeGreaterThan(big / 50)
    }, 20_000)
  }
})
