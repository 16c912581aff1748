/**
 * Callers in real trees, against counts that know nothing of C. KREPLAY_LINUX_6_1 and KREPLAY_LINUX_6_12 name unpacked
 * kernel sources, whole or in part; without them this is skipped, visibly.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { callersIn } from '../../src/run/callers.js'
import type { Callers } from '../../src/run/index.js'
import { openTree } from '../../src/tree/index.js'

const TREES = { '6.1': process.env['KREPLAY_LINUX_6_1'], '6.12': process.env['KREPLAY_LINUX_6_12'] }

const NAMES = ['walk_page_range', 'walk_page_vma', 'walk_pmd_range', 'pte_offset_map_lock', 'split_huge_pmd']

/** The C files of a tree's kernel code that name what is asked for here. */
function sources(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.[ch]$/.test(path) && !/^(?:tools|scripts|Documentation|usr)\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
    .filter(({ text }) => [...NAMES, 'mm_walk_ops'].some((name) => text.includes(name)))
}

async function asked(folder: string, name: string): Promise<Callers> {
  const tree = await openTree(folder, { environment: process.env, cwd: '/' })
  if (!tree.ok) throw new Error(tree.error.message)
  const found = await callersIn(tree.value, { name })
  tree.value.close()
  if (!found.ok) throw new Error(found.error.message)
  return found.value
}

/** Without comments and macros, in which functions are named too; lines stay where they are. */
function code(text: string): string {
  const blank = (piece: string): string => piece.replace(/[^\n]/g, ' ')
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, blank).replace(/^[ \t]*#[ \t]*define(?:\\\n|.)*/gm, blank)
}

for (const [version, folder] of Object.entries(TREES)) {
  describe.skipIf(folder === undefined)(`linux ${version}`, () => {
    const root = folder ?? ''
    const files = folder === undefined ? [] : sources(root)

    it('has as many tables of struct mm_walk_ops, with the callbacks that their text names', async () => {
      const counted = new Map<string, string>()
      for (const { path, text } of files) {
        for (const [, name = '', body = ''] of code(text).matchAll(
          /struct\s+mm_walk_ops\s+(\w+)\s*=\s*\{([^}]*)\}/g,
        )) {
          const members = [...body.matchAll(/\.(\w+)\s*=/g)].map(([, member = '']) => member)
          counted.set(`${path} ${name}`, members.sort().join(' '))
        }
      }
      expect(counted.size).toBeGreaterThan(15)
      const { tables } = await asked(root, 'struct mm_walk_ops')
      const found = tables.map(({ path, table, sets, walkLock }) => [
        `${path} ${table}`,
        [...sets.map(({ field }) => field), ...(walkLock === null ? [] : ['walk_lock'])].sort().join(' '),
      ])
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(counted))
      expect(tables.filter(({ uses }) => uses.length === 0).map(({ table }) => table)).toEqual([])
    })

    it.each(NAMES)('calls %s where its text does', async (name) => {
      const counted = files.flatMap(({ path, text }) =>
        code(text)
          .split('\n')
          .flatMap((line, i) =>
            // A call stands in a function: it is indented.
            new RegExp(`^\\s.*(?<![\\w.>])${name}\\(`).test(line) ? [`${path}:${i + 1}`] : [],
          ),
      )
      const { functions } = await asked(root, name)
      const found = functions.flatMap(({ calls }) => calls.map(({ path, line }) => `${path}:${line}`))
      expect(found.sort()).toEqual(counted.sort())
    })
  })
}
