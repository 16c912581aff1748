/**
 * The blanks inside a line whose gaps were collapsed: the same text elsewhere, the columns of the lines around it,
 * items and parameters of comments, two blanks behind full stops.
 */
import { indentOf, retabbed } from './blanks.js'
import { columnsOfText } from './c-layout.js'
import type { DamageModel } from './damage-model.js'
import type { Around, OpenLine } from './line-candidates.js'

/** A line's text behind its indentation. The cheapest costs 0. */
export interface Body {
  readonly body: string
  readonly cost: number
}

/** A gap between words with other blanks than one. */
interface GapChoice {
  readonly gap: number
  readonly blanks: string
  readonly weight: number
}

/** The text behind the indentation, its gaps as they may have been. */
export function bodiesOf(
  line: OpenLine,
  body: string,
  indent: string,
  around: Around,
  model: DamageModel,
): readonly Body[] {
  if (model === 'lstrip') return [{ body, cost: 0 }]
  const bodies = new Map<string, number>()
  const offer = (text: string, cost: number) => {
    if (cost < (bodies.get(text) ?? Number.POSITIVE_INFINITY)) bodies.set(text, cost)
  }
  const spread = new Set(line.twins.map((twin) => twin.text.trim()))
  let place = 0
  for (const text of spread) offer(text, 0.4 * place++)
  const late = spread.size > 0 ? 1 : 0
  const words = body.split(/[ \t]+/)
  const gaps = body.match(/[ \t]+/g) ?? []
  if (gaps.length === 0) {
    offer(body, late)
    return [...bodies].map(([text, cost]) => ({ body: text, cost }))
  }
  const choices = gapChoices(line, words, gaps, indent, around, model)
  const plain = stopsDoubled(words, gaps, around.habits.twoBlanks)
  const join = (chosen: readonly string[]): string =>
    words.map((word, at) => (at === 0 ? word : (chosen[at - 1] ?? ' ') + word)).join('')
  // What nothing speaks for costs as much as the strongest voice against it.
  const certain = new Map<number, string>()
  let against = 0
  for (const { gap, blanks, weight } of choices) {
    if (weight >= 1.5 && !certain.has(gap) && (around.habits.inColumns || model !== 'hypermail')) {
      certain.set(gap, blanks)
      against = Math.max(against, weight - 1)
    }
  }
  const likely = plain.map((blanks, at) => certain.get(at) ?? blanks)
  offer(join(likely), late)
  offer(join(plain), late + against)
  offer(join(gaps), late + against + 1)
  for (const { gap, blanks, weight } of choices.slice(0, 12)) {
    const cost = late + Math.max(0.3, 2.5 - weight)
    for (const base of certain.size > 0 ? [likely, plain] : [plain]) {
      const changed = base.map((own, at) => (at === gap ? blanks : own))
      offer(join(changed), cost + (base === plain && certain.size > 0 ? against : 0))
    }
  }
  const doubled = stopsDoubled(words, gaps, !around.habits.twoBlanks)
  offer(join(doubled), late + 1.6)
  return [...bodies].map(([text, cost]) => ({ body: text, cost }))
}

/** Gaps behind full stops as the file's comments have them. */
function stopsDoubled(words: readonly string[], gaps: readonly string[], two: boolean): string[] {
  return gaps.map((gap, at) => {
    const isStop = /[a-z)\]'"][.?!]$/.test(words[at] ?? '') && /^[A-Z(`"'0-9]/.test(words[at + 1] ?? '')
    return isStop && two && gap === ' ' ? '  ' : gap
  })
}

