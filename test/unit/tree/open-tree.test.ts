/** Folders, repositories and archives read alike; what would lead out of them, or run anything, is refused. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gitBlobId } from '../../../src/base/index.js'
import { type KernelTree, openTree } from '../../../src/tree/index.js'
import { git, temporaryFolder, temporaryRepository, writeFiles } from '../../support/temporary.js'

const FILES = {
  'mm/walk.c': 'int walk(void)\n{\n\treturn 0;\n}\n',
  'mm/odd.c': Uint8Array.of(0x2f, 0x2a, 0xe9, 0x2a, 0x2f, 0x0a),
  'include/linux/walk.h': 'int walk(void);\n',
  'drivers/far.c': 'int far;\n',
}

async function opened(spec: string): Promise<KernelTree> {
  const tree = await openTree(spec, { environment: process.env, cwd: '/' })
  if (!tree.ok) throw new Error(tree.error.message)
  return tree.value
}

async function text(tree: KernelTree, path: string): Promise<string | null> {
  const bytes = await tree.read(path)
  if (!bytes.ok) throw new Error(bytes.error.message)
  return bytes.value === null ? null : Buffer.from(bytes.value).toString('latin1')
}

const KINDS: Readonly<Record<string, () => string>> = {
  'a folder': () => temporaryFolder(FILES),
  'a repository': () => temporaryRepository(FILES),
  'a bare repository': () => {
    const bare = join(temporaryFolder(), 'bare.git')
    git('/', 'clone', '-q', '--bare', temporaryRepository(FILES), bare)
    return bare
  },
  'a repository of SHA-256': () => {
    const folder = temporaryFolder(FILES)
    git(folder, 'init', '-q', '--object-format=sha256')
    git(folder, 'add', '-A')
    git(folder, 'commit', '-q', '-m', 'All')
    return folder
  },
  'a tar archive': () => archive('tar', []),
  'a gzip archive': () => archive('tar.gz', ['-z']),
  'an xz archive': () => archive('tar.xz', ['-J']),
}

/** All files in a folder `linux-9.9/`, in the format that `tar` writes with a long name in it. */
function archive(ending: string, flags: readonly string[]): string {
  const long = `mm/${'long/'.repeat(40)}name.c`
  const folder = temporaryFolder()
  writeFiles(join(folder, 'linux-9.9'), { ...FILES, [long]: 'int long_name;\n' })
  const file = join(folder, `linux.${ending}`)
  execFileSync('tar', [...flags, '-cf', file, '-C', folder, 'linux-9.9'])
  return file
}

describe.each(Object.entries(KINDS))('%s', (_, make) => {
  it('gives the bytes of a file, and null where there is none', async () => {
    const tree = await opened(make())
    expect(await text(tree, 'mm/walk.c')).toBe(FILES['mm/walk.c'])
    expect(await text(tree, 'mm/odd.c')).toBe('/*\xe9*/\n')
    expect(await text(tree, 'drivers/far.c')).toBe('int far;\n')
    expect(await text(tree, 'mm/none.c')).toBeNull()
    expect(await text(tree, 'mm')).toBeNull()
    tree.close()
  })

  it('lists files by folder and ending', async () => {
    const tree = await opened(make())
    const listed = await tree.list('mm', '.c')
    expect(listed.ok && listed.value.filter((path) => !path.includes('long'))).toEqual([
      'mm/odd.c',
      'mm/walk.c',
    ])
    expect(await tree.list('', '.h')).toEqual({ ok: true, value: ['include/linux/walk.h'] })
    expect(await tree.list('none', '.h')).toEqual({ ok: true, value: [] })
    tree.close()
  })

  it('searches for words, and keeps the files that hold one', async () => {
    const tree = await opened(make())
    const search = async (...words: string[]) => {
      const result = await tree.search(words, (path) =>
        /^(?:mm|include)\/[^/]+(?:\/[^/]+)?\.[ch]$/.test(path),
      )
      if (!result.ok) throw new Error(result.error.message)
      return result.value
    }
    const { files, found, unread } = await search('walk')
    expect(files).toBe(3)
    expect(found.map(({ path }) => path)).toEqual(['include/linux/walk.h', 'mm/walk.c'])
    expect(Buffer.from(found[1]?.bytes ?? []).toString()).toBe(FILES['mm/walk.c'])
    expect(unread).toEqual([])
    expect((await search('far', 'wal')).found).toEqual([])
    const many = await search('absent', 'never', 'wal', 'return')
    expect(many.found.map(({ path }) => path)).toEqual(['mm/walk.c'])
    expect(many.dropped).toBe(0)
    tree.close()
  })

  it('finds a blob by its id, whole or short, and no other', async () => {
    const tree = await opened(make())
    const id = gitBlobId(Buffer.from(FILES['mm/walk.c']), tree.format)
    for (const name of [id, id.slice(0, 7)]) {
      const found = await tree.blob(name, ['mm/odd.c', 'mm/walk.c'])
      expect(found.ok && Buffer.from(found.value?.bytes ?? []).toString()).toBe(FILES['mm/walk.c'])
    }
    expect(await tree.blob('0123456789ab', ['mm/walk.c'])).toEqual({ ok: true, value: null })
    expect(await tree.blob(id.slice(0, 3), ['mm/walk.c'])).toEqual({ ok: true, value: null })
    expect(await tree.blob('0000000', ['mm/walk.c'])).toEqual({ ok: true, value: null })
    tree.close()
  })

  it.each(['../secret', '/etc/passwd', 'mm/../../secret', '.git/config', 'mm/\0', '', 'mm//walk.c', './mm'])(
    'refuses %j',
    async (path) => {
      const tree = await opened(make())
      const read = await tree.read(path)
      expect(read).toMatchObject({ ok: false, error: { code: 'path-outside-tree' } })
      tree.close()
    },
  )

  it('answers many questions asked at once', async () => {
    const tree = await opened(make())
    const paths = Object.keys(FILES).flatMap((path) => [path, `${path}x`])
    const all = await Promise.all(paths.map((path) => text(tree, path)))
    expect(all.map((one) => one === null)).toEqual(paths.map((path) => path.endsWith('x')))
    tree.close()
  })
})

