/** The configuration that a kernel tree's C is read under: what the profile says, and what every such kernel has. */
import { type ArchProfile, type Config, LEVELS } from '../mm/index.js'

/** The folder below arch/ of a profile's kernel. */
export function kernelArch({ name }: Pick<ArchProfile, 'name'>): string {
  return name.replace(/-.*/, '')
}

/** The folder below arch/ that a file lies in; undefined for one of the whole kernel. */
export function archOf(path: string): string | undefined {
  return /^arch\/(\w+)\//.exec(path)?.[1]
}

/**
 * Kconfig values that a tree's headers ask for and that profiles do not bother with. What neither names is not
 * set: a .config given with --config says more.
 */
export function kernelConfig(profile: ArchProfile, given: Config = {}): Config {
  const arch = kernelArch(profile)
  const levels = LEVELS.filter((level) => profile.levels[level].folded !== 'static').length
  return {
    CONFIG_MMU: 'y',
    CONFIG_SMP: 'y',
    CONFIG_NR_CPUS: '64',
    CONFIG_HZ: '250',
    CONFIG_PGTABLE_LEVELS: String(levels),
    CONFIG_PAGE_SHIFT: '12',
    CONFIG_HUGETLB_PAGE: 'y',
    CONFIG_SWAP: 'y',
    CONFIG_MIGRATION: 'y',
    CONFIG_SHMEM: 'y',
    CONFIG_COMPACTION: 'y',
    CONFIG_ARCH_HAS_PTE_SPECIAL: 'y',
    CONFIG_HAVE_FAST_GUP: 'y',
    CONFIG_HAVE_GUP_FAST: 'y',
    CONFIG_PER_VMA_LOCK: 'y',
    ...WORD_VALUES[profile.wordBits],
    ...(ARCH_VALUES[arch] ?? {}),
    ...profile.config,
    ...given,
  }
}

const WORD_VALUES: Readonly<Record<32 | 64, Config>> = {
  32: { CONFIG_FLATMEM: 'y', CONFIG_PAGE_OFFSET: '0xC0000000', CONFIG_HIGHMEM: 'y' },
  64: { CONFIG_64BIT: 'y', CONFIG_SPARSEMEM: 'y', CONFIG_SPARSEMEM_VMEMMAP: 'y' },
}

const ARCH_VALUES: Readonly<Record<string, Config>> = {
  x86: { CONFIG_X86: 'y', CONFIG_X86_L1_CACHE_SHIFT: '6', CONFIG_ARCH_ENABLE_SPLIT_PMD_PTLOCK: 'y' },
  arm64: {
    CONFIG_ARM64_VA_BITS: '48',
    CONFIG_ARM64_PA_BITS: '48',
    CONFIG_ARM64_PAGE_SHIFT: '12',
    CONFIG_ARM64_CONT_PTE_SHIFT: '4',
    CONFIG_ARM64_CONT_PMD_SHIFT: '4',
    CONFIG_ARCH_ENABLE_SPLIT_PMD_PTLOCK: 'y',
  },
}
