/** Small trees for tests: files by path, in one object. */
import { createEnvironment, type Environment } from '../../../../src/lift/headers/index.js'
import type { CParser } from '../../../../src/lift/index.js'
import { loadCParser } from '../../../../src/run/c-parser.js'

export const parser: CParser = await loadCParser()

export interface TreeOptions {
  readonly arch?: string
  readonly wordBits?: 32 | 64
  readonly config?: Readonly<Record<string, string | number>>
  readonly keep?: (name: string) => boolean
}

export function environment(files: Readonly<Record<string, string>>, options: TreeOptions = {}): Environment {
  return createEnvironment({
    read: (path) => files[path] ?? null,
    arch: options.arch ?? 'x86',
    config: options.config ?? {},
    wordBits: options.wordBits ?? 64,
    parser,
    ...(options.keep === undefined ? {} : { keep: options.keep }),
  })
}

/** The scope of a file that stands alone. */
export function scopeOf(
  text: string,
  options: TreeOptions & { readonly files?: Record<string, string> } = {},
) {
  return environment(options.files ?? {}, options).scopeFor('mm/lane.c', text)
}
