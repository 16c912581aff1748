/**
 * Headers that a build would make, as far as they follow from the tree's text and the configuration. The others
 * count as empty, and are listed among what is missing.
 */
import type { TreeReader } from './library.js'

/** Where the kernel's build would put the header with sizes and counts that the compiler knows. */
export const BOUNDS = 'include/generated/bounds.h'

/**
 * The program whose DEFINE lines are the bounds: the tree's own, or, in a part of a tree, one with those that
 * kernels have had since 5.0.
 */
export function boundsProgram(read: TreeReader): string {
  return (
    read('kernel/bounds.c') ??
    [
      '#define __GENERATING_BOUNDS_H',
      '#include <linux/page-flags.h>',
      '#include <linux/mmzone.h>',
      '#include <linux/log2.h>',
      '#include <linux/spinlock_types.h>',
      'DEFINE(NR_PAGEFLAGS, __NR_PAGEFLAGS);',
      'DEFINE(MAX_NR_ZONES, __MAX_NR_ZONES);',
      '#ifdef CONFIG_SMP',
      'DEFINE(NR_CPUS_BITS, order_base_2(CONFIG_NR_CPUS));',
      '#endif',
      'DEFINE(SPINLOCK_SIZE, sizeof(spinlock_t));',
      '#ifdef CONFIG_LRU_GEN',
      'DEFINE(LRU_GEN_WIDTH, order_base_2(MAX_NR_GENS + 1));',
      'DEFINE(__LRU_REFS_WIDTH, MAX_NR_TIERS - 2);',
      '#else',
      'DEFINE(LRU_GEN_WIDTH, 0);',
      'DEFINE(__LRU_REFS_WIDTH, 0);',
      '#endif',
      '',
    ].join('\n')
  )
}

/** The header that the program's DEFINE lines make, given the value of an expression of its. */
export function boundsHeader(program: string, valueIn: (expression: string) => bigint | null): string {
  const lines: string[] = []
  for (const [, name, expression] of program.matchAll(/^\s*DEFINE\((\w+),\s*(.+)\);/gm)) {
    const value = valueIn(expression ?? '')
    if (value !== null) lines.push(`#define ${name} ${value}`)
  }
  return `${lines.join('\n')}\n`
}

/** Headers that are lists of names made of other files, by path. */
export function listedHeader(path: string, read: TreeReader): string | null {
  if (path !== 'arch/arm64/include/generated/asm/cpucap-defs.h') return null
  const names = read('arch/arm64/tools/cpucaps')
    ?.split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
  if (names === undefined) return null
  const defines = names.map((name, index) => `#define ARM64_${name} ${index}`)
  return `${[...defines, `#define ARM64_NCAPS ${names.length}`].join('\n')}\n`
}
