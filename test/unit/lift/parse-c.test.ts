import { describe, expect, it } from 'vitest'
import {
  declare,
  type Expression,
  type FunctionDefinition,
  parseC,
  parseDeclarations,
  parseExpression,
  parseStatement,
  parseType,
  printExpression,
  printStatement,
} from '../../../src/lift/index.js'
import { parser } from '../../support/c-parser.js'

const SPAN = { line: 7, column: 3, endLine: 7, endColumn: 9 }

/** Every operator and cast in a parenthesis of its own. */
function grouped(e: Expression): string {
  switch (e.kind) {
    case 'unary':
      return `(${e.operator} ${grouped(e.operand)})`
    case 'update':
      return e.prefix ? `(${e.operator}${grouped(e.operand)})` : `(${grouped(e.operand)}${e.operator})`
    case 'binary':
    case 'logical':
    case 'assignment':
      return `(${grouped(e.left)} ${e.operator} ${grouped(e.right)})`
    case 'comma':
      return `(${grouped(e.left)}, ${grouped(e.right)})`
    case 'cast':
      return `([${declare(e.type, '')}] ${grouped(e.operand)})`
    case 'call':
      return `${grouped(e.callee)}(${e.args.map((one) => (one.kind === 'type' ? `[${declare(one.type, '')}]` : one.kind === 'raw' ? `"${one.text}"` : grouped(one))).join(', ')})`
    case 'member':
      return `${grouped(e.object)}${e.arrow ? '->' : '.'}${e.name}`
    case 'index':
      return `${grouped(e.object)}[${grouped(e.index)}]`
    case 'sizeof':
      return `${e.what}(${e.of.kind === 'type' ? `[${declare(e.of.type, '')}]` : grouped(e.of)})`
    default:
      return printExpression(e)
  }
}

function read(text: string): string {
  const expression = parseExpression(parser, text, {
    span: SPAN,
    isType: (name) => /^(?:T|[us]\d+|\w+_t)$/.test(name),
  })
  return expression === null ? 'none' : grouped(expression)
}

