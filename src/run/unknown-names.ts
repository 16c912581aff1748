/** Names in a request that mean nothing here: they are said, not passed over. */
import type { Diagnostic } from '../base/index.js'
import { MEMORY_MODELS } from '../explore/index.js'
import { implementationId } from '../machine/index.js'
import { ARCH_PROFILES } from '../mm/index.js'
import { byId, byName } from '../reimpl/index.js'
import type { Library } from './library.js'
import { ALL_MODELS } from './models.js'
import type { RunRequest } from './types.js'

const MODELS: readonly string[] = [...MEMORY_MODELS.map(({ name }) => name), ALL_MODELS]

/** Memory models, architectures, locks and implementations that do not exist. */
export function unknownNames(request: RunRequest, library: Library): Diagnostic[] {
  const archs = ARCH_PROFILES.map(({ name }) => name)
  const unknownTo = (names: readonly string[] | undefined, known: readonly string[]): readonly string[] =>
    (names ?? []).filter((name) => !known.includes(name))
  const chosen = [...(request.before ?? []), ...(request.after ?? [])]
  const locks = locksOf(library)
  const missing = chosen.filter((id) => byId(library.registry, id) === undefined)
  return [
    ...unknownTo(request.model, MODELS).map((name) => unknownModel([name])),
    ...unknownTo(request.arch, archs).map((name) => unknown('architecture', 'arch', name, archs)),
    ...unknownTo(request.locks, locks).map((name) => unknown('lock', 'lock', name, locks)),
    ...[...new Set(missing)].map((id) =>
      unknown('implementation', 'implementation', id, versionsOf(id, library)),
    ),
  ]
}

/** Locks that a caller holds in some world, as precisely as worlds say and without the mode. */
function locksOf({ suites }: Library): readonly string[] {
  const held = suites.flatMap(({ scenarios }) => scenarios.flatMap(({ facets }) => facets['lock'] ?? []))
  return [...new Set(held.flatMap((lock) => [lock.replace(/\(.*/, ''), lock]))]
}

/** A memory model that does not exist. */
export function unknownModel(names: readonly string[]): Diagnostic {
  return unknown('memory model', 'model', names.join(', '), MODELS)
}

/** Functions that were asked for and that no patch of the thread changes. */
export function unknownFunctions(request: RunRequest, changed: ReadonlySet<string>): Diagnostic[] {
  const missing = (request.functions ?? []).filter((name) => !changed.has(name))
  return missing.map((name) => ({
    severity: 'error',
    code: 'function-unknown',
    message: `no patch here changes a function called ${name}`,
    hint: `changed: ${[...changed].join(', ')}`,
  }))
}

function versionsOf(id: string, library: Library): readonly string[] {
  const known = byName(library.registry, id.split('@')[0] ?? id).map(implementationId)
  return known.length > 0 ? known : ['`kreplay list functions` shows them all']
}

function unknown(what: string, code: string, name: string, known: readonly string[]): Diagnostic {
  return {
    severity: 'error',
    code: `${code}-unknown`,
    message: `there is no ${what} called ${name}`,
    hint: `known: ${known.join(', ')}`,
  }
}
