/**
 * Prints a syntax tree as C. Parsing the result gives the same tree again, places and the texts of calls
 * apart: no parenthesis is kept in a tree, so one is printed wherever precedence asks for it and nowhere else.
 */
import type {
  Block,
  CallExpression,
  Declaration,
  Designator,
  Expression,
  ExternalDeclaration,
  FunctionDefinition,
  Initializer,
  InitializerList,
  MemberSyntax,
  ParameterSyntax,
  Statement,
  TranslationUnit,
  TypeSyntax,
  VariableSyntax,
} from './ast.js'

/** What binds how tightly; an operand of less gets a parenthesis. */
const COMMA = 0
const ASSIGNMENT = 1
const CONDITIONAL = 2
const LOGICAL_OR = 3
const UNARY = 13
const POSTFIX = 14
const PRIMARY = 15

const BINARY: Readonly<Record<string, number>> = {
  '||': LOGICAL_OR,
  '&&': 4,
  '|': 5,
  '^': 6,
  '&': 7,
  '==': 8,
  '!=': 8,
  '<': 9,
  '>': 9,
  '<=': 9,
  '>=': 9,
  '<<': 10,
  '>>': 10,
  '+': 11,
  '-': 11,
  '*': 12,
  '/': 12,
  '%': 12,
}

/** A whole file. An `error` is printed as a comment. */
export function printUnit(unit: TranslationUnit): string {
  return unit.declarations.map((one) => `${printExternal(one)}\n`).join('')
}

/** A function, a declaration, a macro's call at file scope. */
export function printExternal(one: ExternalDeclaration): string {
  switch (one.kind) {
    case 'function':
      return printFunction(one)
    case 'declaration':
      return printDeclaration(one, '')
    case 'macro':
      return one.text
    case 'error':
      return `/* ${one.message.replaceAll('*/', '* /')} */`
  }
}

function printFunction(one: FunctionDefinition): string {
  const body = printBlock(one.body, '')
  if (one.macro !== undefined) return `${one.macro}(${one.name})\n${body}`
  const { returns, parameters, variadic } = one
  const type: TypeSyntax = { kind: 'function', returns, parameters, variadic }
  const words = [one.storage === 'none' ? '' : one.storage, one.inline ? 'inline' : '']
  return `${words.map((word) => (word === '' ? '' : `${word} `)).join('')}${declare(type, one.name)}\n${body}`
}

// ---- Statements

/** A statement, its lines after the first indented by `indent`. */
export function printStatement(statement: Statement, indent = ''): string {
  switch (statement.kind) {
    case 'block':
      return printBlock(statement, indent)
    case 'declaration':
      return printDeclaration(statement, indent)
    case 'expression':
      return `${printExpression(statement.expression)};`
    case 'empty':
      return ';'
    case 'if': {
      const then =
        statement.otherwise !== null && dangles(statement.then) ? braced(statement.then) : statement.then
      const first = `if (${printExpression(statement.test)})${body(then, indent)}`
      if (statement.otherwise === null) return first
      const chained = statement.otherwise.kind === 'if'
      return `${first}\n${indent}else${chained ? ` ${printStatement(statement.otherwise, indent)}` : body(statement.otherwise, indent)}`
    }
    case 'while':
      return `while (${printExpression(statement.test)})${body(statement.body, indent)}`
    case 'do':
      return `do${body(statement.body, indent)}\n${indent}while (${printExpression(statement.test)});`
    case 'for': {
      const { first, test, step } = statement
      const start =
        first === null
          ? ';'
          : first.kind === 'declaration'
            ? printDeclaration(first, indent)
            : `${printExpression(first)};`
      const middle = test === null ? ';' : ` ${printExpression(test)};`
      return `for (${start}${middle}${step === null ? '' : ` ${printExpression(step)}`})${body(statement.body, indent)}`
    }
    case 'iteration':
      return `${statement.macro}(${printArguments(statement.args)})${body(statement.body, indent)}`
    case 'switch':
      return `switch (${printExpression(statement.value)})${body(statement.body, indent)}`
    case 'case':
    case 'label':
      return printLabelled(statement, indent)
    case 'goto':
      return `goto ${statement.label};`
    case 'computed-goto':
      return `goto *${printExpression(statement.target, UNARY)};`
    case 'break':
    case 'continue':
      return `${statement.kind};`
    case 'return':
      return statement.value === null ? 'return;' : `return ${printExpression(statement.value)};`
    case 'asm':
    case 'macro':
      return `${statement.text};`
    case 'nested-function':
      return `int ${statement.name}(void) { }`
  }
}

