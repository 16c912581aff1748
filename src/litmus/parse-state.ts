/** The parts of a test that are not C: the initial state, `locations`, `filter` and the condition. */
import { numberOf, type Scanner } from './scanner.js'
import type { CType, Initial, Location, Proposition, Quantifier, Value } from './syntax.js'

const TRUE: Proposition = { kind: 'and', of: [] }

/** The initial state, from its `{` to its `}`. */
export function parseInitial(scanner: Scanner): Initial[] {
  const entries: Initial[] = []
  scanner.expect('{', 'that opens the initial state')
  while (!scanner.at('}') && scanner.peek().kind !== 'end') {
    if (scanner.accept(';')) continue
    entries.push(parseEntry(scanner))
    if (!scanner.at('}') && !scanner.accept(';')) scanner.unexpected('`;` or `}` in the initial state')
  }
  scanner.expect('}', 'that closes the initial state')
  return entries
}

function parseEntry(scanner: Scanner): Initial {
  const at = scanner.place(scanner.peek().offset)
  const type = parseType(scanner)
  const location = parseLocation(scanner, 'a location of the initial state')
  const value = scanner.accept('=') ? parseInitialValue(scanner) : null
  return { location, type, value, at }
}

/** The type before a location, if there is one: a name that another name, a number or a star follows. */
function parseType(scanner: Scanner): CType | null {
  const words: string[] = []
  const followed = (): boolean => {
    const { kind } = scanner.peek(1)
    return kind === 'name' || kind === 'number' || scanner.at('*', 1)
  }
  while (scanner.peek().kind === 'name' && followed()) words.push(scanner.take().text)
  let pointers = 0
  while (scanner.accept('*')) pointers++
  if (words.length === 0 && pointers === 0) return null
  return { base: words.length === 0 ? 'int' : words.join(' '), pointers }
}

function parseInitialValue(scanner: Scanner): Value {
  if (scanner.at('{')) noArrays(scanner)
  if (!scanner.accept('ATOMIC_INIT')) return parseValue(scanner)
  scanner.expect('(', 'after ATOMIC_INIT')
  const value = parseValue(scanner)
  scanner.expect(')', 'after the value of ATOMIC_INIT')
  return value
}

/** A number, or the address of a global with or without `&`. */
function parseValue(scanner: Scanner): Value {
  if (scanner.accept('&')) return { kind: 'address', name: scanner.name('a location').text }
  if (scanner.peek().kind === 'name') return { kind: 'address', name: scanner.take().text }
  const negative = scanner.accept('-')
  const token = scanner.peek()
  if (token.kind !== 'number') scanner.unexpected('a number or a location')
  else scanner.take()
  const value = numberOf(token.text)
  return { kind: 'number', value: negative ? -value : value }
}

/** `x`, `[x]`, `*x`, `1:r0`, `P1:r0`. */
function parseLocation(scanner: Scanner, what: string): Location {
  if (scanner.accept('[')) {
    const name = scanner.name(what).text
    scanner.expect(']', 'after a location in brackets')
    return { kind: 'global', name }
  }
  if (atRegister(scanner)) return parseRegister(scanner)
  const { text } = scanner.name(what)
  if (scanner.at('[')) noArrays(scanner)
  return { kind: 'global', name: text }
}

function atRegister(scanner: Scanner): boolean {
  const { kind, text } = scanner.peek()
  return (kind === 'number' || /^P\d+$/.test(text)) && scanner.at(':', 1)
}

function parseRegister(scanner: Scanner): Location {
  const process = Number(scanner.take().text.replace(/^P/, ''))
  scanner.take()
  return { kind: 'register', process, name: scanner.name('a register').text }
}

function noArrays(scanner: Scanner): void {
  scanner.fail('litmus-unsupported', 'arrays are not supported', scanner.peek().offset)
}

/** What follows the processes. */
export interface Ending {
  readonly locations: readonly Location[]
  readonly filter: Proposition | null
  readonly quantifier: Quantifier
  readonly condition: Proposition
}

