/**
 * The configuration that a tree's own Kconfig files and the architecture's defconfig give: what C is read under
 * where nobody gives a whole .config. A tree without Kconfig files, such as a part of one, has none.
 */
import { defaultConfig } from '../lift/index.js'
import type { ArchProfile, Config } from '../mm/index.js'
import { kernelArch } from './kernel-config.js'
import type { TreeTexts } from './tree-sources.js'

/** Files that Kconfig starts from, and the defconfigs that it may complete. */
export function kconfigRoots(arch: string): readonly string[] {
  const names = arch === 'x86' ? ['x86_64_defconfig', 'i386_defconfig'] : ['defconfig']
  return ['Kconfig', ...names.map((name) => `arch/${arch}/configs/${name}`)]
}

/** The Kconfig files that one of them names. */
export function kconfigFilesIn(path: string, text: string, arch: string): readonly string[] {
  if (!/(^|\/)Kconfig[^/]*$/.test(path)) return []
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  return [...text.matchAll(/^[ \t]*(o?r?source)[ \t]+"?([^"\n]+?)"?[ \t]*$/gm)].map(
    ([, word = '', name = '']) => {
      const plain = name.replace(/\$\(?SRCARCH\)?/g, arch).replace(/^\$\(?srctree\)?\//, '')
      return word === 'rsource' || word === 'orsource' ? `${folder}${plain}` : plain
    },
  )
}

const KNOWN = new WeakMap<Pick<TreeTexts, 'get'>, Map<string, Config | null>>()

/** The values under this profile's own; null where the tree's Kconfig files are not at hand. */
export function treeConfig(texts: Pick<TreeTexts, 'get'>, profile: ArchProfile): Config | null {
  const known = KNOWN.get(texts) ?? new Map<string, Config | null>()
  KNOWN.set(texts, known)
  const found = known.get(profile.name)
  if (found !== undefined) return found
  const made = defaultConfig({
    read: (path) => texts.get(path) ?? null,
    arch: kernelArch(profile),
    wordBits: profile.wordBits,
    stated: profile.config,
  })
  known.set(profile.name, made)
  return made
}

/** More values than anybody gives one by one. */
const WHOLE = 300

/** True for what was read from a whole .config, which says of every name that it leaves out that it is not set. */
export function isWhole(config: Config): boolean {
  return Object.keys(config).length >= WHOLE
}
