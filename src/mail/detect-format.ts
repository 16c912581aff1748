import type { MailFormat } from './message.js'
import { looksLikeHypermail } from './read-hypermail.js'
import { looksLikeMailArchive } from './read-mail-archive.js'
import { looksLikeOneLine } from './read-one-line.js'
import { looksLikePipermail } from './read-pipermail.js'
import { startsLikeMbox } from './split-mbox.js'

/**
 * What the bytes are, told by the wording and layout of the software that wrote them, never by a file's name.
 * Looks at the first 64 KiB. `binary` is nothing that has mails in it.
 */
export function detectFormat(bytes: Buffer): MailFormat | 'binary' {
  if (startsLikeMbox(bytes)) return 'mbox'
  const head = bytes.toString('latin1', 0, Math.min(bytes.length, HEAD)).replace(/\r\n/g, '\n')
  if (looksLikeOneLine(head)) return 'one-line'
  if (startsWithHeaders(head)) return 'eml'
  if (isBinary(head)) return 'binary'
  if (looksLikeHypermail(head)) return 'hypermail'
  if (looksLikePipermail(head)) return 'pipermail'
  if (looksLikeMailArchive(head)) return 'mail-archive'
  return 'plain-text'
}

const HEAD = 65_536

/**
 * A header block: header lines and their continuations up to a blank line, two of them with a name that every
 * mail has. `Re: [PATCH] …` alone is a page's title, and `mm: fix …` a commit's.
 */
function startsWithHeaders(head: string): boolean {
  const known = new Set<string>()
  const lines = head.replace(/^\n+/, '').split('\n')
  for (const [index, line] of lines.entries()) {
    if (line === '' || known.size > 1) break
    if (/^[ \t]/.test(line) && index > 0) continue
    if (index === 0 && line.startsWith('>From ')) continue
    const name = /^([!-9;-~]{1,80}):/.exec(line)?.[1]?.toLowerCase()
    if (name === undefined) return false
    if (KNOWN.has(name)) known.add(name)
  }
  // `From:` and hypermail's own date are a page without its title.
  return known.size > 1 && !/^From: .{1,300}\nDate: \w{3},? \w{3} {1,2}\d{1,2} \d{4} - /.test(head)
}

const KNOWN = new Set([
  'from',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'received',
  'return-path',
  'delivered-to',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'sender',
  'list-id',
  'dkim-signature',
  'x-mailing-list',
  'user-agent',
  'x-mailer',
  'archived-at',
  'list',
])

/** Text has no NUL, and hardly a control character beside blanks, escapes and form feeds. */
function isBinary(head: string): boolean {
  const sample = head.slice(0, 8192)
  if (sample.includes('\0')) return true
  const controls = sample.match(/[\x01-\x07\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0
  return controls * 20 > sample.length
}