describe('what the grammar reads without knowing types is read again', () => {
  it.each([
    ['(T)-1', '([T] (- 1))'],
    ['(x)-1', '(x - 1)'],
    ['(x) - y * z', '(x - (y * z))'],
    ['(T) - y * z', '(([T] (- y)) * z)'],
    ['a + (T)*p', '(a + ([T] (* p)))'],
    ['a * (T)&b + c', '((a * ([T] (& b))) + c)'],
    ['(T)(x)->y', '([T] x->y)'],
    ['(T)(U)', '([T] U)'],
    ['(T)(u8)(x)', '([T] ([u8] x))'],
    ['(u64)(u8)-x', '([u64] ([u8] (- x)))'],
    ['(u64)(long)&x', '([u64] ([long] (& x)))'],
    ['(f)(x)', 'f(x)'],
    ['-(x) - y', '((- x) - y)'],
    ['sizeof(T) - 1', '(sizeof([T]) - 1)'],
    ['sizeof(x) - y', '(sizeof(x) - y)'],
    ['sizeof (T) - y', '(sizeof([T]) - y)'],
    ['sizeof(f())', 'sizeof(f())'],
    ['sizeof(T[3])', 'sizeof([T [3]])'],
    ['!x--', '(! (x--))'],
    ['-x++ + ++y', '((- (x++)) + (++y))'],
    ['*p++', '(* (p++))'],
    ['a - -1', '(a - (- 1))'],
    ['x-1', '(x - 1)'],
    ['a << 1 + b', '(a << (1 + b))'],
    ['a[b, c]', 'a[(b, c)]'],
    ['min_t(u64, a, -1)', 'min_t([u64], a, (- 1))'],
    ['container_of(p, struct box, lid)->x', 'container_of(p, [struct box], lid)->x'],
    ['CHECK(a, <=, b)', 'CHECK(a, "<=", b)'],
    ['f(, x)', 'f("", x)'],
    ['g(struct x *, int (*)(T), unsigned long)', 'g([struct x *], [int (*)(T)], [unsigned long])'],
    ['__alignof__(p->x)', 'alignof(p->x)'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })
})

function functionIn(text: string): FunctionDefinition {
  const { unit, diagnostics } = parseC(parser, 'a.c', text)
  expect(diagnostics).toEqual([])
  const found = unit.declarations.find((one) => one.kind === 'function')
  if (found?.kind !== 'function') throw new Error('no function')
  return found
}

function body(text: string): string[] {
  return functionIn(`void f(void)\n{\n${text}\n}\n`).body.body.map((one) =>
    printStatement(one).replace(/\s+/g, ' '),
  )
}

describe('statements', () => {
  it.each([
    ['if (x) case 1: a(); b();', ['if (x) case 1: a();', 'b();']],
    [
      'switch (x) { case 1: case 2: a(); b(); default: }',
      ['switch (x) { case 1: case 2: a(); b(); default: ; }'],
    ],
    ['switch (x) case 1: a();', ['switch (x) case 1: a();']],
    ['out: ', ['out: ;']],
    ['list_for_each(p, &head) g(p);', ['list_for_each(p, &head) g(p);']],
    ['do { x++; } while_each_lane(p);', ['do { x++; } while (while_each_lane(p));']],
    ['DECLARE_BITMAP(seen, 64);', ['unsigned long seen[BITS_TO_LONGS(64)];']],
    ['struct x *p __free(kfree) = NULL;', ['struct x *p __attribute__((cleanup(__free_kfree))) = NULL;']],
    ['__label__ l; int x; goto *p; &&l;', ['int x;', 'goto *p;', '&&l;']],
    ['f(g(n * sizeof(struct x), m));', ['f(g(n * sizeof(struct x), m));']],
    ['__auto_type x = y;', ['typeof(y) x = y;']],
    ['fallthrough;', [';']],
    ['int inner(int a) { return a; }', ['int inner(void) { }']],
    ['guard(mutex)(&lock);', ['guard(mutex)(&lock);']],
  ])('%s', (text, expected) => {
    expect(body(text)).toEqual(expected)
  })
})

describe('heads of functions', () => {
  const head = ({ name, returns, parameters }: FunctionDefinition): string =>
    declare({ kind: 'function', returns, parameters, variadic: false }, name)

  it.each([
    [
      'SYSCALL_DEFINE2(open, const char __user *, path, int, flags)\n{ }',
      'long sys_open(const char *path, int flags)',
    ],
    ['int f(a, b) int a; char *b; { }', 'int f(int a, char *b)'],
    ['main(argc) int argc; { }', 'int main(int argc)'],
    ['static int (*pick(int a))(void) { }', 'int (*pick(int a))(void)'],
    ['__own struct x *\nf(void) __other { }', 'struct x *f(void)'],
  ])('%s', (text, expected) => {
    const { unit } = parseC(parser, 'a.c', text)
    const [found] = unit.declarations
    expect(found?.kind === 'function' && head(found)).toBe(expected)
  })
})

it('what is not understood costs the function that it stands in and no other', () => {
  const text = 'int a(void) { return 1; }\nint b(void)\n{\n\tx = = 1;\n}\nint c(void) { return 2; }\n'
  const { unit, diagnostics } = parseC(parser, 'mm/x.c', text)
  expect(unit.declarations.map((one) => (one.kind === 'function' ? one.name : one.kind))).toEqual([
    'a',
    'error',
    'c',
  ])
  const error = unit.declarations[1]
  expect(error?.kind === 'error' && error.inFunction).toBe('b')
  expect(diagnostics.map(({ place }) => place)).toEqual([{ source: 'mm/x.c', line: 4, column: 6 }])
})

it('every node says where it stands in the file', () => {
  const found = functionIn('int f(void)\n{\n\tint x;\n\n\tx = (u8)-y;\n}\n')
  const [, statement] = found.body.body
  expect(statement?.span).toEqual({ line: 5, column: 2, endLine: 5, endColumn: 13 })
  if (statement?.kind !== 'expression' || statement.expression.kind !== 'assignment')
    throw new Error('no assignment')
  expect(statement.expression.right.span).toEqual({ line: 5, column: 6, endLine: 5, endColumn: 12 })
})

it('positions behind characters of two units count units', () => {
  const found = functionIn('int f(void)\n{\n\tg("😀"); h();\n}\n')
  expect(found.body.body[1]?.span.column).toBe(11)
})

it('a snippet has the span that is given, and null for what is none', () => {
  expect(parseExpression(parser, 'a + b', { span: SPAN })?.span).toEqual(SPAN)
  expect(parseExpression(parser, 'a + ', { span: SPAN })).toBeNull()
  expect(parseStatement(parser, 'if (x) y();', { span: SPAN })?.kind).toBe('if')
  expect(parseStatement(parser, 'a(); b();', { span: SPAN })?.kind).toBe('block')
  expect(parseStatement(parser, 'a(', { span: SPAN })).toBeNull()
  expect(parseType(parser, 'struct x **', { span: SPAN })).toMatchObject({
    kind: 'pointer',
    to: { kind: 'pointer' },
  })
  expect(parseDeclarations(parser, 'int a; int b(void) { }', { span: SPAN }).map(({ kind }) => kind)).toEqual(
    ['declaration', 'function'],
  )
})

it('a struct keeps its layout: bit-fields, alignment, packing, members of macros', () => {
  const { unit, diagnostics } = parseC(
    parser,
    'a.h',
    'struct x { unsigned a:3, :0; u32 b __aligned(8); DECLARE_BITMAP(c, 4); struct_group(d, int e; int f;); } __packed;',
  )
  expect(diagnostics).toEqual([])
  const [found] = unit.declarations
  if (found?.kind !== 'declaration' || found.type.kind !== 'struct') throw new Error('no struct')
  expect(found.type.packed).toBe(true)
  expect(
    found.type.members?.map(({ name, bits, aligned }) => [
      name,
      bits === null ? null : printExpression(bits),
      aligned === null ? null : printExpression(aligned),
    ]),
  ).toEqual([
    ['a', '3', null],
    [null, '0', null],
    ['b', null, '8'],
    ['c', null, null],
    [null, null, null],
  ])
})

it('preprocessed text keeps the lines of what was preprocessed', () => {
  const text =
    '# 1 "a.c"\n# 1 "/usr/include/x.h" 1 3\ntypedef unsigned own;\n# 2 "a.c" 2\nint f(void)\n{\n return (own)-1;\n}\n'
  const { unit, diagnostics } = parseC(parser, 'a.i', text, { isType: () => false })
  expect(diagnostics).toEqual([])
  const found = unit.declarations[1]
  expect(
    found?.kind === 'function' && found.body.body.map((one) => [printStatement(one), one.span.line]),
  ).toEqual([['return (own)-1;', 7]])
})
