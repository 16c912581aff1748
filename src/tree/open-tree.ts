/** From the name of a tree, as a user gives it, to the tree. */
import { realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fail, ok, type Result } from '../base/index.js'
import { ArchiveTree, compressionOf } from './archive-tree.js'
import { FolderTree } from './folder-tree.js'
import { gitEnvironment, type Repository } from './git-process.js'
import { GitTree } from './git-tree.js'
import { type KernelTree, type TreeOptions, treeTrouble } from './types.js'

/**
 * Opens a folder of sources, a git repository (`REPO` at HEAD, or `REPO:REVISION`), or a tar archive of a
 * kernel. A folder that holds a repository is one: its files are those of the commit, not of the work tree.
 * Fails with `tree-missing`, `tree-unreadable`, `git-missing`, `revision-unknown` or `revision-refused`.
 */
export async function openTree(spec: string, options: TreeOptions): Promise<Result<KernelTree>> {
  const whole = await look(spec, options)
  if (whole !== null) return open(whole, spec, spec, null, options)
  const colon = spec.lastIndexOf(':')
  const folder = colon > 0 ? await look(spec.slice(0, colon), options) : null
  if (folder === null) {
    return fail(
      treeTrouble(
        'tree-missing',
        `there is no kernel tree at ${spec}`,
        spec,
        'a tree is a folder of sources, a git repository (with :REVISION if not HEAD), or a .tar.xz',
      ),
    )
  }
  return open(folder, spec, spec.slice(0, colon), spec.slice(colon + 1), options)
}

interface Place {
  /** Real path. */
  readonly path: string
  readonly isFolder: boolean
  /** The repository is the folder itself. */
  readonly isBare: boolean
  readonly isRepository: boolean
}

/** What stands at a path; null when nothing does. */
async function look(name: string, options: TreeOptions): Promise<Place | null> {
  if (name === '' || name.includes('\0')) return null
  try {
    const path = await realpath(resolve(options.cwd, name))
    const isFolder = (await stat(path)).isDirectory()
    if (!isFolder) return { path, isFolder, isBare: false, isRepository: false }
    const within = await exists(join(path, '.git'))
    const parts = ['HEAD', 'objects', 'refs'].map((part) => exists(join(path, part)))
    const isBare = !within && (await Promise.all(parts)).every((there) => there)
    return { path, isFolder, isBare, isRepository: within || isBare }
  } catch {
    return null
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}

async function open(
  place: Place,
  spec: string,
  name: string,
  revision: string | null,
  options: TreeOptions,
): Promise<Result<KernelTree>> {
  if (place.isRepository) {
    const repository: Repository = {
      folder: place.path,
      name,
      environment: gitEnvironment(options.environment, dirname(place.path)),
      // A repository inside a folder is refused where git is told to look at explicit ones only.
      settings: place.isBare ? ['safe.bareRepository=all'] : [],
    }
    return GitTree.open(repository, revision ?? 'HEAD')
  }
  if (revision !== null) {
    return fail(
      treeTrouble('tree-missing', `${name} is no git repository, so it has no commit ${revision}`, spec),
    )
  }
  if (place.isFolder) return ok(new FolderTree(place.path, name))
  const compression = compressionOf(place.path)
  if (compression === null) {
    return fail(
      treeTrouble('tree-unreadable', `${name} is neither a folder nor a .tar, .tar.gz or .tar.xz`, name),
    )
  }
  return ArchiveTree.open(place.path, name, compression, options.environment)
}