/** What speaks for wider gaps: the similar line, and the columns of the lines around. */
function gapChoices(
  line: OpenLine,
  words: readonly string[],
  gaps: readonly string[],
  indent: string,
  around: Around,
  model: DamageModel,
): readonly GapChoice[] {
  const weights = new Map<string, GapChoice>()
  const vote = (gap: number, blanks: string, weight: number) => {
    if (blanks === '' || blanks === gaps[gap]) return
    const key = `${gap} ${blanks}`
    const known = weights.get(key)
    weights.set(key, { gap, blanks, weight: (known?.weight ?? 0) + weight })
  }
  const starts = columnsBefore(words, gaps, indent)
  const isComment = COMMENT.test(words[0] ?? '')
  const filled = new Map<string, string>()
  const singles: { gap: number; to: number; weight: number }[] = []
  const voteFor = (text: string, weight: number, isLike: boolean) => {
    if (COMMENT.test(firstWord(text)) !== isComment) return
    const sameIndent = isLike || indentOf(text) === indent
    for (const { from, to, blanks, left, right, index } of gapsIn(text)) {
      for (const [gap, start] of starts.entries()) {
        const next = words[gap + 1] ?? ''
        const sameWords = words[gap] === left || next === right
        const isMember = DECLARED.test(right)
        if (isMember !== DECLARED.test(next)) continue
        const sameKind =
          sameWords ||
          (right === '\\' && next === '\\' && gap === gaps.length - 1) ||
          (/^\/[*/]/.test(right) && /^\/[*/]/.test(next)) ||
          (right.startsWith('=') && next.startsWith('=')) ||
          (PARAMETER.test(left) && PARAMETER.test(words[gap] ?? '')) ||
          (isMember && sameIndent) ||
          (index === gap && sameIndent && !isComment && (gap === 0 || firstWord(text) === words[0]))
        if (!sameKind || (isComment && gap === 0) || /^\/[*/]$/.test(words[gap] ?? '')) continue
        if (/^\/\*/.test(next) && !words[words.length - 1]?.endsWith('*/')) continue
        const exactly = words[gap] === left && next === right ? 0.5 : 0
        if (blanks === ' ') {
          // A single blank tells of a column only beside lines that are filled up to the same.
          if (start < to) singles.push({ gap, to, weight: weight * 0.8 })
          continue
        }
        if (start < to) filled.set(`${gap} ${to}`, blanks)
        if (start < to) vote(gap, fill(start, to, blanks), weight + exactly)
        if (words[gap] === left || start >= to || from === start) vote(gap, blanks, weight * 0.5)
      }
    }
  }
  const { above, below } = around
  for (const [at, text] of above.slice(0, 4).entries()) voteFor(text, at === 0 ? 1 : 0.6, false)
  for (const text of above.slice(4)) if (indentOf(text) === indent) voteFor(text, 0.6, false)
  for (const text of line.kin) voteFor(text, 0.9, true)
  for (const [at, text] of below.slice(0, 3).entries()) voteFor(text, at === 0 ? 1 : 0.6, false)
  if (line.similar !== null) voteFor(line.similar.text, 2 * line.similar.likeness, true)
  for (const { gap, to, weight } of singles) {
    const blanks = filled.get(`${gap} ${to}`)
    if (blanks !== undefined) vote(gap, fill(starts[gap] ?? 0, to, blanks), weight)
  }
  for (const [gap, start] of starts.entries()) {
    if (!PARAMETER.test(words[gap] ?? '')) continue
    vote(gap, '\t', 0.7)
    vote(gap, '  ', 0.6)
    vote(gap, '\t\t', 0.4)
    for (const to of [16, 24]) if (start < to) vote(gap, fill(start, to, '\t'), 0.2)
  }
  if (isComment && PARAMETER.test(words[1] ?? '')) {
    const other = [...above, ...line.kin].find((text) => /^\s*\*\s+@/.test(text))
    const blanks = /\*(\s+)@/.exec(other ?? '')?.[1]
    if (blanks !== undefined) vote(0, blanks, 1.7)
  } else if (isComment) for (const hanging of hangingsOf(above)) vote(0, hanging.blanks, hanging.weight)
  if (model === 'tabs-columns' || model === 'tabs-8') {
    for (const { gap, column, width } of gapsSeen(line.seen)) {
      const blanks = retabbed(column, width, model)
      // A single blank that ends at an eighth column is mostly a blank.
      vote(gap, blanks, width > 1 ? 1.6 : 0.8)
    }
    return [...weights.values()].sort((one, other) => other.weight - one.weight)
  }
  for (const [gap, start] of starts.entries()) {
    const right = words[gap + 1] ?? ''
    const isWide =
      right === '\\' || /^\/\*/.test(right) || (words[0] === '#define' && gap === 1) || model !== 'hypermail'
    if (!isWide) continue
    vote(gap, '\t', 0.5)
    vote(gap, '\t\t', 0.3)
    if (right === '\\')
      for (const to of [72, 64, 56, 80]) if (start < to) vote(gap, fill(start, to, '\t'), 0.4)
  }
  return [...weights.values()].sort((one, other) => other.weight - one.weight)
}

