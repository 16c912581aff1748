import type { Message } from '../../../src/mail/index.js'
import { readMail } from '../../../src/mail/index.js'

/** Headers and a body as one RFC 5322 mail; `headers` replace or add to the usual ones, '' takes one away. */
export function mail(body: string, headers: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = {
    From: 'Ada Author <ada@example.org>',
    Subject: '[PATCH] mm: keep the lock',
    Date: 'Tue, 3 Mar 2026 10:15:00 +0100',
    'Message-ID': '<one@example.org>',
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  return `${lines.join('\n')}\n\n${body}`
}

/** Reads text (UTF-8) or bytes as the file `in`. */
export function read(input: string | Uint8Array) {
  return readMail(typeof input === 'string' ? Buffer.from(input, 'utf8') : input, 'in')
}

/** The only message of an input. */
export async function readOne(input: string | Uint8Array): Promise<Message> {
  const { messages } = await read(input)
  const [message] = messages
  if (message === undefined || messages.length > 1) throw new Error(`${messages.length} messages`)
  return message
}

/** The codes of an input's diagnostics. */
export async function codes(input: string | Uint8Array): Promise<string[]> {
  return (await read(input)).diagnostics.map((diagnostic) => diagnostic.code)
}

let sent = 0

/** A Message as a reader would make it: `at` is a minute of one day, `re` the id it answers. */
export function message(
  subject: string,
  about: { id?: string; re?: string; refs?: string[]; at?: number; by?: string; body?: string } = {},
): Message {
  const at = about.at ?? sent
  const by = about.by ?? 'Ada'
  return {
    messageId: about.id === '' ? null : (about.id ?? `auto${sent++}@example.org`),
    inReplyTo: about.re ?? null,
    references: about.refs ?? (about.re === undefined ? [] : [about.re]),
    subject,
    from: { name: by, address: `${by.toLowerCase()}@example.org`, obfuscated: false },
    date: `2026-03-03T${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}:00Z`,
    headerText: '',
    body: about.body ?? 'text\n',
    bodyLine: 1,
    parts: [],
    source: { source: 'in', line: 1 },
    format: 'mbox',
    damage: [],
  }
}
