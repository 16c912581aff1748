/**
 * What a patch's text claims of its own effect: "No functional change intended.", "Fixes: …". Precision comes before
 * recall: a sentence that asks, denies, quotes, reports, sets a condition, makes an exception or speaks of another
 * patch makes no claim, and neither does a wording that is not listed here.
 */

/** What is claimed. `fixes` and `no other effect` are told apart by CLAIM_EFFECT. */
export type ClaimKind =
  | 'no functional change'
  | 'pure move'
  | 'rename'
  | 'equivalent'
  | 'no-op'
  | 'cleanup only'
  | 'refactoring only'
  | 'comments only'
  | 'redundant'
  | 'unused'
  | 'fixes'

/** A claim as it stands in the text; `line` counts from 1 in the text given. */
export interface Claim {
  readonly kind: ClaimKind
  /** The words that make it, blanks and line ends made single blanks. */
  readonly text: string
  readonly line: number
}

/**
 * What follows from a claim: `none` behaviour stays as it is; `removed-only` what is taken away had no effect; `some`
 * something goes right that went wrong.
 */
export const CLAIM_EFFECT: Readonly<Record<ClaimKind, 'none' | 'removed-only' | 'some'>> = {
  'no functional change': 'none',
  'pure move': 'none',
  rename: 'none',
  equivalent: 'none',
  'no-op': 'none',
  'cleanup only': 'none',
  'refactoring only': 'none',
  'comments only': 'none',
  redundant: 'removed-only',
  unused: 'removed-only',
  fixes: 'some',
}

const BEHAVIOUR = `(?:behaviou?r(?:al)?|functional(?:ity|ly)?|semantics?|logic(?:al)?)`
const THIS = `(?:th(?:is|e) (?:patch|change|commit)|this|it)`
const ONLY = '(?:just|only|purely|merely|simply|a pure|pure)'

