/**
 * Undoes format=flowed (RFC 3676): takes the stuffed blank away and joins soft-broken lines of one quote depth.
 * Quote marks stay as they were written on a paragraph's first line. `delSp` is the part's DelSp parameter.
 */
export function unflow(text: string, delSp: boolean): string {
  const out: string[] = []
  let paragraph: string[] | null = null
  let depth = 0
  for (const line of text.split('\n')) {
    const marks = quoteMarks(line)
    const rest = line.slice(marks)
    const content = rest.startsWith(' ') ? rest.slice(1) : rest
    const isSignature = content === '-- '
    const isSoft = !isSignature && content.endsWith(' ')
    const kept = isSoft && delSp ? content.slice(0, -1) : content
    if (paragraph !== null && marks === depth && !isSignature) paragraph.push(kept)
    else {
      if (paragraph !== null) out.push(paragraph.join(''))
      paragraph = [
        marks === 0 ? kept : line.slice(0, marks) + rest.slice(0, rest.length - content.length) + kept,
      ]
      depth = marks
    }
    if (!isSoft) {
      out.push(paragraph.join(''))
      paragraph = null
    }
  }
  if (paragraph !== null) out.push(paragraph.join(''))
  return out.join('\n')
}

function quoteMarks(line: string): number {
  let marks = 0
  while (line.charCodeAt(marks) === 0x3e) marks++
  return marks
}
