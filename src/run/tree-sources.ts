/**
 * The files of a kernel tree that some C files can include, read ahead: lifting asks for them one by one and
 * does not wait. What conditionals leave out is read too, as which they are is found out later.
 */
import { type Diagnostic, decodeFile, ok, type Result } from '../base/index.js'
import { pathInTree } from '../lift/index.js'
import type { KernelTree } from '../tree/index.js'
import { kconfigFilesIn, kconfigRoots } from './tree-config.js'

/** Files by path, as text. */
export type TreeTexts = Map<string, string>

/** Files that are asked for at once. */
const BATCH = 64

/** Folders that the kernel's build looks for headers in, of an architecture. */
function headerFolders(arch: string): readonly string[] {
  return [`arch/${arch}/include`, 'include', `arch/${arch}/include/uapi`, 'include/uapi']
}

/** Reads what the build of a file depends on besides its includes. */
const ALWAYS = [
  'include/linux/compiler-version.h',
  'include/linux/kconfig.h',
  'include/linux/compiler_types.h',
  'include/asm-generic/Kbuild',
  'kernel/bounds.c',
  'arch/arm64/tools/cpucaps',
  'Makefile',
]

/**
 * Adds to `texts` the files at `paths`, all that they can include on `arch`, and so on. Files that are there
 * already are not read again: the texts of a patch go before those of the tree.
 */
export async function readIncluded(
  tree: KernelTree,
  arch: string,
  paths: readonly string[],
  texts: TreeTexts,
): Promise<Result<null>> {
  const headers = await headersOf(tree, arch)
  if (!headers.ok) return headers
  const seen = new Set<string>()
  let wanted = [...paths, ...ALWAYS, ...kconfigRoots(arch), `arch/${arch}/include/asm/Kbuild`]
  while (wanted.length > 0) {
    const fresh = [...new Set(wanted)].filter((path) => !seen.has(path))
    for (const path of fresh) seen.add(path)
    const failed = await readAll(
      tree,
      fresh.filter((path) => !texts.has(path)),
      texts,
    )
    if (failed !== null) return { ok: false, error: failed }
    wanted = fresh.flatMap((path) => [
      ...includedBy(path, texts.get(path) ?? '', arch, headers.value),
      ...kconfigFilesIn(path, texts.get(path) ?? '', arch),
    ])
  }
  return ok(null)
}

/** The headers that an include can name by the search path, so that each is asked for where it is. */
async function headersOf(tree: KernelTree, arch: string): Promise<Result<ReadonlySet<string>>> {
  const found = new Set<string>()
  for (const folder of ['include', `arch/${arch}/include`]) {
    const listed = await tree.list(folder, '.h')
    if (!listed.ok) return listed
    for (const path of listed.value) found.add(path)
  }
  return ok(found)
}

async function readAll(
  tree: KernelTree,
  paths: readonly string[],
  texts: TreeTexts,
): Promise<Diagnostic | null> {
  const expected = await tree.expect(paths)
  if (!expected.ok) return expected.error
  for (let at = 0; at < paths.length; at += BATCH) {
    const batch = paths.slice(at, at + BATCH)
    const read = await Promise.all(batch.map((path) => tree.read(path)))
    for (const [i, result] of read.entries()) {
      if (!result.ok) return result.error
      if (result.value !== null) texts.set(batch[i] ?? '', decodeFile(result.value))
    }
  }
  return null
}

/** Where the files may be that a text includes. */
function includedBy(path: string, text: string, arch: string, headers: ReadonlySet<string>): string[] {
  const found: string[] = []
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  for (const [, open = '', name = ''] of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]/gm)) {
    if (open === '"') {
      const beside = pathInTree(`${folder}${name}`)
      if (beside !== null) found.push(beside)
    }
    for (const place of headerFolders(arch)) {
      const candidate = pathInTree(`${place}/${name}`)
      if (candidate !== null && headers.has(candidate)) found.push(candidate)
    }
    if (!name.startsWith('asm/')) continue
    for (const generic of [
      `include/asm-generic/${name.slice(4)}`,
      `include/uapi/asm-generic/${name.slice(4)}`,
    ]) {
      if (headers.has(generic)) found.push(generic)
    }
  }
  return found
}
