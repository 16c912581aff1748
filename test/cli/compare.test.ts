/** `kreplay compare`: two revisions of the fixture patches, and of the folding series where it is at hand. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { shellWords } from '../../src/report/index.js'
import { compareRevisions, type RevisionComparison, stepThrough } from '../../src/run/index.js'
import { REPLAY_TIMEOUT } from '../support/replayed.js'
import { cli } from '../support/run-cli.js'
import { describeShared, sharedData } from '../support/shared-data.js'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const SLOW = { timeout: REPLAY_TIMEOUT }
const LOCK = 'fixtures/threads/pagewalk-lock.mbox'
const LOCK_ONLY = 'fixtures/threads/pagewalk-ptl-only.mbox'
const MOVE = 'fixtures/threads/lockless-move.mbox'

const run = (...words: readonly string[]) =>
  cli(words, { cwd: PROJECT, interactive: true, pipeline: { compareRevisions, stepThrough } })

const KNOWN = new Map<string, Promise<RevisionComparison>>()

/** What is printed as JSON; the same comparison is made once. */
function json(...words: readonly string[]): Promise<RevisionComparison> {
  const key = words.join(' ')
  const known = KNOWN.get(key) ?? run('compare', ...words, '--json').then(({ stdout }) => JSON.parse(stdout))
  KNOWN.set(key, known)
  return known
}

describe('kreplay compare', () => {
  it('says which hazards only one of two threads leaves', SLOW, async () => {
    const { findings } = await json(LOCK_ONLY, LOCK)
    const only = (verdict: string) =>
      findings.filter((one) => one.verdict === verdict).map(({ property }) => property)
    expect(only('regressed')).toContain('walk of a non-table (none)')
    const back = await json(LOCK, LOCK_ONLY)
    expect(
      back.findings.filter(({ verdict }) => verdict === 'fixed').map(({ property }) => property),
    ).toEqual(only('regressed'))
  })

  it('takes what one does not touch as the other finds it', SLOW, async () => {
    const { functions } = await json(LOCK_ONLY, LOCK)
    const pmd = functions.find(({ name }) => name === 'walk_pmd_range')
    expect(pmd).toMatchObject({ first: 'walk_pmd_range@v5.4', second: 'walk_pmd_range@oct2019', same: false })
    const pte = functions.find(({ name }) => name === 'walk_pte_range')
    expect(pte?.same).toBe(true)
  })

  it('finds a thread to be itself', SLOW, async () => {
    const { stdout, code } = await run('compare', MOVE, MOVE)
    expect(stdout).toMatch(/no difference: one text stands on both sides of \d+ functions?/)
    expect(stdout).toContain('both change the same lines')
    expect(code).toBe(0)
  })

  it('prints lines that replay what one of the two leaves', SLOW, async () => {
    const { findings } = await json(LOCK_ONLY, LOCK)
    const witness = findings.find(({ verdict }) => verdict === 'regressed')?.witness
    const [, ...words] = shellWords(witness?.command ?? '')
    const replayed = await run(...words)
    expect(replayed.code).toBe(0)
    expect(replayed.stdout).toContain('walk of a non-table')
  })

  it('fails where asked to, and not otherwise', async () => {
    const made = (...words: readonly string[]) =>
      cli(['compare', LOCK_ONLY, LOCK, ...words], { cwd: PROJECT, interactive: true })
    expect((await made()).code).toBe(1)
    expect((await made('--fail-on', 'never', '--allow-inconclusive')).code).toBe(0)
    expect((await made('--expect', 'same')).code).toBe(1)
  })

  it.each([
    [[LOCK], /two threads, or one thread and two revisions/],
    [[LOCK, LOCK, LOCK], /compare takes two threads/],
    [[LOCK, '-v', '1', '-v', '2', '-v', '3'], /two revisions/],
    [[LOCK, '-v', 'x', '-v', '2'], /--use-version cannot be x/],
  ])('refuses %j', async (words, message) => {
    const { code, stderr } = await run('compare', ...words)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('says what it cannot find', SLOW, async () => {
    expect((await run('compare', LOCK, '-v', '1', '-v', '7')).code).toBe(4)
    expect((await run('compare', LOCK, 'fixtures/threads/no-such.mbox')).code).toBe(3)
    expect((await run('compare', LOCK, 'fixtures/threads/walk-discussion.mbox')).code).toBe(4)
  })
})

const FOLDING = 'threads/gup-fast-dynamic-folding.mbox'

describeShared('the revisions of the folding series', [FOLDING], () => {
  const thread = sharedData(FOLDING) ?? ''
  it('differ in how often a folded level is read, and in nothing else', SLOW, async () => {
    const { findings, verdicts } = await json(thread, '-v', 'rfc2', '-v', '2')
    const told = findings.filter(({ verdict }) => verdict !== 'same')
    expect(told.map(({ verdict, arch, summary }) => [verdict, arch, summary])).toEqual([
      ['changed', 's390', 'loads of entries: 4 -> 6'],
    ])
    expect(findings.filter(({ arch }) => arch === 'x86-64').map(({ verdict }) => verdict)).toEqual(['same'])
    const wrong = verdicts.find(({ property }) => property.startsWith('wrong page'))
    expect(wrong).toMatchObject({ arch: 's390', first: 'fixed', second: 'fixed' })
  })
  it(
    'as merged are the same functions in v1 and v2: what differs are brackets of a macro',
    SLOW,
    async () => {
      const { stdout, code } = await run('compare', thread, '-v', '1', '-v', '2')
      expect(stdout).toContain('no difference: one text stands on both sides of 10 functions')
      expect(stdout).toContain('changed lines differ in include/linux/pgtable.h')
      expect(code).toBe(0)
    },
  )
})
