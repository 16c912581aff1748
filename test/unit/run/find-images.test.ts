/** The texts before and after, for series of patches that git made, and trees in every state of them. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Patch, parsePatch } from '../../../src/patch/index.js'
import { baseCommitIn, findImages, type ImagedPatch } from '../../../src/run/find-images.js'
import { type KernelTree, openTree } from '../../../src/tree/index.js'
import { git, temporaryFolder, temporaryRepository, writeFiles } from '../../support/temporary.js'

const START = numbered('start')
const ONE = START.replace('int start_4;', 'int one_4;')
const TWO = ONE.replace('int start_6;', 'int two_6;\nint two_more;')
const THREE = TWO.replace('int one_4;', 'int three_4;')

/** Thirty lines that are all different. */
function numbered(name: string): string {
  return Array.from({ length: 30 }, (_, at) => `int ${name}_${at + 1};\n`).join('')
}

/** The diffs between states, as `git format-patch` has them. */
function series(
  states: readonly Readonly<Record<string, string>>[],
  flags: readonly string[] = [],
): { folder: string; patches: Patch[] } {
  const folder = temporaryRepository(...states)
  const ids = git(folder, 'rev-list', '--reverse', 'HEAD').trim().split('\n')
  const patches = ids
    .slice(1)
    .map((id) => parsePatch(`Text.\n---\n\n${git(folder, 'diff-tree', '-p', '-M', ...flags, `${id}~1`, id)}`))
  return { folder, patches }
}

const four = () => series([START, ONE, TWO, THREE].map((text) => ({ 'mm/a.c': text })))

