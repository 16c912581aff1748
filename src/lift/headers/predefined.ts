/**
 * What is defined before a file begins: by the compiler, for an architecture, by the kernel's build, and by its
 * configuration. The table holds what kernel headers ask for; a gcc 12 in its usual settings answers so.
 */
import type { MacroText } from './macro.js'
import { readDefine } from './source.js'

/** Kconfig values by name with prefix: `y`, `m`, `n`, a number, or a string (in quotes or not). */
export type KernelConfig = Readonly<Record<string, string | number>>

const COMPILER = [
  '__GNUC__ 12',
  '__GNUC_MINOR__ 2',
  '__GNUC_PATCHLEVEL__ 0',
  '__STDC__ 1',
  '__STDC_HOSTED__ 0',
  '__STDC_VERSION__ 201112L',
  '__VERSION__ "12.2.0"',
  '__has_attribute(x) 0',
  '__has_builtin(x) 0',
  '__has_include(x) 0',
  '__has_include_next(x) 0',
  '__OPTIMIZE__ 1',
  '__CHAR_BIT__ 8',
  '__SCHAR_MAX__ 0x7f',
  '__SHRT_MAX__ 0x7fff',
  '__INT_MAX__ 0x7fffffff',
  '__LONG_LONG_MAX__ 0x7fffffffffffffffLL',
  '__SIZEOF_INT__ 4',
  '__SIZEOF_SHORT__ 2',
  '__SIZEOF_LONG_LONG__ 8',
  '__ORDER_LITTLE_ENDIAN__ 1234',
  '__ORDER_BIG_ENDIAN__ 4321',
  '__BIGGEST_ALIGNMENT__ 16',
  '__ATOMIC_RELAXED 0',
  '__ATOMIC_CONSUME 1',
  '__ATOMIC_ACQUIRE 2',
  '__ATOMIC_RELEASE 3',
  '__ATOMIC_ACQ_REL 4',
  '__ATOMIC_SEQ_CST 5',
  '__KERNEL__ 1',
  'KBUILD_MODNAME "kernel"',
  'KBUILD_BASENAME "kernel"',
  'KBUILD_MODFILE "kernel"',
  '__KBUILD_MODNAME kmod_kernel',
]

const WORD_64 = [
  '__LP64__ 1',
  '_LP64 1',
  '__SIZEOF_LONG__ 8',
  '__SIZEOF_POINTER__ 8',
  '__SIZEOF_SIZE_T__ 8',
  '__SIZEOF_INT128__ 16',
  '__LONG_MAX__ 0x7fffffffffffffffL',
  '__SIZE_TYPE__ long unsigned int',
  '__PTRDIFF_TYPE__ long int',
]
const WORD_32 = [
  '__SIZEOF_LONG__ 4',
  '__SIZEOF_POINTER__ 4',
  '__SIZEOF_SIZE_T__ 4',
  '__LONG_MAX__ 0x7fffffffL',
  '__SIZE_TYPE__ unsigned int',
  '__PTRDIFF_TYPE__ int',
]

/** By the architecture's folder and width: what the compiler says of the processor. */
const PROCESSOR: Readonly<Record<string, readonly string[]>> = {
  'x86-64': ['__GCC_ASM_FLAG_OUTPUTS__ 1', '__x86_64__ 1', '__x86_64 1', '__amd64__ 1', '__amd64 1'],
  'x86-32': ['__GCC_ASM_FLAG_OUTPUTS__ 1', '__i386__ 1', '__i386 1'],
  'arm64-64': ['__aarch64__ 1', '__ARM_64BIT_STATE 1', '__ARM_ARCH 8', '__CHAR_UNSIGNED__ 1'],
  'arm-32': ['__arm__ 1', '__ARM_EABI__ 1', '__LINUX_ARM_ARCH__ 7', '__CHAR_UNSIGNED__ 1'],
  's390-64': ['__s390__ 1', '__s390x__ 1', '__zarch__ 1', '__CHAR_UNSIGNED__ 1'],
  'powerpc-64': [
    '__powerpc__ 1',
    '__powerpc64__ 1',
    '__PPC__ 1',
    '__PPC64__ 1',
    '_CALL_ELF 2',
    '__CHAR_UNSIGNED__ 1',
  ],
  'powerpc-32': ['__powerpc__ 1', '__PPC__ 1', '__CHAR_UNSIGNED__ 1'],
  'riscv-64': ['__riscv 1', '__riscv_xlen 64', '__CHAR_UNSIGNED__ 1'],
  'riscv-32': ['__riscv 1', '__riscv_xlen 32', '__CHAR_UNSIGNED__ 1'],
  'loongarch-64': ['__loongarch__ 1', '__loongarch64 1', '__loongarch_grlen 64'],
  'mips-64': ['__mips__ 1', '__mips 64', '__mips64 1'],
  'mips-32': ['__mips__ 1', '__mips 32'],
}

