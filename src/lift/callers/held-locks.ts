/**
 * Which locks are held at a place of a function, as far as its own text shows: what was taken on the straight way
 * there and not released, what is asserted before, what the function's head declares. Loops are gone through once,
 * a `goto` brings its locks to its label, a call of another function changes nothing.
 */
import type { Token } from '../lex-c.js'
import { argumentsOf, type Code, type FunctionPart, textOf } from './code.js'
import { annotatedLock, guardedLock, type Lock, lockWords } from './lock-words.js'

/** A lock that is held, and how that is known. */
export interface HeldLock extends Lock {
  readonly by: 'taken' | 'asserted' | 'declared'
  /** Where it was taken or is asserted. */
  readonly line: number
}

/** Locks at a place. */
export interface LockContext {
  readonly held: readonly HeldLock[]
  /** Held on some of the ways there only. */
  readonly perhaps: readonly HeldLock[]
}

/** The locks held at a token of a function's body; null where the function is too deeply nested to follow. */
export function locksAt(code: Code, part: FunctionPart, target: number): LockContext | null {
  const walk = new Walk(code, target, part)
  const state = walk.run()
  if (state === null) return null
  return { held: [...state.held.values()], perhaps: [...state.perhaps.values()] }
}

/** What a function asserts of its callers: the asserts on its straight way, and what its head declares. */
export function assertedBy(code: Code, part: FunctionPart): readonly HeldLock[] {
  const asserted: HeldLock[] = [...declared(code, part)]
  for (let at = part.open; at < part.close; at++) {
    const token = code.tokens[at]
    if (token?.kind !== 'ident' || code.tokens[at + 1]?.text !== '(') continue
    for (const word of lockWords(token.text, argumentTexts(code, at + 1))) {
      if (word.does !== 'assert' || !isUnconditional(code, part, at)) continue
      asserted.push({
        lock: word.lock,
        mode: word.mode,
        object: word.object,
        by: 'asserted',
        line: token.line,
      })
    }
  }
  return asserted
}

/** Whether a token stands in a statement of the function's own block that is no `if` and no loop. */
function isUnconditional(code: Code, part: FunctionPart, at: number): boolean {
  let inner = at
  while ((code.parent[inner] ?? -1) > part.open) inner = code.parent[inner] ?? -1
  if (code.parent[inner] !== part.open || code.tokens[inner]?.text === '{') return false
  while (inner - 1 > part.open && !/^[;{}]$/.test(code.tokens[inner - 1]?.text ?? '')) {
    if (code.tokens[inner - 1]?.kind === 'directive') break
    inner--
  }
  return !/^(?:if|else|for|while|switch|do|case|default)$/.test(code.tokens[inner]?.text ?? '')
}

function declared(code: Code, part: FunctionPart): HeldLock[] {
  const held: HeldLock[] = []
  for (let at = part.first; at < part.open; at++) {
    const { text = '', line = 0 } = code.tokens[at] ?? {}
    if (!/^__(?:must_hold|releases)(?:_shared)?$/.test(text) || code.tokens[at + 1]?.text !== '(') continue
    for (const argument of argumentTexts(code, at + 1))
      held.push({ ...annotatedLock(argument), by: 'declared', line })
  }
  return held
}

function argumentTexts(code: Code, open: number): string[] {
  return argumentsOf(code, open).map(({ from, to }) => textOf(code.tokens, from, to))
}

type Locks = ReadonlyMap<string, HeldLock>

/** Locks on the way; `falls` is false behind a jump. */
interface State {
  readonly held: Locks
  readonly perhaps: Locks
  readonly falls: boolean
}

const NONE: Locks = new Map()

function keyOf({ lock, object }: Lock): string {
  return `${lock}\0${object}`
}

/** Both ways are possible: held is what is held on both. */
function join(left: State, right: State): State {
  if (!left.falls) return right
  if (!right.falls) return left
  const held = new Map<string, HeldLock>()
  const perhaps = new Map([...left.perhaps, ...right.perhaps])
  for (const [key, lock] of left.held) {
    const other = right.held.get(key)
    if (other === undefined) perhaps.set(key, lock)
    else held.set(key, other.mode === lock.mode ? lock : { ...lock, mode: null })
  }
  for (const [key, lock] of right.held) if (!left.held.has(key)) perhaps.set(key, lock)
  return { held, perhaps, falls: true }
}

function jumped(state: State): State {
  return { ...state, falls: false }
}

/** Thrown at the target: the state there is the answer, and nothing behind it matters. */
class Arrived {
  readonly state: State
  constructor(state: State) {
    this.state = state
  }
}

class TooDeep {}

const MAX_DEPTH = 120