/** Everything after the processes: `locations` and `filter` before or after the condition, each at most once. */
export function parseEnding(scanner: Scanner): Ending {
  let locations: readonly Location[] | null = null
  let filter: Proposition | null = null
  let final: { quantifier: Quantifier; condition: Proposition } | null = null
  while (scanner.peek().kind !== 'end') {
    const { offset } = scanner.peek()
    const again = (what: string): void => scanner.fail('litmus-syntax', `a second ${what}`, offset)
    if (scanner.accept('locations')) {
      if (locations !== null) again('`locations`')
      locations = parseLocations(scanner)
    } else if (scanner.accept('filter')) {
      if (filter !== null) again('`filter`')
      filter = parseProposition(scanner)
    } else {
      const quantifier = parseQuantifier(scanner)
      if (final !== null) again('condition')
      final = { quantifier, condition: parseProposition(scanner) }
      scanner.accept(';')
    }
  }
  // A test without a condition asks for nothing, which is always the case.
  return {
    locations: locations ?? [],
    filter,
    ...(final ?? { quantifier: 'forall', condition: TRUE }),
  }
}

function parseLocations(scanner: Scanner): Location[] {
  const found: Location[] = []
  scanner.expect('[', 'after `locations`')
  while (!scanner.at(']') && scanner.peek().kind !== 'end') {
    if (scanner.accept(';')) continue
    found.push(parseLocation(scanner, 'a location'))
    if (scanner.peek().kind === 'name') scanner.take()
    while (scanner.accept('*'));
    if (!scanner.at(']') && !scanner.accept(';')) scanner.unexpected('`;` or `]` in `locations`')
  }
  scanner.expect(']', 'that closes `locations`')
  return found
}

/** A condition in parentheses without a word before it asks whether it can be met. */
function parseQuantifier(scanner: Scanner): Quantifier {
  if (scanner.accept('exists') || scanner.accept('final') || scanner.at('(')) return 'exists'
  if (scanner.accept('forall')) return 'forall'
  if (scanner.accept('~') || scanner.accept('not')) {
    scanner.expect('exists', 'after `~`')
    return '~exists'
  }
  scanner.unexpected('`exists`, `~exists`, `forall`, `locations`, `filter` or a process')
  return 'exists'
}

/** herd's precedence, which is not the usual one: `~` binds most, then `=>`, `/\` and `\/`. */
function parseProposition(scanner: Scanner): Proposition {
  return parseList(scanner, '\\/', 'or', () =>
    parseList(scanner, '/\\', 'and', () => parseImplication(scanner)),
  )
}

function parseList(
  scanner: Scanner,
  sign: string,
  kind: 'and' | 'or',
  parsePart: () => Proposition,
): Proposition {
  const first = parsePart()
  if (!scanner.at(sign)) return first
  const of = [first]
  while (scanner.accept(sign)) of.push(parsePart())
  return { kind, of }
}

function parseImplication(scanner: Scanner): Proposition {
  const left = parseNegation(scanner)
  if (!scanner.accept('=>')) return left
  return { kind: 'implies', left, right: scanner.nested(() => parseImplication(scanner), TRUE) }
}

function parseNegation(scanner: Scanner): Proposition {
  if (scanner.accept('~') || scanner.accept('not')) {
    return { kind: 'not', of: scanner.nested(() => parseNegation(scanner), TRUE) }
  }
  if (scanner.accept('true')) return { kind: 'and', of: [] }
  if (scanner.accept('false')) return { kind: 'or', of: [] }
  if (!scanner.accept('(')) return parseAtom(scanner)
  const inner = scanner.nested(() => parseProposition(scanner), TRUE)
  scanner.expect(')', 'that closes a part of the condition')
  return inner
}

function parseAtom(scanner: Scanner): Proposition {
  scanner.accept('*')
  const location = parseLocation(scanner, 'a part of the condition')
  const equal = scanner.accept('=') || scanner.accept('==')
  if (!equal && !scanner.accept('!=') && !scanner.accept('<>')) scanner.unexpected('`=` or `!=`')
  const atom = parseRight(scanner, location)
  return equal ? atom : { kind: 'not', of: atom }
}

/** A number, an address, or with `[x]`, `*x` or `1:r0` the content of another location. */
function parseRight(scanner: Scanner, left: Location): Proposition {
  if (scanner.at('{')) noArrays(scanner)
  const star = scanner.accept('*')
  if (star || scanner.at('[') || atRegister(scanner)) {
    return { kind: 'same', left, right: parseLocation(scanner, 'a location') }
  }
  const value = parseValue(scanner)
  if (scanner.at('[')) noArrays(scanner)
  return { kind: 'is', location: left, value }
}
