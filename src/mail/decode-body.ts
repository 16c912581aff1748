import type { Diagnostic, Place } from '../base/index.js'
import { decodeBase64 } from './base64.js'
import { decodeCharset } from './charset.js'
import type { ContentType } from './content-type.js'
import { unflow } from './flowed.js'
import type { MailDamage } from './message.js'
import { decodeQuotedPrintable, isAllQuotedPrintable } from './quoted-printable.js'

/** What decoding a body needs to know: whom to tell, and whether the mail's own lines ended in CRLF. */
export interface BodyContext {
  readonly place: Place
  readonly crlf: boolean
  readonly sink: Diagnostic[]
}

/** A body as text, and what was found to be wrong with it. */
export interface DecodedBody {
  readonly text: string
  readonly damage: readonly MailDamage[]
}

/** `identity` is 7bit, 8bit and binary; `none` is no header at all, which means the same but nobody vouched for it. */
export type TransferEncoding = 'none' | 'identity' | 'quoted-printable' | 'base64' | 'unknown'

/** Reads a Content-Transfer-Encoding value. */
export function transferEncoding(value: string | null): TransferEncoding {
  if (value === null || value === '') return 'none'
  if (value === '8bit' || value === '7bit') return 'identity'
  switch (value.toLowerCase().replace(/["';].*$|\s/g, '')) {
    case '7bit':
    case '8bit':
    case 'binary':
      return 'identity'
    case 'quoted-printable':
      return 'quoted-printable'
    case 'base64':
      return 'base64'
    default:
      return 'unknown'
  }
}

/**
 * Undoes transfer encoding, charset, transport CRLF and format=flowed of a single-part body. What cannot be decoded
 * stays as it is, with a diagnostic.
 */
export function decodeBody(
  context: BodyContext,
  type: ContentType,
  encoding: TransferEncoding,
  body: Buffer,
): DecodedBody {
  const bytes = undoTransfer(context, encoding, body)
  const decoded = decodeCharset(bytes, type.charset)
  if (decoded.trouble !== null)
    report(context, decoded.trouble, charsetMessage(decoded.trouble, type.charset))
  return normaliseText(context, type, encoding, decoded.text)
}

/**
 * The steps after decoding: quoted-printable that nobody announced, CRLF, format=flowed. CRLF of a text that was not
 * encoded are the transport's only if the header's lines end so too; of an encoded one, if all its lines do.
 */
export function normaliseText(
  context: BodyContext,
  type: ContentType,
  encoding: TransferEncoding,
  decoded: string,
): DecodedBody {
  let text = decoded
  let damage = NO_DAMAGE
  if (encoding === 'none' && text.includes('=3D') && isUndeclaredQp(text)) {
    text = decodeCharset(decodeQuotedPrintable(Buffer.from(text, 'utf8')).bytes, type.charset).text
    damage = QP_UNDECODED
  }
  const encoded = encoding === 'quoted-printable' || encoding === 'base64'
  if ((encoded || context.crlf) && text.includes('\r\n') && (!encoded || isAllCrlf(text))) {
    text = text.replace(/\r\n/g, '\n')
  }
  if (text.includes('\0')) report(context, 'nul-bytes', 'the mail holds NUL bytes; they were kept')
  return { text: type.flowed ? unflow(text, type.delSp) : text, damage }
}

const NO_DAMAGE: readonly MailDamage[] = []
const QP_UNDECODED: readonly MailDamage[] = [
  { kind: 'qp-undecoded', note: 'quoted-printable that no header announces; every = is an escape' },
]

function undoTransfer(context: BodyContext, encoding: TransferEncoding, body: Buffer): Buffer {
  if (encoding === 'quoted-printable') {
    const decoded = decodeQuotedPrintable(body)
    if (decoded.invalid > 0) {
      report(context, 'quoted-printable-invalid', `${decoded.invalid} = signs start no escape and were kept`)
    }
    return decoded.bytes
  }
  if (encoding === 'base64') return fromBase64(context, body)
  if (encoding === 'unknown') {
    report(
      context,
      'transfer-encoding-unknown',
      'the transfer encoding is not known; the body is read as it is',
    )
  }
  return body
}

function fromBase64(context: BodyContext, body: Buffer): Buffer {
  const decoded = decodeBase64(body)
  if (decoded.invalid > 0 && decoded.invalid * 4 > decoded.bytes.length) {
    report(context, 'base64-invalid', 'declared base64, but the body is not; it is read as it is')
    return body
  }
  if (decoded.invalid > 0) {
    report(context, 'base64-invalid', `${decoded.invalid} characters are not base64 and were skipped`)
  }
  if (decoded.tail === null) return decoded.bytes
  context.sink.push({
    severity: 'note',
    code: 'base64-tail',
    message: 'plain text follows the base64 body; it was appended',
    place: context.place,
  })
  return Buffer.concat([decoded.bytes, decoded.tail])
}

/** INTAKE.md 2.5: only when an escape and a soft break or blank are there, and nothing speaks against it. */
function isUndeclaredQp(text: string): boolean {
  return /=(?:20)?\r?\n/.test(text) && isAllQuotedPrintable(text, false)
}

/** Every line ends in CRLF: then it is the encoder's canonical form, not a patch's content. */
function isAllCrlf(text: string): boolean {
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== 0x0d) return false
  }
  return true
}

function charsetMessage(trouble: string, charset: string | null): string {
  if (trouble === 'charset-unknown')
    return `charset ${JSON.stringify(charset)} is not known; the text was guessed`
  if (trouble === 'charset-guessed')
    return 'no charset is declared and the text is not UTF-8; read as windows-1252'
  return `bytes that charset ${JSON.stringify(charset)} does not have became U+FFFD`
}

function report(context: BodyContext, code: string, message: string): void {
  context.sink.push({ severity: 'warning', code, message, place: context.place })
}
