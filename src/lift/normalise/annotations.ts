/** Takes annotations out of a file's tokens, and keeps what matters of them. */
import type { Token } from '../lex-c.js'
import type { Annotation } from './holes.js'
import { ANNOTATIONS, ANNOTATIONS_WITH_ARGUMENTS, MEANINGFUL, SPELLINGS } from './words.js'

const KINDS_OF_ATTRIBUTE: ReadonlyMap<string, Annotation['kind']> = new Map([
  ['packed', 'packed'],
  ['aligned', 'aligned'],
  ['cleanup', 'cleanup'],
  ['mode', 'mode'],
  ['vector_size', 'vector'],
])

/** The tokens without annotations, those of other spelling respelled; and the annotations. */
export function takeAnnotations(
  text: string,
  tokens: readonly Token[],
  isAnnotation: (name: string) => boolean,
): { readonly tokens: readonly Token[]; readonly annotations: readonly Annotation[] } {
  const kept: Token[] = []
  const annotations: Annotation[] = []
  const pending: Omit<Annotation, 'before'>[] = []
  const note = (kind: Annotation['kind'], name: Token, open: number, close: number): void => {
    const from = tokens[open]
    const to = tokens[close]
    const argument =
      from === undefined || to === undefined || open >= close
        ? null
        : { from: from.offset + 1, to: to.offset, text: text.slice(from.offset + 1, to.offset) }
    const last = kept.at(-1)
    const after = last === undefined ? 0 : last.offset + last.text.length
    pending.push({ kind, name: name.text, argument, offset: name.offset, after })
  }

  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    const next = tokens[at + 1]
    if (token.kind === 'ident' && !isMemberName(kept.at(-1))) {
      const called = next?.text === '('
      if (token.text === '__attribute__' || token.text === '__attribute') {
        const close = called ? closing(tokens, at + 1) : at
        noteAttributes(tokens, at + 1, close, note)
        at = close
        continue
      }
      const meaning = MEANINGFUL.get(token.text)
      if (meaning !== undefined && (meaning !== 'cleanup' || behindDeclarator(kept.at(-1), next))) {
        const close = called ? closing(tokens, at + 1) : at
        note(meaning, token, called ? at + 1 : close, close)
        at = close
        continue
      }
      if (called && ANNOTATIONS_WITH_ARGUMENTS.has(token.text)) {
        const close = closing(tokens, at + 1)
        if (/must|acquires|releases/.test(token.text)) note('lock', token, at + 1, close)
        at = close
        continue
      }
      if (ANNOTATIONS.has(token.text) || (!called && isAnnotation(token.text))) continue
    }
    while (pending.length > 0) {
      const one = pending.shift()
      if (one !== undefined) annotations.push({ ...one, before: token.offset })
    }
    const spelling = token.kind === 'ident' ? SPELLINGS.get(token.text) : undefined
    kept.push(spelling === undefined ? token : { ...token, text: spelling })
  }
  for (const one of pending) annotations.push({ ...one, before: text.length })
  return { tokens: kept, annotations }
}

function isMemberName(before: Token | undefined): boolean {
  return before?.text === '.' || before?.text === '->' || before?.text === 'goto'
}

/** `T *p __free(f)`: what calls a function of that name stands elsewhere. */
function behindDeclarator(before: Token | undefined, next: Token | undefined): boolean {
  return next?.text === '(' && (before?.kind === 'ident' || before?.text === ']')
}

/** The index of the parenthesis that closes the one at `open`, or the last index. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    const text = tokens[at]?.text
    if (text === '(') depth++
    else if (text === ')' && --depth === 0) return at
  }
  return tokens.length - 1
}

function noteAttributes(
  tokens: readonly Token[],
  open: number,
  close: number,
  note: (kind: Annotation['kind'], name: Token, open: number, close: number) => void,
): void {
  for (let at = open + 1; at < close; at++) {
    const token = tokens[at]
    if (token?.kind !== 'ident') continue
    const called = tokens[at + 1]?.text === '('
    const end = called ? closing(tokens, at + 1) : at
    const kind = KINDS_OF_ATTRIBUTE.get(token.text.replace(/^__(\w+)__$/, '$1'))
    if (kind !== undefined) note(kind, token, called ? at + 1 : end, end)
    at = end
  }
}
