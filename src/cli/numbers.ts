/** A whole number of at least `least` written in decimal, or null. */
export function wholeNumber(text: string, least: number): number | null {
  if (!/^\d{1,15}$/.test(text)) return null
  const number = Number(text)
  return number >= least ? number : null
}

/** The numbers of a list such as `1-3,5`, in order and each once; null if it is none. At most 10000. */
export function numberList(text: string): readonly number[] | null {
  const numbers = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim())
    if (match === null) return null
    const first = Number(match[1])
    const last = Number(match[2] ?? match[1])
    if (last < first) return null
    for (let number = first; number <= last; number++) numbers.add(number)
  }
  return [...numbers].sort((a, b) => a - b)
}