it('long names in archives are read', async () => {
  const tree = await opened(archive('tar.gz', ['-z', '--format=gnu']))
  expect(await text(tree, `mm/${'long/'.repeat(40)}name.c`)).toBe('int long_name;\n')
  const pax = await opened(archive('tar', ['--format=pax']))
  expect(await text(pax, `mm/${'long/'.repeat(40)}name.c`)).toBe('int long_name;\n')
})

describe('a place that is no tree', () => {
  it.each([
    ['that does not exist', () => '/no/such/tree', 'tree-missing'],
    ['with a revision that does not exist', () => `${temporaryRepository(FILES)}:v9.9`, 'revision-unknown'],
    ['with an option for a revision', () => `${temporaryRepository(FILES)}:--all`, 'revision-refused'],
    ['a folder with a revision', () => `${temporaryFolder(FILES)}:v9.9`, 'tree-missing'],
    ['a file of another kind', () => join(temporaryFolder(FILES), 'mm/walk.c'), 'tree-unreadable'],
  ])('%s', async (_, make, code) => {
    const tree = await openTree(make(), { environment: process.env, cwd: '/' })
    expect(tree).toMatchObject({ ok: false, error: { code, place: {} } })
  })

  it.each([
    ['tar', 'no tar at all, but long enough to be looked at'.repeat(40)],
    ['tar.gz', 'no gzip'],
    ['tar.xz', 'no xz'],
  ])('a .%s that is none', async (ending, content) => {
    const tree = await opened(join(temporaryFolder({ [`linux.${ending}`]: content }), `linux.${ending}`))
    expect(await tree.read('mm/walk.c')).toMatchObject({ ok: false, error: { code: 'tree-unreadable' } })
    // And asked again it fails again, rather than saying that the file is not there.
    expect(await tree.list('', '')).toMatchObject({ ok: false })
  })
})

describe('nothing leads out of a tree', () => {
  it('neither a link to a file nor one to a folder', async () => {
    const outside = temporaryFolder({ 'secret.c': 'int secret;\n' })
    const folder = temporaryFolder(FILES)
    symlinkSync(join(outside, 'secret.c'), join(folder, 'mm/link.c'))
    symlinkSync(outside, join(folder, 'mm/folder'))
    symlinkSync('walk.c', join(folder, 'mm/inside.c'))
    const tree = await opened(folder)
    for (const path of ['mm/link.c', 'mm/folder/secret.c']) {
      expect(await tree.read(path)).toMatchObject({ ok: false, error: { code: 'path-outside-tree' } })
    }
    expect(await text(tree, 'mm/inside.c')).toBe(FILES['mm/walk.c'])
    expect(await tree.list('mm', '.c')).toEqual({ ok: true, value: ['mm/odd.c', 'mm/walk.c'] })
  })

  it('a committed link is no file', async () => {
    const folder = temporaryFolder(FILES)
    symlinkSync('/etc/passwd', join(folder, 'mm/link.c'))
    git(folder, 'init', '-q')
    git(folder, 'add', '-A')
    git(folder, 'commit', '-q', '-m', 'All')
    const tree = await opened(folder)
    expect(await tree.read('mm/link.c')).toEqual({ ok: true, value: null })
    tree.close()
  })
})

