/** Kernel sources that can be read: what all kinds of trees have in common. */
import type { Diagnostic, ObjectFormat, Result } from '../base/index.js'
import type { FoundFiles, Wants } from './search.js'

/** What a tree is, for reports. `name` is as the user gave it. */
export interface TreeDescription {
  readonly kind: 'folder' | 'git' | 'archive'
  readonly name: string
  /** The commit that files are read from, as its full id; null where there are no commits. */
  readonly revision: string | null
}

/** A file's content, found by its blob id. `path` is set when it was found at a path. */
export interface FoundBlob {
  readonly bytes: Uint8Array
  readonly path: string | null
}

/**
 * Kernel sources. Nothing is ever written. Paths are relative, with `/`; one that leads out of the tree is
 * refused (`path-outside-tree`). Files are read as they were committed or unpacked, without conversion.
 */
export interface KernelTree {
  readonly describe: () => TreeDescription
  /** How this tree names blobs; `sha1` where nothing says otherwise. */
  readonly format: ObjectFormat
  /** Bytes of a regular file; null when there is none at the path. */
  readonly read: (path: string) => Promise<Result<Uint8Array | null>>
  /** Paths of the regular files below a folder that end so, sorted; `''` for the whole tree, and every file. */
  readonly list: (under: string, suffix: string) => Promise<Result<readonly string[]>>
  /**
   * The files among those that `wants` picks that hold one of the words (identifiers, whole), with their bytes;
   * of the others nothing is kept.
   */
  readonly search: (words: readonly string[], wants: Wants) => Promise<Result<FoundFiles>>
  /**
   * A blob by its id, which may be abbreviated; null when it is not here or an abbreviation names several. A
   * repository is asked for the object; elsewhere the files at `paths` are hashed.
   */
  readonly blob: (id: string, paths: readonly string[]) => Promise<Result<FoundBlob | null>>
  /** Tells what will be read, so that an archive is gone through once. */
  readonly expect: (paths: readonly string[]) => Promise<Result<null>>
  /** The same tree at another commit; null when it has none of that name. */
  readonly at: (revision: string) => Promise<Result<KernelTree | null>>
  /** The history, where there is one. */
  readonly history: History | null
  readonly close: () => void
}

/** A commit, with its change as `git diff-tree` prints it. */
export interface Commit {
  readonly id: string
  readonly parents: readonly string[]
  readonly author: { readonly name: string; readonly email: string }
  /** ISO 8601, UTC. */
  readonly date: string
  readonly subject: string
  /** The whole message. */
  readonly message: string
}

/** The commits of a repository. */
export interface History {
  /** The full id of a commit; null when nothing has that name. */
  readonly resolve: (revision: string) => Promise<Result<string | null>>
  /** `A..B`: the commits of B that are not in A, oldest first, merges left out; a single name: that commit. */
  readonly commits: (range: string) => Promise<Result<readonly Commit[]>>
  /** A commit's change against its first parent: unified diff with full `index` lines and renames. */
  readonly diffOf: (commit: string) => Promise<Result<string>>
  /** What the work tree changes against its HEAD, the same way; empty when nothing. Fails in a bare repository. */
  readonly dirtyDiff: () => Promise<Result<string>>
}

/** What openTree is given besides the name. */
export interface TreeOptions {
  /** The environment that programs are looked for in and run with; only what is harmless is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Folder that a relative name is relative to. */
  readonly cwd: string
}

/** Trouble with a tree, as data. */
export function treeTrouble(code: string, message: string, source: string, hint?: string): Diagnostic {
  const base = { severity: 'error', code, message, place: { source } } as const
  return hint === undefined ? base : { ...base, hint }
}
