/**
 * Tells a function definition's head from everything else that can stand before a `{`, without knowing a
 * single type: by the shape `words name ( … ) attributes`.
 */
import type { Token } from './lex-c.js'

/** A word, operator or whole parenthesised group on the top level of a declaration. */
interface HeadItem {
  readonly token: Token
  /** Set for a group: its first word, for macros that define a function named by their first argument. */
  readonly group?: { readonly firstWord: string | null; readonly closed: boolean; readonly last: Token }
}

/** A function definition's head. `first` is the first token that belongs to it. */
export interface Head {
  readonly name: string
  readonly first: Token
  /** Nothing in it could be a statement: true when a type stands before the name. */
  readonly certain: boolean
}

/**
 * The head of a function definition, or null. `tokens` are those since the last `;`, `{` or `}` of the same
 * level, without blanks, comments and directives, and without the `{`. `cut` says that the text ended before
 * any `{`, so that an open parenthesis is allowed.
 */
export function readHead(tokens: readonly Token[], cut = false): Head | null {
  const items = headItems(tokens)
  const at = items === null ? -1 : nameIndex(items)
  const word = items?.[at]
  const group = items?.[at + 1]?.group
  if (items === null || word === undefined || group === undefined) return null
  if (!group.closed && !cut) return null
  if (NOT_A_NAME.has(word.token.text) || !areAttributes(items, at + 2)) return null

  const specifiers = items.slice(startOfHead(items, at), at)
  for (const item of specifiers) {
    if (item.token.kind === 'ident' && STATEMENT_WORDS.has(item.token.text)) return null
  }
  const first = specifiers[0]?.token ?? word.token
  const definer = DEFINERS.find((entry) => entry.pattern.test(word.token.text))
  if (definer !== undefined) {
    return group.firstWord === null
      ? null
      : { name: `${definer.prefix}${group.firstWord}`, first, certain: true }
  }
  const typed = specifiers.some((item) => item.token.kind === 'ident')
  const untypedGroup = specifiers.some(
    (item, index) => item.group !== undefined && !isAttribute(specifiers[index - 1]),
  )
  return { name: word.token.text, first, certain: typed && !untypedGroup }
}

/** Whether these tokens can only stand outside functions: `static …`, `EXPORT_SYMBOL(…)`, `struct x { …`. */
export function standsOutsideFunctions(tokens: readonly Token[]): boolean {
  const first = tokens[0]?.text ?? ''
  return OUTSIDE_WORDS.has(first) || OUTSIDE_MACRO.test(first)
}

const STATEMENT_WORDS = new Set(
  'if else for while do switch case default return goto break continue sizeof'.split(' '),
)
const TYPE_WORDS = new Set('struct union enum static typedef'.split(' '))
const NOT_A_NAME = new Set([...STATEMENT_WORDS, ...'typeof __typeof__ asm __asm__ defined'.split(' ')])
const OUTSIDE_WORDS = new Set('static extern typedef inline'.split(' '))

const OUTSIDE_MACRO =
  /^(EXPORT_\w+|MODULE_\w+|module_\w+|\w+_initcall\w*|early_param|__setup|ALLOW_ERROR_INJECTION|DEFINE_\w*ATTRIBUTE|\w+_ATTR(_\w+)?|ATTRIBUTE_GROUPS)$/

/** Macros that stand where a type and a name would, with what they put before their first argument. */
const DEFINERS = [
  { pattern: /^(__)?SYSCALL_DEFINE\w+$/, prefix: 'sys_' },
  { pattern: /^COMPAT_SYSCALL_DEFINE\w+$/, prefix: 'compat_sys_' },
  { pattern: /^BPF_CALL_\d$/, prefix: '' },
  { pattern: /^DEFINE_IDTENTRY\w*$/, prefix: '' },
]

/** Attribute macros that take arguments, wherever they stand in a declaration. */
const ATTRIBUTES_WITH_ARGUMENTS = new Set(
  (
    '__attribute__ __attribute __aligned __printf __scanf __section __alloc_size __assume_aligned __must_hold ' +
    '__acquires __releases __cond_acquires __cond_lock __nonnull __copy __alias __malloc __diagnose_as ' +
    '__releases_shared __acquires_shared __must_hold_shared __no_sanitize __counted_by __declspec __cleanup ' +
    'typeof __typeof__ typeof_member noinline_for_tracing _Alignas __context__ __errordecl __compiletime_error ' +
    '__no_context_analysis __guarded_by __pt_guarded_by __target __optimize'
  ).split(' '),
)

/** Null when something stands on the top level that no declaration's head has: `=`, `,`, `:`, a literal. */
function headItems(tokens: readonly Token[]): HeadItem[] | null {
  const items: HeadItem[] = []
  let opened: Token | null = null
  let firstWord: string | null = null
  let depth = 0
  let inGroup = 0
  for (const token of tokens) {
    const text = token.kind === 'punct' ? token.text : ''
    if (text === '(') {
      if (depth === 0) {
        opened = token
        firstWord = null
        inGroup = 0
      }
      depth++
    } else if (text === ')') {
      depth--
      if (depth < 0) return null
      if (depth === 0 && opened !== null) {
        items.push({ token: opened, group: { firstWord, closed: true, last: token } })
        opened = null
      }
    } else if (depth > 0) {
      if (inGroup === 0 && token.kind === 'ident') firstWord = token.text
      inGroup++
    } else if (token.kind === 'ident' || text === '*') items.push({ token })
    else return null
  }
  if (opened !== null) items.push({ token: opened, group: { firstWord, closed: false, last: opened } })
  return items
}

/**
 * Where the function's name stands: the last word with a parenthesis behind it that is no attribute. A word
 * in `__` that follows a closed parenthesis is one, known or not: a name has a type or a `*` before it.
 */
function nameIndex(items: readonly HeadItem[]): number {
  let found = -1
  for (let at = items.length - 2; at >= 0; at--) {
    const item = items[at]
    if (item?.token.kind !== 'ident' || items[at + 1]?.group === undefined || isAttribute(item)) continue
    if (found < 0 || items[found - 1]?.group !== undefined) found = at
    if (!(item.token.text.startsWith('__') && items[at - 1]?.group !== undefined)) return at
  }
  return found
}

function isAttribute(item: HeadItem | undefined): boolean {
  return item !== undefined && ATTRIBUTES_WITH_ARGUMENTS.has(item.token.text)
}

/** Whether everything from `from` on is a word, or a word in `__` with arguments. */
function areAttributes(items: readonly HeadItem[], from: number): boolean {
  for (let at = from; at < items.length; at++) {
    const item = items[at]
    if (item?.group !== undefined) {
      const word = items[at - 1]
      if (at === from || !(isAttribute(word) || word?.token.text.startsWith('__') === true)) return false
    } else if (item?.token.kind !== 'ident' || TYPE_WORDS.has(item.token.text)) return false
  }
  return true
}

/**
 * Where the head of the name at `name` begins: behind a macro call without a semicolon that stands on lines
 * of its own (`late_initcall(x)`), but not behind an attribute's arguments.
 */
function startOfHead(items: readonly HeadItem[], name: number): number {
  let start = 0
  for (let at = 1; at < name; at++) {
    const group = items[at]?.group
    const next = items[at + 1]
    if (group === undefined || next === undefined || isAttribute(items[at - 1])) continue
    if (next.token.line > group.last.line) start = at + 1
  }
  return start
}
