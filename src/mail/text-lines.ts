import type { Address, DroppedLine, MailDamage, MailFormat, Message } from './message.js'

/** What a web archive's page tells of one mail, and which of its lines are the body: `[bodyStart, bodyEnd)`. */
export interface PageMail {
  readonly startLine: number
  readonly subject: string
  readonly from: Address | null
  readonly fromText: string
  readonly dateText: string
  readonly date: string | null
  readonly bodyStart: number
  readonly bodyEnd: number
}

/** What a reader of archive pages returns: mails, and lines that are the archive's own. */
export interface PageReading {
  readonly messages: readonly Message[]
  readonly dropped: readonly DroppedLine[]
}

/** Lines without their LF, CRLF made LF once. A text that ends in a newline has no extra empty line. */
export function textLines(text: string): string[] {
  const lines = (text.includes('\r\n') ? text.replace(/\r\n/g, '\n') : text).split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  return lines
}

/** A page's mail as a Message. The header is written out anew from what the page shows. */
export function pageMessage(
  lines: readonly string[],
  mail: PageMail,
  source: string,
  format: MailFormat,
  damage: readonly MailDamage[],
): Message {
  let start = mail.bodyStart
  while (start < mail.bodyEnd && lines[start] === '') start++
  return {
    messageId: null,
    inReplyTo: null,
    references: [],
    subject: mail.subject,
    from: mail.from,
    date: mail.date,
    headerText: `Subject: ${mail.subject}\nFrom: ${mail.fromText}\nDate: ${mail.dateText}`,
    body: start === mail.bodyEnd ? '' : `${lines.slice(start, mail.bodyEnd).join('\n')}\n`,
    bodyLine: start + 1,
    parts: [],
    source: { source, line: mail.startLine + 1 },
    format,
    damage,
  }
}

/** The lines `[start, end)` that are not blank, as dropped. */
export function dropLines(
  lines: readonly string[],
  start: number,
  end: number,
  reason: string,
): DroppedLine[] {
  const dropped: DroppedLine[] = []
  for (let index = start; index < end; index++) {
    const text = lines[index] ?? ''
    if (text.trim() !== '') dropped.push({ line: index + 1, text, reason })
  }
  return dropped
}

/** The index of the nearest line before `index` that is not blank, or -1. */
export function lineBefore(lines: readonly string[], index: number): number {
  let at = index - 1
  while (at >= 0 && (lines[at] ?? '').trim() === '') at--
  return at
}
