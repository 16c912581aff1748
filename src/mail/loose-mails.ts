import type { Message } from './message.js'
import { isAnswer, parseSubject, type Subject } from './parse-subject.js'
import { type Growing, hang } from './thread-tree.js'

/**
 * Finds parents for mails that name none: archive pages have no references, and some people send series unthreaded.
 * Patches of one author, version and count within the window hang below their cover letter (INTAKE.md 4); replies
 * below the mail with their subject whose text they quote most, or the latest before them. Returns what was moved.
 */
export function adoptLooseMails(nodes: readonly Growing[]): ReadonlySet<Growing> {
  const adopted = new Set<Growing>()
  const loose = nodes.filter((node) => node.parent === null && node.message !== null)
  if (loose.length < 2 && nodes.length === loose.length) return adopted
  const subjects = new Map<Growing, Subject>()
  for (const node of nodes) if (node.message !== null) subjects.set(node, parseSubject(node.message.subject))
  adoptPatches(loose, subjects, adopted)
  adoptReplies(loose, nodes, subjects, adopted)
  return adopted
}

/** Patches of one series leave a mail program within the hour. */
const WINDOW = 60 * 60 * 1000

function adoptPatches(
  loose: readonly Growing[],
  subjects: Map<Growing, Subject>,
  adopted: Set<Growing>,
): void {
  const groups = new Map<string, Growing[]>()
  for (const node of loose) {
    const subject = subjects.get(node)
    if (subject === undefined || answers(node, subject) || subject.index === null || subject.count === null)
      continue
    const key = `${authorKey(node.message)}\0${subject.version}\0${subject.count}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [node])
    else group.push(node)
  }
  for (const group of groups.values()) adoptGroup(group, subjects, adopted)
}

function adoptGroup(group: Growing[], subjects: Map<Growing, Subject>, adopted: Set<Growing>): void {
  group.sort((one, other) => time(one) - time(other) || index(one, subjects) - index(other, subjects))
  let run: Growing[] = []
  const flush = (): void => {
    // The cover, or the first patch, is the head of what was sent together.
    const head = run.reduce<Growing | null>(
      (best, node) => (best === null || index(node, subjects) < index(best, subjects) ? node : best),
      null,
    )
    for (const node of run) if (head !== null && node !== head && hang(node, head)) adopted.add(node)
    run = []
  }
  for (const node of group) {
    const last = run[run.length - 1]
    const taken = run.some((other) => index(other, subjects) === index(node, subjects))
    if (last !== undefined && (time(node) - time(last) > WINDOW || taken)) flush()
    run.push(node)
  }
  flush()
}

function adoptReplies(
  loose: readonly Growing[],
  nodes: readonly Growing[],
  subjects: Map<Growing, Subject>,
  adopted: Set<Growing>,
): void {
  const wanted = new Set<string>()
  for (const node of loose) {
    const subject = subjects.get(node)
    if (subject !== undefined && node.parent === null && answers(node, subject)) wanted.add(titleKey(subject))
  }
  const byTitle = new Map<string, Growing[]>()
  for (const node of nodes) {
    const subject = subjects.get(node)
    if (subject === undefined || subject.title === '') continue
    const key = titleKey(subject)
    const group = byTitle.get(key)
    if (group !== undefined) group.push(node)
    else if (wanted.has(key)) byTitle.set(key, [node])
  }
  for (const group of byTitle.values()) adoptByQuotes(group, subjects, adopted)
}

/** Mails of one title: each loose answer among them gets the parent that it quotes most. */
function adoptByQuotes(group: Growing[], subjects: Map<Growing, Subject>, adopted: Set<Growing>): void {
  group.sort((one, other) => time(one) - time(other) || one.order - other.order)
  const openers = group.filter((node) => subjects.get(node)?.isReply === false).slice(0, MAX_OPENERS)
  const own = new Map<Growing, ReadonlySet<string>>()
  const linesOf = (node: Growing): ReadonlySet<string> => {
    const known = own.get(node)
    if (known !== undefined) return known
    const lines = ownLines(node.message)
    own.set(node, lines)
    return lines
  }
  let sameTime = 0
  for (let at = 0; at < group.length; at++) {
    const node = group[at]
    if (node === undefined) continue
    // Archive pages show the day only, so mails of one time may stand in any order.
    while (sameTime < group.length && timeAt(group, sameTime) <= time(node)) sameTime++
    const subject = subjects.get(node)
    if (node.parent !== null || subject === undefined || !answers(node, subject)) continue
    const near = group.slice(Math.max(0, sameTime - MAX_CANDIDATES), sameTime)
    const candidates = [...new Set([...openers, ...near])].filter((other) => other !== node)
    const parent = bestParent(node, candidates, linesOf, subjects)
    if (parent !== null && hang(node, parent)) adopted.add(node)
  }
}

function timeAt(group: readonly Growing[], index: number): number {
  const node = group[index]
  return node === undefined ? 0 : time(node)
}

/** So many mails of a title are compared with each answer; a page rarely holds more. */
const MAX_CANDIDATES = 50
const MAX_OPENERS = 10

function answers(node: Growing, subject: Subject): boolean {
  return node.message !== null && isAnswer(node.message, subject)
}

function titleKey(subject: Subject): string {
  return `${subject.title.toLowerCase()}\0${subject.version}\0${subject.index ?? ''}\0${subject.count ?? ''}`
}

function bestParent(
  node: Growing,
  candidates: readonly Growing[],
  linesOf: (node: Growing) => ReadonlySet<string>,
  subjects: Map<Growing, Subject>,
): Growing | null {
  const quoted = quotedLines(node.message)
  let best: { node: Growing; score: number } | null = null
  for (const candidate of candidates) {
    const score = overlap(quoted, linesOf(candidate))
    if (
      best === null ||
      score > best.score ||
      (score === best.score && isBetter(candidate, best.node, subjects))
    ) {
      best = { node: candidate, score }
    }
  }
  if (best === null) return null
  // Nothing quoted that anybody wrote: the mail that opened the subject is the safest guess.
  if (best.score === 0) return candidates.find((other) => subjects.get(other)?.isReply === false) ?? best.node
  return best.node
}

/** Of equal overlap: an opening mail before an answer, the later before the earlier. */
function isBetter(candidate: Growing, best: Growing, subjects: Map<Growing, Subject>): boolean {
  const opens = subjects.get(candidate)?.isReply === false
  const bestOpens = subjects.get(best)?.isReply === false
  if (opens !== bestOpens) return opens
  return time(candidate) > time(best)
}

/** Lines a reply quotes at first depth, without marks and blanks. Short ones prove nothing. */
function quotedLines(message: Message | null): ReadonlySet<string> {
  const lines = new Set<string>()
  for (const line of firstLines(message)) if (line.startsWith('>')) addLine(lines, line.slice(1))
  return lines
}

function ownLines(message: Message | null): ReadonlySet<string> {
  const lines = new Set<string>()
  for (const line of firstLines(message)) addLine(lines, line)
  return lines
}

function firstLines(message: Message | null): string[] {
  return (message?.body ?? '').slice(0, MAX_COMPARED).split('\n')
}

const MAX_COMPARED = 100_000

function addLine(lines: Set<string>, line: string): void {
  const text = line.replace(/\s+/g, '')
  if (text.length > 8) lines.add(text)
}

function overlap(quoted: ReadonlySet<string>, own: ReadonlySet<string>): number {
  let common = 0
  for (const line of quoted) if (own.has(line)) common++
  return common
}

function index(node: Growing, subjects: Map<Growing, Subject>): number {
  return subjects.get(node)?.index ?? 0
}

/** Milliseconds; a mail without a date counts as sent at once with the others. */
function time(node: Growing): number {
  const date = node.message?.date
  return date == null ? 0 : Date.parse(date)
}

/** Who sent it, by what the archive left of the address. */
function authorKey(message: Message | null): string {
  const from = message?.from
  if (from == null) return ''
  return (from.obfuscated || from.address === null ? from.name : from.address).toLowerCase()
}
