/** The tests that `kreplay litmus` was given: files, folders, lists of them, standard input. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { LitmusInput } from './litmus-types.js'

/** A test to run: a file to be read, or text at hand. Plain data, so that it can go to a worker. */
export interface LitmusSource {
  readonly name: string
  readonly path: string | null
  readonly text: string
}

/** A larger file is no litmus test. */
const LARGEST = 4 * 1024 * 1024

/** Every test of the inputs, in order: those of a folder by name. Errors: `unreadable`. */
export function findLitmus(inputs: readonly LitmusInput[]): Result<LitmusSource>[] {
  return inputs.flatMap((input) => {
    if (input.kind === 'bytes') {
      return [ok({ name: input.name, path: null, text: Buffer.from(input.bytes).toString('utf8') })]
    }
    return input.kind === 'list' ? listed(input) : atPath(input.name, input.path)
  })
}

/** The text of a test. Error: `unreadable`. */
export function readLitmus(source: LitmusSource): Result<string> {
  if (source.path === null) return ok(source.text)
  return readText(source.name, source.path)
}

function readText(name: string, path: string): Result<string> {
  try {
    if (statSync(path).size > LARGEST) return fail(unreadable(name, 'it is larger than 4 MiB'))
    return ok(readFileSync(path, 'utf8'))
  } catch (error) {
    return fail(unreadable(name, messageOf(error)))
  }
}

function atPath(name: string, path: string): Result<LitmusSource>[] {
  try {
    if (!statSync(path).isDirectory()) return [ok({ name, path, text: '' })]
    const entries = readdirSync(path, { withFileTypes: true })
    return entries.sort(byName).flatMap((entry) => inFolder(entry, name, path))
  } catch (error) {
    return [fail(unreadable(name, messageOf(error)))]
  }
}

/** Links inside a folder are not followed: they could lead round in a circle. */
function inFolder(entry: Dirent, name: string, path: string): Result<LitmusSource>[] {
  const inner = join(name, entry.name)
  if (entry.isDirectory()) return atPath(inner, join(path, entry.name))
  if (!entry.isFile() || !entry.name.endsWith('.litmus')) return []
  return [ok({ name: inner, path: join(path, entry.name), text: '' })]
}

function listed(input: Extract<LitmusInput, { kind: 'list' }>): Result<LitmusSource>[] {
  const text = readText(input.name, input.path)
  if (!text.ok) return [text]
  return text.value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => atPath(line, resolve(input.folder, line)))
}

function byName(left: Dirent, right: Dirent): number {
  return left.name < right.name ? -1 : 1
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function unreadable(name: string, why: string): Diagnostic {
  return {
    severity: 'error',
    code: 'unreadable',
    message: `cannot read ${name}: ${why}`,
    place: { source: name },
  }
}
