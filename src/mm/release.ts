/** Kernel releases, by which the primitives and their C differ. */

/** `5.4`, `6.1`, `6.12`; a third part for what came between two of them. Compared as numbers, part by part. */
export type Release = string

/** True if `release` is `other` or later. */
export function atLeast(release: Release, other: Release): boolean {
  const [parts, others] = [release.split('.').map(Number), other.split('.').map(Number)]
  for (let i = 0; i < Math.max(parts.length, others.length); i++) {
    const [part = 0, another = 0] = [parts[i], others[i]]
    if (part !== another) return part > another
  }
  return true
}