/** Architectures whose kernels are big-endian unless the configuration says otherwise. */
const BIG_ENDIAN = new Set(['s390', 'parisc', 'sparc', 'm68k', 'openrisc'])

export interface Predefinition {
  readonly arch: string
  readonly wordBits: 32 | 64
  readonly config: KernelConfig
}

/** All macros that are there before the first line. */
export function predefinedMacros({ arch, wordBits, config }: Predefinition): MacroText[] {
  const isBig =
    config['CONFIG_CPU_BIG_ENDIAN'] === 'y' ||
    (BIG_ENDIAN.has(arch) && config['CONFIG_CPU_LITTLE_ENDIAN'] !== 'y')
  const order = isBig ? '__ORDER_BIG_ENDIAN__' : '__ORDER_LITTLE_ENDIAN__'
  const endian = [
    `__BYTE_ORDER__ ${order}`,
    ...(isBig && arch !== 's390' ? ['__BIG_ENDIAN__ 1'] : []),
    ...(!isBig && arch === 'powerpc' ? ['__LITTLE_ENDIAN__ 1'] : []),
    ...(arch === 'mips' ? [isBig ? '__MIPSEB__ 1' : '__MIPSEL__ 1'] : []),
    ...(arch === 'arm' || arch === 'arm64' ? [isBig ? '__ARMEB__ 1' : '__ARMEL__ 1'] : []),
    ...(arch === 'arm64' ? [isBig ? '__AARCH64EB__ 1' : '__AARCH64EL__ 1'] : []),
  ]
  const lines = [
    ...COMPILER,
    ...(wordBits === 64 ? WORD_64 : WORD_32),
    ...(PROCESSOR[`${arch}-${wordBits}`] ?? []),
    ...endian,
    ...(arch === 'x86' && config['CONFIG_FUNCTION_TRACER'] === 'y' ? ['CC_USING_FENTRY 1'] : []),
    ...configMacros(config),
  ]
  return lines.flatMap((line) => readDefine(line) ?? [])
}

/** The configuration as include/generated/autoconf.h has it. */
function configMacros(config: KernelConfig): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const name = key.startsWith('CONFIG_') ? key : `CONFIG_${key}`
    if (value === 'n' || value === '') return []
    if (value === 'y') return [`${name} 1`]
    if (value === 'm') return [`${name}_MODULE 1`]
    const text = String(value)
    const isPlain = /^(?:-?\d+|0[xX][\da-fA-F]+|".*")$/.test(text)
    return [`${name} ${isPlain ? text : JSON.stringify(text)}`]
  })
}

/** Reads a kernel's .config, or a defconfig; names that are not set are `n`. */
export function readKernelConfig(text: string): Record<string, string> {
  const config: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const set = /^(CONFIG_\w+)=(.*?)\r?$/.exec(line)
    if (set?.[1] !== undefined) {
      config[set[1]] = set[2] ?? ''
      continue
    }
    const unset = /^# (CONFIG_\w+) is not set/.exec(line)
    if (unset?.[1] !== undefined) config[unset[1]] = 'n'
  }
  return config
}
