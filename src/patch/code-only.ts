/** Whether the text before was inside a block comment. */
export interface CodeState {
  comment: boolean
}

/** A line of C with comments taken out and string and character literals emptied. Linear. */
export function codeOnly(line: string, state: CodeState): string {
  let code = ''
  let start = 0
  let at = 0
  while (at < line.length) {
    if (state.comment) {
      const end = line.indexOf('*/', at)
      if (end === -1) return code
      state.comment = false
      at = end + 2
      start = at
      continue
    }
    const character = line.charCodeAt(at)
    if (character === 0x2f && line.charCodeAt(at + 1) === 0x2f) return code + line.slice(start, at)
    if (character === 0x2f && line.charCodeAt(at + 1) === 0x2a) {
      code += `${line.slice(start, at)} `
      state.comment = true
      at += 2
      start = at
    } else if (character === 0x22 || character === 0x27) {
      code += line.slice(start, at + 1)
      at++
      while (at < line.length && line.charCodeAt(at) !== character) at += line.charCodeAt(at) === 0x5c ? 2 : 1
      start = at
      at++
    } else at++
  }
  return code + line.slice(start)
}