/** One way through a function, up to the target. */
class Walk {
  readonly #tokens: readonly Token[]
  /** Indices into the file's tokens, without directives and without branches of `#if` that the target is not in. */
  readonly #way: readonly number[]
  readonly #code: Code
  readonly #target: number
  readonly #part: FunctionPart
  readonly #labels = new Map<string, State>()
  readonly #breaks: State[][] = []
  /** What is held where the switches around begin. */
  readonly #switches: State[] = []
  #depth = 0

  constructor(code: Code, target: number, part: FunctionPart) {
    this.#code = code
    this.#tokens = code.tokens
    this.#target = target
    this.#part = part
    this.#way = wayThrough(code, part, target)
  }

  run(): State | null {
    const held = new Map(declared(this.#code, this.#part).map((lock) => [keyOf(lock), lock]))
    try {
      return this.#block(1, this.#way.length, { held, perhaps: NONE, falls: true })
    } catch (thrown) {
      if (thrown instanceof Arrived) return thrown.state
      if (thrown instanceof TooDeep) return null
      throw thrown
    }
  }

  /** Positions count along the way. */
  #text(at: number): string {
    return this.#tokens[this.#way[at] ?? -1]?.text ?? ''
  }

  #kind(at: number): string {
    return this.#tokens[this.#way[at] ?? -1]?.kind ?? ''
  }