/** The wordings, most telling first. Each matches within one sentence; with `object` it goes on to say what. */
const WORDINGS: readonly { readonly kind: ClaimKind; readonly words: string; readonly object?: true }[] = [
  {
    kind: 'no functional change',
    words: `no (?:intended |intentional |real |actual )?${BEHAVIOUR} changes?`,
  },
  { kind: 'no functional change', words: `no changes? (?:in|of|to) (?:the )?${BEHAVIOUR}` },
  {
    kind: 'no functional change',
    words: `(?:does|do|should|shall) not (?:change|alter|affect) (?:the |any |existing |current |the existing )?${BEHAVIOUR}`,
  },
  {
    kind: 'no functional change',
    words: `without (?:any )?(?:changing|altering|affecting) (?:the |any |existing )?${BEHAVIOUR}`,
  },
  { kind: 'no functional change', words: `without (?:any )?(?:a )?${BEHAVIOUR} changes?` },
  {
    kind: 'no functional change',
    words: `${BEHAVIOUR} (?:is|are|stays?|remains?) (?:unchanged|the same)`,
  },
  { kind: 'pure move', words: `${ONLY} (?:code )?(?:move|movement|motion)` },
  { kind: 'pure move', words: 'code (?:move|movement|motion) only' },
  { kind: 'pure move', words: 'move[sd]? (?:it |them |the code )?(?:verbatim|unchanged|without changes)' },
  { kind: 'pure move', words: `${THIS} (?:just|only|merely|simply) moves`, object: true },
  { kind: 'rename', words: `${THIS} (?:just|only|merely|simply) renames`, object: true },
  { kind: 'rename', words: `${ONLY} (?:a )?renam(?:e|ing)` },
  { kind: 'rename', words: 'renam(?:e|ing) only' },
  { kind: 'equivalent', words: '(?:functionally|semantically|behaviou?rally) (?:equivalent|identical)' },
  {
    kind: 'equivalent',
    words:
      'equivalent to (?:the (?:old|previous|existing|original|current) (?:code|version|one)|what was there)',
  },
  { kind: 'no-op', words: `${THIS} (?:is|should be) (?:a |effectively a |functionally a )?(?:no-?op|nop)` },
  { kind: 'cleanup only', words: `${ONLY} (?:a )?(?:clean-?ups?|cosmetics?(?: changes?)?|style changes?)` },
  { kind: 'cleanup only', words: '(?:clean-?up|cosmetic changes?) only' },
  { kind: 'refactoring only', words: `${ONLY} (?:a )?(?:mechanical )?refactor(?:s|ing)?` },
  { kind: 'refactoring only', words: `refactor(?:ing)? only` },
  { kind: 'refactoring only', words: '(?:a )?purely mechanical(?: change| conversion)?' },
  { kind: 'comments only', words: `${ONLY} (?:a )?(?:comments?|documentation)(?: changes?| updates?)?` },
  { kind: 'comments only', words: 'comments?(?: changes?)? only' },
  {
    kind: 'redundant',
    words: String.raw`(?:remove|drop|delete|eliminate|get rid of|kill)s? (?:the |a |an |this |these |some |its )?(?:redundant|superfluous|unnecessary|needless|pointless|duplicate)(?: \S+){1,3}?`,
  },
  {
    kind: 'redundant',
    words: `(?:is|are) (?:therefore |thus |now |entirely |completely )?(?:redundant|superfluous), (?:so )?(?:remove|drop|delete) (?:it|them)`,
  },
  {
    kind: 'unused',
    words: String.raw`(?:remove|drop|delete|eliminate|get rid of|kill)s? (?:the |a |an |this |some |now )?(?:unused|dead|unreachable)(?: \S+){1,3}?`,
  },
  {
    kind: 'unused',
    words: `(?:has|have) no (?:more |remaining )?(?:users?|callers?)(?: left)?, (?:so )?(?:remove|drop|delete) (?:it|them)`,
  },
  {
    kind: 'fixes',
    words: String.raw`(?:(?:${THIS} )?fixes|fix) (?:the |a |an |this |that |such |these |possible |potential )*(?:\S+ ){0,4}?(?:races?|bugs?|leaks?|deadlocks?|livelocks?|crash(?:es)?|oops(?:es)?|hangs?|corruptions?|regressions?|use-after-frees?|lockups?|issue|problem)`,
  },
]

/** What may stand behind the words of a claim that nothing changes: anything else may narrow it. */
const TAIL =
  /^(?: (?:is |are )?(?:intended|expected|meant|implied|here|involved|made|at all|overall|whatsoever|yet|for now|as such|otherwise intended)| (?:in|from|by|with|of) th(?:is|e) (?:patch|change|commit))*\s*(?:$|[.,;:!)\]–—]|-{1,2}\s|and\b)/i

/** One object and no second deed: `the function to a header.` */
const OBJECT =
  /^(?:(?!\band\b|\bplus\b|\balso\b|\bwhich\b|\bso\b|\bto (?:make|let|allow|have|avoid|be)\b)[^,;:])*$/i

