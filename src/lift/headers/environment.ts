/**
 * A kernel tree as its C files see it, for one architecture and one configuration. Headers are read once;
 * each file is walked with its own includes, in its own order, so that what a name stands for does not depend
 * on which other files were looked at before.
 */
import type { CParser } from '../syntax/index.js'
import { createFileScope, type FileScope } from './file-scope.js'
import { BOUNDS, boundsHeader, boundsProgram, listedHeader } from './generated.js'
import { createLibrary, type Library, type LibraryOptions, type TreeReader } from './library.js'
import { macroOf } from './macro.js'
import { predefinedMacros } from './predefined.js'
import { createResolvedTypes } from './scope-types.js'
import { readSource } from './source.js'
import { type Walk, type WalkStart, walkFiles } from './walk.js'

export interface EnvironmentOptions extends LibraryOptions {
  readonly parser: CParser
}

export interface Environment {
  readonly library: Library
  /** What a file stands in, given its path and its text, which may differ from the tree's. */
  readonly walk: (path: string, text: string) => Walk
  /** What the names in a file stand for. */
  readonly scopeFor: (path: string, text: string) => FileScope
  /** The same tree with some files replaced, by path: those of a patch. A null takes a file away. */
  readonly withFiles: (texts: ReadonlyMap<string, string | null>) => Environment
}

/** Headers that the kernel's build includes before each file. */
const FORCED = [
  'include/linux/compiler-version.h',
  'include/linux/kconfig.h',
  'include/linux/compiler_types.h',
]

/** Architectures whose plain `char` is unsigned, whatever the kernel's build says. */
const UNSIGNED_CHAR = new Set(['arm', 'arm64', 's390', 'powerpc', 'riscv'])

/** An environment for a tree. Nothing is read before it is asked for. */
export function createEnvironment(options: EnvironmentOptions): Environment {
  return environmentOf(options, undefined, withGenerated(options))
}

function environmentOf(
  options: EnvironmentOptions,
  from: Library | undefined,
  generated: (library: Library, path: string) => string | null,
): Environment {
  const library: Library = createLibrary(
    { ...options, read: (path) => options.read(path) ?? generated(library, path) },
    from,
  )
  const { wordBits } = options
  // Kernels since 6.2 are built with it everywhere.
  const charSigned =
    !UNSIGNED_CHAR.has(options.arch) && !(options.read('Makefile')?.includes('-funsigned-char') ?? false)
  const resolved = createResolvedTypes({ wordBits, charSigned })
  let started: WalkStart | null = null
  const start = (): WalkStart => {
    if (started === null) {
      const macros: WalkStart['macros'][number][] = []
      for (const text of predefinedMacros(options)) {
        const id = library.names.id(text.name)
        while (macros.length <= id) macros.push(null)
        macros[id] = macroOf(text, '<predefined>', 1)
      }
      const files = FORCED.flatMap((path) => library.source(path) ?? [])
      started = walkFiles(files, { macros, variants: new Set(), once: new Set() }, library)
    }
    return started
  }
  const walk = (path: string, text: string): Walk => {
    const before = start()
    const known = library.source(path)
    const source = known !== null && known.text === text ? known : readSource(path, text, library.names)
    return walkFiles([source], before, library)
  }
  return {
    library,
    walk,
    scopeFor: (path, text) =>
      createFileScope({
        path,
        text,
        walk: walk(path, text),
        library,
        parser: options.parser,
        resolved,
        charSigned,
      }),
    withFiles: (texts) => {
      const read: TreeReader = (path) => {
        const text = texts.get(path)
        return text === undefined ? options.read(path) : text
      }
      const patched = { ...options, read }
      return environmentOf(patched, library, withGenerated(patched))
    },
  }
}

/**
 * Headers that the build would make. The configuration is defined before the first line, so the file that
 * would define it is there and empty.
 */
function withGenerated(options: EnvironmentOptions): (library: Library, path: string) => string | null {
  let bounds: string | null = null
  return (library, path) => {
    if (path === 'include/generated/autoconf.h') return ''
    if (path !== BOUNDS) return listedHeader(path, options.read)
    if (bounds === null) {
      // While the bounds are calculated, their header is empty, as it is in the build.
      bounds = ''
      const program = boundsProgram(options.read)
      const without = (_: Library, path: string): string | null =>
        path === BOUNDS ? '' : listedHeader(path, options.read)
      const scope = environmentOf(options, library, without).scopeFor('kernel/bounds.c', program)
      bounds = boundsHeader(scope.activeText, (expression) => scope.evaluate(expression)?.value ?? null)
    }
    return bounds
  }
}
