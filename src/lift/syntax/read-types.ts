/** Types, declarators and declarations of a concrete tree. */
import type { Annotation, Hole, Piece } from '../normalise/index.js'
import type {
  Declaration,
  Designator,
  Expression,
  Initializer,
  InitializerList,
  MemberSyntax,
  ParameterSyntax,
  Storage,
  TypeSyntax,
  VariableSyntax,
} from './ast.js'
import {
  BASIC,
  children,
  endOf,
  expressionIn,
  fail,
  holeAt,
  kindOf,
  MAX_TREE_DEPTH,
  type Reading,
  respelledAt,
  spanBetween,
  spanOf,
  startOf,
  textOf,
  typeIn,
} from './reader.js'

/** What stands before declarators. */
export interface Specifiers {
  readonly storage: Storage
  readonly inline: boolean
  readonly type: TypeSyntax
  /** Nodes behind the specifiers: declarators, commas, what else a declaration has. */
  readonly rest: readonly number[]
}

interface Declarator {
  readonly name: string | null
  readonly nameNode: number | null
  readonly type: TypeSyntax
}

const PUNCTUATION: ReadonlySet<string> = new Set([',', 'bitfield_clause'])

const TYPE_NODES: ReadonlySet<string> = new Set([
  'primitive_type',
  'sized_type_specifier',
  'type_identifier',
  'struct_specifier',
  'union_specifier',
  'enum_specifier',
  'macro_type_specifier',
])

/** The storage, qualifiers and type that nodes begin with. */
export function readSpecifiers(reading: Reading, nodes: readonly number[], depth: number): Specifiers {
  let storage: Storage = 'none'
  let inline = false
  let isVolatile = false
  let isConst = false
  let type: TypeSyntax | null = null
  let at = 0
  for (; at < nodes.length; at++) {
    const node = nodes[at] ?? 0
    const kind = kindOf(reading, node)
    if (kind === 'storage_class_specifier' || kind === 'typedef') {
      const word = textOf(reading, node)
      if (word.includes('inline')) inline = true
      else if (storage === 'none' || word === 'typedef') storage = word as Storage
    } else if (kind === 'type_qualifier') {
      if (textOf(reading, node).includes('volatile')) isVolatile = true
      if (textOf(reading, node).includes('const')) isConst = true
    } else if (type === null && TYPE_NODES.has(kind)) type = readTypeNode(reading, node, depth)
    else break
  }
  if (type === null) fail(reading, nodes[0] ?? 0, 'a declaration without a type')
  const rest = nodes.slice(at)
  return { storage, inline, type: qualified(type, isVolatile, isConst), rest }
}

function qualified(type: TypeSyntax, isVolatile: boolean, isConst: boolean): TypeSyntax {
  const outer: TypeSyntax = isVolatile ? { kind: 'volatile', of: type } : type
  return isConst ? { ...outer, isConst: true } : outer
}

/** A `type_descriptor`: a type without a name declared. */
export function readTypeDescriptor(reading: Reading, node: number, depth: number): TypeSyntax {
  const specifiers = readSpecifiers(reading, children(reading, node), depth)
  const declarator = specifiers.rest[0]
  return declarator === undefined
    ? specifiers.type
    : readDeclarator(reading, declarator, specifiers.type, depth).type
}

function readTypeNode(reading: Reading, node: number, depth: number): TypeSyntax {
  if (depth > MAX_TREE_DEPTH) fail(reading, node, 'nested too deeply')
  const kind = kindOf(reading, node)
  switch (kind) {
    case 'primitive_type': {
      const hole = respelledAt(reading, node)
      const name = hole?.kind === 'type-name' ? hole.name : textOf(reading, node)
      return namedType(name)
    }
    case 'sized_type_specifier': {
      const words: string[] = []
      for (const child of children(reading, node)) {
        if (kindOf(reading, child) !== 'type_qualifier') words.push(textOf(reading, child))
      }
      if (!words.every((word) => BASIC.has(word))) fail(reading, node, `not a type: \`${words.join(' ')}\``)
      return { kind: 'basic', words }
    }
    case 'type_identifier':
      return readTypeName(reading, node, depth)
    case 'struct_specifier':
    case 'union_specifier':
      return readRecord(reading, node, kind === 'struct_specifier' ? 'struct' : 'union', depth)
    case 'enum_specifier':
      return readEnum(reading, node, depth)
    default:
      return { kind: 'named', name: textOf(reading, node).replace(/\s+/g, '') }
  }
}