async function tree(spec: string): Promise<KernelTree> {
  const opened = await openTree(spec, { environment: process.env, cwd: '/' })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

async function found(
  patches: readonly (Patch | null)[],
  where: KernelTree | null,
  baseCommit: string | null = null,
): Promise<{ all: readonly (ImagedPatch | null)[]; said: readonly string[] }> {
  const sources = patches.map((_, at) => `mail ${at + 1}`)
  const diagnostics: { code: string }[] = []
  const all = await findImages({ patches, tree: where, baseCommit, sources }, diagnostics as never[])
  where?.close()
  const said = [...diagnostics, ...all.flatMap((one) => one?.patch.diagnostics ?? [])]
  return { all, said: said.map(({ code }) => code) }
}

/** For each patch of one file: how its image was found, what is proved, and whether both texts are right. */
function shown(all: readonly (ImagedPatch | null)[], texts: readonly string[]): string[] {
  return all.map((one, at) => {
    if (one === null) return 'missing'
    const [image] = one.images
    const [file] = one.patch.files
    const isRight = image?.before === texts[at] && image?.after === texts[at + 1]
    const { base, added } = file?.certificate ?? {}
    return `${image?.how.reversed ? 'back from ' : ''}${image?.how.by} ${base} ${added} ${isRight ? 'right' : 'wrong'}`
  })
}

const TEXTS = [START, ONE, TWO, THREE]

describe('a series of three', () => {
  it('is followed from a folder that has the file before', async () => {
    const { all, said } = await found(four().patches, await tree(temporaryFolder({ 'mm/a.c': START })))
    expect(shown(all, TEXTS)).toEqual([
      'blob blob post-blob right',
      'series blob post-blob right',
      'series blob post-blob right',
    ])
    expect(said).toEqual([])
  })

  it('is taken back, one after the other, from a folder that has it', async () => {
    const { all } = await found(four().patches, await tree(temporaryFolder({ 'mm/a.c': THREE })))
    expect(shown(all, TEXTS)).toEqual([
      'back from series blob post-blob right',
      'back from series blob post-blob right',
      'back from blob blob post-blob right',
    ])
  })

  it('finds each text by its id in a repository, whatever is checked out', async () => {
    const { folder, patches } = four()
    const { all } = await found([null, ...patches.slice(1)], await tree(`${folder}:HEAD~3`))
    expect(shown(all, TEXTS)).toEqual(['missing', 'blob blob post-blob right', 'series blob post-blob right'])
  })

  it('is matched by its hunks where the tree is another, and how far off is said', async () => {
    const off = 'int before;\n'
    const { all } = await found(four().patches, await tree(temporaryFolder({ 'mm/a.c': off + START })))
    expect(
      shown(
        all,
        TEXTS.map((text) => off + text),
      ),
    ).toEqual([
      'hunks matched verbatim right',
      'series matched verbatim right',
      'series matched verbatim right',
    ])
    expect(all[0]?.images[0]?.how.offsets).toEqual([1])
    expect(all[0]?.images[0]?.how.text).toContain('hunks off by 1 line')
  })

  it('that lost a patch goes on where an id or the hunks allow it', async () => {
    const { patches } = four()
    const { all, said } = await found(
      [patches[0] ?? null, null, patches[2] ?? null],
      await tree(temporaryFolder({ 'mm/a.c': START })),
    )
    // Patch 3 changes what patch 1 left, but its context is that of patch 2: nothing fits.
    expect(shown(all, TEXTS)).toEqual(['blob blob post-blob right', 'missing', 'none none verbatim wrong'])
    expect(said).toEqual(['pre-image-missing'])
  })

  it('without a tree has the texts of files that it creates', async () => {
    const { patches } = series([
      { 'mm/b.c': 'int b;\n' },
      { 'mm/a.c': START },
      { 'mm/a.c': ONE },
      { 'mm/a.c': TWO },
    ])
    const { all, said } = await found(patches, null)
    expect(shown(all, ['', START, ONE, TWO])).toEqual([
      'text blob post-blob right',
      'series blob post-blob right',
      'series blob post-blob right',
    ])
    expect(said).toEqual([])
  })
})

it('a renamed file is followed under its new name', async () => {
  const folder = temporaryRepository({ 'mm/a.c': START })
  git(folder, 'mv', 'mm/a.c', 'mm/b.c')
  writeFiles(folder, { 'mm/b.c': ONE })
  git(folder, 'commit', '-qam', 'Rename')
  writeFiles(folder, { 'mm/b.c': TWO })
  git(folder, 'commit', '-qam', 'Change')
  const diff = (of: string) =>
    parsePatch(`Text.\n---\n\n${git(folder, 'diff-tree', '-p', '-M', `${of}~1`, of)}`)
  const patches = [diff('HEAD~1'), diff('HEAD')]
  const { all } = await found(patches, await tree(temporaryFolder({ 'mm/a.c': START })))
  expect(shown(all, [START, ONE, TWO])).toEqual(['blob blob post-blob right', 'series blob post-blob right'])
})

it('a file that is removed is proved from its lines, and from the tree', async () => {
  const folder = temporaryRepository({ 'mm/a.c': START, 'mm/b.c': ONE })
  git(folder, 'rm', '-q', 'mm/a.c')
  git(folder, 'commit', '-qm', 'Remove')
  const patch = parsePatch(`Text.\n---\n\n${git(folder, 'diff-tree', '-p', 'HEAD~1', 'HEAD')}`)
  for (const where of [null, await tree(temporaryFolder({ 'mm/a.c': START }))]) {
    const { all } = await found([patch], where)
    expect(all[0]?.images[0]).toMatchObject({ before: START, after: '' })
    expect(all[0]?.patch.files[0]?.certificate.base).toBe('blob')
  }
})

it('a patch without ids is looked for in the commit that it names', async () => {
  const { folder } = four()
  const base = git(folder, 'rev-parse', 'HEAD~3').trim()
  const diff = git(folder, 'diff', 'HEAD~3', 'HEAD~2').replace(/^index .*\n/m, '')
  const body = `Text.\n---\n\n${diff}-- \n2.39.5\n\nbase-commit: ${base}\n`
  expect(baseCommitIn(['nothing', body])).toBe(base)
  const { all } = await found([parsePatch(body)], await tree(folder), base)
  expect(shown(all, TEXTS)).toEqual(['base-commit matched verbatim right'])
  const { said } = await found([parsePatch(body)], await tree(folder), '0'.repeat(39) + '1')
  expect(said).toContain('base-commit-absent')
})

it('a patch that the tree has, and changed since, is not put in a second time', async () => {
  const start = 'int a;\n\n#endif\n\n#if B\n\nint c;\n'
  const more = 'int a_new_function(void);\nint and_another_one(void);\n'
  const patched = start.replace('#if B\n\n', `#if B\n\n${more}\n`)
  const { patches } = series([{ 'mm/a.c': start }, { 'mm/a.c': patched }])
  // What was added stands there with one more line in it; its context stands there again, further down.
  const since = patched.replace('int and_', 'int between_them;\nint and_') + start
  const { all } = await found(patches, await tree(temporaryFolder({ 'mm/a.c': since })))
  expect(all[0]?.images[0]?.how).toMatchObject({ by: 'none' })
  expect(all[0]?.images[0]?.how.text).toContain('stand in mm/a.c')
})

describe('hostile input', () => {
  it.each(['../../etc/passwd', '/etc/passwd', '.git/config'])('%s is not looked for', async (path) => {
    const text = `---\n\ndiff --git a/x b/x\nindex 0123456789ab..0123456789ac 100644\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`
    const folder = temporaryFolder({ 'mm/a.c': START })
    const { all, said } = await found([parsePatch(text)], await tree(folder))
    expect(all[0]?.images.every(({ before }) => before === null)).toBe(true)
    expect(said).toContain('path-outside-tree')
  })

  it('a tree that cannot be read is a diagnostic', async () => {
    const folder = temporaryFolder({ 'linux.tar.gz': 'no archive' })
    const { all, said } = await found(four().patches, await tree(join(folder, 'linux.tar.gz')))
    expect(all[0]?.images[0]?.before).toBeNull()
    expect(said).toContain('tree-unreadable')
  })
})
