import PostalMime, { type Attachment } from 'postal-mime'
import type { Diagnostic, Place } from '../base/index.js'
import { decodeCharset } from './charset.js'
import { htmlText } from './html-text.js'
import type { MailPart } from './message.js'

/** The text of a multipart mail and its text attachments. */
export interface MultipartContent {
  readonly body: string
  readonly parts: readonly MailPart[]
}

/**
 * Reads a multipart or HTML body with postal-mime, which knows MIME's corners (nesting, HTML to text, charsets,
 * format=flowed). Inline patches are appended to the text; a body that it refuses is returned undecoded.
 */
export async function readMultipart(
  header: Buffer,
  body: Buffer,
  place: Place,
  sink: Diagnostic[],
): Promise<MultipartContent> {
  if (body.length > MAX_MULTIPART || countBoundaries(header, body) > MAX_PARTS) {
    sink.push({
      severity: 'error',
      code: 'multipart-too-large',
      message: `a multipart mail of ${body.length} bytes is not taken apart; its text is undecoded`,
      place,
      hint: 'save the part that holds the patch, and give that',
    })
    return undecoded(body)
  }
  try {
    const email = await PostalMime.parse(Buffer.concat([header, body]), { rfc822Attachments: true })
    const parts = email.attachments.flatMap((attachment) => textPart(attachment))
    const patches = parts.filter((part) => part.inline && isPatchType(part))
    const plain = email.text ?? ''
    const text = (plain.trim() === '' ? htmlText(email.html ?? '') : plain).replace(/\r\n/g, '\n')
    if (isUnterminated(header, body))
      warn(sink, place, 'multipart-truncated', 'the last MIME part has no end')
    return { body: [text, ...patches.map((part) => part.text)].filter((one) => one !== '').join('\n'), parts }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    warn(sink, place, 'multipart-unreadable', `MIME structure unreadable (${reason}); the body is undecoded`)
    return undecoded(body)
  }
}

/** postal-mime needs some 20 microseconds a line, so that a hundred megabytes would take a minute. */
const MAX_MULTIPART = 8 * 2 ** 20

const MAX_PARTS = 1000

function undecoded(body: Buffer): MultipartContent {
  return { body: decodeCharset(body, null).text.replace(/\r\n/g, '\n'), parts: [] }
}

function textPart(attachment: Attachment): MailPart[] {
  const name = attachment.filename
  const type = attachment.mimeType
  if (!TEXT_TYPE.test(type) && !PATCH_NAME.test(name ?? '')) return []
  const { content } = attachment
  const text = typeof content === 'string' ? content : decodeCharset(buffer(content), null).text
  return [{ name, type, inline: attachment.disposition !== 'attachment', text: text.replace(/\r\n/g, '\n') }]
}

const TEXT_TYPE = /^(?:text\/(?!html$|calendar$)|application\/(?:x-)?(?:patch|diff)$|message\/rfc822$)/
const PATCH_NAME = /\.(?:patch|diff|txt|c|h)$/i

function isPatchType(part: MailPart): boolean {
  return /[/-](?:patch|diff)$/.test(part.type) || /\.(?:patch|diff)$/i.test(part.name ?? '')
}

function buffer(content: ArrayBuffer | Uint8Array): Buffer {
  return content instanceof ArrayBuffer
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
}

function isUnterminated(header: Buffer, body: Buffer): boolean {
  const boundary = boundaryOf(header)
  return boundary !== null && !body.includes(`--${boundary}--`, 0, 'latin1')
}

function countBoundaries(header: Buffer, body: Buffer): number {
  const boundary = boundaryOf(header)
  if (boundary === null) return 0
  let count = 0
  const line = Buffer.from(`\n--${boundary}`, 'latin1')
  for (let at = body.indexOf(line); at >= 0 && count <= MAX_PARTS; at = body.indexOf(line, at + 1)) count++
  return count
}

function boundaryOf(header: Buffer): string | null {
  const match = /boundary\s{0,5}=\s{0,5}(?:"([^"\n]{1,200})"|([^\s;"]{1,200}))/i.exec(
    header.toString('latin1'),
  )
  return match === null ? null : (match[1] ?? match[2] ?? null)
}

function warn(sink: Diagnostic[], place: Place, code: string, message: string): void {
  sink.push({ severity: 'warning', code, message, place })
}
