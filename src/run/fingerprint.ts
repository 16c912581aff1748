/** `kreplay fingerprint`: the identities of what a patch changes, ready to be put into a reimplementation. */
import { implementationId } from '../machine/index.js'
import { changedFunctions, identityOf } from '../match/index.js'
import { byIdentity } from '../reimpl/index.js'
import { libraryWith } from './library.js'
import { takeIn } from './take-in.js'
import type { Fingerprint, FingerprintResult, RunRequest } from './types.js'

/** Two rows for every changed function: its text before and after. */
export async function fingerprint(request: RunRequest): Promise<FingerprintResult> {
  const { registry } = libraryWith(request.plugins)
  const taken = await takeIn(request)
  taken.tree?.close()
  const rows: Fingerprint[] = []
  for (const { patch } of taken.patches) {
    for (const changed of changedFunctions(patch.files)) {
      for (const side of ['before', 'after'] as const) {
        const text = changed[side]
        if (text === null) continue
        const { kind, hash } = identityOf(text)
        const known = byIdentity(registry, text.path, text.name, kind, hash)
        const implementation = known === undefined ? null : implementationId(known)
        rows.push({ path: text.path, name: text.name, side, kind, hash, implementation })
      }
    }
  }
  return { rows, diagnostics: taken.diagnostics }
}
