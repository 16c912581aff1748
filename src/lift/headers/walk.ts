/**
 * Walks a file and all that it includes, as a preprocessor does, but only along the directives: which branches
 * are taken, which macros are defined, which files are read. What the files declare is read the first time that
 * they are walked with these branches, and shared by all later walks.
 */
import type { Diagnostic } from '../../base/index.js'
import { conditionHolds, conditionTokens } from './condition.js'
import { expandTokens } from './expand.js'
import { type FileFacts, followed, type Library, type MacroChange, note, type Variant } from './library.js'
import type { Macro, MacroLookup } from './macro.js'
import { createRecorder, type Recorder } from './record.js'
import type { Directive, Source } from './source.js'
import { macroTokens, tokensText } from './tokens.js'

/** What is known at the end of a file. */
export interface Walk {
  /** The macro of each name, by the name's number; missing or null for none. */
  readonly macros: readonly (Macro | null)[]
  /** The files read, each once for each choice of branches, in the order in which they end. */
  readonly variants: ReadonlySet<Variant>
  /** The file itself. */
  readonly main: Variant | null
  /** Files marked to be read once. */
  readonly once: ReadonlySet<Source>
  /** Conditions that could not be told, which were taken for false. */
  readonly undecided: readonly Diagnostic[]
}

/** Macros that are defined before a walk starts. */
export interface WalkStart {
  readonly macros: readonly (Macro | null)[]
  readonly variants: ReadonlySet<Variant>
  readonly once: ReadonlySet<Source>
}

/** Includes inside includes. gcc stops at 200 too. */
const MAX_INCLUDES = 200

/** Directives in one walk. All of a kernel file's headers have some hundred thousands. */
const MAX_STEPS = 20_000_000

