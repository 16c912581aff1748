import PostalMime, { type Attachment } from 'postal-mime'
import type { Diagnostic, Place } from '../base/index.js'
import { decodeCharset } from './charset.js'
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
    return { body: decodeCharset(body, null).text.replace(/\r\n/g, '\n'), parts: [] }
  }
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

/** The text of an HTML mail without a plain part: blocks and breaks are lines, tags go, common entities are undone. */
function htmlText(html: string): string {
  return html
    .replace(/\r?\n/g, '\n')
    .replace(/<(?:style|script|head)\b[^>]{0,1000}>[^<]*<\/(?:style|script|head)>/gi, '')
    .replace(/<br\b[^<>]{0,200}>\n?|<\/(?:p|div|tr|li|pre|h\d)>\n?/gi, '\n')
    .replace(/<[^<>]{0,4000}>/g, '')
    .replace(/&(lt|gt|amp|quot|nbsp|#39);/g, (_, name: string) => ENTITIES.get(name) ?? '')
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['nbsp', ' '],
  ['#39', "'"],
])

function isPatchType(part: MailPart): boolean {
  return /[/-](?:patch|diff)$/.test(part.type) || /\.(?:patch|diff)$/i.test(part.name ?? '')
}

function buffer(content: ArrayBuffer | Uint8Array): Buffer {
  return content instanceof ArrayBuffer
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
}

function isUnterminated(header: Buffer, body: Buffer): boolean {
  const boundary = /boundary\s{0,5}=\s{0,5}(?:"([^"\n]{1,200})"|([^\s;"]{1,200}))/i.exec(
    header.toString('latin1'),
  )
  const name = boundary?.[1] ?? boundary?.[2]
  return name !== undefined && !body.includes(`--${name}--`, 0, 'latin1')
}

function warn(sink: Diagnostic[], place: Place, code: string, message: string): void {
  sink.push({ severity: 'warning', code, message, place })
}
