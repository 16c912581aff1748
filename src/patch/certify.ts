/** Judges a file's diff: which checks it passed, and so what may be said of its base and its added lines. */
import { gitBlobId, isObjectId, plural } from '../base/index.js'
import type { DamageModel } from './damage-model.js'
import { namesFile } from './diffstat.js'
import { contentOf } from './sides.js'
import type {
  Check,
  CheckName,
  Diffstat,
  FileCertificate,
  FileDiff,
  Hunk,
  LineOrigin,
  MissingHunk,
} from './types.js'

/** A file but for its certificate. */
export type Uncertified = Omit<FileDiff, 'certificate'>

/** What the checks need to know beyond the file itself. */
export interface Evidence {
  readonly diffstat: Diffstat | null
  readonly model: DamageModel | null
  /** Of the lines of the file, how many the damage model explains. */
  readonly explained: number
}

/** Runs every check that needs nothing but the text. The other parsers are asked elsewhere. */
export function certify(file: Uncertified, evidence: Evidence): FileCertificate {
  const checks: Check[] = [countsCheck(file)]
  if (file.hunks.length + file.missing.length > 0) checks.push(offsetsCheck(file))
  if (evidence.diffstat !== null) checks.push(diffstatCheck(file, evidence.diffstat))
  if (evidence.model !== null) checks.push(redamageCheck(file, evidence.model, evidence.explained))
  const post = file.kind === 'added' ? blobCheck(file, 'post-blob') : null
  const pre = file.kind === 'removed' ? blobCheck(file, 'pre-blob') : null
  if (post !== null) checks.push(post)
  if (pre !== null) checks.push(pre)
  const created = file.kind === 'added' && file.missing.length === 0
  return {
    base: created || pre?.result === 'passed' ? 'blob' : 'none',
    added: post?.result === 'passed' ? 'post-blob' : addedGrade(file.hunks),
    checks,
  }
}

/** What a kernel tree showed of a file's diff. */
export interface TreeFacts {
  /** The text before (after) has the id that the mail names, or is known to be empty. */
  readonly preIsBlob: boolean
  readonly postIsBlob: boolean
  /** How many texts were hashed before one had the id. */
  readonly tries: number
  /** The id of the other side was there to be compared with. */
  readonly searched: boolean
  readonly offsets: readonly number[]
  /** The side that the tree has. */
  readonly side: 'before' | 'after'
}

/** Judges a file again beside the text it changes; checks of the text alone that are settled now go. */
export function recertify(file: FileDiff, facts: TreeFacts): FileDiff {
  const { preIsBlob, postIsBlob, offsets } = facts
  const settled = new Set<CheckName>(['pre-blob', 'post-blob', 'alignment', 'redamage'])
  const kept = file.certificate.checks.filter(({ name }) => !settled.has(name))
  const checks = kept.map((check) => (check.name === 'counts' ? countsCheck(file) : check))
  checks.push(alignmentCheck(offsets), idCheck(file, 'pre-blob', facts), idCheck(file, 'post-blob', facts))
  const added = postIsBlob && file.kind !== 'removed' ? 'post-blob' : addedGrade(file.hunks)
  return {
    ...file,
    certificate: { base: preIsBlob ? 'blob' : offsets.length > 0 ? 'matched' : 'none', added, checks },
  }
}

function alignmentCheck(offsets: readonly number[]): Check {
  const moved = offsets.filter((offset) => offset !== 0)
  const where =
    moved.length === 0
      ? 'where its header says'
      : `${moved.length} of them away from where the header says, by ${[...new Set(moved)].join(', ')}`
  return {
    name: 'alignment',
    result: 'passed',
    text: `${plural(offsets.length, 'hunk')} found in the text of the tree, ${where}`,
  }
}

function idCheck(file: FileDiff, name: 'pre-blob' | 'post-blob', facts: TreeFacts): Check {
  const claimed = name === 'pre-blob' ? file.preBlob : file.postBlob
  const holds = name === 'pre-blob' ? facts.preIsBlob : facts.postIsBlob
  const isSearched = facts.searched && (name === 'pre-blob') === (facts.side === 'after')
  if (!isObjectId(claimed)) return { name, result: 'not-available', text: 'the text names no id' }
  if (holds) {
    const tries = isSearched && facts.tries > 1 ? `; ${facts.tries} texts were tried` : ''
    return { name, result: 'passed', text: `the content has the id ${claimed} of the index line${tries}` }
  }
  const text = isSearched
    ? `none of ${plural(facts.tries, 'text')} tried has the id ${claimed}`
    : `the text at hand is another than ${claimed}`
  return { name, result: isSearched ? 'failed' : 'not-available', text }
}

