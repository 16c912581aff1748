/** Commits of a repository and their changes, for replaying them as mails are replayed. */
import { decodeFile, fail, ok, type Result } from '../base/index.js'
import { gitFailed, gitText, type Repository, runGit } from './git-process.js'
import { type Commit, type History, treeTrouble } from './types.js'

/** A change as a mail would have it, whatever the user's configuration: no colours, no programs, `a/` and `b/`. */
const AS_MAIL = [
  '-p',
  '--full-index',
  '-M',
  '-U3',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-relative',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--ignore-submodules=all',
]

const FIELDS = ['%H', '%P', '%an', '%ae', '%at', '%s', '%B']

export class GitHistory implements History {
  readonly #repository: Repository

  constructor(repository: Repository) {
    this.#repository = repository
  }

  async resolve(revision: string): Promise<Result<string | null>> {
    if (!isRevision(revision)) {
      return fail(
        treeTrouble('revision-refused', `"${revision}" is no name of a commit`, this.#repository.name),
      )
    }
    const words = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]
    const output = await runGit(this.#repository, words)
    if (!output.ok) return output
    const { code, stdout, stderr } = output.value
    if (code !== 0)
      return stderr.trim() === '' ? ok(null) : fail(gitFailed(this.#repository.name, words, stderr))
    return ok(stdout.toString('latin1').trim())
  }

  async commits(range: string): Promise<Result<readonly Commit[]>> {
    const ends = range.split('..')
    if (ends.length > 2 || range.includes('...')) {
      return fail(
        treeTrouble('revision-refused', `"${range}" is neither a commit nor A..B`, this.#repository.name),
      )
    }
    const ids: string[] = []
    for (const end of ends) {
      const name = end === '' && ends.length === 2 ? 'HEAD' : end
      const id = await this.resolve(name)
      if (!id.ok) return id
      if (id.value === null) {
        return fail(
          treeTrouble('revision-unknown', `the repository has no commit ${name}`, this.#repository.name),
        )
      }
      ids.push(id.value)
    }
    const [first = '', last] = ids
    const which = last === undefined ? ['--no-walk', first] : ['--no-merges', last, `^${first}`]
    const text = await gitText(this.#repository, [
      'log',
      '-z',
      '--reverse',
      '--topo-order',
      '--encoding=UTF-8',
      `--format=${FIELDS.join('%x00')}`,
      ...which,
      '--',
    ])
    if (!text.ok) return text
    const fields = text.value.split('\0')
    const commits: Commit[] = []
    for (let at = 0; at + FIELDS.length <= fields.length; at += FIELDS.length) {
      const [id = '', parents = '', name = '', email = '', seconds = '', subject = '', message = ''] =
        fields.slice(at, at + FIELDS.length)
      commits.push({
        id,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author: { name, email },
        date: new Date(Number(seconds) * 1000).toISOString(),
        subject,
        message,
      })
    }
    return ok(commits)
  }

  async diffOf(commit: string): Promise<Result<string>> {
    const known = await this.commits(commit)
    if (!known.ok) return known
    const [one] = known.value
    if (one === undefined) {
      return fail(
        treeTrouble('revision-unknown', `the repository has no commit ${commit}`, this.#repository.name),
      )
    }
    const [parent] = one.parents
    const sides = parent === undefined ? ['--root', '--no-commit-id', one.id] : [parent, one.id]
    return this.#diff(['diff-tree', ...AS_MAIL, ...sides, '--'])
  }

  async dirtyDiff(): Promise<Result<string>> {
    const filters = await runGit(this.#repository, [
      'config',
      '-z',
      '--name-only',
      '--get-regexp',
      '^filter\\.',
    ])
    if (!filters.ok) return filters
    const settings = filters.value.stdout
      .toString('utf8')
      .split('\0')
      .filter((name) => name !== '')
      .map((name) => `${name}=${name.endsWith('.required') ? 'false' : ''}`)
    const inert = { ...this.#repository, settings: [...this.#repository.settings, ...settings] }
    return this.#diff(['diff', ...AS_MAIL, 'HEAD', '--'], inert)
  }

  /** Bytes that are no UTF-8 are kept as `decodeFile` keeps them. */
  async #diff(words: readonly string[], repository = this.#repository): Promise<Result<string>> {
    const output = await runGit(repository, words)
    if (!output.ok) return output
    if (output.value.code !== 0) return fail(gitFailed(repository.name, words, output.value.stderr))
    return ok(decodeFile(output.value.stdout))
  }
}

/** A name that git takes for a commit and for nothing else, least of all an option. */
function isRevision(revision: string): boolean {
  return revision !== '' && revision.length <= 1000 && !/^-|[\0-\x20\x7f]|\.\.|[:]/.test(revision)
}
