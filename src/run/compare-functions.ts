/** What stands for each function once a revision is applied, paired with what stands for it under another one. */
import type { ChangedFunction, FunctionMatch, FunctionSide, Resolution } from '../match/index.js'
import type { Suite } from '../suite/index.js'

/** A function over all patches of a revision: as the first of them finds it, and as the last leaves it. */
export interface Left {
  readonly match: FunctionMatch
  readonly before: Resolution
  readonly after: Resolution
  readonly textBefore: FunctionSide | null
  readonly textAfter: FunctionSide | null
}

/** A function of either revision. */
export interface PairedFunction {
  readonly first: Left | null
  readonly second: Left | null
}

function keyOf({ path, name, conditions }: Pick<ChangedFunction, 'path' | 'name' | 'conditions'>): string {
  return [path, name, ...conditions].join('\0')
}

/** The functions that the patches of a revision change, in order of appearance. */
export function leftBy(patches: readonly (readonly FunctionMatch[])[]): ReadonlyMap<string, Left> {
  const left = new Map<string, Left>()
  for (const matches of patches) {
    for (const match of matches) {
      const { changed, before, after } = match
      // A later patch may know the function under the name that an earlier one gave it.
      const previous = changed.before === null ? keyOf(changed) : keyOf(changed.before)
      const known = left.get(previous)
      left.delete(previous)
      left.set(keyOf(changed), {
        match,
        before: known?.before ?? before,
        after,
        textBefore: known === undefined ? changed.before : known.textBefore,
        textAfter: changed.after,
      })
    }
  }
  return left
}

/** The functions of both revisions; null where a revision does not touch one. */
export function pairLeft(
  first: ReadonlyMap<string, Left>,
  second: ReadonlyMap<string, Left>,
): readonly PairedFunction[] {
  const keys = new Set([...first.keys(), ...second.keys()])
  return [...keys].map((key) => ({ first: first.get(key) ?? null, second: second.get(key) ?? null }))
}

/**
 * The pair as a match to be planned: `before` is what the first revision leaves, `after` what the second does. A
 * revision that does not touch a function leaves what the other one finds. Null where there is nothing to compare:
 * one text stands on both sides, or only one side has such a function, which is run where others call it.
 */
export function matchOfPair({ first, second }: PairedFunction): FunctionMatch | null {
  const one = first ?? second
  if (one === null) return null
  const before = first === null ? { resolution: one.before, text: one.textBefore } : leftOf(first)
  const after = second === null ? { resolution: one.before, text: one.textBefore } : leftOf(second)
  if (before.text === null || after.text === null) return null
  if (isSame(before.resolution, after.resolution)) return null
  const signature = [first, second].some((side) => side?.match.changed.change.includes('signature') === true)
  const changed: ChangedFunction = {
    ...one.match.changed,
    change: signature ? ['signature', 'modified'] : ['modified'],
    before: before.text,
    after: after.text,
  }
  const suites = new Set<Suite>([...(first?.match.suites ?? []), ...(second?.match.suites ?? [])])
  const { match } = one
  return {
    changed,
    before: before.resolution,
    after: after.resolution,
    suites: [...suites],
    ...(match.notDriven === undefined ? {} : { notDriven: match.notDriven }),
    ...(match.lifted === undefined ? {} : { lifted: match.lifted }),
  }
}

function leftOf({ after, textAfter }: Left): {
  readonly resolution: Resolution
  readonly text: FunctionSide | null
} {
  return { resolution: after, text: textAfter }
}

function isSame(one: Resolution, other: Resolution): boolean {
  if (one.kind === 'none' || other.kind === 'none') return false
  return one.implementation === other.implementation
}
