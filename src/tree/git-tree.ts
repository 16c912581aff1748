/** A git repository, bare or with a work tree, at one commit. */
import { fail, type ObjectFormat, ok, type Result } from '../base/index.js'
import { CatFile } from './cat-file.js'
import { GitHistory } from './git-history.js'
import { gitFailed, gitText, type Repository, runGit } from './git-process.js'
import { Finds, type FoundFiles, type Wants } from './search.js'
import { refusePath } from './tree-path.js'
import { type FoundBlob, type KernelTree, type TreeDescription, treeTrouble } from './types.js'

/** What the trees of one repository share. */
interface Shared {
  readonly repository: Repository
  readonly format: ObjectFormat
  readonly objects: CatFile
  readonly history: GitHistory
}

/** Files of a commit. Symbolic links and submodules are no files. */
export class GitTree implements KernelTree {
  readonly #shared: Shared
  readonly #revision: string
  /** Blob ids by path, read when the first path is asked for. */
  #files: Promise<Result<ReadonlyMap<string, string>>> | null = null

  private constructor(shared: Shared, revision: string) {
    this.#shared = shared
    this.#revision = revision
  }

  /** Opens a repository at a revision. Fails with `tree-unreadable` or `revision-unknown`. */
  static async open(repository: Repository, revision: string): Promise<Result<GitTree>> {
    const format = await gitText(repository, ['rev-parse', '--show-object-format'])
    if (!format.ok) return format
    const history = new GitHistory(repository)
    const commit = await history.resolve(revision)
    if (!commit.ok) return commit
    if (commit.value === null) {
      return fail(
        treeTrouble('revision-unknown', `the repository has no commit ${revision}`, repository.name),
      )
    }
    const shared: Shared = {
      repository,
      format: format.value.trim() === 'sha256' ? 'sha256' : 'sha1',
      objects: new CatFile(repository),
      history,
    }
    return ok(new GitTree(shared, commit.value))
  }

  get format(): ObjectFormat {
    return this.#shared.format
  }

  get history(): GitHistory {
    return this.#shared.history
  }

  describe(): TreeDescription {
    return { kind: 'git', name: this.#shared.repository.name, revision: this.#revision }
  }

  async read(path: string): Promise<Result<Uint8Array | null>> {
    const refused = refusePath(path, this.#shared.repository.name)
    if (refused !== null) return fail(refused)
    const files = await this.#listing()
    if (!files.ok) return files
    const id = files.value.get(path)
    if (id === undefined) return ok(null)
    const object = await this.#shared.objects.read(id)
    if (!object.ok) return object
    return object.value === null
      ? fail(
          treeTrouble(
            'tree-unreadable',
            `the blob ${id} of ${path} is missing`,
            this.#shared.repository.name,
          ),
        )
      : ok(object.value.bytes)
  }

  async list(under: string, suffix: string): Promise<Result<readonly string[]>> {
    const refused = under === '' ? null : refusePath(under, this.#shared.repository.name)
    if (refused !== null) return fail(refused)
    const files = await this.#listing()
    if (!files.ok) return files
    const folder = under === '' ? '' : `${under}/`
    return ok(
      [...files.value.keys()].filter((path) => path.startsWith(folder) && path.endsWith(suffix)).sort(),
    )
  }

  async search(words: readonly string[], wants: Wants): Promise<Result<FoundFiles>> {
    const { repository } = this.#shared
    const files = await this.#listing()
    if (!files.ok) return files
    const patterns = words.flatMap((word) => ['-e', word])
    const names = [
      'grep',
      '-l',
      '-z',
      '-a',
      '-w',
      '-F',
      '--no-color',
      '--full-name',
      ...patterns,
      this.#revision,
    ]
    const listed = await runGit(repository, names)
    if (!listed.ok) return listed
    const { code, stdout, stderr } = listed.value
    if (code > 1) return fail(gitFailed(repository.name, names, stderr))
    const finds = new Finds()
    for (const line of stdout.toString('utf8').split('\0')) {
      const path = line.slice(this.#revision.length + 1)
      if (!files.value.has(path) || !wants(path)) continue
      if (!finds.hasRoom) {
        finds.drop()
        continue
      }
      const bytes = await this.read(path)
      if (bytes.ok && bytes.value !== null) finds.add(path, bytes.value)
      else finds.unread.push(path)
    }
    return ok(finds.result([...files.value.keys()].filter(wants).length))
  }

  async blob(id: string): Promise<Result<FoundBlob | null>> {
    const object = await this.#shared.objects.read(id)
    if (!object.ok) return object
    // A branch may be called like an id; then it is the branch's commit that comes back.
    const found = object.value?.type === 'blob' && object.value.id.startsWith(id) ? object.value : null
    return ok(found === null ? null : { bytes: found.bytes, path: null })
  }

  async expect(): Promise<Result<null>> {
    return ok(null)
  }

  async at(revision: string): Promise<Result<KernelTree | null>> {
    const commit = await this.#shared.history.resolve(revision)
    if (!commit.ok) return commit
    return ok(commit.value === null ? null : new GitTree(this.#shared, commit.value))
  }

  close(): void {
    this.#shared.objects.close()
  }

  #listing(): Promise<Result<ReadonlyMap<string, string>>> {
    this.#files ??= listFiles(this.#shared.repository, this.#revision)
    return this.#files
  }
}

async function listFiles(
  repository: Repository,
  commit: string,
): Promise<Result<ReadonlyMap<string, string>>> {
  const text = await gitText(repository, ['ls-tree', '-r', '-z', '--full-tree', commit])
  if (!text.ok) return text
  const files = new Map<string, string>()
  for (const entry of text.value.split('\0')) {
    const match = /^100[0-7]{3} blob ([0-9a-f]+)\t([\s\S]+)$/.exec(entry)
    if (match !== null) files.set(match[2] ?? '', match[1] ?? '')
  }
  return ok(files)
}