describe('a repository', () => {
  const [one, two, three] = ['int a;\n', 'int a, b;\n', 'int a, b, c;\n'] as const

  it('is read at the revision named, and at any other', async () => {
    const folder = temporaryRepository({ 'mm/a.c': one }, { 'mm/a.c': two }, { 'mm/a.c': three })
    const tree = await opened(`${folder}:HEAD~1`)
    expect(await text(tree, 'mm/a.c')).toBe(two)
    const first = await tree.at('HEAD~2')
    expect(first.ok && first.value !== null && (await text(first.value, 'mm/a.c'))).toBe(one)
    expect(await tree.at('v9.9')).toEqual({ ok: true, value: null })
    expect(tree.describe()).toMatchObject({
      kind: 'git',
      revision: git(folder, 'rev-parse', 'HEAD~1').trim(),
    })
    tree.close()
  })

  it('gives commits, oldest first, with message and author', async () => {
    const folder = temporaryRepository({ 'mm/a.c': one }, { 'mm/a.c': two }, { 'mm/a.c': three })
    const tree = await opened(folder)
    const commits = await tree.history?.commits('HEAD~2..HEAD')
    expect(
      commits?.ok && commits.value.map(({ subject, message, author }) => [subject, message, author]),
    ).toEqual([
      ['State 2', 'State 2\n\nWhat for.\n', { name: 'Ada', email: 'ada@example.org' }],
      ['State 3', 'State 3\n\nWhat for.\n', { name: 'Ada', email: 'ada@example.org' }],
    ])
    const single = await tree.history?.commits('HEAD~1')
    expect(single?.ok && single.value.map(({ subject, date }) => [subject, date])).toEqual([
      ['State 2', '2024-03-04T12:00:00.000Z'],
    ])
    tree.close()
  })

  it('gives the diff of a commit, of the first one too, and of the work tree', async () => {
    const folder = temporaryRepository({ 'mm/a.c': one }, { 'mm/a.c': two })
    const tree = await opened(folder)
    const id = (content: string) => gitBlobId(Buffer.from(content))
    const second = await tree.history?.diffOf('HEAD')
    expect(second?.ok && second.value).toContain(`index ${id(one)}..${id(two)} 100644\n`)
    const first = await tree.history?.diffOf('HEAD~1')
    expect(first?.ok && first.value).toContain(`index ${'0'.repeat(40)}..${id(one)}\n`)
    expect(await tree.history?.dirtyDiff()).toEqual({ ok: true, value: '' })
    writeFileSync(join(folder, 'mm/a.c'), three)
    const dirty = await tree.history?.dirtyDiff()
    expect(dirty?.ok && dirty.value).toContain(`index ${id(two)}..${id(three)} 100644\n`)
    tree.close()
  })

  it.each(['-h', '--output=/tmp/x', 'HEAD:mm', 'a b', '', 'HEAD\n', '..', 'A...B'])(
    'takes %j for no commit',
    async (revision) => {
      const tree = await opened(temporaryRepository({ 'mm/a.c': one }))
      const commits = await tree.history?.commits(revision)
      expect(commits?.ok === false || (commits?.ok && commits.value.length === 0)).toBe(true)
      tree.close()
    },
  )

  it('is only read: nothing of it is run, and nothing in it changes', async () => {
    const folder = temporaryRepository({ 'mm/a.c': one, '.gitattributes': '*.c filter=bad diff=bad\n' })
    const mark = join(folder, '.git', 'was-run')
    const program = join(folder, '.git', 'program')
    writeFileSync(program, `#!/bin/sh\ntouch ${mark}\ncat\n`)
    chmodSync(program, 0o755)
    for (const name of [
      'core.fsmonitor',
      'diff.external',
      'diff.bad.textconv',
      'diff.bad.command',
      'filter.bad.clean',
      'filter.bad.smudge',
      'core.pager',
      'core.sshCommand',
    ])
      git(folder, 'config', name, program)
    writeFileSync(join(folder, 'mm/a.c'), two)
    const index = statSync(join(folder, '.git/index')).mtimeMs
    const tree = await opened(folder)
    await tree.read('mm/a.c')
    await tree.history?.commits('HEAD')
    await tree.history?.diffOf('HEAD')
    const dirty = await tree.history?.dirtyDiff()
    expect(dirty?.ok && dirty.value).toContain('+int a, b;')
    tree.close()
    expect(existsSync(mark)).toBe(false)
    expect(statSync(join(folder, '.git/index')).mtimeMs).toBe(index)
  })

  it('is the one named, whatever the environment says', async () => {
    const folder = temporaryRepository({ 'mm/a.c': one })
    const other = temporaryRepository({ 'mm/a.c': two })
    const environment = { ...process.env, GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other }
    const tree = await openTree(folder, { environment, cwd: '/' })
    expect(tree.ok && (await text(tree.value, 'mm/a.c'))).toBe(one)
    if (tree.ok) tree.value.close()
  })

  it('that lacks an object says so', async () => {
    const folder = temporaryRepository({ 'mm/a.c': one })
    const id = gitBlobId(Buffer.from(one))
    const object = join(folder, '.git/objects', id.slice(0, 2), id.slice(2))
    chmodSync(object, 0o644)
    execFileSync('rm', ['-f', object])
    const tree = await opened(folder)
    expect(await tree.read('mm/a.c')).toMatchObject({ ok: false, error: { code: 'tree-unreadable' } })
    tree.close()
  })
})
