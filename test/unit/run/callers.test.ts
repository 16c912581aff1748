/** Callers in a tree, and in a series that is laid over it. */
import { afterEach, describe, expect, it } from 'vitest'
import { parsePatch } from '../../../src/patch/index.js'
import { callersIn } from '../../../src/run/callers.js'
import type { Callers } from '../../../src/run/callers-types.js'
import type { SeriesPatch } from '../../../src/run/series-lines.js'
import { type KernelTree, openTree } from '../../../src/tree/index.js'
import { temporaryFolder } from '../../support/temporary.js'

const open: KernelTree[] = []
afterEach(() => {
  for (const tree of open.splice(0)) tree.close()
})

async function treeOf(files: Readonly<Record<string, string>>): Promise<KernelTree> {
  const opened = await openTree(temporaryFolder(files), { environment: process.env, cwd: '/' })
  if (!opened.ok) throw new Error(opened.error.message)
  open.push(opened.value)
  return opened.value
}

async function callers(
  files: Readonly<Record<string, string>>,
  name: string,
  series: readonly SeriesPatch[] = [],
): Promise<Callers> {
  const found = await callersIn(await treeOf({ Kbuild: 'obj-y += mm/\n', ...files }), { name, series })
  if (!found.ok) throw new Error(`${found.error.code}: ${found.error.message}`)
  return found.value
}

/** `mm/a.c:3 in f`, of calls. */
const calls = ({ functions }: Callers): string[] =>
  functions.flatMap((one) =>
    one.calls.map(
      ({ path, line, function: inside, patch }) =>
        `${one.seenIn ?? 'all'}: ${path}:${line} in ${inside}${patch === undefined ? '' : ` by ${patch}`}`,
    ),
  )

const FN = 'int fn(void)\n{\n\treturn 0;\n}\n'
const CALL = (name: string) => `int ${name}(void)\n{\n\treturn fn();\n}\n`

describe('callers', () => {
  it('of functions of one name are kept apart by who sees them', async () => {
    const files = {
      'mm/a.c': `static ${FN}${CALL('in_a')}`,
      'mm/b.c': `static ${FN}${CALL('in_b')}`,
      'mm/c.c': FN,
      'mm/d.c': `int fn(void);\n${CALL('in_d')}`,
    }
    const all = await callers(files, 'fn')
    expect(all.functions.map(({ seenIn }) => seenIn)).toEqual([null, 'mm/a.c', 'mm/b.c'])
    expect(calls(all)).toEqual([
      'all: mm/d.c:4 in in_d',
      'mm/a.c: mm/a.c:7 in in_a',
      'mm/b.c: mm/b.c:7 in in_b',
    ])
    expect(calls(await callers(files, 'mm/b.c:fn'))).toEqual(['mm/b.c: mm/b.c:7 in in_b'])
  })

  it('of an inline function of a header are all who include it', async () => {
    const files = { 'include/a.h': `static inline ${FN}`, 'mm/a.c': CALL('in_a') }
    expect(calls(await callers(files, 'fn'))).toEqual(['all: mm/a.c:3 in in_a'])
  })

  it('are not looked for in programs beside the kernel', async () => {
    const files = { 'mm/a.c': FN, 'tools/vm/a.c': CALL('main'), 'scripts/a.c': CALL('main') }
    const found = await callers(files, 'fn')
    expect(calls(found)).toEqual([])
    expect(found.files).toBe(1)
  })

  it('include those of a table that other files see', async () => {
    const files = {
      'include/ops.h': 'extern const struct ops shared;\n',
      'mm/a.c': `static ${FN}const struct ops shared = { .get = fn, .put = g, .walk_lock = PGWALK_RDLOCK };\n`,
      'mm/b.c': 'int f(struct mm_struct *mm)\n{\n\tmmap_read_lock(mm);\n\treturn walk(mm, &shared);\n}\n',
    }
    const [found] = (await callers(files, 'fn')).functions
    const [table] = found?.tables ?? []
    expect(table).toMatchObject({
      table: 'shared',
      struct: 'ops',
      member: 'get',
      walkLock: 'PGWALK_RDLOCK',
      sets: [{ field: 'put', value: 'g' }],
    })
    expect(table?.uses).toMatchObject([
      { path: 'mm/b.c', line: 4, function: 'f', how: 'walk()', locks: ['mmap_lock(read)'] },
    ])
  })

  it('hand over tables, also through a variable', async () => {
    const text =
      'static const struct ops a = { .get = g }, b = { .get = h, .walk_lock = PGWALK_WRLOCK };\n' +
      'int f(int x)\n{\n\tconst struct ops *ops = x ? &a : &b;\n\tstruct args args = { .x = x };\n\treturn fn(ops, &args);\n}\n'
    const [found] = (await callers({ 'mm/a.c': text, 'mm/b.c': FN }, 'fn')).functions
    expect(found?.calls[0]?.tables).toEqual([
      { table: 'a', walkLock: null },
      { table: 'b', walkLock: 'PGWALK_WRLOCK' },
    ])
  })

  it('tell what may call unseen', async () => {
    const files = {
      'mm/a.c': `${FN}EXPORT_SYMBOL_GPL(fn);\n#include "b.c"\n`,
      'mm/b.c': 'void g(struct o *o)\n{\n\to->hook = fn;\n}\n#define CALL_FN() fn()\n',
      'mm/c.S': '\t/* fn is called below */\n\tcall fn\n',
      'mm/d.rs': '// fn\nunsafe { bindings::fn() }\n',
      Kbuild: 'obj-y += mm/ fs/\nobj-$(CONFIG_NET) += net/\nobj-y += arch/$(SRCARCH)/\n',
    }
    const { blind } = await callers(files, 'fn')
    expect(blind).toEqual([
      'modules outside of the tree, since it is exported',
      'users of the macro CALL_FN (mm/b.c:5); `kreplay callers CALL_FN` lists them',
      'calls through pointers that its address is put into',
      'folders that are not in the tree: fs, net',
      'mm/c.S:2 names fn',
      'mm/d.rs:2 names fn',
      'mm/a.c:6 includes b.c',
      'names that macros paste together',
    ])
  })

  it('of a struct are the tables of it', async () => {
    const files = {
      'mm/a.c': 'struct ops {\n\tint (*get)(void);\n};\nstatic struct ops t = { .get = fn };\n',
      'mm/b.c': 'static struct ops late;\n',
    }
    const found = await callers(files, 'struct ops')
    expect(found.tables.map(({ table, path, line }) => [table, path, line])).toEqual([
      ['t', 'mm/a.c', 4],
      ['late', 'mm/b.c', 1],
    ])
    expect(found.blind[0]).toBe('late is filled at run time (mm/b.c:1)')
  })

  it.each([
    ['nobody', 'function-unknown'],
    ['struct nobody', 'function-unknown'],
    ['mm/z.c:fn', 'function-unknown'],
    ['a b', 'usage'],
    ['', 'usage'],
    ['fn()', 'usage'],
  ])('%j is refused', async (name, code) => {
    const found = await callersIn(await treeOf({ 'mm/a.c': FN }), { name })
    expect(found).toMatchObject({ ok: false, error: { code } })
  })

  it('are the same whatever the order in which files are listed', async () => {
    const files = { 'mm/b.c': CALL('g'), 'mm/a.c': CALL('f'), 'fs/a.c': CALL('h'), 'mm/z.c': FN }
    expect(calls(await callers(files, 'fn'))).toEqual([
      'all: fs/a.c:3 in h',
      'all: mm/a.c:3 in f',
      'all: mm/b.c:3 in g',
    ])
  })
})

