import type { Message } from './message.js'

/** What a subject line says about a mail's place in a series. */
export interface Subject {
  /** The words inside brackets that are not a version or a number, in order, as written: `RFC`, `PATCH`, `net-next`. */
  readonly tags: readonly string[]
  /** All brackets as written, joined by blanks; empty without any. */
  readonly prefix: string
  /** 1 unless written. `v2.1` is 2.1. */
  readonly version: number
  /** True when the version is written. */
  readonly versionWritten: boolean
  /** n of n/m: 0 is a cover letter. Null when there is no n/m. */
  readonly index: number | null
  /** m of n/m. */
  readonly count: number | null
  readonly isPatch: boolean
  readonly isReply: boolean
  readonly isForward: boolean
  readonly isRfc: boolean
  readonly isResend: boolean
  /** The subject without reply marks and brackets, runs of blanks made one. */
  readonly title: string
}

/**
 * Reads a subject as reviewers do: reply marks of several languages, list tags, `[PATCH v6,19/24]` (one version, one
 * number: b4 issue 31), `PATCHv2`, `PATCH1/8` without a blank, `[1 of 5]`, brackets in any order and number. A mail
 * is a patch when a bracket says PATCH or holds n/m, or, without brackets, starts with `PATCH n/m`.
 */
export function parseSubject(subject: string): Subject {
  const state: State = {
    tags: [],
    brackets: [],
    version: null,
    index: null,
    count: null,
    isPatch: false,
    isReply: false,
    isForward: false,
    isRfc: false,
    isResend: false,
  }
  let rest = (subject.length > MAX_SUBJECT ? subject.slice(0, MAX_SUBJECT) : subject)
    .replace(/\s+/g, ' ')
    .trim()
  for (let steps = 0; steps < 50; steps++) {
    const reply = REPLY.exec(rest)
    if (reply !== null) {
      if (/^(?:fwd?|wg|tr|rv|i):?$/i.test((reply[1] ?? '').trim())) state.isForward = true
      else state.isReply = true
      rest = rest.slice(reply[0].length)
      continue
    }
    const close = rest.startsWith('[') ? closingBracket(rest) : -1
    if (close < 0) break
    readBracket(state, rest.slice(1, close))
    state.brackets.push(rest.slice(0, close + 1))
    rest = rest.slice(close + 1).trimStart()
  }
  if (!state.isPatch && state.brackets.length === 0) rest = barePatch(state, rest)
  return {
    tags: state.tags,
    prefix: state.brackets.join(' '),
    version: state.version ?? 1,
    versionWritten: state.version !== null,
    index: state.index,
    count: state.count,
    isPatch: state.isPatch,
    isReply: state.isReply,
    isForward: state.isForward,
    isRfc: state.isRfc,
    isResend: state.isResend,
    title: rest.trim(),
  }
}

/**
 * True when a mail answers another: its subject says so, or it is a page of pipermail, whose titles lose the `Re:`,
 * and quotes somebody.
 */
export function isAnswer(message: Message, subject: Subject): boolean {
  return subject.isReply || (message.format === 'pipermail' && /^>/m.test(message.body))
}

interface State {
  readonly tags: string[]
  readonly brackets: string[]
  version: number | null
  index: number | null
  count: number | null
  isPatch: boolean
  isReply: boolean
  isForward: boolean
  isRfc: boolean
  isResend: boolean
}

/** RFC 5322 knows 998 characters a line; a longer subject is nonsense or an attack. */
const MAX_SUBJECT = 2000

/** `Re:`, `RE[2]:`, and what other languages' mail programs write. */
const REPLY =
  /^(re|aw|antw(?:ort)?|sv|vs|ref|r|res|odp|ynt|vá|fwd?|wg|tr|rv|i|回复|答复|回覆|转发|轉寄|답장)\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:：]\s*/i

function closingBracket(text: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === 0x5b) depth++
    else if (char === 0x5d && --depth === 0) return at
  }
  return -1
}

function readBracket(state: State, content: string): void {
  const flat = content.replace(/(\d{1,5})\s+of\s+(\d{1,5})/gi, '$1/$2').replace(/[[\]]/g, ' ')
  for (const word of flat.split(/[\s,;]+/)) if (word !== '') readWord(state, word)
}

function readWord(state: State, word: string): void {
  // `PATCHv3` and `PATCH1/8`: people forget the blank.
  const glued = /^(patch|rfc|resend)-?((?:v\d|\d{1,5}\/).*)$/i.exec(word)
  if (glued !== null) {
    readWord(state, glued[1] ?? '')
    readWord(state, glued[2] ?? '')
    return
  }
  const numbers = /^(?:#|n)?(\d{1,5})\/(\d{1,5})$/.exec(word)
  if (numbers !== null && state.index === null) {
    state.index = Number(numbers[1])
    state.count = Number(numbers[2])
    state.isPatch = true
    return
  }
  const version = /^v(?:er)?\.?(\d{1,4}(?:\.\d{1,3})?)(?:[-_:](\d{1,5})\/(\d{1,5}))?$/i.exec(word)
  if (version !== null && state.version === null) {
    state.version = Number(version[1])
    if (version[2] !== undefined) readWord(state, `${version[2]}/${version[3]}`)
    return
  }
  for (const part of word.split('/')) {
    const plain = part.toLowerCase().replace(/[^a-z]/g, '')
    if (plain === 'patch' || plain === 'patches') state.isPatch = true
    else if (plain === 'rfc') state.isRfc = true
    else if (plain === 'resend' || plain === 'repost') state.isResend = true
    else if (/^patch[-_]?/i.test(part)) state.isPatch = true
  }
  state.tags.push(word)
}

/** `PATCH 2/5: title` and `PATCH: title`, without brackets. */
function barePatch(state: State, rest: string): string {
  const bare = /^((?:RFC |RESEND )?PATCH(?: ?v\d{1,3})?(?: \d{1,5}\/\d{1,5})?)\s?[:,-]\s*/.exec(rest)
  if (bare === null) return rest
  readBracket(state, bare[1] ?? '')
  return rest.slice(bare[0].length)
}
