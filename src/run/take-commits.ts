/** Patches out of a repository, instead of out of mails: commits, and what the work tree changes. */
import { type Diagnostic, ok, type Result } from '../base/index.js'
import type { Message } from '../mail/index.js'
import { parsePatch } from '../patch/index.js'
import type { Commit, KernelTree } from '../tree/index.js'
import type { TakenPatch } from './take-in.js'

/** A change of a repository, with the commit whose files it applies to. */
export interface TakenCommit {
  readonly patch: TakenPatch
  /** The commit before it; null before a first commit. */
  readonly base: string | null
}

/** Digits of a commit's id that are shown, as the kernel's `Fixes:` tags have. */
const SHOWN = 12

/**
 * The commits that `range` names (`A..B`, or one commit), oldest first. Fails as `History.commits` does, and
 * with `tree-without-history` where there are no commits.
 */
export async function takeCommits(
  tree: KernelTree,
  range: string,
  diagnostics: Diagnostic[],
): Promise<Result<readonly TakenCommit[]>> {
  const { history } = tree
  if (history === null) return withoutHistory(tree, range)
  const commits = await history.commits(range)
  if (!commits.ok) return commits
  const taken: TakenCommit[] = []
  for (const [i, commit] of commits.value.entries()) {
    const diff = await history.diffOf(commit.id)
    if (!diff.ok) return diff
    const shown = commit.id.slice(0, SHOWN)
    const message = messageOf(`${shown} ${commit.subject}`, `commit ${shown}`, diff.value, commit)
    const place = commits.value.length > 1 ? { index: i + 1, count: commits.value.length } : null
    const patch = { ...patchOf(message, place, diagnostics), words: commit.message }
    taken.push({ patch, base: commit.parents[0] ?? null })
  }
  return ok(taken)
}

/** What the work tree changes against its commit; an empty list where it changes nothing. */
export async function takeWorkTree(
  tree: KernelTree,
  diagnostics: Diagnostic[],
): Promise<Result<readonly TakenCommit[]>> {
  const { history } = tree
  if (history === null) return withoutHistory(tree, null)
  const diff = await history.dirtyDiff()
  if (!diff.ok) return diff
  if (diff.value === '') return ok([])
  const message = messageOf('changes of the work tree', 'work tree', diff.value, null)
  return ok([{ patch: patchOf(message, null, diagnostics), base: 'HEAD' }])
}

/** `range` is what was taken for commits, as it is no file. */
function withoutHistory(tree: KernelTree, range: string | null): Result<never> {
  const { name } = tree.describe()
  const what =
    range === null ? 'there is no work tree to replay' : `${range}, which is no file, can be no commit`
  return {
    ok: false,
    error: {
      severity: 'error',
      code: 'tree-without-history',
      message: `${name} is no git repository: ${what}`,
      place: { source: name },
      hint: 'name a thread, or a repository with --tree',
    },
  }
}

function messageOf(subject: string, source: string, diff: string, commit: Commit | null): Message {
  return {
    messageId: null,
    inReplyTo: null,
    references: [],
    subject,
    from:
      commit === null ? null : { name: commit.author.name, address: commit.author.email, obfuscated: false },
    date: commit?.date ?? null,
    headerText: '',
    body: diff,
    bodyLine: 1,
    parts: [],
    source: { source, line: 1 },
    format: 'plain-text',
    damage: [],
  }
}

function patchOf(
  message: Message,
  place: { readonly index: number; readonly count: number } | null,
  diagnostics: Diagnostic[],
): TakenPatch {
  const patch = parsePatch(message.body, { source: message.source.source, firstLine: 1, crossCheck: true })
  for (const one of patch.diagnostics) diagnostics.push(one)
  const { index = null, count = null } = place ?? {}
  return { message, patch, index, count, version: 1, trailers: [] }
}