function namedType(name: string): TypeSyntax {
  return BASIC.has(name)
    ? { kind: 'basic', words: [name === 'bool' ? '_Bool' : name] }
    : { kind: 'named', name }
}

/** An identifier that names a type, or stands for `typeof (…)`. */
export function readTypeName(reading: Reading, node: number, depth: number): TypeSyntax {
  const hole = holeAt(reading, node)
  if (hole === undefined) return namedType(textOf(reading, node))
  if (hole.kind === 'type') return typeIn(reading.file, hole.piece, depth)
  if (hole.kind === 'macro-type') return typeOfMacro(reading, hole, depth)
  if (hole.kind !== 'typeof') fail(reading, node, 'a macro where a type is expected')
  return {
    kind: 'typeof',
    of: hole.ofType ? typeIn(reading.file, hole.piece, depth) : expressionIn(reading.file, hole.piece, depth),
  }
}

/** `typeof_member(T, m)` is the type of a member; other macros' types are not known. */
function typeOfMacro(
  reading: Reading,
  hole: Extract<Hole, { kind: 'macro-type' }>,
  depth: number,
): TypeSyntax {
  const { file } = reading
  const [record, member] = hole.args
  if (hole.name !== 'typeof_member' || record === undefined || member === undefined) {
    return { kind: 'named', name: file.text.slice(hole.from, hole.to).replace(/\s+/g, ' ') }
  }
  const span = spanBetween(file, hole.from, hole.to)
  const type: TypeSyntax = { kind: 'pointer', to: typeIn(file, record.piece, depth) }
  const object: Expression = { kind: 'cast', type, operand: { kind: 'integer', text: '0', span }, span }
  return { kind: 'typeof', of: { kind: 'member', object, arrow: true, name: member.piece.text.trim(), span } }
}

function readRecord(reading: Reading, node: number, kind: 'struct' | 'union', depth: number): TypeSyntax {
  let tag: string | null = null
  let members: MemberSyntax[] | null = null
  let brace = endOf(reading, node)
  for (const child of children(reading, node)) {
    const childKind = kindOf(reading, child)
    if (childKind === 'type_identifier') tag = textOf(reading, child)
    else if (childKind === 'field_declaration_list') {
      brace = startOf(reading, child)
      members = []
      for (const member of children(reading, child)) {
        if (kindOf(reading, member) === 'field_declaration') readMembers(reading, member, members, depth + 1)
      }
    }
  }
  const end = endOf(reading, node)
  const own = annotationsIn(reading, startOf(reading, node), brace)
  if (members !== null) own.push(...annotationsIn(reading, end, Number.POSITIVE_INFINITY, end))
  const aligned = alignmentOf(reading, own, depth)
  return {
    kind,
    tag,
    members,
    packed: own.some((one) => one.kind === 'packed'),
    ...(aligned === null ? {} : { aligned }),
    span: spanOf(reading, node),
  }
}

/** Annotations between two offsets, those of the line of tokens that ends at `after` only if it is given. */
export function annotationsIn(reading: Reading, from: number, to: number, after?: number): Annotation[] {
  const { annotations } = reading.file.normalised
  let low = firstAnnotation(annotations, from)
  const found: Annotation[] = []
  for (; low < annotations.length; low++) {
    const one = annotations[low]
    if (one === undefined || one.offset >= to || (after !== undefined && one.after !== after)) break
    found.push(one)
  }
  return found
}

