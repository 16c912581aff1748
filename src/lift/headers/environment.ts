/**
 * A kernel tree as its C files see it, for one architecture and one configuration. Headers are read once;
 * each file is walked with its own includes, in its own order, so that what a name stands for does not depend
 * on which other files were looked at before.
 */

import { createLibrary, type Library, type LibraryOptions, type TreeReader } from './library.js'
import { macroOf } from './macro.js'
import { predefinedMacros } from './predefined.js'
import { readSource } from './source.js'
import { type Walk, type WalkStart, walkFiles } from './walk.js'

export type EnvironmentOptions = LibraryOptions

export interface Environment {
  readonly library: Library
  /** What a file stands in, given its path and its text, which may differ from the tree's. */
  readonly walk: (path: string, text: string) => Walk
  /** The same tree with some files replaced, by path: those of a patch. A null takes a file away. */
  readonly withFiles: (texts: ReadonlyMap<string, string | null>) => Environment
}

/** Headers that the kernel's build includes before each file. */
const FORCED = [
  'include/linux/compiler-version.h',
  'include/linux/kconfig.h',
  'include/linux/compiler_types.h',
]

/** An environment for a tree. Nothing is read before it is asked for. */
export function createEnvironment(options: EnvironmentOptions): Environment {
  return environmentOf(options, undefined)
}

function environmentOf(options: EnvironmentOptions, from: Library | undefined): Environment {
  const library = createLibrary({ ...options, read: withAutoconf(options.read) }, from)
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
  return {
    library,
    walk: (path, text) => {
      const before = start()
      const known = library.source(path)
      const source = known !== null && known.text === text ? known : readSource(path, text, library.names)
      return walkFiles([source], before, library)
    },
    withFiles: (texts) => {
      const read: TreeReader = (path) => {
        const text = texts.get(path)
        return text === undefined ? options.read(path) : text
      }
      return environmentOf({ ...options, read }, library)
    },
  }
}

/** The configuration is defined before the first line, so the file that would define it is there and empty. */
function withAutoconf(read: TreeReader): TreeReader {
  return (path) => (path === 'include/generated/autoconf.h' ? '' : read(path))
}