/** Labels and what they stand before; in a loop, for there may be many. */
function printLabelled(statement: Statement, indent: string): string {
  let text = ''
  let at = statement
  while (at.kind === 'case' || at.kind === 'label') {
    text += `${at.kind === 'label' ? at.name : printCase(at)}:\n${indent}\t`
    at = at.statement
  }
  return `${text}${printStatement(at, `${indent}\t`)}`
}

function printCase({ from, to }: Extract<Statement, { kind: 'case' }>): string {
  const label = from === null ? 'default' : `case ${printExpression(from, CONDITIONAL)}`
  return to === null ? label : `${label} ... ${printExpression(to, CONDITIONAL)}`
}

function printBlock(block: Block, indent: string): string {
  const deeper = `${indent}\t`
  return `{\n${block.body.map((one) => `${deeper}${printStatement(one, deeper)}\n`).join('')}${indent}}`
}

function body(statement: Statement, indent: string): string {
  if (statement.kind === 'block') return ` ${printBlock(statement, indent)}`
  const deeper = `${indent}\t`
  return `\n${deeper}${printStatement(statement, deeper)}`
}

function braced(statement: Statement): Block {
  return { kind: 'block', body: [statement], span: statement.span }
}

/** Whether an `else` printed behind a statement would become a part of it. */
function dangles(statement: Statement): boolean {
  let at = statement
  for (;;) {
    if (at.kind === 'if') {
      if (at.otherwise === null) return true
      at = at.otherwise
    } else if (at.kind === 'while' || at.kind === 'for' || at.kind === 'iteration' || at.kind === 'switch')
      at = at.body
    else if (at.kind === 'label' || at.kind === 'case') at = at.statement
    else return false
  }
}

// ---- Declarations and types

function printDeclaration(declaration: Declaration, indent: string): string {
  const { storage, type, variables } = declaration
  const word = storage === 'none' ? '' : `${storage} `
  if (variables.length === 0) return `${word}${printBase(type, indent)};`
  if (variables.every((one) => baseOf(one.type) === type)) {
    return `${word}${printBase(type, indent)} ${variables.map((one) => printVariable(one, indent)).join(', ')};`
  }
  return variables
    .map((one) => `${word}${printBase(baseOf(one.type), indent)} ${printVariable(one, indent)};`)
    .join(' ')
}

function printVariable(variable: VariableSyntax, indent: string): string {
  const cleanup = variable.cleanup === null ? '' : ` __attribute__((cleanup(${variable.cleanup})))`
  const value = variable.initializer === null ? '' : ` = ${printInitializer(variable.initializer)}`
  return `${declarator(variable.type, variable.name, indent)}${printAlignment(variable.aligned)}${cleanup}${value}`
}

/** A type, with the name that it is given, if any: `int (*name)(void)`. */
export function declare(type: TypeSyntax, name: string): string {
  const inner = declarator(type, name, '')
  return inner === '' ? printBase(baseOf(type), '') : `${printBase(baseOf(type), '')} ${inner}`
}

/** The innermost type: what stands before the declarator. */
function baseOf(type: TypeSyntax): TypeSyntax {
  let at = type
  for (;;) {
    if (at.kind === 'pointer') at = at.to
    else if (at.kind === 'array') at = at.of
    else if (at.kind === 'function') at = at.returns
    else if (at.kind === 'volatile' && isDerived(at.of)) at = at.of
    else return at
  }
}

function isDerived(type: TypeSyntax): boolean {
  return type.kind === 'pointer' || type.kind === 'volatile'
}

/** What stands around a name, without the base type. */
function declarator(type: TypeSyntax, name: string, indent: string): string {
  let text = name
  let at = type
  let suffixed = false
  for (;;) {
    if (at.kind === 'pointer' || (at.kind === 'volatile' && at.of.kind === 'pointer')) {
      const pointer = at.kind === 'pointer' ? at : at.of
      if (pointer.kind !== 'pointer') return text
      const words = `${at.isConst ? 'const ' : ''}${at.kind === 'volatile' ? 'volatile ' : ''}`
      text = `*${words === '' ? '' : ` ${words}`}${text}`
      at = pointer.to
      suffixed = false
    } else if (at.kind === 'array' || at.kind === 'function') {
      if (!suffixed && text.startsWith('*')) text = `(${text})`
      suffixed = true
      if (at.kind === 'array') {
        text += `[${at.length === null ? '' : printExpression(at.length, ASSIGNMENT)}]`
        at = at.of
      } else {
        text += `(${printParameters(at.parameters, at.variadic, indent)})`
        at = at.returns
      }
    } else return text
  }
}

