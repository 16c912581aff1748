/**
 * The content of a source file as text, losslessly: kernel files are UTF-8 but for a few, and a blob id is
 * about bytes. A byte that is no UTF-8 becomes a lone low surrogate U+DC80 to U+DCFF, which no valid text
 * holds, and turns back into the byte.
 */

/** Bytes to text. */
export function decodeFile(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes)
  } catch {
    return decodeLoose(bytes)
  }
}

/** Text to bytes: `encodeFile(decodeFile(bytes))` are the bytes. */
export function encodeFile(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return Buffer.from(text, 'utf8')
  const parts: Uint8Array[] = []
  let from = 0
  for (const match of text.matchAll(/(?<![\ud800-\udbff])[\udc80-\udcff]/g)) {
    parts.push(Buffer.from(text.slice(from, match.index), 'utf8'))
    parts.push(Uint8Array.of(text.charCodeAt(match.index) - 0xdc00))
    from = match.index + 1
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'))
  return Buffer.concat(parts)
}

/** Keeps a byte order mark, which is part of the file. */
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Line by line, as one bad byte spoils only its line; inside that, sequence by sequence. */
function decodeLoose(bytes: Uint8Array): string {
  const parts: string[] = []
  let at = 0
  while (at < bytes.length) {
    const newline = bytes.indexOf(0x0a, at)
    const end = newline === -1 ? bytes.length : newline + 1
    const line = bytes.subarray(at, end)
    try {
      parts.push(STRICT.decode(line))
    } catch {
      parts.push(decodeLine(line))
    }
    at = end
  }
  return parts.join('')
}

function decodeLine(line: Uint8Array): string {
  let text = ''
  let at = 0
  while (at < line.length) {
    const byte = line[at] ?? 0
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0
    let taken = 0
    if (length > 0 && at + length <= line.length) {
      try {
        text += STRICT.decode(line.subarray(at, at + length))
        taken = length
      } catch {
        taken = 0
      }
    }
    if (taken === 0) {
      text += String.fromCharCode(0xdc00 + byte)
      taken = 1
    }
    at += taken
  }
  return text
}
