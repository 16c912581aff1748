/**
 * How deep each line of a piece of C stands, from its text alone: braces, one-statement bodies, open
 * parentheses, comment stars, labels, preprocessor lines. The piece may begin anywhere, so depths are
 * relative to its first line and may be negative.
 */

/** Columns are `8 * level + offset`; a line `fixed` stands there whatever the depth of the piece. */
export interface Depth {
  readonly level: number
  readonly offset: number
  readonly fixed: boolean
}

interface State {
  depth: number
  pending: number
  comment: Depth | null
  macro: boolean
  continued: boolean
  /** Where each open parenthesis stands: the line's level and the column behind the parenthesis. */
  readonly parens: Depth[]
  code: boolean
}

/** One depth for each line; lines come without their blanks in front. Linear. */
export function depthsOf(bodies: readonly string[]): readonly Depth[] {
  const state: State = {
    depth: 0,
    pending: 0,
    comment: null,
    macro: false,
    continued: false,
    parens: [],
    code: false,
  }
  return bodies.map((body) => {
    const depth = depthOf(body, state)
    if (body !== '') advance(body, depth, state)
    return depth
  })
}

const COLUMN_0: Depth = { level: 0, offset: 0, fixed: true }
const LABEL = /^[A-Za-z_]\w{0,80}:(?!:)/
const CASE = /^(?:case\b|default\s*:)/
const CONTROL = /^(?:\}\s*)?(?:else\b\s*)?(?:(?:if|for|while|switch|\w*for_each\w*)\s*\(|else$|do$)/

function depthOf(body: string, state: State): Depth {
  if (body === '') return COLUMN_0
  if (state.comment !== null) {
    return { ...state.comment, offset: state.comment.offset + (body.startsWith('*') ? 1 : 3) }
  }
  if (!state.code && (body === '*' || body.startsWith('* ') || body.startsWith('*/'))) {
    return { level: state.depth, offset: 1, fixed: false }
  }
  if (state.macro) return { level: 1, offset: 0, fixed: true }
  if (body.startsWith('#')) return COLUMN_0
  const level = state.depth
  if (CASE.test(body)) return { level: level - 1, offset: 0, fixed: false }
  if (LABEL.test(body) && state.parens.length === 0) return COLUMN_0
  let closing = 0
  while (body.charCodeAt(closing) === 0x7d) closing++
  if (closing > 0) return { level: level - closing, offset: 0, fixed: false }
  const paren = state.parens[state.parens.length - 1]
  if (paren !== undefined) return paren
  if (body === '{') return { level, offset: 0, fixed: false }
  const further = state.pending + (state.continued ? 1 : 0)
  return { level: level + further, offset: 0, fixed: false }
}

function advance(body: string, depth: Depth, state: State): void {
  if (state.comment === null && !state.code && depth.offset === 1 && body.startsWith('*')) {
    state.comment = { level: depth.level, offset: 0, fixed: false }
  }
  const code = scan(body, depth, state)
  if (state.comment === null && code !== '') state.code = true
  const wasMacro = state.macro
  state.macro = body.endsWith('\\') && (state.macro || body.startsWith('#'))
  if (code === '' || wasMacro || body.startsWith('#')) return
  const last = code.charAt(code.length - 1)
  if (state.parens.length > 0) return
  if (CONTROL.test(code) && (last === ')' || /(?:else|do)$/.test(code))) {
    state.pending++
    state.continued = false
  } else if (last === ';' || last === '{' || last === '}' || last === ':' || last === ',') {
    state.continued = false
    if (last !== ',') state.pending = 0
  } else state.continued = last !== ')'
}

/** Follows braces, parentheses and comments through a line; gives the code without comment and end blanks. */
function scan(body: string, depth: Depth, state: State): string {
  let code = ''
  let at = 0
  let start = 0
  if (state.comment !== null) {
    const end = body.indexOf('*/')
    if (end === -1) return ''
    state.comment = null
    at = end + 2
    start = at
  }
  for (; at < body.length; at++) {
    switch (body.charCodeAt(at)) {
      case 0x22:
      case 0x27: {
        const quote = body.charCodeAt(at)
        for (at++; at < body.length && body.charCodeAt(at) !== quote; at++) {
          if (body.charCodeAt(at) === 0x5c) at++
        }
        break
      }
      case 0x2f:
        if (body.charCodeAt(at + 1) === 0x2f) return (code + body.slice(start, at)).trim()
        if (body.charCodeAt(at + 1) === 0x2a) {
          code += body.slice(start, at)
          const end = body.indexOf('*/', at + 2)
          if (end === -1) {
            state.comment = { level: depth.level, offset: depth.offset, fixed: false }
            return code.trim()
          }
          at = end + 1
          start = end + 2
        }
        break
      case 0x7b:
        state.depth++
        break
      case 0x7d:
        state.depth--
        break
      case 0x28:
        if (state.parens.length < 100) {
          state.parens.push({ level: depth.level, offset: depth.offset + at + 1, fixed: depth.fixed })
        }
        break
      case 0x29:
        state.parens.pop()
    }
  }
  return (code + body.slice(start)).trim()
}
