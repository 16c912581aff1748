import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { make, patched } from '../../fixtures/make.mjs'
import { gitBlobId } from '../../src/base/index.js'
import { codeText, findFunctions, functionHash } from '../../src/lift/index.js'

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const THREADS = join(FIXTURES, 'threads')

const read = (...path: string[]) => readFileSync(join(FIXTURES, ...path))
const thread = (name: string) => read('threads', name).toString('utf8')

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

/** `path before..after` for every file of a text's diffs. */
function indexLines(text: string): string[] {
  return [...text.matchAll(/^diff --git a\/(\S+) .*\nindex (\w+)\.\.(\w+) 100644$/gm)].map(
    (match) => `${match[1]} ${match[2]}..${match[3]}`,
  )
}

/** What the index line of a file should be, from the bytes of the tree and of its edits. */
function trueIndexLine(path: string, before: readonly string[], after: readonly string[]): string {
  const id = (names: readonly string[]) =>
    gitBlobId(Buffer.from(patched(...names).get(path) ?? read('tree', path).toString('utf8'))).slice(0, 12)
  return `${path} ${id(before)}..${id(after)}`
}

describe('fixtures/threads', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kreplay-threads-'))
    make(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('holds what fixtures/make.mjs writes, byte by byte', () => {
    expect(filesOf(THREADS)).toEqual(filesOf(folder))
    for (const name of filesOf(folder)) {
      // How well zlib compresses differs from one Node to the next.
      const bytes = (root: string) => {
        const raw = readFileSync(join(root, name))
        return name.endsWith('.gz') ? gunzipSync(raw) : raw
      }
      expect(bytes(THREADS).equals(bytes(folder)), name).toBe(true)
    }
  })

  it.each([
    ['pagewalk-lock.mbox', ['pagewalk-lock']],
    ['pagewalk-lock.hypermail.txt', ['pagewalk-lock']],
    ['pagewalk-ptl-only.mbox', ['pagewalk-ptl-only']],
    ['pagewalk-comments.mbox', ['pagewalk-comments']],
    ['pagewalk-move.mbox', ['pagewalk-move']],
  ])('has true blob ids in %s', (name, patches) => {
    expect(indexLines(thread(name))).toEqual([trueIndexLine('mm/pagewalk.c', [], patches)])
  })

  it('has true blob ids in each patch of a series', () => {
    const [move, comment, last] = ['lockless-move', 'lockless-comment', 'prot-none-ptep-get'] as const
    const first = [
      trueIndexLine('include/linux/pgtable.h', [], [move]),
      trueIndexLine('mm/gup.c', [], [move]),
      trueIndexLine('include/linux/pgtable.h', [move], [move, comment]),
    ]
    expect(indexLines(thread('lockless-move.mbox'))).toEqual([
      ...first,
      ...first,
      trueIndexLine('mm/mprotect.c', [], [last]),
    ])
  })

  it('is made of ASCII but for the names, and of addresses nobody has', () => {
    for (const name of filesOf(THREADS).filter((file) => !/\.(gz|base64\.eml|qp\.eml)$/.test(file))) {
      const text = thread(name)
      expect(text.replaceAll('Jörn Håkansson', '').replaceAll('Jörn', '')).toMatch(
        /^[\x09\x0a\x0d\x20-\x7e]*$/,
      )
      for (const [, domain] of text.matchAll(/@([\w.-]*[a-z]\.[a-z]+)/g))
        expect(domain).toMatch(/^example\.(org|com|net)$/)
    }
  })
})

describe('fixtures/tree', () => {
  const functions = (text: string) => new Map(findFunctions(text).map((one) => [one.name, one]))
  const before = functions(read('tree', 'mm/pagewalk.c').toString('utf8'))
  const changedBy = (patch: string, by: (text: string) => string) => {
    const after = functions(patched(patch).get('mm/pagewalk.c') ?? '')
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
    return [...after.values()]
      .filter((one) => by(one.text) !== by(before.get(one.name)?.text ?? ''))
      .map((one) => one.name)
  }

  it('has the walker of every level', () => {
    expect([...before.keys()]).toEqual([
      'walk_pte_range',
      'walk_pmd_range',
      'walk_pud_range',
      'walk_p4d_range',
      'walk_pgd_range',
      'walk_page_test',
      '__walk_page_range',
      'walk_page_range',
    ])
  })

  it('loads *pmd in walk_pmd_range once before any patch and four times after the locking one', () => {
    const loads = (text: string | undefined) => (codeText(text ?? '').match(/\(\*entry\)/g) ?? []).length
    expect(loads(before.get('walk_pmd_range')?.text)).toBe(1)
    const after = functions(patched('pagewalk-lock').get('mm/pagewalk.c') ?? '')
    expect(loads(after.get('walk_pmd_range')?.text)).toBe(4)
  })

  it('has patches that change the functions they are for', () => {
    expect(changedBy('pagewalk-lock', functionHash)).toEqual(['walk_pte_range', 'walk_pmd_range'])
    expect(changedBy('pagewalk-ptl-only', functionHash)).toEqual(['walk_pte_range'])
    expect(changedBy('pagewalk-move', functionHash)).toEqual([])
    expect(changedBy('pagewalk-comments', functionHash)).toEqual(['walk_pmd_range'])
    expect(changedBy('pagewalk-comments', codeText)).toEqual([])
  })

  it('has a move that changes nothing but a name', () => {
    const after = patched('lockless-move')
    const gone = findFunctions(read('tree', 'mm/gup.c').toString('utf8')).filter(
      (one) => one.name === 'gup_get_pte',
    )
    const come = findFunctions(after.get('include/linux/pgtable.h') ?? '').filter(
      (one) => one.name === 'ptep_get_lockless',
    )
    expect(come.map((one) => one.conditions)).toEqual([
      ['CONFIG_GUP_GET_PTE_LOW_HIGH'],
      ['!CONFIG_GUP_GET_PTE_LOW_HIGH'],
    ])
    expect(come.map((one) => one.text)).toEqual(
      gone.map((one) => one.text.replace('gup_get_pte', 'ptep_get_lockless')),
    )
    expect(after.get('mm/gup.c')).not.toContain('gup_get_pte')
  })
})

describe('docs/fixtures.md', () => {
  const text = readFileSync(join(FIXTURES, '../docs/fixtures.md'), 'utf8')
  it('names every thread and every file of the tree', () => {
    for (const name of filesOf(THREADS)) expect(text).toContain(`\`${name.split('/')[0]}\``)
    for (const name of filesOf(join(FIXTURES, 'tree'))) expect(text).toContain(`\`${name}\``)
  })
})