function printParameters(
  parameters: readonly ParameterSyntax[] | null,
  variadic: boolean,
  indent: string,
): string {
  if (parameters === null) return variadic ? '...' : ''
  if (parameters.length === 0) return variadic ? '...' : 'void'
  const printed = parameters.map(({ name, type }) => {
    const inner = declarator(type, name ?? '', indent)
    return inner === '' ? printBase(baseOf(type), indent) : `${printBase(baseOf(type), indent)} ${inner}`
  })
  return `${printed.join(', ')}${variadic ? ', ...' : ''}`
}

function printBase(type: TypeSyntax, indent: string): string {
  return `${type.isConst ? 'const ' : ''}${printUnqualified(type, indent)}`
}

function printUnqualified(type: TypeSyntax, indent: string): string {
  switch (type.kind) {
    case 'basic':
      return type.words.join(' ')
    case 'named':
      return type.name
    case 'struct':
    case 'union': {
      const tag = type.tag === null ? '' : ` ${type.tag}`
      if (type.members === null) return `${type.kind}${tag}`
      const aligned = printAlignment(type.aligned)
      const packed = type.packed ? ' __attribute__((packed))' : ''
      return `${type.kind}${tag} {\n${printMembers(type.members, `${indent}\t`)}${indent}}${packed}${aligned}`
    }
    case 'enum': {
      const tag = type.tag === null ? '' : ` ${type.tag}`
      if (type.enumerators === null) return `enum${tag}`
      const list = type.enumerators.map(({ name, value }) =>
        value === null ? name : `${name} = ${printExpression(value, ASSIGNMENT)}`,
      )
      return `enum${tag} { ${list.join(', ')} }`
    }
    case 'typeof':
      return `typeof(${isType(type.of) ? declare(type.of, '') : printExpression(type.of)})`
    case 'volatile':
      return `volatile ${printBase(type.of, indent)}`
    default:
      return declare(type, '')
  }
}

const TYPES: ReadonlySet<string> = new Set(
  'basic named struct union enum typeof pointer array function volatile'.split(' '),
)

function isType(of: Expression | TypeSyntax): of is TypeSyntax {
  return TYPES.has(of.kind)
}

/** Members that share the type before their declarators are printed as one declaration, as they were written. */
function printMembers(members: readonly MemberSyntax[], indent: string): string {
  let text = ''
  for (let at = 0; at < members.length; at++) {
    const first = members[at]
    if (first === undefined) break
    const base = baseOf(first.type)
    const group = [first]
    const isShared =
      (base.kind === 'struct' || base.kind === 'union' || base.kind === 'enum') && first.name !== null
    for (let next = members[at + 1]; isShared && next !== undefined; next = members[at + 1]) {
      if (baseOf(next.type) !== base || next.name === null || next.aligned !== first.aligned) break
      group.push(next)
      at++
    }
    const declared = group.map((one) => {
      const bits = one.bits === null ? '' : ` : ${printExpression(one.bits, CONDITIONAL)}`
      return `${declarator(one.type, one.name ?? '', indent)}${bits}`
    })
    const aligned =
      first.aligned === null ? '' : ` __attribute__((aligned(${printExpression(first.aligned)})))`
    const list = declared.join(', ')
    text += `${indent}${printBase(base, indent)}${list === '' ? '' : ` ${list}`}${aligned};\n`
  }
  return text
}

function printAlignment(aligned: Expression | null | undefined): string {
  return aligned === null || aligned === undefined
    ? ''
    : ` __attribute__((aligned(${printExpression(aligned)})))`
}

function printInitializer(value: Initializer): string {
  return value.kind === 'initializer-list' ? printList(value) : printExpression(value, ASSIGNMENT)
}

