/**
 * What a line that lost blanks may have been: blanks in front (moved code, similar lines, the layout of the
 * C text around) and blanks inside (the same text elsewhere, columns of the lines around, double blanks behind
 * full stops). Every candidate damaged again gives the line as it was seen.
 */
import { indentOf, retabbed } from './blanks.js'
import { advanceLayout, columnsOfText, guessIndents, type Layout, type StyleWeights } from './c-layout.js'
import { type DamageModel, damageLine } from './damage-model.js'
import { squeeze } from './image.js'
import { columnsOf } from './infer-indent.js'
import { bodiesOf, fill } from './line-gaps.js'

/** A line whose blanks are not known, with what is known of it. */
export interface OpenLine {
  /** The line as it stands in the mail, marker included; wrapped lines joined. */
  readonly seen: string
  readonly marker: '+' | '-'
  /** It was put together from several lines, so its blanks cannot be checked against what was seen. */
  readonly isJoined: boolean
  /** As read from the mail, for want of anything better. */
  readonly text: string
  /** Lines of the known file with the same text up to blanks, the nearest first. */
  readonly twins: readonly Twin[]
  /** The nearest lines of the known file that begin with the same word and have wider gaps. */
  readonly kin: readonly string[]
  /** The line of the other side in the same change that is most like it. */
  readonly similar: { readonly text: string; readonly likeness: number } | null
}

/** A line of the known file: its text, its index there. */
export interface Twin {
  readonly text: string
  readonly at: number
  /** The patch takes it out here, so this may be where it went. */
  readonly isDropped: boolean
}

/** A possible text of a line. The cheapest costs 0. */
export interface Candidate {
  readonly text: string
  readonly cost: number
  /** The layout behind the line. */
  readonly layout: Layout
  /** The twin it follows, so that a moved block stays together. */
  readonly twin: Twin | null
}

/** What stands around a line. */
export interface Around {
  readonly layout: Layout
  /** Lines above, the nearest first, as they are or were chosen: four, and further ones that have columns. */
  readonly above: readonly string[]
  /** The next lines below that are known, the nearest first. */
  readonly below: readonly string[]
  /** The twin that the line directly above is, and its chosen text. */
  readonly twinAbove: { readonly twin: Twin; readonly text: string } | null
  readonly habits: Habits
}

/** How whoever wrote the lines lays them out. */
export interface Habits {
  readonly styles: StyleWeights
  /** Full stops are followed by two blanks. */
  readonly twoBlanks: boolean
  /** New lines are laid out in columns where the lines around are. */
  readonly inColumns: boolean
}

const MAX_CANDIDATES = 16

/** The candidates of a line, the likeliest first. */
export function candidatesFor(line: OpenLine, around: Around, model: DamageModel): readonly Candidate[] {
  const body = line.seen.slice(1).trim()
  if (body === '') return [{ text: '', cost: 0, layout: advanceLayout(around.layout, ''), twin: null }]
  const known = indentSeen(line, model)
  const indents =
    known === null ? rankIndents(line, body, around, model) : known.map((indent, cost) => ({ indent, cost }))
  const all: Candidate[] = []
  for (const { indent, cost } of indents) {
    for (const inner of bodiesOf(line, body, indent, around, model)) {
      const text = indent + inner.body
      if (fits(line, text, model)) {
        const twin = twinOf(line, text, around)
        all.push({ text, cost: cost + inner.cost, layout: around.layout, twin })
      }
    }
  }
  all.sort((one, other) => one.cost - other.cost)
  const texts = new Set<string>()
  const kept: Candidate[] = []
  for (const candidate of all.length === 0 ? [asRead(line, around)] : all) {
    if (texts.has(candidate.text) || kept.length >= MAX_CANDIDATES) continue
    texts.add(candidate.text)
    const cost = candidate.cost - (all[0]?.cost ?? 0)
    kept.push({ ...candidate, cost, layout: advanceLayout(around.layout, candidate.text) })
  }
  return kept
}

function asRead(line: OpenLine, around: Around): Candidate {
  return { text: line.text, cost: 0, layout: around.layout, twin: null }
}

/** Whether the text, damaged, reads as it was seen. */
function fits(line: OpenLine, text: string, model: DamageModel): boolean {
  if (line.isJoined) return model === 'mail-archive' || squeeze(line.marker + text) === squeeze(line.seen)
  return damageLine(model, line.marker + text).trimEnd() === line.seen.trimEnd()
}

