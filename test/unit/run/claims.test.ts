/** What becomes of a patch's claims, given its findings: agreed, contradicted, or not decided, and by what. */
import { describe, expect, it } from 'vitest'
import { readMail } from '../../../src/mail/index.js'
import { parsePatch } from '../../../src/patch/index.js'
import type { Finding, ReportFunction } from '../../../src/report/index.js'
import { checkClaims } from '../../../src/run/claims.js'
import type { TakenPatch } from '../../../src/run/take-in.js'

async function patch(words: string, subject = '[PATCH] mm: a change'): Promise<TakenPatch> {
  const text = `From: Ada <a@example.org>\nSubject: ${subject}\nMessage-ID: <1@example.org>\n\n${words}\n---\n`
  const { messages } = await readMail(Buffer.from(text), 'a.eml')
  const [message] = messages
  if (message === undefined) throw new Error('no mail')
  return { message, patch: parsePatch(message.body), index: null, count: null, version: 1, trailers: [] }
}

const SIDE = { holds: 'always', count: 1, executions: 1, coverage: { kind: 'exhaustive' } } as const

function finding(id: string, verdict: Finding['verdict'], part: Partial<Finding> = {}): Finding {
  return {
    id,
    verdict,
    kind: 'splits',
    reach: 'unknown',
    function: 'walk_pmd_range',
    path: 'mm/pagewalk.c',
    scenario: 'pagewalk/x86-64/quiet/pte/table',
    property: 'splits',
    arch: 'x86-64',
    model: 'sc',
    config: {},
    premise: { needs: [], inTree: null },
    summary: 'splits: 1 -> 0',
    before: { ...SIDE, value: '1' },
    after: { ...SIDE, value: '0' },
    witness: null,
    ...part,
  }
}

function changedFunction(part: Partial<ReportFunction> = {}): ReportFunction {
  return {
    name: 'walk_pmd_range',
    path: 'mm/pagewalk.c',
    previousName: null,
    previousPath: null,
    kind: 'function',
    change: ['modified'],
    before: 'walk_pmd_range@v5.4',
    after: 'walk_pmd_range@lifted',
    changedLines: { added: 0, removed: 2 },
    notes: [],
    ...part,
  }
}

async function outcomes(
  words: string,
  findings: readonly Finding[],
  functions = [changedFunction()],
): Promise<string[]> {
  const { claims, findings: made } = checkClaims(await patch(words), findings, functions)
  const all = claims.map(({ outcome, findings: ids }) => `${outcome} ${ids.join(' ')}`.trim())
  return [...all, ...made.map(({ kind, contradicts }) => `${kind} ${contradicts?.findings.join(' ')}`)]
}

const SAME = finding('s', 'same')
const CHANGED = finding('c', 'changed')
const FIXED = finding('f', 'fixed')

describe('a claim that nothing changes', () => {
  it.each([
    ['agrees s', [SAME]],
    ['contradicted c', [SAME, CHANGED]],
    ['contradicted f', [FIXED]],
    ['undecided u', [SAME, finding('u', 'unmapped')]],
    ['undecided i', [SAME, finding('i', 'inconclusive')]],
    ['undecided l', [SAME, finding('l', 'regressed', { reach: 'latent' })]],
    ['undecided', []],
    ['agrees s', [SAME, finding('p', 'pre-existing')]],
  ])('%s', async (outcome, findings) => {
    const [first, ...made] = await outcomes('No functional change.', findings)
    expect(first).toBe(outcome)
    expect(made).toEqual(outcome.startsWith('contradicted') ? [outcome] : [])
  })

  it('agrees where only comments change', async () => {
    const functions = [changedFunction({ change: ['comment-only'] })]
    expect(await outcomes('Comment changes only.', [], functions)).toEqual(['agrees'])
  })

  it('is not decided where something outside functions changes', async () => {
    const macro = changedFunction({ name: '(macro)', kind: 'macro' })
    expect(await outcomes('No functional change.', [SAME], [changedFunction(), macro])).toEqual(['undecided'])
  })
})

describe('a claim that what is removed had no effect', () => {
  it('is contradicted where lines are removed only', async () => {
    const found = await outcomes('Remove the redundant test.', [CHANGED])
    expect(found).toEqual(['contradicted c', 'contradicted c'])
  })

  it('is not decided where lines are added too', async () => {
    const functions = [changedFunction({ changedLines: { added: 1, removed: 2 } })]
    expect(await outcomes('Remove the redundant test.', [CHANGED], functions)).toEqual(['undecided c'])
  })
})

describe('a claim to fix something', () => {
  it.each([
    ['agrees f', [FIXED, CHANGED]],
    ['undecided', [SAME]],
    ['undecided', [CHANGED]],
  ])('%s', async (outcome, findings) => {
    expect(await outcomes('Fixes: 0123456789ab ("mm: a race")', findings)).toEqual([outcome])
  })
})

describe('whose words they are', () => {
  it('a reply that a patch stands in claims nothing', async () => {
    const taken = await patch('No functional change.', 'Re: [PATCH] mm: a change')
    expect(checkClaims(taken, [CHANGED], [changedFunction()])).toEqual({ claims: [], findings: [] })
  })

  it('neither does a subject, and what identifies the mail is no part of the finding', async () => {
    const taken = await patch('Words.', '[PATCH] mm: no functional change')
    expect(checkClaims(taken, [CHANGED], [changedFunction()]).findings).toEqual([])
    const [one] = checkClaims(await patch('A pure move.'), [CHANGED], [changedFunction()]).findings
    const [other] = checkClaims(
      await patch('A pure move.', '[PATCH] x'),
      [CHANGED],
      [changedFunction()],
    ).findings
    expect(other).toEqual(one)
  })

  it('of a commit it is the message below its subject', async () => {
    const taken = {
      ...(await patch('No functional change.')),
      words: 'no-op: no functional change\n\nA pure move.\n',
    }
    const { claims } = checkClaims(taken, [CHANGED], [changedFunction()])
    expect(claims.map(({ kind, place }) => [kind, place.line])).toEqual([['pure move', 3]])
  })

  it('the same claim twice is one', async () => {
    const found = await outcomes('No functional change.\n\nNo functional changes intended.', [CHANGED])
    expect(found).toEqual(['contradicted c', 'contradicted c'])
  })
})
