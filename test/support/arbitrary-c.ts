/** Made-up syntax trees of C, for laws about printing and parsing. Names mean nothing; types are `own_t` and C's own. */
import fc from 'fast-check'
import type {
  Block,
  Declaration,
  Expression,
  FunctionDefinition,
  Initializer,
  Span,
  Statement,
  TypeSyntax,
} from '../../src/lift/index.js'

const span: Span = { line: 1, column: 1, endLine: 1, endColumn: 1 }

const name = fc.constantFrom('a', 'b', 'index', 'walk', 'p')
const member = fc.constantFrom('next', 'head', 'flags')

const identifier: fc.Arbitrary<Expression> = name.map((one) => ({ kind: 'identifier', name: one, span }))

const literal: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .constantFrom('0', '1', '42', '0x10UL', '017', '18446744073709551615ULL')
    .map((text) => ({ kind: 'integer' as const, text, span })),
  fc.constantFrom('1.5', '2e10', '1.0f').map((text) => ({ kind: 'floating' as const, text, span })),
  fc.constantFrom("'a'", "'\\n'", "L'x'").map((text) => ({ kind: 'character' as const, text, span })),
  fc
    .array(fc.constantFrom('"abc"', '"%d\\n"', '""'), { minLength: 1, maxLength: 3 })
    .map((texts) => ({ kind: 'string' as const, texts, span })),
)

/** Trees are wide rather than deep. */
const DEPTH = { maxDepth: 4, depthIdentifier: 'c', withCrossShrink: true } as const

const BINARY = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '<=', '>', '>='] as const
const ASSIGNMENT = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='] as const

type Arbitraries = {
  expression: Expression
  place: Expression
  type: TypeSyntax
  declared: TypeSyntax
  initializer: Initializer
  statement: Statement
  simple: Statement
  block: Block
  declaration: Declaration
}

