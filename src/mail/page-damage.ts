import type { MailDamage } from './message.js'

const OBFUSCATED_NOTE: readonly [RegExp, string][] = [
  [/[\w.+-]@x{4,}(?![\w.])/i, 'addresses end in @xxxx'],
  [/\b[\w.+-]{1,64} at [\w-]{1,64}\.[\w.-]{2,64}\b/, 'addresses are written "name at host"'],
]

/** Damage that any archive page shows: its headers are prose, and often its addresses are hidden. */
export function commonDamage(header: string, body: string): MailDamage[] {
  const damage: MailDamage[] = [
    {
      kind: 'headers-as-prose',
      note: 'the page shows subject, author and date only; ids and references are lost',
    },
  ]
  for (const [pattern, note] of OBFUSCATED_NOTE) {
    // " at host" is English too: only the header's author line proves the second one.
    if (pattern.test(note.includes('name at') ? header : `${header}\n${body}`)) {
      damage.push({ kind: 'addresses-obfuscated', note })
      break
    }
  }
  return damage
}

/**
 * Leading blanks are gone if, in a body with code in it, no line starts with one, no quoted line keeps more than
 * one after its marks, and no two blanks stand anywhere.
 */
export function strippedBlanks(body: string): MailDamage | null {
  const lines = body.split('\n')
  let code = 0
  for (const line of lines) {
    if (/^[ \t]/.test(line) || /[ \t]{2}|\t/.test(line)) return null
    if (/^(?:[> ]*[+-] ?)?[^.>]*[;{}]$/.test(line.slice(0, 300))) code++
  }
  if (code < MIN_CODE_LINES) return null
  return {
    kind: 'leading-blanks-stripped',
    note: `no line starts with a blank and no two blanks stand together, with ${code} lines of code`,
  }
}

const MIN_CODE_LINES = 5

/** Lines were wrapped at `width`: none is longer, and some end in a blank where the next word did not fit. */
export function wrappedLines(body: string, width: number): MailDamage | null {
  const lines = body.split('\n')
  let cut = 0
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (line.length > width + 1) return null
    const next = (lines[index + 1] ?? '').replace(/^[> ]*[> ]/, '')
    const word = next.length - next.trimStart().length > 0 ? '' : (/^\S*/.exec(next)?.[0] ?? '')
    if (/\S $/.test(line) && word !== '' && line.length + word.length > width - 4) cut++
  }
  return cut === 0
    ? null
    : { kind: 'wrapped', note: `lines are wrapped at ${width} columns; ${cut} end in a blank` }
}

/**
 * Runs of four equal characters were deleted: no run of four is left anywhere in the text, and a time lost the
 * zeros of its zone (`12:43:00 +,`) or a diffstat bar is shorter than its number by whole fours.
 */
export function deletedRuns(text: string): MailDamage | null {
  if (/(\S)\1{3}/.test(text)) return null
  if (/\d\d:\d\d(?::\d\d)?(?: ?[AP]M)? [+-](?:,|$)/m.test(text)) {
    return { kind: 'runs-of-4-deleted', note: 'a zone of +0000 reads "+", and no run of four is left' }
  }
  const bar = /^ ?\S+ *\| +(\d{1,4}) ([+-]{0,3})$/gm
  for (const match of text.matchAll(bar)) {
    const count = Number(match[1])
    if (count > 3 && (match[2] ?? '').length < Math.min(count, 10)) {
      return { kind: 'runs-of-4-deleted', note: 'diffstat bars are shorter than their numbers' }
    }
  }
  return null
}
