/** What the names in a tree's C files stand for, beside the simulated kernel of a profile. */
import { type CParser, createEnvironment, type Environment, Layouts } from '../lift/index.js'
import { boundNames } from '../match/index.js'
import type { ArchProfile, Config } from '../mm/index.js'
import { kernelArch, kernelConfig } from './kernel-config.js'
import { isWhole, treeConfig } from './tree-config.js'
import type { TreeTexts } from './tree-sources.js'

export interface KernelEnvironment {
  readonly environment: Environment
  /** One for all that is compared, so that made-up places are the same. */
  readonly layouts: Layouts
  readonly config: Config
  /** Where the configuration is from, in words. */
  readonly configuration: string
}

/** `changed` are functions that are lifted even where the simulated kernel has them; `config` goes before the profile's. */
export function kernelEnvironment(
  texts: Readonly<Pick<TreeTexts, 'get'>>,
  profile: ArchProfile,
  config: Config | undefined,
  parser: CParser,
  changed: ReadonlySet<string> = new Set(),
): KernelEnvironment {
  const { wordBits } = profile
  const arch = kernelArch(profile)
  const { values, text } = configurationOf(texts, profile, config)
  return {
    environment: createEnvironment({
      read: (path) => texts.get(path) ?? null,
      arch,
      config: values,
      wordBits,
      parser,
      ...boundNames(profile, changed),
    }),
    layouts: new Layouts({ wordBits, charSigned: arch === 'x86' }),
    config: values,
    configuration: text,
  }
}

/**
 * What C is read under: a whole .config that was given as it is; else the tree's own defconfig, as its Kconfig
 * files complete it, or the few values that C of mm/ needs, with what was given in its place.
 */
export function configurationOf(
  texts: Readonly<Pick<TreeTexts, 'get'>>,
  profile: ArchProfile,
  given: Config = {},
): { readonly values: Config; readonly text: string } {
  if (isWhole(given)) return { values: { ...profile.config, ...given }, text: 'the .config that was given' }
  const known = treeConfig(texts, profile)
  const arch = kernelArch(profile)
  if (known === null) {
    return { values: kernelConfig(profile, given), text: 'a few values, as the tree has no Kconfig files' }
  }
  const names = Object.keys(known).length
  return {
    values: { ...known, ...profile.config, ...given },
    text: `the tree's defconfig of ${arch} for ${profile.name}, ${names} names`,
  }
}
