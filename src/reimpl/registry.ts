/** All reimplementations, and finding them: by the text they stand for, or by name when asked to. */
import { implementationId } from '../machine/index.js'
import { type Config, isEnabled } from '../mm/index.js'
import * as contpteV2 from './arch/arm64/contpte.v2.js'
import * as contpteV6 from './arch/arm64/contpte.v6.js'
import * as contpteV6_12 from './arch/arm64/contpte.v6_12.js'
import * as arm64PgtableV6 from './arch/arm64/pgtable.v6.js'
import * as arm64PgtableV6_8 from './arch/arm64/pgtable.v6_8.js'
import * as gatherPages from './arch/s390/gather_pages.js'
import * as s390Pgtable from './arch/s390/pgtable.js'
import type { Reimplementation } from './define.js'
import * as pgtable from './include/linux/pgtable.js'
import * as pgtableWalk from './include/linux/pgtable-walk.js'
import * as gup from './mm/gup.js'
import * as gupPteRange from './mm/gup-pte-range.js'
import * as gupRange from './mm/gup-range.js'
import * as dirtyHelpers from './mm/mapping_dirty_helpers.js'
import * as mprotect from './mm/mprotect.js'
import * as pagewalkOct2019 from './mm/pagewalk.oct2019.js'
import * as pagewalkV5_4 from './mm/pagewalk.v5_4.js'
import * as pagewalkV5_5 from './mm/pagewalk.v5_5.js'
import * as pagewalkV5_6 from './mm/pagewalk.v5_6.js'
import * as pagewalkV6_1 from './mm/pagewalk.v6_1.js'
import * as pagewalkV6_12 from './mm/pagewalk.v6_12.js'
import * as pagewalkRangeV6_1 from './mm/pagewalk-range.v6_1.js'

/** Reimplementations by what they stand for. `withReimplementations` adds those of plugins. */
export interface Registry {
  readonly all: readonly Reimplementation[]
}

/** The reimplementations that come with kreplay. */
export const BUILT_IN: Registry = {
  all: [
    ...Object.values(pagewalkV5_4),
    ...Object.values(pagewalkOct2019),
    ...Object.values(pagewalkV5_5),
    ...Object.values(pagewalkV5_6),
    ...Object.values(pagewalkV6_1),
    ...Object.values(pagewalkRangeV6_1),
    ...Object.values(pagewalkV6_12),
    ...Object.values(mprotect),
    ...Object.values(dirtyHelpers),
    ...Object.values(gatherPages),
    ...Object.values(gup),
    ...Object.values(pgtable),
    ...gupRange.GUP_RANGE_V5_2,
    ...gupRange.GUP_RANGE_V5_9,
    // Proposals stand for a function only where they are asked for.
    ...gupRange.GUP_RANGE_FOLDED_END,
    ...gupRange.GUP_RANGE_ENTRY_END,
    ...Object.values(gupPteRange),
    ...Object.values(s390Pgtable),
    ...Object.values(pgtableWalk),
    ...reimplementationsOf(arm64PgtableV6_8),
    ...reimplementationsOf(contpteV6),
    ...reimplementationsOf(arm64PgtableV6),
    ...reimplementationsOf(contpteV6_12),
    ...reimplementationsOf(contpteV2),
  ],
}

/** Those of a module, which may export the pieces that they share, too. */
function reimplementationsOf(module: Readonly<Record<string, unknown>>): Reimplementation[] {
  return Object.values(module).filter(
    (one): one is Reimplementation => typeof one === 'object' && one !== null && 'identities' in one,
  )
}

/** A registry with more in it. */
export function withReimplementations(registry: Registry, more: readonly Reimplementation[]): Registry {
  return { all: [...registry.all, ...more] }
}

/** The reimplementation that carries this identity; names are not enough. */
export function byIdentity(
  registry: Registry,
  path: string,
  name: string,
  kind: 'function' | 'hunks',
  hash: string,
): Reimplementation | undefined {
  return registry.all.find(
    (candidate) =>
      candidate.path === path &&
      candidate.name === name &&
      candidate.identities.some((identity) => identity.kind === kind && identity.hash === hash),
  )
}

/** All texts of a function there are reimplementations of. */
export function byName(registry: Registry, name: string): Reimplementation[] {
  return registry.all.filter((candidate) => candidate.name === name)
}

/** The one called `name@version`. */
export function byId(registry: Registry, id: string): Reimplementation | undefined {
  return registry.all.find((candidate) => implementationId(candidate) === id)
}

/** True if the text is compiled under this configuration. */
export function isCompiled(implementation: Pick<Reimplementation, 'config'>, config: Config): boolean {
  return Object.entries(implementation.config).every(([name, wanted]) => isEnabled(config, name) === wanted)
}