function printList(list: InitializerList): string {
  const items = list.items.map(({ designators, value }) => {
    const path = designators.map(printDesignator).join('')
    return path === '' ? printInitializer(value) : `${path} = ${printInitializer(value)}`
  })
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`
}

function printDesignator(designator: Designator): string {
  if (designator.kind === 'member') return `.${designator.name}`
  const to = designator.to === null ? '' : ` ... ${printExpression(designator.to, CONDITIONAL)}`
  return `[${printExpression(designator.index, CONDITIONAL)}${to}]`
}

// ---- Expressions

/** An expression, in parentheses if it binds less tightly than `least`. */
export function printExpression(expression: Expression, least = COMMA): string {
  const own = precedenceOf(expression)
  const text = printBare(expression, own)
  return own < least ? `(${text})` : text
}

function precedenceOf(expression: Expression): number {
  switch (expression.kind) {
    case 'comma':
      return COMMA
    case 'assignment':
      return ASSIGNMENT
    case 'conditional':
      return CONDITIONAL
    case 'binary':
    case 'logical':
      return BINARY[expression.operator] ?? LOGICAL_OR
    case 'unary':
    case 'cast':
    case 'sizeof':
    case 'label-address':
      return UNARY
    case 'update':
      return expression.prefix ? UNARY : POSTFIX
    case 'call':
    case 'member':
    case 'index':
    case 'compound-literal':
      return POSTFIX
    default:
      return PRIMARY
  }
}

function printBare(expression: Expression, own: number): string {
  switch (expression.kind) {
    case 'identifier':
      return expression.name
    case 'integer':
    case 'floating':
    case 'character':
      return expression.text
    case 'string':
      return expression.texts.join(' ')
    case 'unary':
      return prefixed(expression.operator, printExpression(expression.operand, UNARY))
    case 'update':
      return expression.prefix
        ? prefixed(expression.operator, printExpression(expression.operand, UNARY))
        : `${printExpression(expression.operand, POSTFIX)}${expression.operator}`
    case 'binary':
    case 'logical':
      return printRow(expression, own)
    case 'assignment': {
      const { left, right, operator } = expression
      const isPlace = left.kind === 'unary' && left.operator === '*'
      return `${printExpression(left, isPlace ? UNARY : POSTFIX)} ${operator} ${printExpression(right, ASSIGNMENT)}`
    }
    case 'conditional': {
      const { test, then, otherwise } = expression
      const middle = then === null ? '?:' : `? ${printExpression(then, ASSIGNMENT)} :`
      return `${printExpression(test, LOGICAL_OR)} ${middle} ${printExpression(otherwise, CONDITIONAL)}`
    }
    case 'comma':
      return `${printExpression(expression.left, ASSIGNMENT)}, ${printExpression(expression.right, COMMA)}`
    case 'call':
      return `${printExpression(expression.callee, POSTFIX)}(${printArguments(expression.args)})`
    case 'member':
      return `${printExpression(expression.object, POSTFIX)}${expression.arrow ? '->' : '.'}${expression.name}`
    case 'index':
      return `${printExpression(expression.object, POSTFIX)}[${printExpression(expression.index)}]`
    case 'cast':
      return `(${declare(expression.type, '')})${printExpression(expression.operand, UNARY)}`
    case 'sizeof': {
      const word = expression.what === 'sizeof' ? 'sizeof' : '__alignof__'
      const { of } = expression
      return `${word}(${of.kind === 'type' ? declare(of.type, '') : printExpression(of)})`
    }
    case 'offsetof':
      return `__builtin_offsetof(${declare(expression.type, '')}, ${expression.path.map(printDesignator).join('').replace(/^\./, '')})`
    case 'compound-literal':
      return `(${declare(expression.type, '')})${printList(expression.initializer)}`
    case 'statement-expression':
      return `(${printBlock(expression.body, '')})`
    case 'generic': {
      const choices = expression.choices.map(
        ({ type, value }) =>
          `${type === null ? 'default' : declare(type, '')}: ${printExpression(value, ASSIGNMENT)}`,
      )
      return `_Generic(${[printExpression(expression.control, ASSIGNMENT), ...choices].join(', ')})`
    }
    case 'va-arg':
      return `__builtin_va_arg(${printExpression(expression.list, ASSIGNMENT)}, ${declare(expression.type, '')})`
    case 'label-address':
      return `&&${expression.label}`
  }
}

/** Operators in a row, without a call for each: `a + b + c + …` may be long. */
function printRow(expression: Expression, own: number): string {
  const rest: string[] = []
  let at: Expression = expression
  while ((at.kind === 'binary' || at.kind === 'logical') && precedenceOf(at) === own) {
    rest.push(` ${at.operator} ${printExpression(at.right, own + 1)}`)
    at = at.left
  }
  return `${printExpression(at, own)}${rest.reverse().join('')}`
}

function prefixed(operator: string, operand: string): string {
  return operand.startsWith(operator[0] ?? '') || /^\w/.test(operator)
    ? `${operator} ${operand}`
    : `${operator}${operand}`
}

function printArguments(args: CallExpression['args']): string {
  return args
    .map((one) => {
      if (one.kind === 'raw') return one.text
      return one.kind === 'type' ? declare(one.type, '') : printExpression(one, ASSIGNMENT)
    })
    .join(', ')
}
