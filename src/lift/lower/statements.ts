/** Statements and declarations. */
import type { Block, Statement } from '../syntax/ast.js'
import { INT, unsignedLong } from '../types/basic-types.js'
import { promote } from '../types/conversions.js'
import { convert, integerOperation } from './arithmetic.js'
import { lowerAssembly } from './assembly.js'
import { calleeName, expandedCall } from './calls.js'
import type { BlockLabel } from './code-builder.js'
import { asProduct, lowerDeclaration } from './declarations.js'
import { callNamed } from './function-calls.js'
import type { BlockNames, Cleanup } from './local-names.js'
import type { Lowering, SwitchCases } from './lowering.js'
import { copyRecord, store } from './memory.js'
import type { Value } from './value.js'
import { constant, retype } from './word-arithmetic.js'

export function lowerStatement(l: Lowering, s: Statement): void {
  switch (s.kind) {
    case 'block':
      inScope(l, s, () => lowerBlockBody(l, s))
      return
    case 'declaration':
      lowerDeclaration(l, s)
      return
    case 'expression':
      expressionStatement(l, s)
      return
    case 'empty':
      return
    case 'if':
      lowerIf(l, s)
      return
    case 'while':
      lowerLoop(l, { test: s.test, step: null, body: s.body, testsFirst: true })
      return
    case 'do':
      lowerLoop(l, { test: s.test, step: null, body: s.body, testsFirst: false })
      return
    case 'for':
      inScope(l, s, () => {
        if (s.first !== null) {
          if (s.first.kind === 'declaration') l.statement(s.first)
          else l.effect(s.first)
        }
        lowerLoop(l, { test: s.test, step: s.step, body: s.body, testsFirst: true })
      })
      return
    case 'iteration': {
      if (s.body.kind === 'empty' && !l.scope.isMacro(s.macro) && l.scope.prototype(s.macro) !== null) {
        // A function with a loop's name.
        const { text, args, span } = s
        l.effect({ kind: 'call', callee: { kind: 'identifier', name: s.macro, span }, args, text, span })
        return
      }
      const loop = l.scope.expandIteration(s.text, s.body, s.span)
      const isItself = loop?.kind === 'iteration' && loop.macro === s.macro
      if (loop === null || isItself) l.fail(`the body behind macro ${s.macro}`)
      else l.statement(loop)
      return
    }
    case 'switch':
      lowerSwitch(l, s)
      return
    case 'case':
    case 'label':
      lowerLabelled(l, s)
      return
    case 'goto':
      leaveTo(l, s.label)
      l.builder.jump(l.labelNamed(s.label))
      return
    case 'computed-goto':
      if (l.names.cleanupsUpTo(null).length > 0) l.fail('a computed goto out of a block with cleanups')
      l.computedGotos.push({ target: l.hold(l.value(s.target)), at: l.builder.cut() })
      return
    case 'break':
    case 'continue':
      lowerJump(l, s.kind)
      return
    case 'return':
      lowerReturn(l, s)
      return
    case 'asm':
      lowerAssembly(l, s.text)
      return
    case 'macro': {
      const expanded = l.scope.expandStatement(s.text, s.span)
      if (expanded === null) l.fail(`macro ${s.name} as a statement`)
      l.statement(expanded)
      return
    }
    case 'nested-function':
      l.fail('a function inside a function')
  }
}

export function lowerBlockBody(l: Lowering, block: Block): void {
  for (const statement of block.body) l.statement(statement)
}

/** Runs with a block of names, and at its end the cleanups of what was declared in it. */
export function inScope(l: Lowering, node: Statement, run: () => void): void {
  l.inBlock(node, () => {
    run()
    endScope(l)
  })
}

/** Cleans up what the innermost block declared. */
export function endScope(l: Lowering): void {
  runCleanups(l, l.names.cleanups.toReversed())
}

function runCleanups(l: Lowering, cleanups: readonly Cleanup[]): void {
  if (!l.builder.reachable) return
  for (const { run, variable } of cleanups) callNamed(l, run, [variable])
}

/** Cleans up what is left by going to a label. */
function leaveTo(l: Lowering, label: string): void {
  if (l.names.cleanupsUpTo(null).length === 0) return
  const around = l.labelBlocks(label)
  if (around === null) l.fail(`goto ${label} out of a block with cleanups`)
  let common: BlockNames | null = l.names
  while (common !== null && !(common.node === null ? common.outer === null : around.has(common.node))) {
    common = common.outer
  }
  runCleanups(l, l.names.cleanupsUpTo(common))
}

