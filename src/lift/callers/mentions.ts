/** Every place where a file names a function, and what it does there. */
import { lexC } from '../lex-c.js'
import { type Code, type FunctionPart, textOf } from './code.js'
import type { AddressFact, CallFact, DefinitionFact, ExportFact, MacroFact } from './facts.js'
import { assertedBy, locksAt } from './held-locks.js'
import { initializedAround, memberPath } from './initializers.js'
import { assignedTo, calleeAround, lineText, passedBy, placeOf } from './tables.js'

/** What a file says about some functions. */
export interface Mentions {
  readonly definitions: readonly DefinitionFact[]
  readonly calls: readonly CallFact[]
  readonly addresses: readonly AddressFact[]
  readonly macros: readonly MacroFact[]
  readonly exports: readonly ExportFact[]
  readonly hidden: readonly string[]
}

/** Goes through a file once for all of the names. */
export function mentionsIn(code: Code, names: readonly string[]): Mentions {
  const wanted = new Set(names)
  const found = {
    definitions: [] as DefinitionFact[],
    calls: [] as CallFact[],
    addresses: [] as AddressFact[],
    macros: [] as MacroFact[],
    exports: [] as ExportFact[],
    hidden: [] as string[],
  }
  const locals = new Map<FunctionPart, ReadonlySet<string>>()
  const followed = new Map<FunctionPart | null, number>()
  for (const [at, token] of code.tokens.entries()) {
    if (token.kind === 'directive') {
      inDirective(code, at, wanted, found)
      continue
    }
    if (token.kind !== 'ident' || !wanted.has(token.text)) continue
    const kind = kindOf(code, at, locals, wanted)
    if (kind === 'definition') found.definitions.push(definitionAt(code, at))
    else if (kind === 'call') {
      const part = code.functionAt(at)
      const before = followed.get(part) ?? 0
      followed.set(part, before + 1)
      found.calls.push(callAt(code, at, before < MAX_FOLLOWED))
    } else if (kind === 'export') {
      const by = code.tokens[(code.parent[at] ?? 0) - 1]?.text ?? ''
      found.exports.push({ ...placeOf(code, at), name: token.text, by })
    } else if (kind === 'address') found.addresses.push(addressAt(code, at))
  }
  return found
}

/** Calls in one function whose locks are looked for; a function with more of them is a list of register writes. */
const MAX_FOLLOWED = 256

type Kind = 'definition' | 'call' | 'export' | 'address' | 'nothing'

const NO_TYPE = /^(?:return|goto|else|case|do|sizeof|typeof|in)$/

function kindOf(
  code: Code,
  at: number,
  locals: Map<FunctionPart, ReadonlySet<string>>,
  wanted: ReadonlySet<string>,
): Kind {
  const { text = '' } = code.tokens[at] ?? {}
  const before = code.tokens[at - 1]
  const after = code.tokens[at + 1]?.text
  if (before !== undefined && /^(?:\.|->|struct|union|enum|goto)$/.test(before.text)) return 'nothing'
  const part = code.functionAt(at)
  if (part !== null && at === part.nameAt) return 'definition'
  if (part === null || at < part.open) return part === null ? atFileScope(code, at) : 'nothing'
  if (localsOf(code, part, locals, wanted).has(text)) return 'nothing'
  if (after === ':' && /^[;{}]$/.test(before?.text ?? '')) return 'nothing'
  if (after !== '(') return 'address'
  // `int f(void);` inside a function declares it.
  const declares = before?.kind === 'ident' && !NO_TYPE.test(before.text)
  return declares ? 'nothing' : 'call'
}

function atFileScope(code: Code, at: number): Kind {
  const macro = calleeAround(code, at)
  const name = macro === null ? '' : (code.tokens[macro]?.text ?? '')
  if (/^EXPORT_SYMBOL\w*$/.test(name)) return 'export'
  if (macro !== null && macro !== at) {
    // Marks that call nothing.
    if (
      /^(?:NOKPROBE_SYMBOL|ALLOW_ERROR_INJECTION|STACK_FRAME_NON_STANDARD\w*|BTF_ID\w*|KSYM\w*)$/.test(name)
    ) {
      return 'nothing'
    }
    return code.tokens[at + 1]?.text === '(' || isParameter(code, macro) ? 'nothing' : 'address'
  }
  // A declaration has parentheses behind the name; so has a function whose body could not be told.
  return code.tokens[at + 1]?.text === '(' ? 'nothing' : 'address'
}

/** Whether the parentheses behind a name are those of a declaration, so that a name in them is a parameter's. */
function isParameter(code: Code, callee: number): boolean {
  const before = code.tokens[callee - 1]
  return (
    before !== undefined && before.kind !== 'directive' && (before.kind === 'ident' || before.text === '*')
  )
}