/** The index of the first annotation at or behind an offset. */
function firstAnnotation(annotations: readonly Annotation[], offset: number): number {
  let low = 0
  let high = annotations.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((annotations[middle]?.offset ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Annotations right before the token at an offset. */
function annotationsBefore(reading: Reading, offset: number): Annotation[] {
  const { annotations } = reading.file.normalised
  const end = firstAnnotation(annotations, offset)
  let from = end
  while (from > 0 && annotations[from - 1]?.before === offset) from--
  return annotations.slice(from, end)
}

function alignmentOf(reading: Reading, annotations: readonly Annotation[], depth: number): Expression | null {
  for (const one of annotations) {
    const span = spanBetween(reading.file, one.offset, one.offset + one.name.length)
    if (one.kind === 'cacheline') return { kind: 'identifier', name: 'L1_CACHE_BYTES', span }
    if (one.kind !== 'aligned') continue
    if (one.argument === null) return { kind: 'identifier', name: '__BIGGEST_ALIGNMENT__', span }
    return readAlignment(reading, one.argument, depth)
  }
  return null
}

function readAlignment(reading: Reading, argument: Piece, depth: number): Expression {
  return expressionIn(reading.file, argument, depth)
}

/** The members that one declaration in a struct gives. */
function readMembers(reading: Reading, node: number, members: MemberSyntax[], depth: number): void {
  const nodes = children(reading, node).filter((child) => kindOf(reading, child) !== ';')
  const first = nodes[0]
  const hole = first === undefined ? undefined : holeAt(reading, first)
  if (first !== undefined && hole?.kind === 'macro') {
    readMemberMacro(reading, first, members, depth)
    return
  }
  const specifiers = readSpecifiers(reading, nodes, depth)
  const declared = specifiers.rest.filter((child) => !PUNCTUATION.has(kindOf(reading, child)))
  const shared = alignmentOf(reading, ownAnnotations(reading, node, declared), depth)
  if (specifiers.rest.length === 0) {
    // A struct without a name gives its members; `struct x;` alone declares nothing here.
    members.push({ name: null, type: specifiers.type, bits: null, aligned: shared })
    return
  }
  for (let at = 0; at < specifiers.rest.length; at++) {
    const child = specifiers.rest[at] ?? 0
    if (kindOf(reading, child) === ',') continue
    const next = specifiers.rest[at + 1]
    const clause = next !== undefined && kindOf(reading, next) === 'bitfield_clause' ? next : null
    if (clause !== null) at++
    const bits = holeAt(reading, child)
    if (bits?.kind === 'bits') {
      const width = expressionIn(reading.file, bits.piece, depth)
      members.push({ name: null, type: specifiers.type, bits: width, aligned: null })
      continue
    }
    const declarator = readDeclarator(reading, child, specifiers.type, depth)
    const following = declared[declared.indexOf(child) + 1]
    const end = following === undefined ? endOf(reading, node) : startOf(reading, following)
    const aligned =
      alignmentOf(reading, annotationsIn(reading, startOf(reading, child), end), depth) ?? shared
    const width = clause === null ? undefined : children(reading, clause)[1]
    members.push({
      name: declarator.name,
      type: declarator.type,
      bits: width === undefined ? null : reading.file.read.expression(reading, width, depth),
      aligned,
    })
  }
}

function readMemberMacro(reading: Reading, node: number, members: MemberSyntax[], depth: number): void {
  const hole = holeAt(reading, node)
  if (hole?.kind !== 'macro') return
  const [first, second] = hole.args
  const span = spanBetween(reading.file, hole.from, hole.to)
  if (hole.name === 'DECLARE_BITMAP' && first !== undefined && second !== undefined) {
    const bits = expressionIn(reading.file, second.piece, depth)
    members.push({
      name: first.piece.text.trim(),
      type: bitmapType(bits, second.piece.text),
      bits: null,
      aligned: null,
    })
  } else if (/^_*DECLARE_FLEX_ARRAY$/.test(hole.name) && first !== undefined && second !== undefined) {
    const of = typeIn(reading.file, first.piece, depth)
    members.push({
      name: second.piece.text.trim(),
      type: { kind: 'array', of, length: null },
      bits: null,
      aligned: null,
    })
  } else if (hole.name === 'DECLARE_HASHTABLE' && first !== undefined && second !== undefined) {
    const one: Expression = { kind: 'integer', text: '1', span }
    const bits = expressionIn(reading.file, second.piece, depth)
    const length: Expression = { kind: 'binary', operator: '<<', left: one, right: bits, span }
    const of: TypeSyntax = { kind: 'struct', tag: 'hlist_head', members: null, packed: false, span }
    members.push({
      name: first.piece.text.trim(),
      type: { kind: 'array', of, length },
      bits: null,
      aligned: null,
    })
  } else if (!/(?:CACHELINE|ZONE|NODE)_PADDING$/.test(hole.name)) {
    warnOfMacro(reading, hole, 'a member that the macro NAME declares is not known')
  }
}

function warnOfMacro(reading: Reading, hole: Extract<Hole, { kind: 'macro' }>, message: string): void {
  const span = spanBetween(reading.file, hole.from, hole.to)
  reading.file.diagnostics.push({
    severity: 'warning',
    code: 'c-member-macro',
    message: message.replace('NAME', hole.name),
    place: { source: reading.file.path, line: span.line, column: span.column },
  })
}

/** `unsigned long [BITS_TO_LONGS(bits)]`, which DECLARE_BITMAP declares; `text` is that of `bits`. */
export function bitmapType(bits: Expression, text: string): TypeSyntax {
  const { span } = bits
  const length: Expression = {
    kind: 'call',
    callee: { kind: 'identifier', name: 'BITS_TO_LONGS', span },
    args: [bits],
    text: `BITS_TO_LONGS(${text.trim()})`,
    span,
  }
  return { kind: 'array', of: { kind: 'basic', words: ['unsigned', 'long'] }, length }
}

function readEnum(reading: Reading, node: number, depth: number): TypeSyntax {
  let tag: string | null = null
  let enumerators: { name: string; value: Expression | null }[] | null = null
  for (const child of children(reading, node)) {
    const kind = kindOf(reading, child)
    if (kind === 'type_identifier') tag = textOf(reading, child)
    else if (kind === 'enumerator_list') {
      enumerators = []
      for (const one of children(reading, child)) {
        if (kindOf(reading, one) !== 'enumerator') continue
        const [name, , value] = children(reading, one)
        const hole = name === undefined ? undefined : holeAt(reading, name)
        if (hole?.kind === 'macro') {
          warnOfMacro(reading, hole, 'enumerators that the macro NAME declares are not known')
          enumerators.push({ name: reading.file.text.slice(hole.from, hole.to), value: null })
          continue
        }
        enumerators.push({
          name: name === undefined ? '' : textOf(reading, name),
          value: value === undefined ? null : reading.file.read.expression(reading, value, depth + 1),
        })
      }
    }
  }
  return { kind: 'enum', tag, enumerators }
}

/** A declarator around the type before it: the name that it declares, if any, and that name's type. */
export function readDeclarator(reading: Reading, node: number, base: TypeSyntax, depth: number): Declarator {
  if (depth > MAX_TREE_DEPTH) fail(reading, node, 'nested too deeply')
  let type = base
  let at: number | undefined = node
  let steps = 0
  while (at !== undefined) {
    if (++steps > MAX_TREE_DEPTH) fail(reading, node, 'nested too deeply')
    const kind = kindOf(reading, at)
    const nodes: number[] = children(reading, at)
    switch (kind) {
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier':
      case 'primitive_type':
        return { name: textOf(reading, at), nameNode: at, type }
      case 'parenthesized_declarator':
      case 'abstract_parenthesized_declarator':
      case 'attributed_declarator':
        at = nodes.find((child) => isDeclarator(reading, child))
        break
      case 'pointer_declarator':
      case 'abstract_pointer_declarator': {
        const qualifiers = nodes
          .filter((child) => kindOf(reading, child) === 'type_qualifier')
          .map((child) => textOf(reading, child))
        type = qualified(
          { kind: 'pointer', to: type },
          qualifiers.some((word) => word.includes('volatile')),
          qualifiers.some((word) => word.includes('const')),
        )
        at = nodes.find((child) => isDeclarator(reading, child))
        break
      }
      case 'array_declarator':
      case 'abstract_array_declarator': {
        const open = nodes.findIndex((child) => kindOf(reading, child) === '[')
        const size: number | undefined = nodes
          .slice(open + 1, -1)
          .find((child) => !['type_qualifier', 'static', '*'].includes(kindOf(reading, child)))
        const length = size === undefined ? null : reading.file.read.expression(reading, size, depth + 1)
        type = { kind: 'array', of: type, length }
        at = nodes.slice(0, open).find((child) => isDeclarator(reading, child))
        break
      }
      case 'function_declarator':
      case 'abstract_function_declarator': {
        const list = nodes.findIndex((child) => kindOf(reading, child) === 'parameter_list')
        type = { kind: 'function', returns: type, ...readParameters(reading, nodes[list] ?? at, depth + 1) }
        at = nodes.slice(0, list).find((child) => isDeclarator(reading, child))
        break
      }
      default:
        fail(reading, at, `a declarator that is not understood: ${kind}`)
    }
  }
  return { name: null, nameNode: null, type }
}

function isDeclarator(reading: Reading, node: number): boolean {
  const kind = kindOf(reading, node)
  return kind.endsWith('declarator') || kind.endsWith('identifier') || kind === 'primitive_type'
}

function readParameters(
  reading: Reading,
  list: number,
  depth: number,
): { parameters: readonly ParameterSyntax[] | null; variadic: boolean } {
  const parameters: ParameterSyntax[] = []
  let variadic = false
  let said = false
  for (const node of children(reading, list)) {
    const kind = kindOf(reading, node)
    if (kind === 'variadic_parameter') variadic = true
    else if (kind === 'identifier') parameters.push({ name: textOf(reading, node), type: INT })
    else if (kind === 'parameter_declaration') {
      const specifiers = readSpecifiers(reading, children(reading, node), depth)
      const declarator = specifiers.rest[0]
      const one =
        declarator === undefined
          ? { name: null, type: specifiers.type }
          : readDeclarator(reading, declarator, specifiers.type, depth)
      parameters.push({ name: one.name, type: one.type })
    } else continue
    said = true
  }
  if (!said) return { parameters: null, variadic }
  const [only] = parameters
  const isVoid =
    parameters.length === 1 &&
    only?.name === null &&
    only.type.kind === 'basic' &&
    only.type.words[0] === 'void'
  return { parameters: isVoid ? [] : parameters, variadic }
}

const INT: TypeSyntax = { kind: 'basic', words: ['int'] }

/** A `declaration`, `type_definition`, or the definition of a struct alone. */
export function readDeclaration(reading: Reading, node: number, depth: number): Declaration {
  const span = spanOf(reading, node)
  const kind = kindOf(reading, node)
  const alone = TYPE_NODES.has(kind)
  const nodes = alone ? [node] : children(reading, node).filter((child) => kindOf(reading, child) !== ';')
  const specifiers = readSpecifiers(reading, nodes, depth)
  const annotations = alone ? [] : annotationsIn(reading, startOf(reading, node), endOf(reading, node))
  const mode = annotations.find((one) => one.kind === 'mode')
  const type = mode === undefined ? specifiers.type : ofMode(specifiers.type, mode)
  const variables: VariableSyntax[] = []
  const declared = specifiers.rest.filter((child) => kindOf(reading, child) !== ',')
  const shared = alignmentOf(reading, ownAnnotations(reading, node, declared), depth)
  for (const [at, child] of declared.entries()) {
    const next = declared[at + 1]
    const end = next === undefined ? endOf(reading, node) : startOf(reading, next)
    const own = annotations.length === 0 ? [] : annotationsIn(reading, startOf(reading, child), end)
    variables.push(readVariable(reading, child, type, own, shared, depth))
  }
  return { kind: 'declaration', storage: specifiers.storage, type, variables, span }
}

/** `__attribute__((mode(DI)))` sets an integer's width. */
function ofMode(type: TypeSyntax, mode: Annotation): TypeSyntax {
  const width = /[A-Za-z]+/.exec((mode.argument?.text ?? '').replace(/_/g, ''))?.[0] ?? ''
  const words = MODES[width]
  if (words === undefined || type.kind !== 'basic') return { kind: 'named', name: `mode(${width})` }
  return { kind: 'basic', words: type.words.includes('unsigned') ? ['unsigned', ...words] : [...words] }
}

const MODES: Readonly<Record<string, readonly string[]>> = {
  QI: ['char'],
  byte: ['char'],
  HI: ['short'],
  SI: ['int'],
  DI: ['long', 'long'],
  TI: ['__int128'],
  word: ['long'],
  pointer: ['long'],
}

/** Annotations before the first declarator, not those of a struct that is defined there. */
function ownAnnotations(reading: Reading, node: number, declared: readonly number[]): Annotation[] {
  const first = declared[0]
  if (reading.file.normalised.annotations.length === 0) return []
  const type = children(reading, node).find((child) => TYPE_NODES.has(kindOf(reading, child)))
  const last = first === undefined ? endOf(reading, node) : startOf(reading, first)
  const before = type === undefined ? last : startOf(reading, type)
  const start = startOf(reading, node)
  const leading = annotationsBefore(reading, start)
  const defines = type !== undefined && children(reading, type).length > 1
  const behind = defines || type === undefined ? [] : annotationsIn(reading, endOf(reading, type), last)
  return [...leading, ...annotationsIn(reading, start, before), ...behind]
}

function readVariable(
  reading: Reading,
  node: number,
  base: TypeSyntax,
  annotations: readonly Annotation[],
  shared: Expression | null,
  depth: number,
): VariableSyntax {
  const isInitialised = kindOf(reading, node) === 'init_declarator'
  const parts = isInitialised ? children(reading, node) : [node]
  const value = isInitialised ? parts.at(-1) : undefined
  const initializer = value === undefined ? null : readInitializer(reading, value, depth + 1)
  const named = parts[0] ?? node
  const isAuto = base.kind === 'named' && base.name === '__auto_type' && initializer !== null
  const own: TypeSyntax =
    isAuto && initializer.kind !== 'initializer-list' ? { kind: 'typeof', of: initializer } : base
  const declarator = readDeclarator(reading, named, own, depth)
  if (declarator.name === null) fail(reading, node, 'a declarator without a name')
  const cleanup = annotations.find((one) => one.kind === 'cleanup')
  const aligned = alignmentOf(reading, annotations, depth) ?? shared
  return {
    name: declarator.name,
    type: declarator.type,
    initializer,
    cleanup: cleanup === undefined ? null : cleanupOf(cleanup),
    ...(aligned === null ? {} : { aligned }),
    span: spanOf(reading, node),
  }
}

/** `__free(kfree)` names what DEFINE_FREE defined, `__cleanup(f)` and the attribute a function. */
function cleanupOf(annotation: Annotation): string {
  const name = (annotation.argument?.text ?? '').trim()
  return annotation.name === '__free' ? `__free_${name}` : name
}

/** The value of an initializer: an expression, or a list in braces. */
export function readInitializer(reading: Reading, node: number, depth: number): Initializer {
  if (depth > MAX_TREE_DEPTH) fail(reading, node, 'nested too deeply')
  if (kindOf(reading, node) === 'initializer_list') return readInitializerList(reading, node, depth)
  return reading.file.read.expression(reading, node, depth)
}

export function readInitializerList(reading: Reading, node: number, depth: number): InitializerList {
  const items: { designators: Designator[]; value: Initializer }[] = []
  for (const child of children(reading, node)) {
    const kind = kindOf(reading, child)
    if (kind === '{' || kind === '}' || kind === ',') continue
    if (kind !== 'initializer_pair') {
      items.push({ designators: [], value: readInitializer(reading, child, depth + 1) })
      continue
    }
    const parts = children(reading, child)
    const value = parts.at(-1) ?? child
    const designators: Designator[] = []
    for (const part of parts.slice(0, -1)) {
      const partKind = kindOf(reading, part)
      const inner = children(reading, part)
      if (partKind === 'field_designator')
        designators.push({ kind: 'member', name: textOf(reading, inner[1] ?? part) })
      else if (partKind === 'field_identifier')
        designators.push({ kind: 'member', name: textOf(reading, part) })
      else if (partKind === 'subscript_designator' || partKind === 'subscript_range_designator') {
        const [first, last] = inner.filter((one) => !['[', ']', '...'].includes(kindOf(reading, one)))
        if (first === undefined) fail(reading, part, 'a designator without an index')
        designators.push({
          kind: 'index',
          index: reading.file.read.expression(reading, first, depth + 1),
          to: last === undefined ? null : reading.file.read.expression(reading, last, depth + 1),
        })
      }
    }
    items.push({ designators, value: readInitializer(reading, value, depth + 1) })
  }
  return { kind: 'initializer-list', items, span: spanOf(reading, node) }
}
