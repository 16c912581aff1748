/** The functions around the changed ones: which text of them is run, and under whose primitives. */
import type { Callable } from '../machine/index.js'
import { atLeast, type Config, type Release } from '../mm/index.js'
import { byName, isCompiled, type Registry, type Reimplementation } from '../reimpl/index.js'
import { roleMates, type Side, type Suite } from '../suite/index.js'

/** The newest release that one of the implementations was written against. */
export function newestRelease(implementations: readonly Reimplementation[], fallback: Release): Release {
  return implementations.reduce(
    (newest, { release }) => (atLeast(release, newest) ? release : newest),
    fallback,
  )
}

export interface SideRequest {
  readonly registry: Registry
  readonly suite: Suite
  readonly config: Config
  /** The implementations of the changed functions, on this side. */
  readonly changed: readonly Reimplementation[]
  /** Release that unchanged functions are taken from: the same for both sides. */
  readonly base: Release
}

/** A side of the suite's programs. A function that no implementation plays is a bug of the suite and throws. */
export function makeSide(request: SideRequest): Side {
  const known = new Map<string, Callable>()
  return {
    release: newestRelease(request.changed, request.base),
    config: request.config,
    find: (name) => changedOne(request, name),
    resolve: (name) => {
      const cached = known.get(name)
      if (cached !== undefined) return cached
      const found = pick(request, name)
      if (found === undefined) throw new Error(`nothing stands for ${name} in suite ${request.suite.name}`)
      known.set(name, found)
      return found
    },
  }
}

function changedOne({ suite, config, changed }: SideRequest, name: string): Callable | undefined {
  const names = roleMates(suite, name)
  return changed.find((candidate) => names.includes(candidate.name) && isCompiled(candidate, config))
}

function pick(request: SideRequest, name: string): Callable | undefined {
  const own = changedOne(request, name)
  if (own !== undefined) return own
  const { registry, suite, config, base } = request
  const names = roleMates(suite, name)
  const candidates = names.flatMap((mate) => byName(registry, mate)).filter((one) => isCompiled(one, config))
  // What was written from a description alone stands for an unchanged function only where nothing else does.
  const known = candidates.filter(({ identities, absence }) => identities.length > 0 || absence === true)
  return newestUpTo(known, base) ?? known[0] ?? newestUpTo(candidates, base) ?? candidates[0]
}

/** The newest of the candidates that is no newer than `base`; the first of equals. */
function newestUpTo(candidates: readonly Reimplementation[], base: Release): Reimplementation | undefined {
  let best: Reimplementation | undefined
  for (const candidate of candidates) {
    if (!atLeast(base, candidate.release)) continue
    if (
      best === undefined ||
      (atLeast(candidate.release, best.release) && candidate.release !== best.release)
    ) {
      best = candidate
    }
  }
  return best
}
