/** Step 8 of a run: what a patch's text claims of its effect, compared with what was observed. */
import { plural, sha256 } from '../base/index.js'
import { CLAIM_EFFECT, type Claim, parseSubject, readClaims } from '../mail/index.js'
import { type Finding, headline, type ReportClaim, type ReportFunction } from '../report/index.js'
import type { TakenPatch } from './take-in.js'

/** The claims of one patch with what became of them, and a finding for each that was observed to be false. */
export interface CheckedClaims {
  readonly claims: readonly ReportClaim[]
  readonly findings: readonly Finding[]
}

/**
 * Compares the claims in a patch's own message with its findings. The subject is not read: what a patch is called
 * decides nothing. Nor is the text of a reply that a patch stands in, which is talk.
 */
export function checkClaims(
  taken: TakenPatch,
  findings: readonly Finding[],
  functions: readonly ReportFunction[],
): CheckedClaims {
  const { message, words } = taken
  if (words === undefined && parseSubject(message.subject).isReply) return { claims: [], findings: [] }
  const { text, firstLine } = words === undefined ? textOf(message) : bodyOf(words)
  const claims: ReportClaim[] = []
  const contradicted: Finding[] = []
  for (const claim of once(readClaims(text))) {
    const place = { source: message.source.source, line: firstLine + claim.line - 1 }
    const result = judge(claim, findings, functions)
    claims.push({ kind: claim.kind, text: claim.text, place, ...result })
    const [first] = findings.filter(({ id }) => id === result.findings[0])
    if (result.outcome === 'contradicted' && first !== undefined)
      contradicted.push(contradiction(claim, place, first, findings, result.findings))
  }
  return { claims, findings: contradicted }
}

interface Words {
  readonly text: string
  /** Line of its first line in its source. */
  readonly firstLine: number
}

function textOf({ body, bodyLine }: TakenPatch['message']): Words {
  return { text: body, firstLine: bodyLine }
}

/** A commit's message without its first line, which is its subject. */
function bodyOf(words: string): Words {
  const end = words.indexOf('\n')
  return { text: end < 0 ? '' : words.slice(end + 1), firstLine: 2 }
}

/** Each kind of claim where it is made first; each commit that is said to be to blame. */
function once(claims: readonly Claim[]): Claim[] {
  const keyOf = ({ kind, text }: Claim): string => (kind === 'fixes' ? `${kind} ${text}` : kind)
  const known = new Map<string, Claim>()
  for (const claim of claims) if (!known.has(keyOf(claim))) known.set(keyOf(claim), claim)
  return [...known.values()]
}

type Judgement = Pick<ReportClaim, 'outcome' | 'why' | 'findings'>

function judge(claim: Claim, findings: readonly Finding[], functions: readonly ReportFunction[]): Judgement {
  if (CLAIM_EFFECT[claim.kind] === 'some') return judgeFix(findings)
  const differing = findings.filter(isDifference)
  const idsOf = (list: readonly Finding[]): string[] => list.map(({ id }) => id)
  const added = functions.reduce((sum, { changedLines }) => sum + changedLines.added, 0)
  if (CLAIM_EFFECT[claim.kind] === 'removed-only' && added > 0 && differing.length > 0) {
    const why = 'behaviour differs, and the patch also adds lines, which it may hang on'
    return { outcome: 'undecided', why, findings: idsOf(differing) }
  }
  if (differing.length > 0) {
    const why = `${plural(differing.length, 'difference')} observed`
    return { outcome: 'contradicted', why, findings: idsOf(differing) }
  }
  const latent = findings.filter(({ verdict, reach }) => DIFFERS.has(verdict) && reach === 'latent')
  if (latent.length > 0) {
    const why = 'what differs is latent: nothing is known to meet it'
    return { outcome: 'undecided', why, findings: idsOf(latent) }
  }
  return judgeSame(findings, functions)
}

/** A hazard that is gone agrees; that none is gone says nothing, as what was fixed may lie beyond the model. */
function judgeFix(findings: readonly Finding[]): Judgement {
  const fixed = findings.filter(({ verdict }) => verdict === 'fixed')
  const ids = fixed.map(({ id }) => id)
  if (fixed.length > 0) return { outcome: 'agrees', why: 'a hazard is no longer possible', findings: ids }
  return { outcome: 'undecided', why: 'no hazard was seen to go away', findings: [] }
}

function judgeSame(findings: readonly Finding[], functions: readonly ReportFunction[]): Judgement {
  const same = findings.filter(({ verdict }) => verdict === 'same')
  const open = findings.filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'unmapped')
  const silent = functions.filter(
    ({ kind, change }) => kind !== 'function' && !change.includes('comment-only') && kind !== 'other',
  )
  if (same.length === 0 && functions.length > 0 && functions.every(isCommentOnly))
    return { outcome: 'agrees', why: 'only comments change', findings: [] }
  if (same.length === 0) return { outcome: 'undecided', why: 'nothing was replayed', findings: [] }
  if (open.length > 0) {
    const names = [...new Set(open.map(({ function: name }) => name))]
    const why = `no difference where it was replayed, and no answer for ${names.join(', ')}`
    return { outcome: 'undecided', why, findings: open.map(({ id }) => id) }
  }
  if (silent.length > 0) {
    const why = `no difference in what was replayed; ${silent.map(({ name, path }) => `${name} of ${path}`).join(', ')} was not`
    return { outcome: 'undecided', why, findings: [] }
  }
  const ids = same.map(({ id }) => id)
  return { outcome: 'agrees', why: 'no difference found within what was explored', findings: ids }
}

function isCommentOnly({ change }: ReportFunction): boolean {
  return change.every((kind) => kind === 'comment-only')
}

const DIFFERS: ReadonlySet<Finding['verdict']> = new Set(['regressed', 'changed', 'fixed'])

function isDifference({ verdict, reach, kind }: Finding): boolean {
  return DIFFERS.has(verdict) && reach !== 'latent' && kind !== 'contradicted'
}

/** The finding that a claim was observed to be false: it stands on the first of the findings that show it. */
function contradiction(
  claim: Claim,
  place: { readonly source: string; readonly line: number },
  first: Finding,
  findings: readonly Finding[],
  ids: readonly string[],
): Finding {
  const property = `claim: ${claim.kind}`
  const { path, function: name, arch, model, scenario } = first
  const shown = findings.filter(({ id }) => ids.includes(id))
  const others = shown.length - 1
  const { elsewhere: _, ...alone } = first
  return {
    ...alone,
    id: sha256([path, name, scenario, property, arch, model].join('\0')).slice(0, 12),
    verdict: 'changed',
    kind: 'contradicted',
    scenarios: [scenario],
    property,
    summary: `the patch says "${claim.text}"; observed: ${headline(first)}${others === 0 ? '' : ` and ${plural(others, 'more difference')}`}`,
    witness: null,
    notes: [],
    contradicts: { kind: claim.kind, text: claim.text, place, findings: ids },
  }
}