function expressionStatement(l: Lowering, s: Extract<Statement, { kind: 'expression' }>): void {
  const { expression } = s
  if (expression.kind === 'call') {
    const name = calleeName(l, expression)
    if (name !== null && l.scope.isMacro(name) && !l.staysCall(name) && !l.hasMeaning(name)) {
      if (expandedCall(l, expression) === null) {
        const expanded = l.scope.expandStatement(expression.text, expression.span)
        if (expanded !== null) {
          l.statement(expanded)
          return
        }
      }
    } else if (name === null && expression.callee.kind === 'call') {
      // guard(mutex)(&lock): a macro whose expansion takes arguments.
      const inner = calleeName(l, expression.callee)
      if (inner !== null && l.scope.isMacro(inner)) {
        const expanded = l.scope.expandStatement(expression.text, expression.span)
        if (expanded === null) l.fail(`macro ${inner} as a statement`)
        l.statement(expanded)
        return
      }
    }
  } else if (expression.kind === 'identifier' && l.names.find(expression.name) === null) {
    if (
      l.scope.isMacro(expression.name) &&
      l.scope.expandExpression(expression.name, expression.span) === null
    ) {
      const expanded = l.scope.expandStatement(expression.name, expression.span)
      if (expanded !== null) {
        l.statement(expanded)
        return
      }
    }
  }
  l.effect(expression)
}

function lowerIf(l: Lowering, first: Extract<Statement, { kind: 'if' }>): void {
  const { builder } = l
  const end = builder.label()
  let s: Statement = first
  for (;;) {
    if (s.kind !== 'if') {
      l.statement(s)
      break
    }
    const whenTrue = builder.label()
    const whenFalse: BlockLabel = s.otherwise === null ? end : builder.label()
    l.condition(s.test, whenTrue, whenFalse)
    builder.mark(whenTrue)
    l.statement(s.then)
    builder.jump(end)
    if (s.otherwise === null) break
    builder.mark(whenFalse)
    s = s.otherwise
  }
  builder.mark(end)
}

interface LoopParts {
  readonly test: Extract<Statement, { kind: 'for' }>['test']
  readonly step: Extract<Statement, { kind: 'for' }>['step']
  readonly body: Statement
  readonly testsFirst: boolean
}

/** A loop with its test at the bottom, so that a turn takes one jump. */
function lowerLoop(l: Lowering, { test, step, body, testsFirst }: LoopParts): void {
  const { builder } = l
  const top = builder.label()
  const stepAt = builder.label()
  const testAt = builder.label()
  const end = builder.label()
  const continueTo = step === null ? testAt : stepAt
  if (testsFirst && test !== null) builder.jump(testAt)
  builder.mark(top)
  if (test === null) markLoop(l)
  l.jumps.push({ breakTo: end, continueTo, names: l.names })
  l.statement(body)
  l.jumps.pop()
  if (step !== null) {
    builder.mark(stepAt)
    l.effect(step)
  }
  builder.mark(testAt)
  if (test === null) builder.jump(top)
  else {
    markLoop(l)
    l.condition(test, top, end)
  }
  builder.mark(end)
}

function markLoop(l: Lowering): void {
  if (l.options.marksLoops === true) {
    const { line, column } = l.span
    l.builder.emit({ op: 'loop', key: `${l.frame.name}:${line}:${column}` })
  }
}

function lowerJump(l: Lowering, kind: 'break' | 'continue'): void {
  const target = l.jumps.findLast((jump) => kind === 'break' || jump.continueTo !== null)
  const label = kind === 'break' ? target?.breakTo : target?.continueTo
  if (target === undefined || label === undefined || label === null) l.fail(`${kind} outside a loop`)
  runCleanups(l, l.names.cleanupsUpTo(target.names))
  l.builder.jump(label)
}

function lowerReturn(l: Lowering, s: Extract<Statement, { kind: 'return' }>): void {
  const { builder, frame } = l
  const { returns, resultAt } = frame
  if (s.value === null) {
    runCleanups(l, l.names.cleanupsUpTo(null))
    builder.emit({ op: 'return', values: [] })
    return
  }
  if (returns.kind === 'void') {
    l.effect(s.value)
    runCleanups(l, l.names.cleanupsUpTo(null))
    builder.emit({ op: 'return', values: [] })
    return
  }
  const value = convert(l, l.value(s.value), returns)
  const cleanups = l.names.cleanupsUpTo(null)
  if (value.kind === 'record' || value.kind === 'wide') {
    if (resultAt === null) l.fail('a struct returned to nowhere')
    const at: Value = { kind: 'register', type: { kind: 'pointer', to: returns }, register: resultAt }
    if (value.kind === 'wide') store(l, { kind: 'memory', type: returns, at }, value)
    else copyRecord(l, at, value.at, l.sizeOf(returns))
    runCleanups(l, cleanups)
    builder.emit({ op: 'return', values: [] })
    return
  }
  const held = cleanups.length > 0 ? l.hold(value) : value
  const operand = l.operand(held)
  runCleanups(l, cleanups)
  builder.emit({ op: 'return', values: [operand] })
}

