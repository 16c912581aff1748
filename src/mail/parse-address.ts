import { decodeEncodedWords } from './encoded-words.js'
import type { Address } from './message.js'

/**
 * The first address of a header value, still encoded: `Name <a@b>`, `a@b (Name)`, `a@b`, and what archives make
 * of them (`Name a at b`, `a () b ! c`, only a name). Null for an empty value.
 */
export function parseAddress(value: string): Address | null {
  const text = value.trim()
  if (text === '') return null
  const open = text.indexOf('<')
  const close = open < 0 ? -1 : text.indexOf('>', open)
  if (close > open) return address(text.slice(0, open), text.slice(open + 1, close))
  const comment = /^([^\s()]+(?: at [^\s()]+)?)\s*\(([^()]*)\)/.exec(text)
  if (comment !== null) return address(comment[2] ?? '', comment[1] ?? '')
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return address('', text)
  const spoken = /^(.*?)\s*(\S+ (?:at|\(\)) \S+(?: ! \S+)*)$/.exec(text.slice(0, 500))
  if (spoken !== null) return address(spoken[1] ?? '', spoken[2] ?? '')
  return address(text, '')
}

function address(name: string, mailbox: string): Address {
  const trimmed = mailbox.trim()
  return {
    name: decodeEncodedWords(unquote(name)),
    address: trimmed === '' ? null : trimmed,
    obfuscated: trimmed === '' || OBFUSCATED.test(trimmed),
  }
}

/** `@xxxxxxx` (hypermail), `a at b` (pipermail), `abc...@host` (Google Groups), `a () b ! c` (marc). */
const OBFUSCATED = /@[x*.]{3,}|\.\.\.@| at | \(\) |\[at\]|[*]{3}/i

function unquote(name: string): string {
  const text = name.trim()
  if (text.length > 1 && text.startsWith('"') && text.endsWith('"')) {
    return text.slice(1, -1).replace(/\\(.)/g, '$1').trim()
  }
  return text
}