export const c = fc.letrec<Arbitraries>((tie) => ({
  /** What can stand left of `=` and before `.`, `[` and `(`. */
  place: fc.oneof(
    DEPTH,
    identifier,
    fc.record({
      kind: fc.constant('member' as const),
      object: tie('place'),
      arrow: fc.boolean(),
      name: member,
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('index' as const),
      object: tie('place'),
      index: tie('expression'),
      span: fc.constant(span),
    }),
    tie('expression').map((operand) => ({ kind: 'unary' as const, operator: '*' as const, operand, span })),
  ),
  expression: fc.oneof(
    DEPTH,
    identifier,
    literal,
    tie('place'),
    fc.record({
      kind: fc.constant('unary' as const),
      operator: fc.constantFrom(
        '+' as const,
        '-' as const,
        '~' as const,
        '!' as const,
        '&' as const,
        '*' as const,
      ),
      operand: tie('expression'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('update' as const),
      operator: fc.constantFrom('++' as const, '--' as const),
      prefix: fc.boolean(),
      operand: tie('place'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom(...BINARY),
      left: tie('expression'),
      right: tie('expression'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('logical' as const),
      operator: fc.constantFrom('&&' as const, '||' as const),
      left: tie('expression'),
      right: tie('expression'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('assignment' as const),
      operator: fc.constantFrom(...ASSIGNMENT),
      left: tie('place'),
      right: tie('expression'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('conditional' as const),
      test: tie('expression'),
      then: fc.option(tie('expression')),
      otherwise: tie('expression'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('comma' as const),
      left: tie('expression'),
      right: tie('expression'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('call' as const),
      callee: tie('place'),
      args: fc.array(tie('expression'), { maxLength: 3 }),
      text: fc.constant(''),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('call' as const),
      callee: identifier,
      args: fc.array(
        fc.oneof(
          tie('expression'),
          tie('type').map((type) => ({ kind: 'type' as const, type, span })),
          fc
            .constantFrom('==', '<', 'return 0', 'int x')
            .map((text) => ({ kind: 'raw' as const, text, span })),
        ),
        { maxLength: 3 },
      ),
      text: fc.constant(''),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('cast' as const),
      type: tie('type'),
      operand: tie('expression'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('sizeof' as const),
      what: fc.constantFrom('sizeof' as const, 'alignof' as const),
      of: fc.oneof(
        tie('expression'),
        tie('type').map((type) => ({ kind: 'type' as const, type, span })),
      ),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('offsetof' as const),
      type: tie('type'),
      path: fc
        .tuple(
          member,
          fc.array(
            fc.oneof(
              member.map((one) => ({ kind: 'member' as const, name: one })),
              tie('expression').map((index) => ({ kind: 'index' as const, index, to: null })),
            ),
            { maxLength: 2 },
          ),
        )
        .map(([first, rest]) => [{ kind: 'member' as const, name: first }, ...rest]),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('compound-literal' as const),
      type: tie('type'),
      initializer: list(tie('initializer'), tie('expression')),
      span: fc.constant(span),
    }),
    tie('block').map((body) => ({ kind: 'statement-expression' as const, body, span })),
    fc.record({
      kind: fc.constant('generic' as const),
      control: tie('expression'),
      choices: fc.array(fc.record({ type: fc.option(tie('type')), value: tie('expression') }), {
        minLength: 1,
        maxLength: 2,
      }),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('va-arg' as const),
      list: tie('expression'),
      type: tie('type'),
      span: fc.constant(span),
    }),
    name.map((label) => ({ kind: 'label-address' as const, label, span })),
  ),
  initializer: fc.oneof(DEPTH, tie('expression'), list(tie('initializer'), tie('expression'))),
  /** A type that a cast may name. */
  type: derived(
    fc.oneof(
      DEPTH,
      fc.constantFrom<TypeSyntax>(
        { kind: 'basic', words: ['int'] },
        { kind: 'basic', words: ['unsigned', 'long'] },
        { kind: 'basic', words: ['_Bool'] },
        { kind: 'basic', words: ['void'] },
        { kind: 'named', name: 'own_t' },
        { kind: 'named', name: 'size_t' },
        { kind: 'struct', tag: 'mm', members: null, packed: false, span },
        { kind: 'enum', tag: 'state', enumerators: null },
        { kind: 'volatile', of: { kind: 'basic', words: ['int'] } },
      ),
      tie('expression').map((of) => ({ kind: 'typeof' as const, of })),
      tie('type').map((of) => ({ kind: 'typeof' as const, of })),
    ),
    tie('expression'),
  ),
  /** A type that a declaration may define. */
  declared: fc.oneof(
    DEPTH,
    fc.constantFrom<TypeSyntax>(
      { kind: 'basic', words: ['int'] },
      { kind: 'named', name: 'own_t' },
      { kind: 'volatile', of: { kind: 'named', name: 'own_t' } },
      { kind: 'struct', tag: 'mm', members: null, packed: false, span },
    ),
    fc.record({
      kind: fc.constantFrom('struct' as const, 'union' as const),
      tag: fc.option(fc.constant('pair')),
      members: fc.array(
        fc.oneof(
          fc.record({
            name: member,
            type: tie('type'),
            bits: fc.constant(null),
            aligned: fc.option(literal.filter(({ kind }) => kind === 'integer')),
          }),
          fc.record({
            name: fc.option(member),
            type: fc.constant<TypeSyntax>({ kind: 'basic', words: ['unsigned'] }),
            bits: fc.constant<Expression>({ kind: 'integer', text: '3', span }),
            aligned: fc.constant(null),
          }),
        ),
        { maxLength: 3 },
      ),
      packed: fc.boolean(),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('enum' as const),
      tag: fc.option(fc.constant('state')),
      enumerators: fc.array(
        fc.record({ name: fc.constantFrom('ONE', 'TWO'), value: fc.option(tie('expression')) }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  ),
  declaration: tie('declared').chain((type) =>
    fc.record({
      kind: fc.constant('declaration' as const),
      storage: fc.constantFrom('none' as const, 'static' as const, 'register' as const),
      type: fc.constant(type),
      variables: fc.array(
        fc.record({
          name,
          type: derived(fc.constant(type), tie('expression')),
          initializer: fc.option(tie('initializer')),
          cleanup: fc.option(fc.constant('release'), { freq: 6 }),
          span: fc.constant(span),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      span: fc.constant(span),
    }),
  ),
  block: fc
    .array(tie('statement'), { maxLength: 4, depthIdentifier: 'c' })
    .map((body) => ({ kind: 'block' as const, body, span })),
  simple: fc.oneof(
    effect(tie('expression')).map((expression) => ({ kind: 'expression' as const, expression, span })),
    fc.constant({ kind: 'empty' as const, span }),
    name.map((label) => ({ kind: 'goto' as const, label, span })),
    fc.constantFrom('break' as const, 'continue' as const).map((kind) => ({ kind, span })),
    fc.option(tie('expression')).map((value) => ({ kind: 'return' as const, value, span })),
    tie('expression').map((target) => ({ kind: 'computed-goto' as const, target, span })),
    fc.constant({ kind: 'asm' as const, text: 'asm volatile("nop" : : : "memory")', span }),
  ),
  statement: fc.oneof(
    DEPTH,
    tie('simple'),
    tie('declaration'),
    tie('block'),
    fc.record({
      kind: fc.constant('if' as const),
      test: tie('expression'),
      then: fc.oneof(tie('simple'), tie('block')),
      otherwise: fc.option(tie('statement').filter(stands)),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('while' as const),
      test: tie('expression'),
      body: tie('statement').filter(stands),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('do' as const),
      body: tie('block'),
      test: tie('expression'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('for' as const),
      first: fc.option(fc.oneof(effect(tie('expression')), tie('declaration'))),
      test: fc.option(tie('expression')),
      step: fc.option(tie('expression')),
      body: tie('statement').filter(stands),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('iteration' as const),
      macro: fc.constantFrom('list_for_each_entry', 'scoped_guard'),
      text: fc.constant(''),
      args: fc.array(tie('expression'), { minLength: 1, maxLength: 2 }),
      body: tie('block'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('switch' as const),
      value: tie('expression'),
      body: tie('block'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('case' as const),
      from: fc.option(literal),
      to: fc.constant(null),
      statement: tie('simple'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('case' as const),
      from: literal,
      to: fc.option(literal),
      statement: tie('simple'),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant('label' as const),
      name,
      statement: fc.oneof(tie('simple'), tie('block')),
      span: fc.constant(span),
    }),
  ),
}))

/** An expression that doesn't read as a declaration. */
function effect(right: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc.record({
    kind: fc.constant('assignment' as const),
    operator: fc.constantFrom(...ASSIGNMENT),
    left: identifier,
    right,
    span: fc.constant(span),
  })
}

/** Declarations need a block around them. */
function stands(statement: Statement): boolean {
  return statement.kind !== 'declaration'
}

function list(initializer: fc.Arbitrary<Initializer>, expression: fc.Arbitrary<Expression>) {
  const designator = fc.oneof(
    member.map((one) => ({ kind: 'member' as const, name: one })),
    fc.record({ kind: fc.constant('index' as const), index: expression, to: fc.option(expression) }),
  )
  return fc.record({
    kind: fc.constant('initializer-list' as const),
    items: fc.array(fc.record({ designators: fc.array(designator, { maxLength: 2 }), value: initializer }), {
      maxLength: 3,
    }),
    span: fc.constant(span),
  })
}

/** A type with pointers, arrays and functions around it. */
function derived(
  base: fc.Arbitrary<TypeSyntax>,
  expression: fc.Arbitrary<Expression>,
): fc.Arbitrary<TypeSyntax> {
  const around = fc.oneof(
    fc.constant('pointer' as const),
    fc.constant('volatile pointer' as const),
    fc.option(expression).map((length) => ({ length })),
    fc.constant('function pointer' as const),
  )
  return fc.tuple(base, fc.array(around, { maxLength: 3 })).map(([inner, wraps]) =>
    wraps.reduce<TypeSyntax>((type, wrap) => {
      if (wrap === 'pointer') return { kind: 'pointer', to: type }
      if (wrap === 'volatile pointer') return { kind: 'volatile', of: { kind: 'pointer', to: type } }
      if (wrap !== 'function pointer') return { kind: 'array', of: type, length: wrap.length }
      const parameters = [
        { name: 'x', type: INT },
        { name: null, type: { kind: 'pointer' as const, to: INT } },
      ]
      return { kind: 'pointer', to: { kind: 'function', returns: type, parameters, variadic: false } }
    }, inner),
  )
}

const INT: TypeSyntax = { kind: 'basic', words: ['int'] }

/** A function with a made-up body. */
export const functions: fc.Arbitrary<FunctionDefinition> = c.block.map((body) => ({
  kind: 'function',
  name: 'walk_range',
  returns: INT,
  parameters: [{ name: 'walk', type: { kind: 'pointer', to: { kind: 'named', name: 'own_t' } } }],
  variadic: false,
  storage: 'static',
  inline: false,
  body,
  span,
}))

/** A tree without what printing may change: places, and the texts of calls. */
export function essence(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, function (this: { kind?: string }, key, value: unknown) {
      if (key === 'span') return undefined
      return key === 'text' && (this.kind === 'call' || this.kind === 'iteration') ? undefined : value
    }),
  )
}
