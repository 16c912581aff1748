/** Inline assembly without instructions: what it says to the compiler has a meaning in C. */
import type { Lowering } from './lowering.js'

interface Operand {
  readonly constraint: string
  readonly text: string
}

/**
 * Lowers `asm("" : …)`. Its inputs become the outputs that they share a register with, and a clobber of memory
 * is a barrier of the compiler. Assembly with instructions can't be lifted.
 */
export function lowerAssembly(l: Lowering, text: string): void {
  if (l.isTrial) return
  const [template = [], outputs = [], inputs = []] = sectionsOf(text)
  if (template.some((piece) => piece.replaceAll(/["\s]|\\[nt]/g, '') !== '')) l.fail('inline assembly')
  const targets = outputs.map(operandOf)
  for (const { constraint, text: from } of inputs.map(operandOf)) {
    const target = /^\d+$/.test(constraint) ? targets[Number(constraint)] : undefined
    if (target === undefined) continue
    const assignment = l.scope.expandExpression(`${target.text} = ${from}`, l.span)
    if (assignment === null) l.fail('inline assembly')
    l.effect(assignment)
  }
  if (l.options.kernelAccesses && text.includes('"memory"')) l.builder.emit({ op: 'fence', fence: 'barrier' })
}

/** The parts between the colons, each at its commas. */
function sectionsOf(text: string): string[][] {
  const sections: string[][] = [['']]
  const inner = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
  let depth = 0
  for (const [piece] of inner.matchAll(/"(?:\\.|[^"\\])*"|[\s\S]/g)) {
    if (piece === '(' || piece === '[') depth++
    else if (piece === ')' || piece === ']') depth--
    const section = sections[sections.length - 1] ?? []
    if (depth === 0 && piece === ':') sections.push([''])
    else if (depth === 0 && piece === ',') section.push('')
    else section[section.length - 1] += piece
  }
  return sections
}

/** `[name] "constraint" (expression)`. */
function operandOf(text: string): Operand {
  const [, constraint = '', rest = ''] = /^\s*(?:\[\s*\w+\s*\]\s*)?"([^"]*)"\s*([\s\S]*)$/.exec(text) ?? []
  return { constraint, text: rest.trim() }
}