/** Walks the files in order, each as if the last had included it. */
export function walkFiles(files: readonly Source[], start: WalkStart, library: Library): Walk {
  const { names } = library
  const live: (Macro | null)[] = start.macros.slice()
  const variants = new Set(start.variants)
  const once = new Set(start.once)
  const undecided: Diagnostic[] = []
  const stack: Source[] = []
  let steps = 0
  /** The text of the files that are included in the middle of a declaration, or null outside of such. */
  let taken: string[] | null = null
  let main: Variant | null = null

  /** Makes room for the names of files that were read since. */
  const grow = (): void => {
    if (live.length < names.size()) live.length = names.size() + 1000
  }
  const lookup: MacroLookup = (name) => live[names.known(name)] ?? null
  const problem = (source: Source, directive: Directive, code: string, message: string): Diagnostic => {
    const place = { source: source.path, line: directive.line }
    const diagnostic: Diagnostic = { severity: 'warning', code, message, place }
    note(library.diagnostics, diagnostic)
    return diagnostic
  }

  /** Whether a branch is to be taken. */
  const holds = (source: Source, directive: Directive, index: number): boolean => {
    switch (directive.kind) {
      case 'ifdef':
      case 'ifndef': {
        const isDefined = (live[directive.id] ?? null) !== null
        if (!isDefined) mention(names.text(directive.id))
        return isDefined === (directive.kind === 'ifdef')
      }
      case 'else':
        return true
      case 'if':
      case 'elif': {
        const result = evaluate(source, directive, index)
        if (result === null)
          undecided.push(
            problem(
              source,
              directive,
              'condition-undecided',
              `the condition can't be told: ${directive.test}`,
            ),
          )
        return result === true
      }
      default:
        return true
    }
  }
  const mention = (name: string): void => {
    if (name.startsWith('CONFIG_') && library.config[name] === undefined) library.unmentioned.add(name)
  }
  const evaluate = (
    source: Source,
    directive: Directive & { readonly kind: 'if' | 'elif' },
    index: number,
  ): boolean | null => {
    const facts = library.facts(source)
    const known = facts.answers[index]
    if (known?.asked.every((id, at) => (live[id] ?? null) === known.answers[at])) return known.result
    const asked: number[] = []
    const answers: (Macro | null)[] = []
    const tokens = known?.tokens ?? conditionTokens(directive.test)
    const result = conditionHolds(tokens, {
      wordBits: library.wordBits,
      lookup: (name) => {
        // Names are numbered here even where nothing defines them, so that a later definition is noticed.
        const id = names.id(name)
        const macro = live[id] ?? null
        if (macro === null) mention(name)
        asked.push(id)
        answers.push(macro)
        return macro
      },
      hasInclude: (target) => library.includePath.find(target, source.path, false) !== null,
    })
    facts.answers[index] = { tokens, asked, answers, result }
    return result
  }

  /** The index of the directive whose branch is taken, or of the `#endif` if none is. */
  const choose = (source: Source, from: number): number => {
    let at = from
    for (;;) {
      const directive = source.directives[at]
      if (directive === undefined || directive.kind === 'endif' || holds(source, directive, at)) return at
      if (!('next' in directive) || directive.next <= at) return at
      at = directive.next
    }
  }

  const includedFile = (
    source: Source,
    directive: Directive & { readonly kind: 'include' },
  ): Source | null => {
    const target = includeTarget(directive.target, lookup)
    if (target === null) {
      problem(source, directive, 'include-unreadable', `#include names no file: ${directive.target}`)
      return null
    }
    const path = library.includePath.find(target, source.path, directive.after)
    const file = path === null ? null : library.source(path)
    if (file === null && !library.missing.has(target))
      library.missing.set(target, `${source.path}:${directive.line}`)
    return file
  }

  const include = (
    source: Source,
    directive: Directive & { readonly kind: 'include' },
    index: number,
    facts: FileFacts,
    outside: Recorder | null,
  ): void => {
    const known = facts.included[index]
    const file = known === undefined ? includedFile(source, directive) : known
    if (known === undefined && isPlainTarget(directive.target)) facts.included[index] = file
    if (file === null || (file.guard !== 0 && (live[file.guard] ?? null) !== null)) return
    if (stack.length >= MAX_INCLUDES) {
      problem(source, directive, 'include-too-deep', `more than ${MAX_INCLUDES} files include one another`)
      return
    }
    grow()
    // What stands in the middle of a declaration is a part of it.
    if (outside === null) walk(file, null)
    else {
      const pieces: string[] = []
      const before = taken
      taken = pieces
      walk(file, outside)
      taken = before
      if (before !== null) before.push(...pieces)
      else outside.insert(directive.end, ` ${pieces.join(' ')} `)
    }
  }

  const walk = (source: Source, receiver: Recorder | null): Variant | null => {
    if (source.guard !== 0 && (live[source.guard] ?? null) !== null) return null
    if (once.has(source)) return null
    const facts = library.facts(source)
    const isFirst = !facts.recorded
    const isInside = stack.includes(source)
    facts.recorded = true
    let outcome = facts.outcome
    stack.push(source)
    // A loose file that was read under the same macros before says the same again.
    const alike = facts.known.filter(({ asked }) => isAsAsked(asked))
    const records = isFirst || (source.isLoose && !isInside && alike.length === 0)
    const atStart = new Map<number, Macro | null>()
    const recorder = records ? createRecorder(source, library, lookup) : null
    let changes: Map<number, MacroChange[]> | null = null
    const active: number[] = []
    const feed = (from: number, to: number): void => {
      if (to <= from) return
      active.push(from, to)
      if (taken !== null) {
        const tokens = expandTokens(macroTokens(source.text.slice(from, to)), lookup)
        if (tokens !== null) taken.push(tokensText(tokens))
      }
      recorder?.feed(from, to)
    }
    const change = (offset: number, id: number, after: Macro | null): void => {
      const before = live[id] ?? null
      // What a file that is walked for itself defines for the first time is not there for what stands before it.
      const isOwn = stack.length === 1
      if ((isOwn || before !== null || changes?.has(id)) && before !== after) {
        changes ??= new Map()
        const list = changes.get(id)
        if (list === undefined) changes.set(id, [{ offset, before, after }])
        else list.push({ offset, before, after })
      }
      if (records && !atStart.has(id)) atStart.set(id, before)
      live[id] = after
    }
    let at = 0
    let position = 0
    while (at < source.directives.length) {
      const directive = source.directives[at]
      if (directive === undefined) break
      if (++steps > MAX_STEPS) {
        problem(source, directive, 'too-many-directives', 'the files that include one another have no end')
        break
      }
      feed(position, directive.start)
      position = directive.end
      at++
      switch (directive.kind) {
        case 'define':
          change(directive.start, directive.id, directive.macro)
          break
        case 'undef':
          change(directive.start, directive.id, null)
          break
        case 'include':
          include(source, directive, at - 1, facts, recorder?.isInside() ? recorder : receiver)
          break
        case 'once':
          once.add(source)
          break
        case 'if':
        case 'ifdef':
        case 'ifndef': {
          const chosen = choose(source, at - 1)
          outcome = followed(outcome, chosen)
          position = source.directives[chosen]?.end ?? source.text.length
          at = chosen + 1
          break
        }
        case 'elif':
        case 'else': {
          // The branch before it was taken.
          const end = endOf(source, at - 1)
          position = source.directives[end]?.end ?? source.text.length
          at = end + 1
          break
        }
      }
    }
    feed(position, source.text.length)
    stack.pop()
    let variant = outcome.variants.find((one) => !source.isLoose || alike.includes(one)) ?? null
    // A file that includes itself is read for what it is the first time, under the macros of that time.
    if (variant === null && !isInside) {
      const parts = inPairs(active)
      const used = recorder ?? recordAgain(source, parts, library, lookup)
      variant = {
        path: source.path,
        declared: used.finish(),
        changes: changes ?? new Map(),
        asked: new Map(
          [...used.asked].map(([id, macro]) => [id, atStart.has(id) ? (atStart.get(id) ?? null) : macro]),
        ),
        active: parts,
      }
      outcome.variants.push(variant)
      facts.known.push(variant)
      index(variant, library)
    }
    if (variant !== null) variants.add(variant)
    return variant
  }
  const isAsAsked = (asked: ReadonlyMap<number, Macro | null>): boolean => {
    for (const [id, macro] of asked) if ((live[id] ?? null) !== macro) return false
    return true
  }

  for (const file of files) {
    grow()
    main = walk(file, null)
  }
  return { macros: live, variants, main, once, undecided }
}

