/** How two lists of events differ, for people, where the lists themselves are too long to be compared by eye. */
import { diffArrays } from 'diff'

/** Entries that are alike are named next to what differs, and counted further away. */
const NAMED = 1

/**
 * `mutex_lock, unlock` and `lock, mutex_lock, unlock` are `+lock, mutex_lock, …`: entries that only the second
 * list has are marked with a plus, those that only the first has with a minus.
 */
export function listEdit(before: string, after: string): string {
  const parts = diffArrays(entriesOf(before), entriesOf(after))
  const told: string[] = []
  for (const [i, { value, added, removed }] of parts.entries()) {
    if (added) told.push(...value.map((one) => `+${one}`))
    else if (removed) told.push(...value.map((one) => `-${one}`))
    else told.push(...shortened(value, i === 0, i === parts.length - 1))
  }
  return told.join(', ')
}

function shortened(entries: readonly string[], isFirst: boolean, isLast: boolean): string[] {
  const head = isFirst ? 0 : NAMED
  const tail = isLast ? 0 : NAMED
  const left = entries.length - head - tail
  if (left <= 1) return [...entries]
  return [...entries.slice(0, head), `(${left} alike)`, ...(tail === 0 ? [] : entries.slice(-tail))]
}

/** The entries of `a(b, c), d`: commas in brackets part nothing. */
function entriesOf(text: string): string[] {
  if (text === '' || text === 'none') return []
  const entries: string[] = []
  let depth = 0
  let begin = 0
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]
    if (sign === '(' || sign === '[' || sign === '{') depth++
    else if (sign === ')' || sign === ']' || sign === '}') depth--
    else if (sign === ',' && depth <= 0 && text[i + 1] === ' ') {
      entries.push(text.slice(begin, i))
      begin = i + 2
    }
  }
  return [...entries, text.slice(begin)]
}