/** The blanks in front where the damage leaves their width, the likeliest first. */
function indentSeen(line: OpenLine, model: DamageModel): readonly string[] | null {
  const indent = indentOf(line.seen.slice(1))
  switch (model) {
    case 'lstrip':
      return [indent]
    case 'hypermail':
      return indent === '' ? [''] : null
    case 'tabs-columns':
    case 'tabs-8': {
      if (indent.includes('\t')) return [indent]
      return [...new Set([retabbed(1, indent.length, model), ...mixed(indent.length), indent])]
    }
    default:
      return null
  }
}

/** Blanks of which only the first are tabs. */
function mixed(width: number): string[] {
  const all: string[] = []
  for (let tabs = Math.floor(width / 8); tabs > 0; tabs--) {
    for (const spaces of [width - 8 * tabs, width - 8 * tabs + 1])
      all.push('\t'.repeat(tabs) + ' '.repeat(spaces))
  }
  return all
}

/** Of several twins, the one that stands behind the twin above; else the nearest. */
function twinOf(line: OpenLine, text: string, around: Around): Twin | null {
  const next = line.twins.find(({ at }) => at === (around.twinAbove?.twin.at ?? -2) + 1)
  return next ?? line.twins.find((twin) => twin.text === text) ?? line.twins[0] ?? null
}

interface Ranked {
  readonly indent: string
  readonly cost: number
}

function rankIndents(line: OpenLine, body: string, around: Around, model: DamageModel): readonly Ranked[] {
  const weights = new Map<string, number>()
  const vote = (indent: string, weight: number) => weights.set(indent, (weights.get(indent) ?? 0) + weight)
  for (const { indent, weight } of guessIndents(around.layout, body, around.habits.styles)) {
    weights.set(indent, Math.max(weight, weights.get(indent) ?? 0))
  }
  const best = [...weights].reduce((one, other) => (other[1] > one[1] ? other : one), ['', 0] as const)[0]
  const above = around.twinAbove
  const follows = above === null ? undefined : line.twins.find(({ at }) => at === above.twin.at + 1)
  if (follows !== undefined && above !== null) {
    const shift = columnsOf(indentOf(above.text)) - columnsOf(indentOf(above.twin.text))
    vote(shiftIndent(indentOf(follows.text), shift), 2)
  }
  if (body.length > 3) {
    const counted = new Set<string>()
    for (const twin of line.twins.slice(0, 4)) {
      const indent = indentOf(twin.text)
      if (!counted.has(indent)) vote(indent, twin.isDropped ? 1.2 : 0.5)
      counted.add(indent)
    }
  }
  if (line.similar !== null) vote(indentOf(line.similar.text), 1.2 * line.similar.likeness)
  for (const text of [around.above.find((one) => one.trim() !== ''), around.below[0]]) {
    if (text !== undefined && text.trim() !== '') vote(indentOf(text), 0.3)
  }
  for (const indent of [`${best}\t`, best.replace(/\t$/, ''), `${best} `, `${best}\t\t`]) vote(indent, 0.2)
  for (const indent of ALL_TABS) vote(indent, 0.05)
  if (model === 'hypermail') weights.delete('')
  if (body === '\\') {
    // An empty line of a macro: its backslash stands under the one above.
    const [above = ''] = around.above
    if (above.endsWith('\\')) vote(fill(0, columnsOfText(above) - 1, '\t'), 6)
  }
  const most = Math.max(...weights.values())
  return [...weights]
    .map(([indent, weight]) => ({ indent, cost: most - weight }))
    .sort((one, other) => one.cost - other.cost)
    .slice(0, 12)
}

const ALL_TABS = [1, 2, 3, 4, 5, 6].map((tabs) => '\t'.repeat(tabs))

/** As many columns more or less, in tabs where the blanks were tabs. */
function shiftIndent(indent: string, shift: number): string {
  if (shift === 0) return indent
  const tabs = /^\t*/.exec(indent)?.[0].length ?? 0
  if (shift % 8 === 0 && tabs + shift / 8 >= 0) return '\t'.repeat(tabs + shift / 8) + indent.slice(tabs)
  const columns = Math.max(0, columnsOf(indent) + shift)
  return '\t'.repeat(Math.floor(columns / 8)) + ' '.repeat(columns % 8)
}