/** Words with which a sentence makes no claim of its own: denial, condition, exception, doubt, report. */
const NOT_SAID = [
  String.raw`(?:is|are|was|were|does|do|did|has|have|would|could|should|can|will|must)n['’]?t\b`,
  String.raw`\b(?:cannot|never|hardly|neither|nor|unlike|instead of|rather than|far from|anything but)\b`,
  String.raw`\b(?:if|unless|whether|would|could|might|may|maybe|perhaps|possibly|provided|assuming|assume|suppose|supposed|hopefully|until|once|when|whenever|where|while|wherever)\b`,
  String.raw`\b(?:except|excepting|apart from|aside from|other than|besides|beyond|but|however|although|though|yet to|only on|only for|mostly|almost|nearly|largely|partly|essentially|basically)\b`,
  String.raw`\b(?:claim(?:s|ed|ing)?|said|says|suggest(?:s|ed)?|ask(?:s|ed)?|argued?|thought|thinks?|believe[sd]?|reported|according|promised|meant to be|pretends?|want(?:s|ed)?|tr(?:y|ies|ied)|attempt(?:s|ed)?)\b`,
  String.raw`\b(?:previous|next|following|earlier|later|prior|other|another|subsequent|preceding|last|first|second|third|original|follow-?up|old|upstream|companion|parent) (?:patch(?:es)?|commits?|changes?|series|version|revision|one)\b`,
  String.raw`\b(?:series|patch(?:set| set| \d+)|rfc|v\d+)\b`,
  String.raw`\bcommit [0-9a-f]{7,40}\b`,
]
const REFUSES = new RegExp(NOT_SAID.join('|'), 'i')
/** A plain `not` before the words denies them; within them it is part of the wording. */
const DENIED = /\b(?:not|no longer|no|nothing|none|without)\b[^,;:]*$/i

/** A `Fixes:` trailer, which names the commit that is to blame. */
const FIXES_TRAILER = /^Fixes:\s*([0-9a-f]{7,40}\b.*)$/i

/**
 * The claims in a patch's message, in order. `text` is the mail's body or a commit's message: what follows `---` or
 * the first line of a diff is not read, nor are quoted or indented lines, lists, trailers other than `Fixes:`, and
 * what stands under the heading of a changelog.
 */
export function readClaims(text: string): readonly Claim[] {
  const claims: Claim[] = []
  for (const paragraph of paragraphsOf(text)) {
    for (const one of paragraph.trailers) claims.push(one)
    for (const sentence of sentencesOf(paragraph)) {
      const claim = claimIn(sentence)
      if (claim !== null) claims.push(claim)
    }
  }
  return claims.sort((a, b) => a.line - b.line)
}

/** Lines that belong together, joined by blanks, and where in the joined text each begins. */
interface Paragraph {
  readonly text: string
  readonly starts: readonly { readonly offset: number; readonly line: number }[]
  readonly trailers: readonly Claim[]
}

interface Sentence {
  readonly text: string
  readonly lineAt: (offset: number) => number
}

/** Longer messages are nobody's prose. */
const MAX_LINES = 2000

function paragraphsOf(text: string): Paragraph[] {
  const paragraphs: Paragraph[] = []
  let lines: { text: string; line: number }[] = []
  let trailers: Claim[] = []
  let inChangelog = false
  const flush = (): void => {
    if (lines.length > 0 || trailers.length > 0) paragraphs.push(paragraphOf(lines, trailers))
    lines = []
    trailers = []
  }
  for (const [i, line] of text.split('\n', MAX_LINES).entries()) {
    if (isEndOfMessage(line)) break
    if (line.trim() === '') {
      flush()
      continue
    }
    const fixes = FIXES_TRAILER.exec(line)
    if (fixes !== null) trailers.push({ kind: 'fixes', text: line.trim(), line: i + 1 })
    if (isHeadingOfChangelog(line)) inChangelog = true
    if (inChangelog || fixes !== null || isNobodysProse(line)) {
      // What stands around it is not one sentence with it.
      const kept = trailers
      trailers = []
      flush()
      trailers = kept
      continue
    }
    lines.push({ text: line, line: i + 1 })
  }
  flush()
  return paragraphs
}

function paragraphOf(
  lines: readonly { text: string; line: number }[],
  trailers: readonly Claim[],
): Paragraph {
  let text = ''
  const starts: { offset: number; line: number }[] = []
  for (const one of lines) {
    if (text !== '') text += ' '
    starts.push({ offset: text.length, line: one.line })
    text += one.text.trim().replace(/\s+/g, ' ')
  }
  return { text, starts, trailers }
}

function isEndOfMessage(line: string): boolean {
  return /^(?:---\s*$|--\s*$|diff --git |--- [ab]?\/|Index: |@@ -|___+\s*$)/.test(line)
}

