/** Kernel releases, by which the primitives and their C differ. */

/** `5.4`, `6.1`, `6.12`. Compared as numbers, part by part. */
export type Release = string

/** True if `release` is `other` or later. */
export function atLeast(release: Release, other: Release): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major > otherMajor || (major === otherMajor && minor >= otherMinor)
}