/** Puts what a file declares under its names. */
function index(variant: Variant, library: Library): void {
  for (const declared of variant.declared) {
    const isTag = declared.kind === 'struct' || declared.kind === 'union' || declared.kind === 'enum'
    const names = isTag ? library.tags : library.ordinary
    const list = names.get(declared.name)
    if (list === undefined) names.set(declared.name, [{ declared, variant }])
    else list.push({ declared, variant })
  }
}

/** The directive at which the conditional ends that this branch belongs to. */
function endOf(source: Source, from: number): number {
  let at = from
  for (;;) {
    const directive = source.directives[at]
    if (directive === undefined || directive.kind === 'endif') return at
    if (!('next' in directive) || directive.next <= at) return at
    at = directive.next
  }
}

function inPairs(offsets: readonly number[]): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  for (let at = 0; at + 1 < offsets.length; at += 2) pairs.push([offsets[at] ?? 0, offsets[at + 1] ?? 0])
  return pairs
}

function recordAgain(
  source: Source,
  active: readonly (readonly [number, number])[],
  library: Library,
  lookup: MacroLookup,
) {
  const recorder = createRecorder(source, library, lookup)
  for (const [from, to] of active) recorder.feed(from, to)
  return recorder
}

function isPlainTarget(written: string): boolean {
  return written.startsWith('<') || written.startsWith('"')
}

/** `<…>` or `"…"`, after expansion if it is neither; null if it stays neither. */
function includeTarget(written: string, lookup: MacroLookup): string | null {
  const plain = /^(?:<[^>]*>|"[^"]*")/.exec(written)?.[0]
  if (plain !== undefined) return plain
  const expanded = expandTokens(macroTokens(written), lookup)
  if (expanded === null) return null
  const text = tokensText(expanded)
  if (text.startsWith('"')) return /^"[^"]*"/.exec(text)?.[0] ?? null
  return /^<[^>]*>/.exec(expanded.map((token) => token.text).join(''))?.[0] ?? null
}