/** `v2:`, `Changes since v1:`, `v1 -> v2`, `Changelog`. */
function isHeadingOfChangelog(line: string): boolean {
  return /^\s*(?:change-?log\b|changes (?:since|in|from|for) (?:v|rfc)|changes:|(?:since|in) v\d|\[?v\d+\]?\s*(?::|->|=>|-\s)|rfc\s*(?:v\d+)?\s*->)/i.test(
    line,
  )
}

/** Quoted, indented, an item of a list, a remark in brackets, a trailer, a line of a log. */
function isNobodysProse(line: string): boolean {
  return (
    /^(?:[>|]|\t| {2,}\S)/.test(line) ||
    /^\s*(?:[-*+•o]|\(?\d+[.)]|[a-z]\))\s/i.test(line) ||
    /^\s*\[\S/.test(line) ||
    /^[A-Z][A-Za-z-]*-by:|^(?:Cc|Link|Closes|Reported|CC|From|To|Subject|Date):\s/.test(line) ||
    /^On .*wrote:\s*$/.test(line)
  )
}

function sentencesOf(paragraph: Paragraph): Sentence[] {
  const sentences: Sentence[] = []
  const { text, starts } = paragraph
  const line = (offset: number): number => {
    let found = starts[0]?.line ?? 1
    for (const start of starts) if (start.offset <= offset) found = start.line
    return found
  }
  let from = 0
  for (const end of text.matchAll(/[.!?]+(?=["')\]]?(?:\s|$))/g)) {
    const to = end.index + end[0].length
    const base = from
    sentences.push({ text: text.slice(base, to), lineAt: (offset) => line(base + offset) })
    from = to
  }
  const base = from
  if (base < text.length) sentences.push({ text: text.slice(base), lineAt: (offset) => line(base + offset) })
  return sentences
}

function claimIn({ text, lineAt }: Sentence): Claim | null {
  if (text.length > MAX_SENTENCE || /\?["')\]]?\s*$/.test(text)) return null
  for (const { kind, pattern, object } of PATTERNS) {
    const found = pattern.exec(text)
    if (found === null) continue
    const before = text.slice(0, found.index)
    const after = text.slice(found.index + found[0].length)
    if (!isMeant(kind, before, found[0], after, object === true ? OBJECT : TAIL)) continue
    return { kind, text: found[0], line: lineAt(found.index) }
  }
  return null
}

const MAX_SENTENCE = 600

const PATTERNS = WORDINGS.map(({ kind, words, object }) => ({
  kind,
  object,
  pattern: new RegExp(String.raw`(?<![\w-])(?:${words})(?![\w-])`, 'i'),
}))

function isMeant(kind: ClaimKind, before: string, words: string, after: string, tail: RegExp): boolean {
  if (isQuoted(before, after) || REFUSES.test(before) || DENIED.test(before)) return false
  if (CLAIM_EFFECT[kind] === 'none') return tail.test(after) && !REFUSES.test(after)
  // What is said to be fixed or to be without use is the patch's own doing at the beginning of a sentence.
  if (kind === 'fixes')
    return (
      /^(?:\W|(?:this|the|it|and|so|to) )*(?:patch |commit |change )?$/i.test(before) && !REFUSES.test(after)
    )
  return (
    /^\W*(?:(?:so|and|then|therefore|thus|hence),? )?$/i.test(before) && !REFUSES.test(`${words}${after}`)
  )
}

/** Between quotation marks, or in a name such as `no_functional_change`. */
function isQuoted(before: string, after: string): boolean {
  const odd = (marks: RegExp) => ((before.match(marks) ?? []).length & 1) === 1
  if (odd(/["`]/g) || /“[^”]*$/.test(before)) return true
  return /(?:^|\s)'[^']*$/.test(before) && after.includes("'")
}
