import { isNavigation } from './archive-navigation.js'
import type { DroppedLine, Message } from './message.js'
import { commonDamage } from './page-damage.js'
import { parseAddress } from './parse-address.js'
import { parseDate } from './parse-date.js'
import {
  dropLines,
  lineBefore,
  type PageMail,
  type PageReading,
  pageMessage,
  textLines,
} from './text-lines.js'

/** True when `Name user at host` is followed by a line that is nothing but a date as pipermail writes it. */
export function looksLikePipermail(head: string): boolean {
  return /^.{0,200}\S at \S{1,200}\n\w{3} \w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d \w{1,5} \d{4}[ \t]*$/m.test(head)
}

/**
 * Reads a pipermail (Mailman 2) page saved as text, or several in one file: subject, author `at` host, date,
 * body, and the footer "More information about the … mailing list", which is dropped.
 */
export function readPipermail(text: string, source: string): PageReading {
  const lines = textLines(text)
  const heads = findHeads(lines)
  const messages: Message[] = []
  const dropped: DroppedLine[] = dropLines(lines, 0, heads[0]?.startLine ?? 0, 'page header')
  heads.forEach((head, index) => {
    const limit = heads[index + 1]?.startLine ?? lines.length
    let start = head.bodyStart
    while (start < limit && isBlankOrNavigation(lines[start])) start++
    let end = limit
    while (end > start && isBlankOrNavigation(lines[end - 1])) end--
    const atStart = dropLines(lines, head.bodyStart, start, 'archive navigation')
    const atEnd = dropLines(lines, end, limit, 'archive footer')
    dropped.push(...atStart, ...atEnd)
    const mail = { ...head, bodyStart: start, bodyEnd: atEnd.length === 0 ? limit : end }
    const damage = commonDamage(head.fromText, '')
    messages.push(pageMessage(lines, mail, source, 'pipermail', damage))
  })
  return { messages, dropped }
}

const AUTHOR = /^(.{0,200}\S at \S{1,200})$/
const DATE = /^\w{3} \w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d \w{1,5} \d{4}$/

function findHeads(lines: readonly string[]): PageMail[] {
  const heads: PageMail[] = []
  for (let index = 1; index < lines.length; index++) {
    const dateText = (lines[index] ?? '').trim()
    if (!DATE.test(dateText)) continue
    const author = AUTHOR.exec((lines[index - 1] ?? '').trim())
    if (author === null) continue
    const floor = heads[heads.length - 1]?.bodyStart ?? 0
    const subjectLine = lineBefore(lines, index - 1)
    const hasSubject = subjectLine >= floor && index - 1 - subjectLine <= 3
    const fromText = author[1] ?? ''
    heads.push({
      startLine: hasSubject ? subjectLine : index - 1,
      subject: hasSubject ? (lines[subjectLine] ?? '').trim() : '',
      from: parseAddress(fromText),
      fromText,
      date: parseDate(dateText),
      dateText,
      bodyStart: index + 1,
      bodyEnd: lines.length,
    })
  }
  return heads
}

function isBlankOrNavigation(line: string | undefined): boolean {
  return line === undefined || line.trim() === '' || isNavigation(line)
}
