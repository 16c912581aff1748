/** The types of casts in the tokens of a macro, seen without parsing where they are the usual ones. */
import { basicType, type TypeModel } from '../types/basic-types.js'
import type { CType } from '../types/c-type.js'
import { shapeOf } from './constant-expression.js'
import type { IntegerShape } from './integers.js'
import type { MacroToken } from './tokens.js'

const BASIC = new Set(
  'void char short int long float double signed unsigned _Bool bool __int128 __signed__'.split(' '),
)
const QUALIFIERS = new Set(['const', 'volatile', '__const', '__volatile__', '__restrict', 'restrict'])

/**
 * The type that the tokens in a cast's parentheses name; null if they are none. `parsed` is asked for what can't
 * be told by a few words.
 */
export function castType(
  tokens: readonly MacroToken[],
  typeNamed: (name: string) => CType | null,
  parsed: (tokens: readonly MacroToken[]) => CType | null,
  model: TypeModel,
): IntegerShape | 'pointer' | 'other' | null {
  const words: MacroToken[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    if (token.text === '__attribute__' && tokens[at + 1]?.text === '(') {
      let depth = 0
      for (at++; at < tokens.length; at++) {
        const text = tokens[at]?.text
        if (text === '(') depth++
        else if (text === ')' && --depth === 0) break
      }
    } else if (!QUALIFIERS.has(token.text)) words.push(token)
  }
  const first = words[0]
  if (first?.kind !== 'ident') return null
  const isRecord = first.text === 'struct' || first.text === 'union'
  const isTypeof = /^(?:__)?typeof(?:__)?$/.test(first.text)
  const named =
    isRecord || isTypeof || BASIC.has(first.text) || first.text === 'enum' ? null : typeNamed(first.text)
  if (!isRecord && !isTypeof && first.text !== 'enum' && !BASIC.has(first.text) && named === null) return null
  if (named !== null && words.length === 1) return shapeOf(named, model.wordBits)
  const last = words[words.length - 1]
  if (last?.text === '*') return 'pointer'
  if (first.text === 'void') return 'other'
  const basic = BASIC.has(first.text)
    ? basicType(
        words.map((word) => word.text),
        model,
      )
    : null
  const type = basic ?? parsed(words)
  return type === null ? (isRecord ? 'other' : null) : shapeOf(type, model.wordBits)
}
