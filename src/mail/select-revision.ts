import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { Address } from './message.js'
import type { Series } from './series.js'

/** Revisions of one series, oldest first. `latest` is the last of them by the rules of `groupRevisions`. */
export interface RevisionGroup {
  readonly title: string
  readonly revisions: readonly Series[]
  readonly latest: Series
}

/**
 * Puts the revisions of each series together: those that share a title (of the series, or of half of the patches), or
 * that one author posted in one list of series with different versions and n of them in a row. The latest one is the
 * one posted last, except that within a kind (RFC or not) a lower version never follows a higher one.
 */
export function groupRevisions(series: readonly Series[]): readonly RevisionGroup[] {
  const groups: Series[][] = []
  const index = new Map<string, Series[][]>()
  for (const one of series) {
    const keys = keysOf(one)
    const near = new Set(keys.flatMap((key) => index.get(key) ?? []))
    let group = [...near].find((candidate) => candidate.some((other) => areRevisions(one, other)))
    if (group === undefined) {
      group = []
      groups.push(group)
    }
    group.push(one)
    for (const key of keys) {
      const known = index.get(key)
      if (known === undefined) index.set(key, [group])
      else if (!known.includes(group)) known.push(group)
    }
  }
  return groups.flatMap((group) => {
    const revisions = [...group].sort(byPosting)
    const first = revisions[0]
    if (first === undefined) return []
    const latest = revisions.reduce((best, one) => (isLater(one, best) ? one : best), first)
    return [{ title: latest.title, revisions, latest }]
  })
}

/** Titles two revisions may have in common. */
function keysOf(series: Series): string[] {
  const keys = [...patchTitles(series)]
  if (series.title !== '') keys.push(key(series.title))
  if (series.basedOn !== null) keys.push(key(series.basedOn.title))
  return keys
}

/**
 * The latest revision, or, with `version`, the last one posted under that number; with `rfc` for comments. Fails with `revision-unknown`
 * and the numbers there are.
 */
export function selectRevision(
  group: RevisionGroup,
  version?: number,
  rfc = false,
): Result<Series, Diagnostic> {
  if (version === undefined) return ok(group.latest)
  const wanted = group.revisions.filter((one) => one.version === version)
  const posted = wanted.filter((one) => one.isRfc === rfc)
  const found = (posted.length > 0 || rfc ? posted : wanted).at(-1)
  if (found !== undefined) return ok(found)
  const named = ({ version: number, isRfc }: Series): string => `v${number}${isRfc ? ' (RFC)' : ''}`
  const known = [...new Set(group.revisions.map(named))].join(', ')
  return fail({
    severity: 'error',
    code: 'revision-unknown',
    message: `there is no v${version}${rfc ? ' (RFC)' : ''} of "${group.title}"`,
    hint: `revisions in the input: ${known}`,
  })
}

function areRevisions(one: Series, other: Series): boolean {
  if (one.kind !== other.kind) return false
  if (one.title !== '' && key(one.title) === key(other.title)) return true
  if (one.basedOn?.title === other.title || other.basedOn?.title === one.title) return true
  const titles = patchTitles(one)
  const others = patchTitles(other)
  if (titles.size === 0 || others.size === 0) return false
  let common = 0
  for (const title of titles) if (others.has(title)) common++
  const smaller = Math.min(titles.size, others.size)
  return common * 2 >= smaller && samePerson(one.author, other.author)
}

function patchTitles(series: Series): ReadonlySet<string> {
  const titles = new Set<string>()
  for (const patch of series.patches) if (patch !== null) titles.add(key(patch.subject.replace(BRACKETS, '')))
  return titles
}

const BRACKETS = /^(?:\s*\[[^\]]*\])*/

function key(title: string): string {
  return title.toLowerCase().replace(/\s+/g, ' ').trim()
}

function samePerson(one: Address | null, other: Address | null): boolean {
  if (one === null || other === null) return false
  if (one.address !== null && !one.obfuscated && other.address !== null && !other.obfuscated) {
    if (one.address.toLowerCase() === other.address.toLowerCase()) return true
  }
  return one.name !== '' && one.name.toLowerCase() === other.name.toLowerCase()
}

function byPosting(one: Series, other: Series): number {
  if (one.date !== null && other.date !== null && one.date !== other.date)
    return one.date < other.date ? -1 : 1
  if (one.isRfc !== other.isRfc) return one.isRfc ? -1 : 1
  return one.version - other.version
}

function isLater(one: Series, best: Series): boolean {
  if (one.isRfc === best.isRfc && one.version !== best.version) return one.version > best.version
  return byPosting(one, best) >= 0
}
