/** `--tree`: what is proved of the project's own threads, and of real ones where they are at hand. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test } from 'vitest'
import type { Report } from '../../src/report/index.js'
import * as run from '../../src/run/index.js'
import { cli } from '../support/run-cli.js'
import { describeShared, sharedData } from '../support/shared-data.js'
import { git, temporaryFolder, temporaryRepository } from '../support/temporary.js'

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const TREE = join(FIXTURES, 'tree')
const thread = (name: string): string => join(FIXTURES, 'threads', name)

async function kreplay(words: readonly string[], cwd = FIXTURES) {
  return cli(words, { cwd, pipeline: run })
}

async function parsed(words: readonly string[]): Promise<Report> {
  const { stdout } = await kreplay(['parse', '--json', ...words])
  return JSON.parse(stdout)
}

/** `patch/path: base, added` of every file. */
function proofs({ patches }: Report): string[] {
  return patches.flatMap(({ index, files }) =>
    files.map(
      ({ path, certificate }) => `${index ?? '-'} ${path}: ${certificate.base}, ${certificate.added}`,
    ),
  )
}

const DAMAGED = [
  'mbox',
  'mbox.gz',
  'maildir',
  'reply.mbox',
  'crlf.eml',
  'qp.eml',
  'base64.eml',
  'flowed.eml',
  'pipermail.txt',
  'hypermail.txt',
  'mail-archive.txt',
]

describe('the threads of the fixture tree', () => {
  it.each(DAMAGED)('pagewalk-lock.%s is what was sent', async (form) => {
    const report = await parsed(['--tree', 'tree', thread(`pagewalk-lock.${form}`)])
    expect(proofs(report)).toEqual(['- mm/pagewalk.c: blob, post-blob'])
    expect(report.options.tree).toBe('tree')
    expect(report.patches[0]?.files[0]?.image).toMatchObject({ by: 'blob', reversed: false })
    expect(report.diagnostics.filter(({ severity }) => severity !== 'note')).toEqual([])
  })

  it.each(['pagewalk-comments', 'pagewalk-move', 'pagewalk-ptl-only'])(
    '%s is what was sent',
    async (name) => {
      expect(proofs(await parsed(['--tree', 'tree', thread(`${name}.mbox`)]))).toEqual([
        '- mm/pagewalk.c: blob, post-blob',
      ])
    },
  )

  it('a series is followed from patch to patch', async () => {
    const report = await parsed(['--tree', 'tree', thread('lockless-move.mbox')])
    expect(proofs(report)).toEqual([
      '1 include/linux/pgtable.h: blob, post-blob',
      '1 mm/gup.c: blob, post-blob',
      '2 include/linux/pgtable.h: blob, post-blob',
      '3 mm/mprotect.c: blob, post-blob',
    ])
    expect(report.patches[1]?.files[0]?.image?.text).toBe('left by patch 1 of the series')
  })

  it('patch 2 alone still changes what patch 1 leaves', async () => {
    const report = await parsed(['--tree', 'tree', '--patch', '2', thread('lockless-move.mbox')])
    expect(proofs(report)).toEqual(['2 include/linux/pgtable.h: blob, post-blob'])
  })

  it('a quilt patch has no ids: it matches, and what the archive cut off stays missing', async () => {
    const report = await parsed(['--tree', 'tree', thread('lockless-move.mail-archive.txt')])
    expect(proofs(report)).toEqual([
      '1 include/linux/pgtable.h: matched, blanks-inferred',
      '1 mm/gup.c: matched, blanks-inferred',
    ])
    expect(report.patches[0]?.files[1]?.missing).toHaveLength(1)
  })

  it('a repository at a revision, and one that has the patch', async () => {
    const folder = temporaryRepository({ README: 'nothing yet\n' })
    git(folder, '--work-tree', TREE, 'add', '-A')
    git(folder, '--work-tree', TREE, 'commit', '-qm', 'The tree')
    git(folder, 'checkout', '-q', '-f')
    const words = ['--tree', `${folder}:HEAD`, thread('pagewalk-lock.hypermail.txt')]
    const report = await parsed(words)
    expect(proofs(report)).toEqual(['- mm/pagewalk.c: blob, post-blob'])
    expect(report.options.tree).toBe(`${folder} at ${git(folder, 'rev-parse', 'HEAD').slice(0, 12)}`)
    git(folder, 'apply', thread('pagewalk-lock.mbox'))
    rmSync(join(folder, '.git'), { recursive: true })
    const applied = await parsed(['--tree', folder, thread('pagewalk-lock.hypermail.txt')])
    expect(proofs(applied)).toEqual(['- mm/pagewalk.c: blob, post-blob'])
    expect(applied.patches[0]?.files[0]?.image).toMatchObject({ by: 'blob', reversed: true })
  })

  it('says on the screen where the text was found', async () => {
    const { stdout } = await kreplay(['parse', '--tree', 'tree', thread('pagewalk-lock.mbox')])
    expect(stdout).toContain('base proved by its blob id; result proved')
    expect(stdout).toContain('found     mm/pagewalk.c of tree, which is the blob')
  })

  it('a run prints the tree in its witness lines and keeps it in the report', async () => {
    const words = [
      '--json',
      '--tree',
      'tree',
      '--function',
      'walk_pte_range',
      thread('pagewalk-ptl-only.mbox'),
    ]
    const report: Report = JSON.parse((await kreplay(['run', ...words])).stdout)
    expect(report.options.tree).toBe('tree')
    const witness = report.findings.find((finding) => finding.witness !== null)?.witness
    expect(witness?.command).toContain('--tree tree')
  })
})

