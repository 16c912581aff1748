/** The processes of a test: the C that the format has, and a little more that means what it means in C. */
import { numberOf, type Scanner, type Token } from './scanner.js'
import type { BinaryOperator, CType, Expression, Parameter, Process, Statement } from './syntax.js'

const TYPE_WORDS = new Set(
  'int char short long void signed unsigned bool _Bool const volatile struct u8 u16 u32 u64 s8 s16 s32 s64'.split(
    ' ',
  ),
)
const QUALIFIERS = new Set(['const', 'volatile'])
const UNSUPPORTED = new Set(['while', 'for', 'goto', 'switch', 'case', 'break', 'continue', 'asm'])

/** `P0(int *x) { … }`, the scanner standing at its name, or at a `void` before it. */
export function parseProcess(scanner: Scanner): Process {
  scanner.accept('void')
  const name = scanner.take()
  scanner.switchTo('code')
  const parameters = parseParameters(scanner)
  const body = parseBlock(scanner)
  scanner.switchTo('state')
  return { number: Number(name.text.slice(1)), parameters, body, at: scanner.place(name.offset) }
}

function parseParameters(scanner: Scanner): Parameter[] {
  const parameters: Parameter[] = []
  scanner.expect('(', 'after the name of a process')
  if (scanner.at('void') && scanner.at(')', 1)) scanner.take()
  while (!scanner.at(')') && scanner.peek().kind !== 'end') {
    const type = parseType(scanner)
    const name = scanner.name('the name of a parameter')
    const at = scanner.place(name.offset)
    if (type.pointers === 0 && scanner.error === null) {
      const hint = `a process is handed addresses: \`${type.base} *${name.text}\``
      scanner.fail('litmus-syntax', `the parameter ${name.text} is not a pointer`, at, hint)
    }
    parameters.push({ name: name.text, type, at })
    if (!scanner.at(')') && !scanner.accept(',')) scanner.unexpected('`,` or `)` among the parameters')
  }
  scanner.expect(')', 'after the parameters')
  return parameters
}

function isTypeWord(token: Token): boolean {
  return token.kind === 'name' && (TYPE_WORDS.has(token.text) || token.text.endsWith('_t'))
}

/** Qualifiers, a type's words, stars. */
function parseType(scanner: Scanner): CType {
  const words: string[] = []
  while (isTypeWord(scanner.peek())) {
    const { text } = scanner.take()
    if (!QUALIFIERS.has(text)) words.push(text)
    if (text === 'struct') words.push(scanner.name('the name of a struct').text)
  }
  if (words.length === 0) scanner.unexpected('a type')
  let pointers = 0
  for (;;) {
    if (scanner.accept('*')) pointers++
    else if (!QUALIFIERS.has(scanner.peek().text) || !scanner.accept(scanner.peek().text)) break
  }
  return { base: words.join(' '), pointers }
}

function parseBlock(scanner: Scanner): Statement[] {
  const body: Statement[] = []
  scanner.expect('{', 'that opens a block')
  while (!scanner.at('}') && scanner.peek().kind !== 'end') {
    body.push(...scanner.nested(() => parseStatement(scanner), []))
  }
  scanner.expect('}', 'that closes a block')
  return body
}

/** A declaration of several names is several statements, a `;` of its own is none. */
function parseStatement(scanner: Scanner): Statement[] {
  const token = scanner.peek()
  const at = scanner.place(token.offset)
  if (scanner.accept(';')) return []
  if (scanner.at('{')) return [{ kind: 'block', body: parseBlock(scanner), at }]
  if (scanner.accept('if')) return [parseIf(scanner, at)]
  if (scanner.accept('do')) return [parseOnce(scanner, at)]
  if (scanner.accept('return')) {
    if (!scanner.at(';')) scanner.unexpected('`;` after `return`, as a process returns nothing,')
    scanner.expect(';', 'after `return`')
    return [{ kind: 'return', at }]
  }
  if (UNSUPPORTED.has(token.text)) {
    scanner.fail('litmus-unsupported', `\`${token.text}\` is not supported in a litmus test`, at)
    return []
  }
  const next = scanner.peek(1)
  if (isTypeWord(token) && (next.kind === 'name' || next.text === '*')) return parseDeclarations(scanner)
  return [parseSimple(scanner, at)]
}

function parseIf(scanner: Scanner, at: Statement['at']): Statement {
  scanner.expect('(', 'after `if`')
  const condition = parseExpression(scanner)
  scanner.expect(')', 'after the condition of `if`')
  const whenTrue = scanner.nested(() => parseStatement(scanner), [])
  const whenFalse = scanner.accept('else') ? scanner.nested(() => parseStatement(scanner), []) : []
  return { kind: 'if', condition, whenTrue, whenFalse, at }
}

