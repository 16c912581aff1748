/** `kreplay ablate` on the fixture tree: what it prints, that its lines can be replayed, and how it ends. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { shellWords } from '../../src/report/index.js'
import { type Ablation, ablate, stepAblated } from '../../src/run/index.js'
import { REPLAY_TIMEOUT } from '../support/replayed.js'
import { cli } from '../support/run-cli.js'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const SLOW = { timeout: REPLAY_TIMEOUT }

const run = (...words: readonly string[]) =>
  cli(['ablate', ...words], { cwd: PROJECT, interactive: true, pipeline: { ablate, stepAblated } })

const TREE = ['--tree', 'fixtures/tree']
const PAE = ['mm/gup.c:gup_get_pte', ...TREE, '--arch', 'x86-pae']

/** The lines of a screen after the one that a part begins with. */
function answers(stdout: string, part: string): readonly string[] {
  const lines = stdout.split('\n').map((line) => line.trim())
  const from = lines.findIndex((line) => line.endsWith(part))
  const to = lines.findIndex((line, i) => i > from && line === '')
  return from < 0 ? [] : lines.slice(from + 1, to)
}

describe('kreplay ablate', () => {
  it('shows what each barrier of a lockless read is needed for, and under which model', SLOW, async () => {
    const { stdout, code } = await run(
      ...PAE,
      '--part',
      'gup_get_pte:barrier@35:3',
      '--part',
      'gup_get_pte:barrier@37:3',
    )
    expect(code).toBe(0)
    expect(stdout).toContain('2 parts: 2 noticed')
    for (const line of [35, 37]) {
      const said = answers(stdout, `${line}   smp_rmb(); left out`)
      expect(said.find((one) => one.startsWith('sc'))).toMatch(/^sc +not noticed \(\d+ scenarios, exhaustive/)
      expect(said.find((one) => one.startsWith('lkmm'))).toMatch(/^lkmm +newly possible: torn value used/)
    }
  })

  it('prints lines that replay with the part and without it', SLOW, async () => {
    const part = 'gup_get_pte:condition@38:7=true'
    const { stdout } = await run(...PAE, '--model', 'sc', '--part', part, '--verbose')
    const [line = ''] = /kreplay ablate .*/.exec(stdout) ?? []
    expect(line).toContain(`--part ${part}`)
    const [, , ...words] = shellWords(line)
    const without = await run(...words)
    expect(without.code).toBe(0)
    expect(without.stdout).toContain('hazard: torn value used')
    expect(without.stdout).toContain('without gup_get_pte:condition@38:7=true')
  })

  it('leaves parts out of what a patch makes of a function', SLOW, async () => {
    const { stdout, code } = await run(
      'fixtures/threads/pagewalk-lock.mbox',
      ...TREE,
      ...['--function', 'walk_pte_range', '--part', 'walk_pte_range:lock@20:14', '--json'],
    )
    expect(code).toBe(0)
    const { functions }: Ablation = JSON.parse(stdout)
    const [part] = functions[0]?.parts ?? []
    expect(part).toMatchObject({ kind: 'lock pair', line: 20, added: true, state: 'run' })
    expect(part?.under.map(({ outcome, by }) => [outcome, by?.verdict])).toEqual([['noticed', 'regressed']])
    expect(part?.under[0]?.by?.summary).toContain('lost update')
  })

  it('says that a bound leaves the question open', SLOW, async () => {
    const words = [...PAE, '--part', 'gup_get_pte:barrier@35:3', '--model', 'sc', '--budget', 'executions=1']
    const open = await run(...words)
    expect(open.stdout).toContain('not noticed within what was explored')
    expect(open.code).toBe(5)
    expect((await run(...words, '--allow-inconclusive')).code).toBe(0)
  })

  it.each([
    ['no tree', ['mm/gup.c:gup_get_pte'], 2, 'name the kernel tree with --tree'],
    ['a function that is not there', ['mm/gup.c:nothing', ...TREE], 4, 'nothing cannot be lifted'],
    ['a file that is not there', ['mm/none.c:f', ...TREE], 4, 'the tree has no mm/none.c'],
    ['a tree that is not there', ['mm/gup.c:f', '--tree', 'no-such-tree'], 3, 'no-such-tree'],
    ['a thread that is not there', ['no-such.mbox', ...TREE], 3, 'no-such.mbox'],
    ['two functions', ['mm/gup.c:f', 'mm/gup.c:g', ...TREE], 2, 'one function, or threads'],
    [
      'a part that is not there',
      [...PAE, '--part', 'gup_get_pte:barrier@1:1'],
      2,
      'known: gup_get_pte:statement@34:3',
    ],
    [
      'half of an execution',
      [...PAE, '--schedule', 'a4'],
      2,
      'needs one --part, --scenario, --side and --schedule',
    ],
    ['an option of another command', [...PAE, '--hunt', '3'], 2, 'ablate does not take --hunt'],
  ])('refuses %s', SLOW, async (_, words, code, text) => {
    const result = await run(...words)
    expect(result.stderr).toContain(text)
    expect(result.code).toBe(code)
  })
})
