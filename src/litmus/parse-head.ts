/** The head of a test: its name, its quoted line, and what the comment says of its outcome. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { commentEnd } from './scanner.js'
import type { At, Stated } from './syntax.js'

export interface Head {
  readonly name: string
  readonly doc: string | null
  readonly stated: Stated | null
  /** Offset of the `{` that opens the initial state. */
  readonly end: number
}

const FIRST_LINE = /^\uFEFF?\s*([A-Za-z0-9_]+)(?:[ \t]+([A-Za-z0-9_/.+[\]-]+))?/
const DOC = /[ \t]*(?:\r?\n)?[ \t]*"([^"]*)"/y
/** `Hash=…` and the like: a line of its own, whose braces open nothing. */
const INFORMATION = /[A-Za-z_]\w*[ \t]*=[^\n]*/y

/** Reads the head; `place` gives line and column of an offset. */
export function parseHead(text: string, source: string, place: (offset: number) => At): Result<Head> {
  const trouble = (
    code: string,
    message: string,
    offset: number,
    hint?: string,
  ): { ok: false; error: Diagnostic } =>
    fail({
      severity: 'error',
      code,
      message,
      place: { source, ...place(offset) },
      ...(hint === undefined ? {} : { hint }),
    })
  const first = FIRST_LINE.exec(text)
  const begin = text.search(/\S/)
  if (first === null) {
    return trouble('litmus-syntax', 'a litmus test begins with `C` and its name', begin === -1 ? 0 : begin)
  }
  const [whole, architecture = '', name] = first
  if (architecture !== 'C') {
    return trouble('litmus-not-c', `a test of ${architecture}: only tests in C are read`, begin)
  }
  if (name === undefined) return trouble('litmus-syntax', 'the test has no name', whole.length)

  let offset = whole.length
  DOC.lastIndex = offset
  const quoted = DOC.exec(text)
  if (quoted !== null) offset = DOC.lastIndex
  const comments: string[] = []
  while (offset < text.length) {
    if (text[offset] === '{') {
      return ok({
        name: name.replace(/\.litmus$/, ''),
        doc: quoted?.[1] ?? null,
        stated: statedIn(comments),
        end: offset,
      })
    }
    const end = commentEnd(text, offset, true)
    if (end === -1) return trouble('litmus-syntax', 'the comment that begins here has no end', offset)
    if (end !== null) {
      comments.push(text.slice(offset, end))
      offset = end
      continue
    }
    INFORMATION.lastIndex = offset
    offset += INFORMATION.exec(text)?.[0].length ?? 1
  }
  return trouble('litmus-syntax', 'the test ends before its initial state, which `{` opens', text.length)
}

const VERDICTS = ['Never', 'Sometimes', 'Always', 'DEADLOCK', 'Maybe'] as const

/** The first `Result:` of the comments, if it says one of the words. */
function statedIn(comments: readonly string[]): Stated | null {
  for (const comment of comments) {
    const line = /\bResult:[ \t]*([^\n]*)/.exec(comment)?.[1]
    if (line === undefined) continue
    const word = /^\w+/.exec(line)?.[0]
    const flag = /^Flag[ \t]+([\w-]+)/.exec(line)?.[1]
    const verdict = VERDICTS.find((one) => one === word) ?? null
    if (verdict === null && flag === undefined) return null
    return { verdict, flag: flag ?? (/\bDATARACE\b/.test(line) ? 'data-race' : null) }
  }
  return null
}
