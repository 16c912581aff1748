import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The path of a file of shared data (real threads and archive pages that are never copied into the
 * repository), or null when it is not there. The folder is KREPLAY_DATA, by default beside the project.
 */
export function sharedData(...path: string[]): string | null {
  const file = resolve(PROJECT, process.env['KREPLAY_DATA'] ?? '../shared', ...path)
  return existsSync(file) ? file : null
}

/** A `describe` that is skipped, and shown as skipped, when one of the shared files it needs is absent. */
export function describeShared(name: string, files: readonly string[], body: () => void): void {
  const missing = files.filter((file) => sharedData(file) === null)
  if (missing.length === 0) describe(name, body)
  // The body would open the files while tests are collected: a skipped test stands in its place.
  else describe.skip(name, () => it(`needs ${missing.join(', ')}`, () => {}))
}
