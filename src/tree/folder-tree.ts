/** A plain folder of sources, such as an unpacked linux-source. */
import { closeSync, openSync, readSync } from 'node:fs'
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { type Diagnostic, fail, hasBlobId, ok, type Result } from '../base/index.js'
import { Finds, type FoundFiles, holdsOneOf, type Wants } from './search.js'
import { refusePath } from './tree-path.js'
import { type FoundBlob, type KernelTree, type TreeDescription, treeTrouble } from './types.js'

/** A file larger than this is no source. */
export const LARGEST_FILE = 64 * 1024 * 1024

/** Files that a search reads before others get a turn. */
const AT_A_TIME = 256

/** A folder as a tree; `name` is what the user called it. */
export class FolderTree implements KernelTree {
  readonly format = 'sha1'
  readonly history = null
  readonly #folder: string
  readonly #name: string

  /** `folder` must be a real path: absolute, without symbolic links. */
  constructor(folder: string, name: string) {
    this.#folder = folder
    this.#name = name
  }

  describe(): TreeDescription {
    return { kind: 'folder', name: this.#name, revision: null }
  }

  async read(path: string): Promise<Result<Uint8Array | null>> {
    const refused = refusePath(path, this.#name)
    if (refused !== null) return fail(refused)
    const found = await this.#resolve(path)
    if (!found.ok) return found
    if (found.value === null) return ok(null)
    try {
      const facts = await stat(found.value)
      if (!facts.isFile()) return ok(null)
      if (facts.size > LARGEST_FILE) {
        return fail(treeTrouble('file-too-large', `${path} has ${facts.size} bytes`, this.#name))
      }
      return ok(await readFile(found.value))
    } catch (error) {
      return this.#trouble(path, error)
    }
  }

  async list(under: string, suffix: string): Promise<Result<readonly string[]>> {
    const refused = under === '' ? null : refusePath(under, this.#name)
    if (refused !== null) return fail(refused)
    const top = under === '' ? ok(this.#folder) : await this.#resolve(under)
    if (!top.ok) return top
    if (top.value === null) return ok([])
    const found: string[] = []
    const open = [under]
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      try {
        for (const entry of await readdir(join(this.#folder, folder), { withFileTypes: true })) {
          if (entry.name === '.git') continue
          const path = folder === '' ? entry.name : `${folder}/${entry.name}`
          if (entry.isDirectory()) open.push(path)
          else if (entry.isFile() && path.endsWith(suffix)) found.push(path)
        }
      } catch (error) {
        if (isAbsent(error)) continue
        return this.#trouble(folder, error)
      }
    }
    return ok(found.sort())
  }

  async search(words: readonly string[], wants: Wants): Promise<Result<FoundFiles>> {
    const listed = await this.list('', '')
    if (!listed.ok) return listed
    const paths = listed.value.filter(wants)
    const holds = holdsOneOf(words)
    const finds = new Finds()
    const room = new Room()
    for (const [i, path] of paths.entries()) {
      if (i % AT_A_TIME === AT_A_TIME - 1) await new Promise((turn) => setImmediate(turn))
      const bytes = room.read(join(this.#folder, path))
      if (bytes === null) finds.unread.push(path)
      else if (holds(bytes)) finds.add(path, bytes.slice())
    }
    return ok(finds.result(paths.length))
  }

  async blob(id: string, paths: readonly string[]): Promise<Result<FoundBlob | null>> {
    return blobAtPaths(this, id, paths)
  }

  async expect(): Promise<Result<null>> {
    return ok(null)
  }

  async at(): Promise<Result<KernelTree | null>> {
    return ok(null)
  }

  close(): void {}

  /** The real path of a file, null when it is not there; refused where a link leads out of the folder. */
  async #resolve(path: string): Promise<Result<string | null>> {
    const place = join(this.#folder, path)
    try {
      await lstat(place)
      const real = await realpath(place)
      if (real.startsWith(this.#folder.endsWith(sep) ? this.#folder : this.#folder + sep)) return ok(real)
      return fail(
        treeTrouble('path-outside-tree', `${path} is a link that leads out of the tree`, this.#name),
      )
    } catch (error) {
      return isAbsent(error) ? ok(null) : this.#trouble(path, error)
    }
  }

  #trouble(path: string, error: unknown): { readonly ok: false; readonly error: Diagnostic } {
    const why = error instanceof Error ? error.message : String(error)
    return fail(treeTrouble('tree-unreadable', `cannot read ${path} of the tree: ${why}`, this.#name))
  }
}

/** Reads one file after the other into the same memory, which grows with the largest. */
class Room {
  #buffer = new Uint8Array(1 << 20)

  /** The bytes of a file until the next one is read; null if there is no reading it, or it is too large. */
  read(place: string): Uint8Array | null {
    let file: number | null = null
    try {
      file = openSync(place, 'r')
      let size = 0
      for (;;) {
        const count = readSync(file, this.#buffer, size, this.#buffer.length - size, null)
        if (count === 0) return this.#buffer.subarray(0, size)
        size += count
        if (size < this.#buffer.length) continue
        if (size > LARGEST_FILE) return null
        const larger = new Uint8Array(2 * size)
        larger.set(this.#buffer)
        this.#buffer = larger
      }
    } catch {
      return null
    } finally {
      if (file !== null) closeSync(file)
    }
  }
}

/** The first of some files that has a blob id. */
export async function blobAtPaths(
  tree: KernelTree,
  id: string,
  paths: readonly string[],
): Promise<Result<FoundBlob | null>> {
  for (const path of paths) {
    const bytes = await tree.read(path)
    if (!bytes.ok) return bytes
    if (bytes.value !== null && hasBlobId(bytes.value, id, tree.format))
      return ok({ bytes: bytes.value, path })
  }
  return ok(null)
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG'
}
