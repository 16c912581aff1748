import { isNavigation } from './archive-navigation.js'
import type { DroppedLine, Message } from './message.js'
import { commonDamage, strippedBlanks } from './page-damage.js'
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

/** True when a `From:` line and a date in hypermail's own form stand together. */
export function looksLikeHypermail(head: string): boolean {
  return /^From: .{1,300}\n(?:\s{0,3}\n)?Date: \w{3},? \w{3} {1,2}\d{1,2} \d{4} - \d\d:\d\d/m.test(head)
}

/**
 * Reads a hypermail page saved as text, or several in one file: subject, `From:`, `Date:`, body. Navigation around
 * a body and what stands above the first subject are dropped with their lines named.
 */
export function readHypermail(text: string, source: string): PageReading {
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
    // Blank lines around the navigation belong to the body as long as no navigation stands between.
    const dropStart = dropLines(lines, head.bodyStart, start, 'archive navigation')
    const dropEnd = dropLines(lines, end, limit, 'archive navigation')
    dropped.push(...dropStart, ...dropEnd)
    const body = lines.slice(start, end).join('\n')
    const damage = commonDamage(head.fromText, body)
    const stripped = strippedBlanks(body)
    if (stripped !== null) damage.push(stripped)
    const mail = { ...head, bodyStart: start, bodyEnd: dropEnd.length === 0 ? limit : end }
    messages.push(pageMessage(lines, mail, source, 'hypermail', damage))
  })
  return { messages, dropped }
}

const FROM = /^From: (.+)$/
const DATE = /^Date: (\w{3},? \w{3} {1,2}\d{1,2} \d{4} - \d\d:\d\d.*)$/

function findHeads(lines: readonly string[]): PageMail[] {
  const heads: PageMail[] = []
  for (let index = 0; index < lines.length; index++) {
    const from = FROM.exec(lines[index] ?? '')
    if (from === null) continue
    const dateLine = (lines[index + 1] ?? '').trim() === '' ? index + 2 : index + 1
    const date = DATE.exec(lines[dateLine] ?? '')
    if (date === null) continue
    const floor = heads[heads.length - 1]?.bodyStart ?? 0
    let subjectLine = lineBefore(lines, index)
    while (subjectLine >= floor && isNavigation(lines[subjectLine] ?? ''))
      subjectLine = lineBefore(lines, subjectLine)
    const hasSubject = subjectLine >= floor && index - subjectLine <= MAX_GAP
    const fromText = from[1] ?? ''
    const dateText = date[1] ?? ''
    heads.push({
      startLine: hasSubject ? subjectLine : index,
      subject: hasSubject ? (lines[subjectLine] ?? '').replace(/^Subject: /, '').trim() : '',
      from: parseAddress(fromText),
      fromText,
      date: parseDate(dateText),
      dateText,
      bodyStart: dateLine + 1,
      bodyEnd: lines.length,
    })
    index = dateLine
  }
  return heads
}

/** Lines between a subject and its author, at most: a blank one, or two. */
const MAX_GAP = 3

function isBlankOrNavigation(line: string | undefined): boolean {
  return line === undefined || line.trim() === '' || isNavigation(line)
}
