/** What the names in a tree's C files stand for, beside the simulated kernel of a profile. */
import { type CParser, createEnvironment, type Environment, Layouts } from '../lift/index.js'
import { boundNames } from '../match/index.js'
import type { ArchProfile, Config } from '../mm/index.js'
import { kernelArch, kernelConfig } from './kernel-config.js'
import type { TreeTexts } from './tree-sources.js'

export interface KernelEnvironment {
  readonly environment: Environment
  /** One for all that is compared, so that made-up places are the same. */
  readonly layouts: Layouts
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
  return {
    environment: createEnvironment({
      read: (path) => texts.get(path) ?? null,
      arch,
      config: kernelConfig(profile, config),
      wordBits,
      parser,
      ...boundNames(profile, changed),
    }),
    layouts: new Layouts({ wordBits, charSigned: arch === 'x86' }),
  }
}