/** A patch out of a diff's hunks of one file. */
function patch(label: string, path: string, hunks: string, from = `a/${path}`): SeriesPatch {
  const text = `---\n\ndiff --git a/${path} b/${path}\n--- ${from}\n+++ b/${path}\n${hunks}`
  const { files } = parsePatch(`Text.\n${text}-- \n2.40\n`)
  expect(files).toHaveLength(1)
  return { label, files }
}

describe('a series', () => {
  const files = { 'mm/a.c': `${FN}${CALL('f')}`, 'mm/b.c': 'int g(void)\n{\n\treturn 0;\n}\n' }
  const adds = patch(
    'patch 3',
    'mm/b.c',
    '@@ -1,4 +1,5 @@ int g(void)\n int g(void)\n {\n+\tfn();\n \treturn 0;\n }\n',
  )

  it('that adds a caller is named', async () => {
    expect(calls(await callers(files, 'fn', [adds]))).toEqual([
      'all: mm/a.c:7 in f',
      'all: mm/b.c:3 in g by patch 3',
    ])
  })

  it('that is in the tree already is named too', async () => {
    const applied = { ...files, 'mm/b.c': 'int g(void)\n{\n\tfn();\n\treturn 0;\n}\n' }
    expect(calls(await callers(applied, 'fn', [adds]))).toEqual([
      'all: mm/a.c:7 in f',
      'all: mm/b.c:3 in g by patch 3',
    ])
  })

  it('that takes a caller away takes it away', async () => {
    const takes = patch(
      'patch 1',
      'mm/a.c',
      '@@ -5,4 +5,4 @@ int fn(void)\n int f(void)\n {\n-\treturn fn();\n+\treturn 1;\n }\n',
    )
    expect(calls(await callers(files, 'fn', [takes]))).toEqual([])
  })

  it('that creates a file, or changes what a patch before it left, is followed', async () => {
    const made = patch(
      'patch 1',
      'mm/c.c',
      '@@ -0,0 +1,4 @@\n+int h(void)\n+{\n+\treturn 0;\n+}\n',
      '/dev/null',
    )
    const then = patch('patch 2', 'mm/c.c', '@@ -1,4 +1,5 @@\n int h(void)\n {\n+\tfn();\n \treturn 0;\n }\n')
    expect(calls(await callers(files, 'fn', [made, then]))).toEqual([
      'all: mm/a.c:7 in f',
      'all: mm/c.c:3 in h by patch 2',
    ])
  })

  it('that does not fit the tree counts by what it adds alone', async () => {
    const other = patch(
      'patch 2',
      'mm/b.c',
      '@@ -40,3 +40,9 @@ int other(void)\n \told();\n \tfn();\n }\n+\n+int late(void)\n+{\n+\tmmap_read_lock(mm);\n+\treturn fn();\n+}\n',
    )
    const found = await callers(files, 'fn', [other])
    expect(calls(found)).toEqual(['all: mm/a.c:7 in f', 'all: mm/b.c:47 in late by patch 2'])
    expect(found.functions[0]?.calls[1]?.locks).toEqual(['mmap_lock(read)'])
  })
})