  /** The position behind the bracket that pairs with the one at `at`. */
  #behind(at: number, end: number): number {
    const partner = this.#code.partner[this.#way[at] ?? -1] ?? -1
    if (partner < 0) return end
    let low = at
    let high = end
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#way[middle] ?? 0) <= partner) low = middle + 1
      else high = middle
    }
    return low
  }

  #block(from: number, end: number, state: State): State {
    let at = from
    let now = state
    while (at < end) {
      const { next, state: after } = this.#statement(at, end, now)
      now = after
      at = Math.max(next, at + 1)
    }
    return now
  }

  #statement(at: number, end: number, state: State): { next: number; state: State } {
    if (++this.#depth > MAX_DEPTH) throw new TooDeep()
    try {
      return this.#one(at, end, state)
    } finally {
      this.#depth--
    }
  }

  #one(at: number, end: number, state: State): { next: number; state: State } {
    const text = this.#text(at)
    switch (text) {
      case '{': {
        const next = this.#behind(at, end)
        const inner = this.#block(at + 1, next, state)
        return { next, state: withoutGuards(inner, state) }
      }
      case '}':
      case ';':
      case 'else':
        return { next: at + 1, state }
      case 'if':
        return this.#if(at, end, state)
      case 'while':
      case 'for':
      case 'switch':
        return this.#loop(at, end, state, text)
      case 'do':
        return this.#doWhile(at, end, state)
      case 'return':
      case 'break':
      case 'continue':
      case 'goto': {
        const next = this.#endOfExpression(at + 1, end)
        const after = this.#expression(at + 1, next, state)
        if (text === 'break') this.#breaks.at(-1)?.push(after)
        if (text === 'goto') this.#jump(this.#text(at + 1), after)
        return { next: next + 1, state: jumped(after) }
      }
      case 'case':
      case 'default':
        return { next: this.#labelEnd(at, end), state: this.#atCase(state) }
      default:
        return this.#expressionOrLabel(at, end, state)
    }
  }

  #expressionOrLabel(at: number, end: number, state: State): { next: number; state: State } {
    if (this.#kind(at) === 'ident' && this.#text(at + 1) === ':') {
      const known = this.#labels.get(this.#text(at))
      const now = known === undefined ? state : join(state, known)
      return { next: at + 2, state: { ...now, falls: true } }
    }
    if (this.#kind(at) === 'ident' && this.#text(at + 1) === '(') {
      const behind = this.#behind(at + 1, end)
      // A macro with a body: an iterator, or a guard of a block.
      if (this.#text(behind) === '{' || this.#kind(behind) === 'ident')
        return this.#iteration(at, behind, end, state)
    }
    const next = this.#endOfExpression(at, end)
    return { next: next + 1, state: this.#expression(at, next, state) }
  }

  #iteration(at: number, behind: number, end: number, state: State): { next: number; state: State } {
    const inHead = this.#expression(at, behind, state)
    this.#breaks.push([])
    const guard = this.#text(at) === 'scoped_guard' ? this.#guard(at + 1, this.#way[at] ?? 0) : null
    const entered = guard === null ? inHead : taking(inHead, guard)
    const body = this.#statement(behind, end, entered)
    const left = this.#breaks.pop() ?? []
    const after = guard === null ? [inHead, body.state, ...left].reduce(join) : inHead
    return { next: body.next, state: after }
  }

  #if(at: number, end: number, state: State): { next: number; state: State } {
    if (this.#text(at + 1) !== '(') return { next: at + 1, state }
    const behind = this.#behind(at + 1, end)
    const tested = this.#test(at + 1, behind, state)
    const then = this.#statement(behind, end, tested.then)
    const without = withoutGuards(then.state, tested.then)
    if (this.#text(then.next) !== 'else') return { next: then.next, state: join(without, tested.otherwise) }
    const other = this.#statement(then.next + 1, end, tested.otherwise)
    return { next: other.next, state: join(without, other.state) }
  }

  #loop(at: number, end: number, state: State, word: string): { next: number; state: State } {
    if (this.#text(at + 1) !== '(') return { next: at + 1, state }
    const behind = this.#behind(at + 1, end)
    const tested = this.#test(at + 1, behind, state)
    this.#breaks.push([])
    if (word === 'switch') this.#switches.push(tested.then)
    const body = this.#statement(behind, end, tested.then)
    if (word === 'switch') this.#switches.pop()
    const left = this.#breaks.pop() ?? []
    // `while (1)` and `for (;;)` are left by a break alone; a switch also through its end.
    const head = textOf(this.#tokens, (this.#way[at + 1] ?? 0) + 1, this.#way[behind - 1] ?? 0)
    const isEndless = word !== 'switch' && /^(?:1|true|;;)$/.test(head.replace(/\s/g, ''))
    const ends = isEndless ? left : [tested.otherwise, body.state, ...left]
    const [first = jumped(state), ...others] = ends
    return { next: body.next, state: others.reduce(join, first) }
  }

  #atCase(state: State): State {
    const entry = this.#switches.at(-1)
    return entry === undefined ? { ...state, falls: true } : join(state, entry)
  }

  #doWhile(at: number, end: number, state: State): { next: number; state: State } {
    this.#breaks.push([])
    const body = this.#statement(at + 1, end, state)
    const left = this.#breaks.pop() ?? []
    let next = body.next
    let after = body.state
    if (this.#text(next) === 'while' && this.#text(next + 1) === '(') {
      const behind = this.#behind(next + 1, end)
      after = this.#test(next + 1, behind, after).otherwise
      next = behind
    }
    return { next, state: left.reduce(join, after) }
  }

  #jump(label: string, state: State): void {
    const known = this.#labels.get(label)
    this.#labels.set(label, known === undefined ? state : join(known, state))
  }

  #labelEnd(at: number, end: number): number {
    let questions = 0
    for (let next = at + 1; next < end; next++) {
      const text = this.#text(next)
      if (text === '?') questions++
      else if (text === ':' && questions-- === 0) return next + 1
      else if (text === ';' || text === '{' || text === '}') return next
    }
    return end
  }

  /** Where the `;` is that ends an expression. */
  #endOfExpression(from: number, end: number): number {
    for (let at = from; at < end; ) {
      const text = this.#text(at)
      if (text === ';' || text === '}') return at
      at = text === '(' || text === '[' || text === '{' ? this.#behind(at, end) : at + 1
    }
    return end
  }

  #expression(from: number, to: number, state: State): State {
    let now = state
    for (let at = from; at < to; at++) {
      for (const word of this.#words(at, now)) now = applied(now, word)
    }
    return now
  }

  /** A condition: what is held where it is true, and where it is false. */
  #test(from: number, to: number, state: State): { then: State; otherwise: State } {
    let then = state
    let otherwise = state
    for (let at = from; at < to; at++) {
      for (const word of this.#words(at, then)) {
        const negated = this.#text(at - 1) === '!'
        const taken = applied(then, { ...word, does: 'take' })
        if (word.does === 'try') {
          if (negated) otherwise = applied(otherwise, { ...word, does: 'take' })
          else then = taken
        } else if (word.does === 'killable') {
          if (negated) then = taken
          else otherwise = applied(otherwise, { ...word, does: 'take' })
        } else {
          then = applied(then, word)
          otherwise = applied(otherwise, word)
        }
      }
    }
    return { then, otherwise }
  }

  /** What the call at a position does to locks. Arriving at the target ends the walk. */
  #words(at: number, state: State): (HeldLock & { readonly does: string })[] {
    const index = this.#way[at] ?? -1
    if (index === this.#target) throw new Arrived(state)
    const token = this.#tokens[index]
    if (token?.kind !== 'ident' || this.#text(at + 1) !== '(') return []
    const { line } = token
    if (token.text === 'guard') {
      const lock = this.#guard(at + 1, index)
      return lock === null ? [] : [{ ...lock, object: `guard ${lock.object}`, does: 'take' }]
    }
    const open = this.#way[at + 1] ?? -1
    return lockWords(token.text, argumentTexts(this.#code, open)).map((word) => ({
      ...word,
      by: word.does === 'assert' ? 'asserted' : 'taken',
      line,
    }))
  }

  /** `guard(mutex)(&lock)`, `scoped_guard(mutex, &lock)`. */
  #guard(open: number, index: number): HeldLock | null {
    const inner = argumentTexts(this.#code, this.#way[open] ?? -1)
    const second = this.#behind(open, this.#way.length)
    const object =
      this.#text(second) === '(' ? argumentTexts(this.#code, this.#way[second] ?? -1)[0] : inner[1]
    const lock = guardedLock(inner[0] ?? '', object ?? '')
    return lock === null ? null : { ...lock, by: 'taken', line: this.#tokens[index]?.line ?? 0 }
  }
}

