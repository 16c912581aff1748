import type { DroppedLine, MailDamage, Message } from './message.js'
import { commonDamage, deletedRuns, wrappedLines } from './page-damage.js'
import { parseDate } from './parse-date.js'
import {
  dropLines,
  lineBefore,
  type PageMail,
  type PageReading,
  pageMessage,
  textLines,
} from './text-lines.js'

/** True when a line is "date Thread name", or the head of a single-message page of mail-archive.com is there. */
export function looksLikeMailArchive(text: string): boolean {
  return THREAD_LINE.test(text) || SINGLE.test(text.slice(0, 1000))
}

/**
 * Reads text from mail-archive.com: several mails of a thread, newest first, each "subject, blank, date Thread
 * name, body" and two blank lines between; or one mail, "subject, name date, body". The archive shows no address.
 * It deletes runs of four equal characters and wraps at 80 columns, which is recorded where the text proves it.
 */
export function readMailArchive(text: string, source: string): PageReading {
  const lines = textLines(text)
  const heads = findHeads(lines)
  const runs = deletedRuns(text)
  const messages: Message[] = []
  const dropped: DroppedLine[] = dropLines(lines, 0, heads[0]?.startLine ?? 0, 'page header')
  heads.forEach((head, index) => {
    let end = heads[index + 1]?.startLine ?? lines.length
    if (index + 1 < heads.length) {
      for (let blanks = 0; blanks < 2 && end > head.bodyStart && lines[end - 1] === ''; blanks++) end--
    }
    const body = lines.slice(head.bodyStart, end).join('\n')
    const damage: MailDamage[] = commonDamage('', '')
    damage.push({ kind: 'addresses-obfuscated', note: 'the page shows names without addresses' })
    const wrapped = wrappedLines(body, WIDTH)
    if (wrapped !== null) damage.push(wrapped)
    if (runs !== null) damage.push(runs)
    messages.push(pageMessage(lines, { ...head, bodyEnd: end }, source, 'mail-archive', damage))
  })
  return { messages, dropped }
}

const WIDTH = 80
const THREAD_LINE = /^(\d{4}-\d\d-\d\d) Thread (\S.{0,200}?)[ \t]*$/m
const SINGLE =
  /^\s{0,5}\S.{0,400}\n(?:\n)?(\S.{0,200}?) (\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-](?:\d{4})?)[ \t]*\n/

function findHeads(lines: readonly string[]): PageMail[] {
  const heads: PageMail[] = []
  for (let index = 1; index < lines.length; index++) {
    const thread = THREAD_LINE.exec(lines[index] ?? '')
    if (thread !== null) heads.push(head(lines, heads, index, thread[2] ?? '', thread[1] ?? ''))
  }
  if (heads.length > 0) return heads
  for (let index = 1; index < Math.min(lines.length, 6); index++) {
    const single = /^(\S.{0,200}?) (\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-](?:\d{4})?)\s*$/.exec(
      lines[index] ?? '',
    )
    if (single !== null) return [head(lines, heads, index, single[1] ?? '', single[2] ?? '')]
  }
  return heads
}

function head(
  lines: readonly string[],
  heads: readonly PageMail[],
  index: number,
  name: string,
  dateText: string,
): PageMail {
  const floor = heads[heads.length - 1]?.bodyStart ?? 0
  const subjectLine = lineBefore(lines, index)
  const hasSubject = subjectLine >= floor && index - subjectLine <= 2
  return {
    startLine: hasSubject ? subjectLine : index,
    subject: hasSubject ? (lines[subjectLine] ?? '').trim() : '',
    from: { name, address: null, obfuscated: true },
    fromText: name,
    date: parseDate(dateText),
    dateText,
    bodyStart: index + 1,
    bodyEnd: lines.length,
  }
}
