/** Commits of a repository, replayed as mails are: the repository is made here, of the fixture tree. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT, EXPECT_SAME, exitCodeOf } from '../../../src/report/index.js'
import { type Input, type RunRequest, runThread, stepThrough } from '../../../src/run/index.js'
import { REPLAY_TIMEOUT } from '../../support/replayed.js'

const TREE = fileURLToPath(new URL('../../../fixtures/tree/', import.meta.url))
const SLOW = { timeout: REPLAY_TIMEOUT }
let repository = ''

const git = (...words: readonly string[]): string =>
  execFileSync('git', ['-C', repository, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words], {
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  })

function edit(path: string, change: (text: string) => string): void {
  const file = join(repository, path)
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

function commit(subject: string): void {
  git('add', '-A')
  git('commit', '-qm', subject)
}

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'kreplay-commits-'))
  cpSync(TREE, repository, { recursive: true })
  git('init', '-q')
  commit('base')
  edit('mm/pagewalk.c', (text) => text.replace('while (1) {', 'for (;;) {'))
  commit('pagewalk: another spelling')
  writeFileSync(join(repository, 'README'), 'A tree.\n')
  commit('docs: a readme')
  edit('mm/pagewalk.c', (text) => text.replace('addr += PAGE_SIZE;', 'addr += 2 * PAGE_SIZE;'))
})
afterAll(() => rmSync(repository, { recursive: true, force: true }))

const requestOf = (input: Input, change: Partial<RunRequest> = {}): RunRequest => ({
  inputs: [input],
  tree: { name: repository, cwd: repository },
  ...change,
})
const run = (range: string) => runThread(requestOf({ kind: 'commits', range }))
const gate = (result: Awaited<ReturnType<typeof runThread>>) =>
  exitCodeOf({
    ...result,
    interrupted: false,
    failOn: EXPECT_SAME,
    allowInconclusive: false,
    ofCommits: true,
  })

describe('commits', () => {
  it('are replayed from the C of both sides, their texts proved by blob id', SLOW, async () => {
    const result = await run('HEAD~1')
    const { patches, functions, findings } = result.report
    expect(patches.map(({ files }) => files.map(({ certificate }) => certificate))).toEqual([
      [{ base: 'blob', added: 'post-blob' }],
    ])
    const [fn] = functions
    expect(fn?.name).toBe('walk_pte_range')
    expect(fn?.before).not.toBe(fn?.after)
    expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(['same', 'pre-existing']))
    expect(gate(result)).toBe(EXIT.ok)
  })

  it('of a range have one summary each', SLOW, async () => {
    const { report } = await run('HEAD~2..HEAD')
    expect(report.patches.map(({ subject, index }) => [subject.slice(13), index])).toEqual([
      ['pagewalk: another spelling', 1],
      ['docs: a readme', 2],
    ])
    expect(report.patches[0]?.summary?.same).toBeGreaterThan(0)
    expect(report.patches[1]?.summary?.same).toBe(0)
  })

  it('that change no function are as good as any', SLOW, async () => {
    expect(gate(await run('HEAD'))).toBe(EXIT.ok)
  })

  it('that cannot be told are passed over by a bisection', SLOW, async () => {
    const result = await runThread(
      requestOf({ kind: 'commits', range: 'HEAD~1' }, { budget: { executions: 1 } }),
    )
    const open = result.report.findings.filter(({ verdict }) => verdict === 'inconclusive')
    expect(open.map(({ after }) => after.coverage.kind)).toEqual(['bounded'])
    expect(result.report.summary.same).toBe(0)
    expect(gate(result)).toBe(EXIT.cannotTell)
  })

  it('that there are none of cannot be read', async () => {
    const { read, report } = await run('no-such-branch')
    expect(read).toBe(false)
    expect(report.diagnostics.map(({ code }) => code)).toContain('revision-unknown')
  })
})

describe('the work tree', () => {
  it('is replayed, and its witness can be stepped through', SLOW, async () => {
    const input = { kind: 'work-tree' } as const
    const { report } = await runThread(requestOf(input))
    const found = report.findings.find(({ verdict }) => verdict === 'regressed')
    expect(found?.property).toBe('range skipped (pte)')
    const walkthrough = await stepThrough({
      ...requestOf(input),
      scenario: found?.scenario ?? '',
      side: 'after',
      schedule: found?.witness?.schedule ?? '',
      loads: 'once',
    })
    expect(walkthrough.ok && walkthrough.value.hazards.join()).toContain('range skipped')
  })
})