/** Guards of a block end with it. */
function withoutGuards(inner: State, outer: State): State {
  const ended = [...inner.held].filter(
    ([key, { object }]) => object.startsWith('guard ') && !outer.held.has(key),
  )
  if (ended.length === 0) return inner
  const held = new Map(inner.held)
  for (const [key] of ended) held.delete(key)
  return { ...inner, held }
}

function taking(state: State, { lock, mode, object, by, line }: HeldLock): State {
  const key = keyOf({ lock, mode, object })
  const known = state.held.get(key)
  // An assert of what was taken says nothing new.
  if (by === 'asserted' && known !== undefined && (mode === null || mode === known.mode)) return state
  const held = new Map(state.held)
  held.set(key, { lock, mode, object, by, line })
  const perhaps = new Map(state.perhaps)
  perhaps.delete(key)
  return { ...state, held, perhaps }
}

function applied(state: State, word: HeldLock & { readonly does: string }): State {
  switch (word.does) {
    // A result that is kept in a variable is taken for success: what fails jumps away.
    case 'take':
    case 'killable':
    case 'assert':
      return taking(state, word)
    case 'try': {
      const perhaps = new Map(state.perhaps).set(keyOf(word), word)
      return { ...state, perhaps }
    }
    case 'downgrade':
      return taking(state, { ...word, mode: 'read' })
    default:
      return releasing(state, word)
  }
}

/** Releases the lock of this object, or of this name where the object is spelled in another way. */
function releasing(state: State, word: HeldLock): State {
  const key = keyOf(word)
  const isIt = state.held.has(key)
    ? (other: string) => other === key
    : (_other: string, held: HeldLock) => held.lock === word.lock
  const without = (locks: Locks): Locks => new Map([...locks].filter(([other, held]) => !isIt(other, held)))
  return { ...state, held: without(state.held), perhaps: without(state.perhaps) }
}

/** Tokens behind the target that are looked at, to tell what kind of statement it stands in. */
const BEHIND = 64

/** The tokens of a body up to the target, of each `#if` the branch that the target is in, else the first that is not `#if 0`. */
function wayThrough(code: Code, part: FunctionPart, target: number): number[] {
  const way: number[] = []
  const stack: { on: boolean; was: boolean; readonly free: boolean }[] = []
  for (let at = part.open; at <= Math.min(part.close, target + BEHIND); at++) {
    const token = code.tokens[at]
    if (token?.kind !== 'directive') {
      if (stack.every(({ on }) => on)) way.push(at)
      continue
    }
    const word = /^#\s*(if\w*|elif|else|endif)\b/.exec(token.text)?.[1]
    if (word === 'endif') stack.pop()
    else if (word?.startsWith('if') === true) {
      const free = target < at || conditionalEnd(code, at, part.close) < target
      const on = free ? !/^#\s*if\s+0\b/.test(token.text) : branchEnd(code, at, part.close) > target
      stack.push({ on, was: on, free })
    } else if (word !== undefined) {
      const frame = stack.at(-1)
      if (frame === undefined) continue
      frame.on = !frame.was && (frame.free || branchEnd(code, at, part.close) > target)
      frame.was ||= frame.on
    }
  }
  return way
}

/** The `#endif` of the `#if` at `at`. */
function conditionalEnd(code: Code, at: number, end: number): number {
  let next = branchEnd(code, at, end)
  while (next < end && !/^#\s*endif/.test(code.tokens[next]?.text ?? '')) next = branchEnd(code, next, end)
  return next
}

/** The `#elif`, `#else` or `#endif` that ends the branch which begins at this directive. */
function branchEnd(code: Code, at: number, end: number): number {
  let depth = 0
  for (let next = at + 1; next <= end; next++) {
    const token = code.tokens[next]
    if (token?.kind !== 'directive') continue
    if (/^#\s*if/.test(token.text)) depth++
    else if (depth === 0 && /^#\s*(?:elif|else|endif)\b/.test(token.text)) return next
    else if (/^#\s*endif/.test(token.text)) depth--
  }
  return end
}
