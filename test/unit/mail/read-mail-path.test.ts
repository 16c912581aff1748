import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readMailPath } from '../../../src/mail/index.js'
import { mail } from './sample-mails.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kreplay-mail-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, content: string | Uint8Array): string {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

async function subjects(path: string): Promise<string[]> {
  const reading = await readMailPath(path)
  return reading.ok ? reading.value.messages.map((message) => message.subject) : [reading.error.code]
}

const about = (subject: string): string => mail('x\n', { Subject: subject, 'Message-ID': `<${subject}@x>` })

describe('a path', () => {
  test('to a file, gzipped or not, is read and named in places', async () => {
    const path = write('t.mbox.gz', gzipSync(`From mboxrd@z Thu Jan  1 00:00:00 1970\n${about('a')}\n`))
    const reading = await readMailPath(path)
    expect(reading).toMatchObject({
      ok: true,
      value: { format: 'mbox', messages: [{ source: { source: path, line: 1 } }] },
    })
  })
  test('to a maildir gives its mails by delivery, not by whether they were read', async () => {
    write('box/cur/200.b:2,S', about('second'))
    write('box/new/100.a', about('first'))
    write('box/new/300.c', about('third'))
    write('box/tmp/400.d', about('unfinished'))
    expect(await subjects(join(folder, 'box'))).toEqual(['first', 'second', 'third'])
  })
  test('to a maildir with an empty file reports that and reads the rest', async () => {
    write('box/new/100.a', '')
    write('box/new/200.b', about('ok'))
    const reading = await readMailPath(join(folder, 'box'))
    expect(reading).toMatchObject({
      ok: true,
      value: { messages: [{ subject: 'ok' }], diagnostics: [{ code: 'input-empty' }] },
    })
  })
  test('to a folder of mails gives them by name', async () => {
    write('mails/0002.patch', about('b'))
    write('mails/0001.patch', about('a'))
    write('mails/.hidden', about('c'))
    expect(await subjects(join(folder, 'mails'))).toEqual(['a', 'b'])
  })
  test('that is not there, or holds nothing, is an error with the path', async () => {
    expect(await readMailPath(join(folder, 'none'))).toMatchObject({
      ok: false,
      error: { code: 'input-unreadable', place: { source: join(folder, 'none') } },
    })
    mkdirSync(join(folder, 'empty'))
    expect(await subjects(join(folder, 'empty'))).toEqual(['input-empty'])
  })
})
