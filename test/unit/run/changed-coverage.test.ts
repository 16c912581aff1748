/** Which changed lines ran and which conditions went both ways, of a patch made here of the fixture tree. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatTerminal, type Report, type ReportFunction } from '../../../src/report/index.js'
import { runThread } from '../../../src/run/index.js'
import { REPLAY_TIMEOUT } from '../../support/replayed.js'

const TREE = fileURLToPath(new URL('../../../fixtures/tree/', import.meta.url))
const SLOW = { timeout: REPLAY_TIMEOUT }
let repository = ''

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'kreplay-coverage-'))
  cpSync(TREE, repository, { recursive: true })
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words], {
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'base')
})
afterAll(() => rmSync(repository, { recursive: true, force: true }))

/** The report on a work tree in which a text of mm/pagewalk.c is another. */
async function changed(from: string, to: string): Promise<Report> {
  const text = readFileSync(join(TREE, 'mm/pagewalk.c'), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(repository, 'mm/pagewalk.c'), text.replace(from, to))
  const { report } = await runThread({
    inputs: [{ kind: 'work-tree' }],
    tree: { name: repository, cwd: repository },
    functions: ['walk_pte_range'],
  })
  return report
}

const functionOf = ({ functions }: Report): ReportFunction => {
  const [fn] = functions
  if (fn === undefined) throw new Error('nothing changed')
  return fn
}
const states = (report: Report): readonly string[] =>
  (functionOf(report).changedLines.lines ?? []).map(({ side, text, state }) => `${side} ${state}: ${text}`)
const outcomes = (report: Report): readonly string[] =>
  (functionOf(report).changedLines.conditions ?? []).map(
    ({ side, text, outcomes: seen }) => `${side} ${seen}: ${text}`,
  )

describe('a changed function', () => {
  it('has its lines and conditions told apart by what ran of them', SLOW, async () => {
    const report = await changed(
      '\t\tif (addr == end)\n\t\t\tbreak;\n',
      '\t\t/* Behind the end. */\n\t\tif (addr == end || addr == 1)\n\t\t\tbreak;\n\t\tif (!(addr == 1))\n\t\t\tret = 0;\n\t\telse\n\t\t\tret = 7;\n',
    )
    expect(states(report)).toEqual([
      'before run: if (addr == end)',
      'after no-code: /* Behind the end. */',
      'after run: if (addr == end || addr == 1)',
      'after run: if (!(addr == 1))',
      'after run: ret = 0;',
      'after no-code: else',
      'after not-run: ret = 7;',
    ])
    expect(outcomes(report)).toEqual([
      'before both: addr == end',
      'after both: addr == end',
      'after false: addr == 1',
      'after false: addr == 1',
    ])
    expect(report.summary.same).toBe(0)
    expect(report.findings.map(({ summary }) => summary).join()).toContain('was never reached')
    const screen = formatTerminal(report, { color: false, width: 200, verbose: false })
    expect(screen).toContain('never run: after 31; 2 of 4 conditions not seen both ways: after 26 28')
    const verbose = formatTerminal(report, { color: false, width: 200, verbose: true })
    expect(verbose).toContain('after 26:22 never true: addr == 1')
    expect(verbose).toContain('after 31 never run: ret = 7;')
  })

  it('whose changed lines yield no code is never said to have run', SLOW, async () => {
    const report = await changed(
      '\tint ret = 0;\n\tpte_t *entry;\n',
      '\tpte_t *entry;\n\tint spare;\n\tint ret = 0;\n',
    )
    const { changedLines } = functionOf(report)
    expect(changedLines.reached).toBe(changedLines.executable)
    expect(states(report)).toContain('after no-code: int spare;')
  })

  it('is not the same where the configuration leaves a changed line out', SLOW, async () => {
    const report = await changed(
      '\tpte_unmap(entry);\n',
      '#ifdef CONFIG_SPARE_WALK\n\tret = 7;\n#endif\n\tpte_unmap(entry);\n',
    )
    expect(states(report)).toContain('after left-out: ret = 7;')
    expect(functionOf(report).changedLines).toMatchObject({ reached: 0, executable: 0 })
    expect(report.summary).toMatchObject({ same: 0, inconclusive: 1 })
    expect(report.findings.map(({ summary }) => summary).join()).toContain(
      'yields no code under this configuration',
    )
  })
})