/** The content of a file that a diff creates (or removes) as a whole, null when lines are missing. */
export function wholeContent(file: Uncertified): string | null {
  const only = file.hunks[0]
  if (file.hunks.length > 1 || file.missing.length > 0) return null
  if (only === undefined) return ''
  if (only.lines.some((line) => line.op === 'context')) return null
  return contentOf(only.lines, file.kind === 'removed' ? 'removed' : 'added')
}

const VERBATIM_COUNTS: Check = {
  name: 'counts',
  result: 'passed',
  text: 'every hunk has the lines it announces',
}
const OFFSETS_FIT: Check = { name: 'offsets', result: 'passed', text: 'hunks are apart as their sizes say' }
const GRADES: readonly LineOrigin[] = [
  'verbatim',
  'copied',
  'proved',
  'marker-restored',
  'joined',
  'blanks-inferred',
  'reconstructed',
]

function countsCheck(file: Uncertified): Check {
  const wrong = file.hunks.filter((hunk) => hunk.repairs.some((repair) => repair.kind === 'recounted'))
  if (wrong.length === 0 && file.missing.length === 0) return VERBATIM_COUNTS
  const where = [...wrong, ...file.missing].map((hunk: Hunk | MissingHunk) => hunk.line)
  return {
    name: 'counts',
    result: 'failed',
    text: `the hunk at line ${[...new Set(where)].join(', ')} has not the lines its header announces`,
  }
}

function offsetsCheck(file: Uncertified): Check {
  const parts: readonly (Hunk | MissingHunk)[] =
    file.missing.length === 0
      ? file.hunks
      : [...file.hunks, ...file.missing].sort((one, other) => one.beforeStart - other.beforeStart)
  let delta = 0
  for (const part of parts) {
    const before = part.beforeCount === 0 ? part.beforeStart + 1 : part.beforeStart
    const after = part.afterCount === 0 ? part.afterStart + 1 : part.afterStart
    if (after - before !== delta) {
      return {
        name: 'offsets',
        result: 'failed',
        text: `the hunk at line ${part.line} is ${after - before} lines off, the hunks before it add ${delta}`,
      }
    }
    delta += part.afterCount - part.beforeCount
  }
  return OFFSETS_FIT
}

function diffstatCheck(file: Uncertified, diffstat: Diffstat): Check {
  const declared = diffstat.files.find((entry) => namesFile(entry.path, file.path))
  if (declared === undefined || declared.changed === null) {
    return { name: 'diffstat', result: 'not-available', text: 'the diffstat does not count this file' }
  }
  const counted = changedLines(file)
  const result = counted === declared.changed ? 'passed' : 'failed'
  return {
    name: 'diffstat',
    result,
    text: `${declared.changed} changed lines declared, ${counted} are there`,
  }
}

/** Added and removed lines together. A hunk counts its context twice, before and after. */
export function changedLines(file: { readonly hunks: readonly Hunk[] }): number {
  let counted = 0
  for (const hunk of file.hunks) counted += 2 * hunk.lines.length - hunk.beforeCount - hunk.afterCount
  return counted
}

function redamageCheck(file: Uncertified, model: DamageModel, explained: number): Check {
  let all = 0
  for (const hunk of file.hunks) all += hunk.lines.length
  return {
    name: 'redamage',
    result: explained === all ? 'passed' : 'failed',
    text: `${model} damage of the repaired lines gives ${explained} of ${all} lines as they stand`,
  }
}

function blobCheck(file: Uncertified, name: 'pre-blob' | 'post-blob'): Check {
  const claimed = name === 'post-blob' ? file.postBlob : file.preBlob
  const content = wholeContent(file)
  if (claimed === null || claimed.length < 7 || content === null || claimed.length > 40) {
    return { name, result: 'not-available', text: 'no id to compare with, or lines are missing' }
  }
  const id = gitBlobId(new TextEncoder().encode(content))
  return id.startsWith(claimed)
    ? { name, result: 'passed', text: `the content has the id ${claimed} of the index line` }
    : {
        name,
        result: 'failed',
        text: `the content has the id ${id.slice(0, claimed.length)}, not ${claimed}`,
      }
}

function addedGrade(hunks: readonly Hunk[]): FileCertificate['added'] {
  let worst = 0
  for (const hunk of hunks) {
    for (const line of hunk.lines) {
      if (line.op === 'added' && line.origin !== 'verbatim')
        worst = Math.max(worst, GRADES.indexOf(line.origin))
    }
  }
  const origin = GRADES[worst] ?? 'verbatim'
  if (origin === 'verbatim' || origin === 'reconstructed') return origin
  return 'blanks-inferred'
}