/** Assembly without instructions keeps the compiler from moving accesses; anything else is not known. */
/** `case` and `default` of the innermost switch, and labels; many of them may stand before one statement. */
function lowerLabelled(l: Lowering, first: Extract<Statement, { kind: 'case' | 'label' }>): void {
  const { builder } = l
  let s: Statement = first
  while (s.kind === 'case' || s.kind === 'label') {
    if (s.kind === 'label') {
      builder.mark(l.labelNamed(s.name))
    } else {
      const cases = l.switches.at(-1)
      if (cases === undefined) l.fail('case outside a switch')
      const label = builder.label()
      builder.mark(label)
      if (s.from === null) cases.defaultLabel = label
      else {
        const from = caseValue(l, cases, s.from)
        cases.cases.push({ from, to: s.to === null ? from : caseValue(l, cases, s.to), label })
      }
    }
    s = s.statement
  }
  l.statement(s)
}

function caseValue(
  l: Lowering,
  { type }: SwitchCases,
  e: Extract<Statement, { kind: 'case' }>['from'] & object,
): bigint {
  const value = l.constantOf(e)
  if (value === null) return l.fail('a case that is no constant')
  return type.kind === 'integer' ? wrapTo(type.bits, type.signed, value) : value
}

function wrapTo(bits: number, signed: boolean, value: bigint): bigint {
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
}

function lowerSwitch(l: Lowering, s: Extract<Statement, { kind: 'switch' }>): void {
  const { builder } = l
  const given = l.value(s.value)
  const type = given.type.kind === 'integer' ? promote(given.type) : unsignedLong(l.model)
  const value = convert(l, given, type)
  const end = builder.label()
  const cases: SwitchCases = { type, cases: [], defaultLabel: null }
  const dispatchAt = builder.cut()
  l.switches.push(cases)
  l.jumps.push({ breakTo: end, continueTo: null, names: l.names })
  l.statement(s.body)
  l.jumps.pop()
  l.switches.pop()
  builder.mark(end)
  builder.insert(dispatchAt, () => {
    for (const { from, to, label } of cases.cases) {
      if (to < from) continue
      const next = builder.label()
      const low = constant(BigInt.asUintN(type.bits, from), type)
      const unsigned = { ...type, signed: false }
      const test =
        from === to
          ? integerOperation(l, '==', value, low, type, INT)
          : integerOperation(
              l,
              '<=',
              integerOperation(l, '-', retype(value, unsigned), retype(low, unsigned), unsigned, unsigned),
              constant(BigInt.asUintN(type.bits, to - from), unsigned),
              unsigned,
              INT,
            )
      builder.branch(l.operand(test), label, next)
      builder.mark(next)
    }
    builder.jump(cases.defaultLabel ?? end)
  })
}

/** Puts in where computed gotos lead, now that all labels are known whose address is taken. */
export function finishComputedGotos(l: Lowering): void {
  const word = unsignedLong(l.model)
  for (const { at, target } of l.computedGotos.toReversed()) {
    l.builder.insert(at, () => {
      for (const [label, address] of l.labelAddresses) {
        const next = l.builder.label()
        const test = integerOperation(l, '==', retype(target, word), constant(address, word), word, INT)
        l.builder.branch(l.operand(test), l.labelNamed(label), next)
        l.builder.mark(next)
      }
      l.builder.call(null, 'abort', [], { args: [], returns: 'void', answers: { kind: 'void' } })
      l.builder.emit({ op: 'return', values: [] })
    })
  }
}

/** The value of GNU's `({ … })`: that of its last statement, if it is an expression. */
export function statementExpression(l: Lowering, body: Block, wanted: boolean): Value {
  let value: Value = { kind: 'void', type: { kind: 'void' } }
  l.inBlock(body, () => {
    const last = body.body.at(-1)
    for (const statement of body.body) {
      if (statement === last && wanted) {
        let final: Statement = statement
        while (final.kind === 'label') {
          l.builder.mark(l.labelNamed(final.name))
          final = final.statement
        }
        const expression = final.kind === 'expression' ? final.expression : asProduct(l, final)
        if (expression !== null) {
          value = l.hold(l.value(expression))
          continue
        }
        l.statement(final)
        continue
      }
      l.statement(statement)
    }
    endScope(l)
  })
  return value
}
