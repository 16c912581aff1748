/**
 * What the text behind a hunk's second `@@` says about where the hunk starts. Git puts the last line above the
 * hunk there that begins with a letter, cut at 80 columns, and archives wrap or cut it further; so it may be
 * a function's head, a struct's, a whole declaration, or half of any of these.
 */
import { lexC } from './lex-c.js'
import { readHead } from './signature.js'

/**
 * `function` names one; `aggregate` opens a struct, an enum or an initialiser; `declaration` is complete in
 * itself, so that nothing is open behind it; `unknown` may be the beginning of anything.
 */
export type SectionHeading =
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'aggregate' }
  | { readonly kind: 'declaration' }
  | { readonly kind: 'unknown' }

/** Reads a section heading. */
export function readSectionHeading(heading: string): SectionHeading {
  const tokens = lexC(heading, { directives: false }).filter(
    (token) => token.kind !== 'space' && token.kind !== 'comment',
  )
  const last = tokens[tokens.length - 1]
  if (last === undefined) return { kind: 'unknown' }
  if (last.text === ';') return { kind: 'declaration' }
  const opensBody = last.text === '{'
  // What is defined elsewhere has no body, also where the heading is cut before its end.
  if (tokens[0]?.text === 'extern' && !opensBody) return { kind: 'declaration' }
  const head = readHead(opensBody ? tokens.slice(0, -1) : tokens, !opensBody)
  if (head !== null && !DECLARING_MACRO.test(head.name)) return { kind: 'function', name: head.name }
  if (opensBody || last.text === '=') return { kind: 'aggregate' }
  return { kind: head === null ? 'unknown' : 'declaration' }
}

const DECLARING_MACRO = /^(EXPORT_|MODULE_|DEFINE_|DECLARE_|TRACE_EVENT)/