/** Those of the names that a function has as parameters or variables of its own. */
function localsOf(
  code: Code,
  part: FunctionPart,
  known: Map<FunctionPart, ReadonlySet<string>>,
  wanted: ReadonlySet<string>,
): ReadonlySet<string> {
  const before = known.get(part)
  if (before !== undefined) return before
  const locals = new Set<string>()
  for (let at = part.nameAt + 1; at < part.close; at++) {
    const token = code.tokens[at]
    if (token?.kind !== 'ident' || !wanted.has(token.text)) continue
    const left = code.tokens[at - 1]
    const right = code.tokens[at + 1]?.text ?? ''
    const typed =
      (left?.kind === 'ident' && !NO_TYPE.test(left.text)) || (left?.text === '*' && isType(code, at - 1))
    if (typed && /^(?:[=;,)[])$/.test(right)) locals.add(token.text)
    if (left?.text === '*' && right === ')' && code.tokens[at + 2]?.text === '(' && at < part.open) {
      locals.add(token.text)
    }
  }
  known.set(part, locals)
  return locals
}

/** Whether the `*` at a token belongs to a declaration: a type's name before it, and nothing to multiply with. */
function isType(code: Code, star: number): boolean {
  let at = star
  while (code.tokens[at - 1]?.text === '*') at--
  const type = code.tokens[at - 1]
  const before = code.tokens[at - 2]
  if (type?.kind !== 'ident' || NO_TYPE.test(type.text)) return false
  return before?.kind === 'ident' || /^[;{}(,]$/.test(before?.text ?? ';')
}

function definitionAt(code: Code, at: number): DefinitionFact {
  const part = code.functionAt(at)
  const name = code.tokens[at]?.text ?? ''
  const words = part === null ? [] : code.tokens.slice(part.first, at).map(({ text }) => text)
  return {
    ...placeOf(code, at),
    function: null,
    conditions: code.conditionsAt(part?.open ?? at),
    name,
    kind: 'function',
    isStatic: words.includes('static') || words.includes('STATIC'),
    signature: part?.signature ?? '',
    asserts: part === null ? [] : assertedBy(code, part),
  }
}

function callAt(code: Code, at: number, follows: boolean): CallFact {
  const part = code.functionAt(at)
  return {
    ...placeOf(code, at),
    name: code.tokens[at]?.text ?? '',
    text: textOf(code.tokens, at, (code.partner[at + 1] ?? at) + 1),
    locks: part === null || !follows ? null : locksAt(code, part, at),
    passes: passedBy(code, at),
  }
}

function addressAt(code: Code, at: number): AddressFact {
  const name = code.tokens[at]?.text ?? ''
  return { ...placeOf(code, at), name, how: howAt(code, at), text: lineText(code, at) }
}

function howAt(code: Code, at: number): AddressFact['how'] {
  const callee = calleeAround(code, at)
  if (callee !== null) return { kind: 'argument', callee: code.tokens[callee]?.text ?? '' }
  const initialized = initializedAround(code, at)
  if (initialized !== null) {
    const member = memberPath(code, at, initialized.open)
    return { kind: 'member', of: initialized.name ?? '', struct: initialized.struct, member }
  }
  const target = assignedTo(code, at)
  if (target !== null) return { kind: 'assignment', to: textOf(code.tokens, target.from, target.to) }
  const around = [code.tokens[at - 1]?.text ?? '', code.tokens[at + 1]?.text ?? '']
  if (around.some((text) => text === '==' || text === '!=')) return { kind: 'compared' }
  return { kind: around[0] === 'return' ? 'returned' : 'other' }
}

/** Macros that name a function, names pasted together, C files included. */
function inDirective(
  code: Code,
  at: number,
  wanted: ReadonlySet<string>,
  found: {
    readonly definitions: DefinitionFact[]
    readonly macros: MacroFact[]
    readonly hidden: string[]
  },
): void {
  const { text = '', line = 0 } = code.tokens[at] ?? {}
  const included = /^#\s*include\s*["<]([^">]+\.c)[">]/.exec(text)
  if (included !== null) found.hidden.push(`${code.path}:${line} includes ${included[1]}`)
  const defined = /^#\s*define\s+(\w+)(\()?/.exec(text)
  if (defined === null) return
  const body = lexC(text.slice(defined[0].length), { directives: false })
  const macro = defined[1] ?? ''
  if (wanted.has(macro) && defined[2] !== undefined) {
    const place = { ...placeOf(code, at), function: null }
    const signature = (text.split('\n')[0] ?? '').replace(/\\?\s*$/, '').replace(/\s+/g, ' ')
    found.definitions.push({ ...place, name: macro, kind: 'macro', isStatic: false, signature, asserts: [] })
  }
  for (const [i, token] of body.entries()) {
    if (token.kind !== 'ident' || !wanted.has(token.text)) continue
    // `#define f f` says that an architecture has its own.
    if (token.text === macro && body.filter(({ kind }) => kind !== 'space').length === 1) continue
    if (/^(?:\.|->)$/.test(body[i - 1]?.text ?? '')) continue
    found.macros.push({ ...placeOf(code, at), name: token.text, macro })
    return
  }
}
