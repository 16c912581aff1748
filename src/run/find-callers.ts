/** `kreplay callers` from a request: opens the tree, reads the series, asks. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { openTree } from '../tree/index.js'
import { callersIn } from './callers.js'
import type { Callers } from './callers-types.js'
import { seriesOf } from './premise-look-up.js'
import { type TakenIn, takeIn } from './take-in.js'
import type { RunRequest, TreeName } from './types.js'

/** Whose callers, where, and the threads whose patches are laid over the tree. */
export interface FindCallersRequest extends Pick<RunRequest, 'inputs' | 'revision' | 'patches'> {
  /** A function, `PATH:FUNCTION`, or `struct TAG`. */
  readonly name: string
  readonly tree: TreeName
}

export interface FoundCallers {
  readonly callers: Callers
  /** What reading the threads had to say. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The callers of a function. Fails with what keeps the tree or a thread from being read, `function-unknown` where
 * nothing names it, or `usage`.
 */
export async function findCallers(request: FindCallersRequest): Promise<Result<FoundCallers>> {
  const { name, tree: named, inputs } = request
  const taken = inputs.length === 0 ? null : await takeIn(request)
  const opened =
    taken === null
      ? await openTree(named.name, { cwd: named.cwd, environment: process.env })
      : treeOfTaken(taken)
  if (!opened.ok) return opened
  try {
    const callers = await callersIn(opened.value, { name, series: seriesOf(taken?.patches ?? []) })
    return callers.ok ? ok({ callers: callers.value, diagnostics: taken?.diagnostics ?? [] }) : callers
  } finally {
    opened.value.close()
  }
}

function treeOfTaken({ tree, read, diagnostics }: TakenIn) {
  if (tree !== null && read) return ok(tree)
  tree?.close()
  const [trouble] = diagnostics
  return fail<Diagnostic>(
    trouble ?? { severity: 'error', code: 'unreadable', message: 'the threads cannot be read' },
  )
}
