/**
 * Macros whose meaning is the machine's and not C's: those that are assembly, and accesses to the variables of
 * a processor. Their calls stay calls, and nothing is known of them but the type of their result.
 */
import type { OpaqueMacro } from '../scope.js'
import { isOwnName, type Macro, type MacroLookup } from './macro.js'
import { macroEffects } from './macro-effects.js'
import type { MacroToken } from './tokens.js'

const ASSEMBLY = new Set(['asm', '__asm__', '__asm', 'asm_inline', 'asm_volatile_goto', 'asm_goto_output'])

/** Macros that are other words for `asm`. */
const WORDS_FOR_ASSEMBLY = /^(?:asm|__asm)/

/** Reads and writes of the processor's own copy of a variable, which is their first argument. */
const PER_CPU =
  /^(?:raw_|__)?(?:this_cpu|raw_cpu)_(?:read|read_stable|write|add|sub|inc|dec|and|or|xchg|add_return|sub_return|inc_return|dec_return|cmpxchg\w*|try_cmpxchg\w*)(?:_[1248])?$/
const PER_CPU_POINTER = /^(?:(?:raw_|__|arch_raw_)?this_cpu_ptr|raw_cpu_ptr|arch_raw_cpu_ptr)$/

/** What is known of a macro with a meaning of this kind; null for every other. */
export function opaqueMacro(macro: Macro, lookup: MacroLookup): OpaqueMacro | null {
  const { name, parameters } = macro
  if (isOwnName(macro)) return null
  if (WORDS_FOR_ASSEMBLY.test(name)) return null
  if (PER_CPU.test(name)) return { changes: [0], labels: [] }
  if (PER_CPU_POINTER.test(name)) return { changes: [], labels: [] }
  const body = macro.tokens()
  const statements = assemblyIn(body)
  if (statements.length === 0) return null
  const changes = new Set(macroEffects(macro, lookup)?.assigns ?? [])
  const labels = new Set<number>()
  const names = [...(parameters ?? []), ...(macro.rest === null ? [] : [macro.rest])]
  for (const { outputs, targets } of statements) {
    for (const token of places(outputs))
      if (names.includes(token.text)) changes.add(names.indexOf(token.text))
    for (const token of targets) if (names.includes(token.text)) labels.add(names.indexOf(token.text))
  }
  return { changes: [...changes], labels: [...labels] }
}

interface AssemblyStatement {
  readonly outputs: readonly MacroToken[]
  readonly targets: readonly MacroToken[]
}

/** The assembly in a body; statements with an empty template have a meaning in C and are left out. */
function assemblyIn(body: readonly MacroToken[]): AssemblyStatement[] {
  const found: AssemblyStatement[] = []
  for (let at = 0; at < body.length; at++) {
    if (body[at]?.kind !== 'ident' || !ASSEMBLY.has(body[at]?.text ?? '')) continue
    let open = at + 1
    while (body[open]?.kind === 'ident') open++
    if (body[open]?.text !== '(') continue
    const close = closing(body, open)
    const sections = sectionsOf(body.slice(open + 1, close))
    const template = sections[0] ?? []
    at = close
    if (template.every(({ kind, text }) => kind === 'string' && text === '""')) continue
    found.push({ outputs: sections[1] ?? [], targets: sections[4] ?? [] })
  }
  return found
}

/** The parts between the colons. */
function sectionsOf(tokens: readonly MacroToken[]): MacroToken[][] {
  const sections: MacroToken[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.text === '(' || token.text === '[') depth++
    else if (token.text === ')' || token.text === ']') depth--
    if (depth > 0 || !/^:+$/.test(token.text)) sections[sections.length - 1]?.push(token)
    else for (let i = 0; i < token.text.length; i++) sections.push([])
  }
  return sections
}

/** Names in operands that are places themselves: not those of pointers, which are followed. */
function places(operands: readonly MacroToken[]): MacroToken[] {
  return operands.filter((token, at) => {
    if (token.kind !== 'ident') return false
    let before = at - 1
    while (operands[before]?.text === '(' || operands[before]?.kind === 'ident') before--
    return operands[before]?.text !== '*' && operands[at + 1]?.text !== '->'
  })
}

function closing(tokens: readonly MacroToken[], from: number): number {
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    const text = tokens[at]?.text
    if (text === '(') depth++
    else if (text === ')' && --depth === 0) return at
  }
  return tokens.length
}