/** The last word of a member's declaration, and the first of a described parameter. */
const DECLARED = /^\**\w+(?:\[[^\]]*\])*(?::\d+)?;$/
const PARAMETER = /^@[\w.]+:$/

/** The gaps of a line as it stands in the mail, columns counted with the marker. */
function gapsSeen(
  seen: string,
): readonly { readonly gap: number; readonly column: number; readonly width: number }[] {
  const lead = 1 + indentOf(seen.slice(1)).length
  return [...seen.slice(lead).trimEnd().matchAll(/ +/g)].map((match, gap) => ({
    gap,
    column: lead + match.index,
    width: match[0].length,
  }))
}

/** Blanks behind the star of a comment, by the line above: as it has them, or under the text of its item. */
function hangingsOf(
  above: readonly string[],
): readonly { readonly blanks: string; readonly weight: number }[] {
  const found: { blanks: string; weight: number }[] = []
  const [nearest = ''] = above
  const star = /^\s*\/?\*+([ \t]*)(\S.*)?$/.exec(nearest)
  if (star === null) return []
  const [, blanks = '', text = ''] = star
  if (text === '') {
    // A paragraph behind a blank line may go on with the item above it.
    const before = above.slice(1).find((line) => /\*[ \t]*\S/.test(line))
    if (before !== undefined) {
      for (const { blanks: own, weight } of hangingsOf([before]))
        found.push({ blanks: own, weight: weight * 0.5 })
    }
    return found
  }
  if (blanks.length > 1 || blanks === '\t') found.push({ blanks, weight: 1.7 })
  const item = /^(?:[-*+o]|\(?\w{1,2}[.)]|@[\w.]+:|Returns?:)([ \t]+)/.exec(text)
  if (item !== null) {
    const lead = item[0]
    const isDash = /^[-*+o(\d]/.test(lead)
    const from = columnsOfText(nearest.slice(0, nearest.indexOf('*') + 1))
    const to = columnsOfText(nearest.slice(0, nearest.indexOf(text) + lead.length))
    const spaces = blanks + ' '.repeat(Math.max(0, to - from - columnsOfText(blanks, from) + from))
    found.push({ blanks: spaces, weight: isDash ? 1.3 : 0.8 })
    if (!isDash) found.push({ blanks: fill(from, to, '\t'), weight: lead.includes('\t') ? 1.4 : 0.5 })
    if (!isDash)
      found.push(
        { blanks: '\t\t', weight: 0.6 },
        { blanks: '\t', weight: 0.5 },
        { blanks: '   ', weight: 0.6 },
      )
  }
  return found
}

/** How lines of a block comment begin. */
const COMMENT = /^(?:\*|\/\*)/

function firstWord(text: string): string {
  return /^\s*(\S+)/.exec(text)?.[1] ?? ''
}

/** The column at which each gap begins, if all gaps before it are as they are. */
function columnsBefore(words: readonly string[], gaps: readonly string[], indent: string): number[] {
  const starts: number[] = []
  let text = indent
  for (const [at, gap] of gaps.entries()) {
    text += words[at] ?? ''
    starts.push(columnsOfText(text))
    text += gap
  }
  return starts
}

/** Blanks of the same kind from one column to another. */
export function fill(from: number, to: number, like: string): string {
  if (!like.includes('\t')) return ' '.repeat(to - from)
  const tabs = Math.ceil(to / 8) - Math.floor(from / 8)
  return to % 8 === 0 ? '\t'.repeat(tabs) : '\t'.repeat(Math.max(0, tabs - 1)) + ' '.repeat(to % 8)
}

interface Gap {
  readonly from: number
  readonly to: number
  readonly blanks: string
  readonly left: string
  readonly right: string
  /** Which gap of the line it is. */
  readonly index: number
}

/** Gaps inside a line, with the columns they lead from and to. */
function gapsIn(text: string): readonly Gap[] {
  const found: Gap[] = []
  const body = text.trim()
  const lead = indentOf(text)
  let column = columnsOfText(lead)
  let end = 0
  for (const match of body.matchAll(/[ \t]+/g)) {
    const blanks = match[0]
    const from = column + match.index - end
    const to = columnsOfText(blanks, from)
    const next =
      /^\S+/.exec(body.slice(match.index + blanks.length, match.index + blanks.length + 80))?.[0] ?? ''
    const left = body.slice(end, match.index)
    found.push({ from, to, blanks, left, right: next, index: found.length })
    column = to
    end = match.index + blanks.length
  }
  return found
}