/** `do { … } while (0)`: the block, once. */
function parseOnce(scanner: Scanner, at: Statement['at']): Statement {
  const body = parseBlock(scanner)
  scanner.expect('while', 'after `do { … }`')
  scanner.expect('(', 'after `while`')
  if (!scanner.at('0') || !scanner.at(')', 1)) {
    scanner.fail('litmus-unsupported', 'loops are not supported in a litmus test', at)
  }
  scanner.accept('0')
  scanner.expect(')', 'after the condition of `while`')
  scanner.expect(';', 'after `do { … } while (0)`')
  return { kind: 'block', body, at }
}

function parseDeclarations(scanner: Scanner): Statement[] {
  const found: Statement[] = []
  const { base, pointers } = parseType(scanner)
  for (let stars = pointers; ; stars = 0) {
    while (scanner.accept('*')) stars++
    const name = scanner.name('the name of a variable')
    const value = scanner.accept('=') ? parseExpression(scanner) : null
    found.push({
      kind: 'declare',
      name: name.text,
      type: { base, pointers: stars },
      value,
      at: scanner.place(name.offset),
    })
    if (!scanner.accept(',')) break
  }
  scanner.expect(';', 'after a declaration')
  return found
}

/** An assignment, a plain store, or a call on its own. */
function parseSimple(scanner: Scanner, at: Statement['at']): Statement {
  const left = parseExpression(scanner)
  if (!scanner.accept('=')) {
    scanner.expect(';', 'after a statement')
    return { kind: 'expression', expression: left, at }
  }
  const value = parseExpression(scanner)
  scanner.expect(';', 'after an assignment')
  if (left.kind === 'name') return { kind: 'assign', name: left.name, value, at }
  if (left.kind === 'deref') return { kind: 'store', address: left.address, value, at }
  scanner.fail('litmus-syntax', 'this cannot be assigned to', left.at)
  return { kind: 'expression', expression: left, at }
}

/** C's operators by how much they bind, the loosest first. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
]

/** Operands of one operator after the other: more are no test but an attack on the stack. */
const LONGEST = 500

function parseExpression(scanner: Scanner, level = 0): Expression {
  const operators = LEVELS[level]
  if (operators === undefined) return parseUnary(scanner)
  let left = parseExpression(scanner, level + 1)
  for (let length = 1; ; length++) {
    const { text, offset } = scanner.peek()
    const operator = operators.find((one) => one === text)
    if (operator === undefined) return left
    scanner.take()
    if (length > LONGEST) scanner.fail('litmus-unsupported', 'the expression is too long', offset)
    const right = parseExpression(scanner, level + 1)
    left = { kind: 'binary', operator, left, right, at: scanner.place(offset) }
  }
}

function parseUnary(scanner: Scanner): Expression {
  const at = scanner.place(scanner.peek().offset)
  return scanner.nested(() => parseOperand(scanner, at), { kind: 'number', value: 0n, at })
}

function parseOperand(scanner: Scanner, at: Expression['at']): Expression {
  const { text } = scanner.peek()
  if (text === '-' || text === '~' || text === '!') {
    scanner.take()
    return { kind: 'unary', operator: text, operand: parseUnary(scanner), at }
  }
  if (scanner.accept('*')) return { kind: 'deref', address: parseUnary(scanner), at }
  if (scanner.accept('&')) {
    const operand = parseUnary(scanner)
    if (operand.kind === 'deref') return operand.address
    const hint = 'a parameter is an address already: `x`, not `&x`'
    scanner.fail('litmus-unsupported', 'the address of a local variable is not supported', at, hint)
    return operand
  }
  if (isCast(scanner)) {
    scanner.take()
    parseType(scanner)
    scanner.expect(')', 'after the type of a cast')
    return parseUnary(scanner)
  }
  return parsePrimary(scanner, at)
}

/** `(` and a type alone up to `)`. */
function isCast(scanner: Scanner): boolean {
  if (!scanner.at('(') || !isTypeWord(scanner.peek(1))) return false
  let i = 2
  while (scanner.peek(i).kind === 'name' || scanner.at('*', i)) i++
  return scanner.at(')', i)
}

function parsePrimary(scanner: Scanner, at: Expression['at']): Expression {
  const token = scanner.peek()
  if (scanner.accept('(')) {
    const inner = parseExpression(scanner)
    scanner.expect(')', 'that closes a parenthesis')
    return inner
  }
  if (token.kind === 'number') {
    scanner.take()
    return { kind: 'number', value: numberOf(token.text), at }
  }
  if (token.kind !== 'name') {
    scanner.unexpected('an expression')
    return { kind: 'number', value: 0n, at }
  }
  scanner.take()
  if (!scanner.accept('(')) return { kind: 'name', name: token.text, at }
  const args: Expression[] = []
  while (!scanner.at(')') && scanner.peek().kind !== 'end') {
    args.push(parseExpression(scanner))
    if (!scanner.at(')') && !scanner.accept(',')) scanner.unexpected('`,` or `)` among the arguments')
  }
  scanner.expect(')', 'after the arguments')
  return { kind: 'call', name: token.text, args, at }
}
