/** `kreplay callers` on the fixture tree: what it prints, and how it ends. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findCallers } from '../../src/run/index.js'
import { cli } from '../support/run-cli.js'
import { temporaryFolder } from '../support/temporary.js'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/** The command with the real look-up, in the project's folder. */
const callers = (words: readonly string[], cwd = PROJECT) =>
  cli(['callers', ...words], { cwd, interactive: true, pipeline: { findCallers } })

describe('kreplay callers', () => {
  test('prints functions, tables and their uses', async () => {
    const shown = await Promise.all(
      [['walk_page_range'], ['wp_pte'], ['gup_get_pte'], ['struct mm_walk_ops']].map(async (words) => {
        const { stdout, code } = await callers([...words, '--tree', 'fixtures/tree'])
        expect(code).toBe(0)
        return `$ kreplay callers ${words.join(' ')} --tree fixtures/tree\n${stdout}`
      }),
    )
    await expect(shown.join('\n')).toMatchFileSnapshot('../golden/command-callers.golden.txt')
  })

  test('lays the patches of a thread over the tree', async () => {
    const words = ['ptep_get_lockless', '--tree', 'fixtures/tree']
    expect((await callers(words)).code).toBe(4)
    const { stdout, code } = await callers([...words, 'fixtures/threads/lockless-move.mbox', '--json'])
    expect(code).toBe(0)
    const { functions } = JSON.parse(stdout)
    expect(functions).toHaveLength(1)
    expect(functions[0].definitions.map(({ path, patch }: Record<string, string>) => [path, patch])).toEqual([
      ['include/linux/pgtable.h', 'patch 1'],
      ['include/linux/pgtable.h', 'patch 1'],
    ])
    expect(functions[0].calls.map(({ path, patch }: Record<string, string>) => [path, patch])).toEqual([
      ['mm/gup.c', 'patch 1'],
      ['mm/gup.c', 'patch 1'],
    ])
  })

  test('prints JSON that is the same each time', async () => {
    const words = ['walk_page_range', '--tree', 'fixtures/tree', '--json']
    const [first, second] = [await callers(words), await callers(words)]
    expect(JSON.parse(first.stdout)).toMatchObject({ name: 'walk_page_range', files: 8, mentioning: 5 })
    expect(second.stdout).toBe(first.stdout)
  })

  test('takes the folder it runs in for the tree', async () => {
    const { stdout } = await callers(['wp_pte'], `${PROJECT}fixtures/tree`)
    expect(stdout).toContain('looked into 8 files of .')
  })

  test.each([
    [
      'a function that is nowhere',
      ['nobody', '--tree', 'fixtures/tree'],
      4,
      'named nowhere in fixtures/tree',
    ],
    [
      'a file that has no such function',
      ['mm/gup.c:wp_pte', '--tree', 'fixtures/tree'],
      4,
      'there is one in mm/mapping_dirty.c',
    ],
    ['no name', ['--tree', 'fixtures/tree'], 2, 'ot enough'],
    ['no function’s name', ['a-b', '--tree', 'fixtures/tree'], 2, 'is no function’s name'],
    ['no tree', ['wp_pte', '--tree', 'nowhere'], 3, 'there is no kernel tree at nowhere'],
    ['no thread', ['wp_pte', '--tree', 'fixtures/tree', 'nowhere.mbox'], 3, 'nowhere.mbox'],
    ['a pipe that nobody named', ['wp_pte', '--tree', 'fixtures/tree'], 0, ''],
    ['an option of another command', ['wp_pte', '--arch', 'x86-64'], 2, 'callers does not take --arch'],
  ])('with %s', async (_, words, code, said) => {
    const result = await callers(words)
    expect(result.code).toBe(code)
    expect(result.stderr.replace(/\s+/g, ' ').replaceAll("'", '’')).toContain(said)
  })

  test('says where it looked when no tree was named', async () => {
    const folder = temporaryFolder({})
    mkdirSync(join(folder, 'mm'))
    writeFileSync(join(folder, 'mm/a.c'), 'int f(void)\n{\n}\n')
    const { code, stderr } = await callers(['nobody'], folder)
    expect(code).toBe(4)
    expect(stderr.replace(/\s+/g, ' ')).toContain('--tree names one')
  })
})
