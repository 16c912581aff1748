/** A Content-Type header in parts: `type` lower case, parameters by lower-case name. */
export interface ContentType {
  readonly type: string
  readonly charset: string | null
  /** ASCII bytes mean themselves in this charset, as in all but a few (UTF-16, UTF-7, ISO-2022, HZ, EBCDIC). */
  readonly asciiBased: boolean
  /** More than one part, or a mail inside: not text to be read at once. */
  readonly needsMime: boolean
  readonly flowed: boolean
  readonly delSp: boolean
}

/** What a Content-Type value says that a reader of text needs. No value means plain text of unknown charset. */
export function parseContentType(value: string | null): ContentType {
  if (value === null || value === '') return PLAIN
  const known = cache.get(value)
  if (known !== undefined) return known
  const type = (/^[^;\s]*/.exec(value)?.[0] ?? '').toLowerCase()
  const charset = parameter(value, 'charset')
  const parsed: ContentType = {
    type: type.includes('/') ? type : 'text/plain',
    needsMime: /^(?:multipart\/|message\/rfc822$)/.test(type),
    charset,
    asciiBased: charset === null || ASCII_BASED.test(charset),
    flowed: (parameter(value, 'format') ?? '').toLowerCase() === 'flowed',
    delSp: (parameter(value, 'delsp') ?? '').toLowerCase() === 'yes',
  }
  // A list has a few dozen different values; boundaries make the rest unique, hence the limits.
  if (cache.size < 1000 && value.length < 100) cache.set(value, parsed)
  return parsed
}

const PLAIN: ContentType = {
  type: 'text/plain',
  charset: null,
  asciiBased: true,
  needsMime: false,
  flowed: false,
  delSp: false,
}

const ASCII_BASED =
  /^(?:us-ascii|utf-?8|(?:iso|ISO)[-_]?8859-\d{1,2}|windows-125\d|cp-?125\d|gbk?|gb2312|gb18030|big5|euc-\w{2}|koi8-\w)$/i

const cache = new Map<string, ContentType>()

function parameter(value: string, name: string): string | null {
  const match = new RegExp(`;\\s{0,20}${name}\\s{0,5}=\\s{0,5}(?:"([^"]{0,80})"|([^\\s;"]{1,80}))`, 'i').exec(
    value,
  )
  return match === null ? null : (match[1] ?? match[2] ?? null)
}