describe('a tree that is none', () => {
  test.each([
    ['parse', ['parse']],
    ['run', ['run']],
    ['fingerprint', ['fingerprint']],
    [
      'step',
      ['step', '--scenario', 'pagewalk/x86-64/quiet/pte/table', '--side', 'before', '--schedule', 'a1'],
    ],
  ])('%s ends with 3 and names the place', async (_, words) => {
    const { code, stderr } = await kreplay([...words, '--tree', 'no/such/tree', thread('pagewalk-lock.mbox')])
    expect(stderr).toContain('no/such/tree: error: there is no kernel tree at no/such/tree [tree-missing]')
    expect(code).toBe(3)
  })

  test('a revision that is not there, or is an option', async () => {
    const folder = temporaryRepository({ 'mm/a.c': 'int a;\n' })
    for (const [revision, code] of [
      ['v9.9', 'revision-unknown'],
      ['--help', 'revision-refused'],
    ]) {
      const result = await kreplay(['parse', '--tree', `${folder}:${revision}`, thread('pagewalk-lock.mbox')])
      expect(result.stderr).toContain(`[${code}]`)
      expect(result.code).toBe(3)
    }
  })

  test('an empty folder proves nothing and says so', async () => {
    const { code, stdout, stderr } = await kreplay([
      'parse',
      '--tree',
      temporaryFolder(),
      thread('pagewalk-lock.mbox'),
    ])
    expect(stdout).toContain('base not checked')
    expect(stderr).toContain('[pre-image-missing]')
    expect(code).toBe(0)
  })
})

describeShared('real threads', ['threads/contpte-v6.mbox', 'threads/gup-fast-dynamic-folding.mbox'], () => {
  it('contpte 12/18 creates a file that its mail proves without any tree, and the series goes on from it', async () => {
    const report = await parsed([sharedData('threads', 'contpte-v6.mbox') ?? ''])
    expect(proofs(report).filter((text) => text.includes('mm/contpte.c'))).toEqual([
      '12 arch/arm64/mm/contpte.c: blob, post-blob',
      '13 arch/arm64/mm/contpte.c: blob, post-blob',
      '14 arch/arm64/mm/contpte.c: blob, post-blob',
      '18 arch/arm64/mm/contpte.c: blob, post-blob',
    ])
  })

  const linux = process.env['KREPLAY_LINUX_6_1']
  it.skipIf(linux === undefined)('the merged gup_fast patch is taken back from 6.1', async () => {
    const mbox = sharedData('threads', 'gup-fast-dynamic-folding.mbox') ?? ''
    const report = await parsed(['--tree', linux ?? '', mbox])
    const gup = report.patches.flatMap(({ files }) => files).find(({ path }) => path === 'mm/gup.c')
    expect(gup?.certificate).toEqual({ base: 'matched', added: 'verbatim' })
    expect(gup?.image).toMatchObject({ by: 'hunks', reversed: true })
  })
})
