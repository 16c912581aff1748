/**
 * Names as diffs write them: quoted in C's way, with a time stamp behind, below `a/` and `b/` or a quilt
 * folder. A name is data; whether it may be opened is asked with `nameTrouble`, and nothing here opens it.
 */

/** A name as it stands after `--- ` or `+++ `: quotes and escapes undone, a time stamp cut off. */
export function readName(field: string): string {
  if (field.startsWith('"')) {
    const quoted = unquote(field, 0)
    if (quoted !== null) return quoted.name
  }
  const tab = field.indexOf('\t')
  const name = tab === -1 ? field : field.slice(0, tab)
  if (tab !== -1 || name.length > MAX_STAMPED) return name
  const stamp = TIME_STAMP.exec(name)
  return stamp === null ? name : name.slice(0, stamp.index).trimEnd()
}

/** The two names of `diff --git`, null when the line cannot be split for sure. */
export function readGitNames(line: string): { before: string; after: string } | null {
  const rest = line.slice('diff --git '.length)
  if (rest.startsWith('"')) {
    const before = unquote(rest, 0)
    if (before === null) return null
    return { before: before.name, after: readName(rest.slice(before.end + 1)) }
  }
  const quote = rest.endsWith('"') ? rest.indexOf(' "') : -1
  if (quote !== -1) return { before: rest.slice(0, quote), after: readName(rest.slice(quote + 1)) }
  const half = (rest.length - 1) / 2
  if (Number.isInteger(half) && rest.charCodeAt(half) === 0x20) {
    const before = rest.slice(0, half)
    const after = rest.slice(half + 1)
    if (before === after || stripFolder(before) === stripFolder(after)) return { before, after }
  }
  const blank = rest.indexOf(' ')
  if (blank !== -1 && blank === rest.lastIndexOf(' ')) {
    return { before: rest.slice(0, blank), after: rest.slice(blank + 1) }
  }
  return null
}

/** Both names without the folder that tells before from after: `a/x`, `b/x` or `linux.orig/x`, `linux/x`. */
export function stripNames(before: string, after: string): { before: string; after: string } {
  if (before === after && !MNEMONIC.test(before)) {
    const folder = LINUX_FOLDER.test(before)
    return folder ? { before: stripFolder(before), after: stripFolder(after) } : { before, after }
  }
  return { before: stripOne(before, after), after: stripOne(after, before) }
}

/** `name` without its first folder. */
export function stripFolder(name: string): string {
  const slash = name.indexOf('/')
  return slash === -1 ? name : name.slice(slash + 1)
}

/** Why a name must not be used as a path below a tree, or null when it may. */
export function nameTrouble(name: string): string | null {
  if (name === '') return 'it is empty'
  if (name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name)) return 'it is absolute'
  if (CONTROL.test(name)) return 'it holds control characters'
  for (const part of name.split(/[\\/]/)) {
    if (part === '..') return 'it climbs out with ..'
    if (part.toLowerCase() === '.git') return 'it names a .git folder'
  }
  return null
}

/** `name` as git writes it in a header: quoted when it must be. */
export function quoteName(name: string): string {
  if (!NEEDS_QUOTES.test(name)) return name
  let text = ''
  for (const byte of new TextEncoder().encode(name)) {
    const letter = ESCAPE_OF.get(byte)
    if (letter !== undefined) text += `\\${letter}`
    else if (byte < 0x20 || byte >= 0x7f) text += `\\${byte.toString(8).padStart(3, '0')}`
    else text += String.fromCharCode(byte)
  }
  return `"${text}"`
}

const MAX_STAMPED = 4096
const TIME_STAMP = / {1,4}\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?: [+-]\d{4})?$/
const MNEMONIC = /^[abciow12]\//
const LINUX_FOLDER = /^linux(?:[-.][^/]*)?\//
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
const NEEDS_QUOTES = /[\u0000-\u001f"\\\u007f-\uffff]/
const ESCAPES: readonly (readonly [string, number])[] = [
  ['a', 7],
  ['b', 8],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
  ['"', 34],
  ['\\', 92],
]
const BYTE_OF = new Map(ESCAPES)
const ESCAPE_OF = new Map(ESCAPES.map(([letter, byte]) => [byte, letter]))

/** The other name tells whether the first folder is a mark: it differs there and nowhere else. */
function stripOne(name: string, other: string): string {
  if (name === '/dev/null') return name
  if (MNEMONIC.test(name)) return stripFolder(name)
  if (other !== '/dev/null' && name !== other && name.includes('/')) {
    const rest = stripFolder(name)
    if (rest === stripFolder(other)) return rest
    if (LINUX_FOLDER.test(name) && LINUX_FOLDER.test(other)) return rest
  }
  return LINUX_FOLDER.test(name) ? stripFolder(name) : name
}

function unquote(text: string, from: number): { name: string; end: number } | null {
  const bytes: number[] = []
  const encoder = new TextEncoder()
  let at = from + 1
  while (at < text.length) {
    const character = text[at] ?? ''
    if (character === '"') {
      return { name: new TextDecoder().decode(new Uint8Array(bytes)), end: at + 1 }
    }
    if (character !== '\\') {
      const point = text.codePointAt(at) ?? 0
      const whole = String.fromCodePoint(point)
      bytes.push(...encoder.encode(whole))
      at += whole.length
      continue
    }
    const octal = text.slice(at + 1, at + 4)
    const letter = BYTE_OF.get(text[at + 1] ?? '')
    if (/^[0-3][0-7]{2}$/.test(octal)) {
      bytes.push(Number.parseInt(octal, 8))
      at += 4
    } else if (letter !== undefined) {
      bytes.push(letter)
      at += 2
    } else return null
  }
  return null
}
