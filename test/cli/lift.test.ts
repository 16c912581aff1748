/** `kreplay lift` on the fixture tree: what it prints, and how it ends. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { liftFrom } from '../../src/run/index.js'
import { cli } from '../support/run-cli.js'
import { temporaryFolder } from '../support/temporary.js'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

const lift = (words: readonly string[], cwd = PROJECT) =>
  cli(['lift', ...words], { cwd, interactive: true, pipeline: { liftFrom } })

/** A folder with files of these texts. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

describe('kreplay lift', () => {
  test('prints a function and a table', async () => {
    const shown = await Promise.all(
      [['mm/pagewalk.c:walk_pte_range'], ['mm/gup.c:gup_get_pte', '--arch', 'x86-64'], ['mm']].map(
        async (words) => {
          const { stdout, code } = await lift([...words, '--tree', 'fixtures/tree'])
          expect(code).toBe(0)
          const timeless = stdout
            .replace(/(processor time|instructions)( +)[\d.]+/, '$1$2…')
            .replace(/(processor time +)[\d.]+/, '$1…')
          return `$ kreplay lift ${words.join(' ')} --tree fixtures/tree\n${timeless}`
        },
      ),
    )
    await expect(shown.join('\n')).toMatchFileSnapshot('../golden/command-lift.golden.txt')
  })

  test('finds the tree around a file', async () => {
    const { stdout, code } = await lift(['fixtures/tree/mm/pagewalk.c:walk_pte_range', '--json'])
    expect(code).toBe(0)
    const answer = JSON.parse(stdout)
    expect(answer).toMatchObject({ kind: 'function', path: 'mm/pagewalk.c', missingHeaders: [] })
    expect(answer.variants[0].callees).toContainEqual(
      expect.objectContaining({ name: 'pte_offset_map', kind: 'bound' }),
    )
  })

  test('shows each of several definitions, and which one is compiled', async () => {
    const text =
      '#ifdef CONFIG_WIDE\nint width(void)\n{\n\treturn 2;\n}\n#else\nint width(void)\n{\n\treturn 1;\n}\n#endif\n'
    const folder = folderOf({ 'lane.c': text })
    const { stdout } = await lift(['lane.c:width', '--config', 'CONFIG_WIDE=y'], folder)
    expect(stdout).toContain('defined 2 times')
    expect(stdout).toMatch(
      /lines 2 to 5, under .*CONFIG_WIDE[\s\S]*return 2[\s\S]*lines 7 to 10[\s\S]*Not compiled/,
    )
  })

  test('names what is in the way, and includes that are not there', async () => {
    const folder = folderOf({
      'lane.c':
        '#include <linux/far.h>\nint stop(int x)\n{\n\tasm volatile("hlt" : : "r"(x));\n\treturn x;\n}\n',
    })
    const { stdout, code } = await lift(['lane.c:stop'], folder)
    expect(code).toBe(4)
    expect(stdout).toContain('Not lifted: inline assembly (lane.c:4:2)')
    expect(stdout).toContain('linux/far.h')
    const table = await lift(['lane.c'], folder)
    expect(table.code).toBe(4)
    expect(table.stdout).toContain('lane.c:4 stop')
  })

  test.each([
    [
      'a file that is not there',
      ['mm/none.c:walk', '--tree', 'fixtures/tree'],
      3,
      'there is no C file at mm/none.c',
    ],
    [
      'a function that is not there',
      ['mm/gup.c:walk', '--tree', 'fixtures/tree'],
      4,
      'no function walk in mm/gup.c',
    ],
    ['a tree that is not there', ['mm/gup.c', '--tree', 'nowhere'], 3, 'there is no kernel tree at nowhere'],
    [
      'an unknown architecture',
      ['mm/gup.c', '--tree', 'fixtures/tree', '--arch', 'vax'],
      2,
      'no architecture vax',
    ],
    ['an option of another command', ['mm/gup.c', '--model', 'sc'], 2, 'lift does not take --model'],
  ])('refuses %s', async (_, words, code, message) => {
    const result = await lift(words)
    expect(result.code).toBe(code)
    expect(result.stderr).toContain(message)
    expect(result.stdout).toBe('')
  })
})
