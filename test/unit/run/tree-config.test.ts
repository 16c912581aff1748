/** What C of a tree is read under: a whole .config, the tree's own defconfig, or a few values. */
import { describe, expect, it } from 'vitest'
import { X86_64, X86_PAE } from '../../../src/mm/index.js'
import { configurationOf } from '../../../src/run/kernel-environment.js'
import { isWhole, kconfigFilesIn, treeConfig } from '../../../src/run/tree-config.js'

const TREE = new Map([
  ['Kconfig', 'source "arch/$(SRCARCH)/Kconfig"\nsource "lib/Kconfig"\n'],
  [
    'arch/x86/Kconfig',
    'config 64BIT\n\tbool "64-bit kernel"\n\nconfig X86_64\n\tdef_bool y\n\tdepends on 64BIT\n\nconfig X86_PAE\n\tbool "PAE"\n\tselect LANE_WIDE\n',
  ],
  [
    'lib/Kconfig',
    'config LANES\n\tbool "lanes"\n\tdefault y\n\nconfig LANE_WIDE\n\tbool\n\nconfig DEPTH\n\tint\n\tdefault 7\n',
  ],
  ['arch/x86/configs/x86_64_defconfig', 'CONFIG_64BIT=y\n'],
  ['arch/x86/configs/i386_defconfig', '# CONFIG_LANES is not set\n'],
])

describe('a tree with Kconfig files', () => {
  it('has its defconfig, completed, with what the profile says', () => {
    expect(treeConfig(TREE, X86_64)).toMatchObject({
      CONFIG_X86_64: 'y',
      CONFIG_LANES: 'y',
      CONFIG_DEPTH: '7',
    })
    const pae = treeConfig(TREE, X86_PAE)
    expect([pae?.['CONFIG_LANES'], pae?.['CONFIG_LANE_WIDE'], pae?.['CONFIG_X86_64']]).toEqual([
      undefined,
      'y',
      undefined,
    ])
  })

  it('is read under that, with what is given in its place', () => {
    const { values, text } = configurationOf(TREE, X86_64, { CONFIG_DEPTH: '9' })
    expect(values).toMatchObject({ CONFIG_DEPTH: '9', CONFIG_LANES: 'y', CONFIG_SPLIT_PTLOCK_CPUS: '4' })
    expect(values['CONFIG_SPARSEMEM']).toBeUndefined()
    expect(text).toMatch(/^the tree's defconfig of x86 for x86-64, \d+ names$/)
  })

  it('is read under a whole .config alone', () => {
    const whole = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`CONFIG_N${i}`, 'y']))
    expect(isWhole(whole)).toBe(true)
    const { values, text } = configurationOf(TREE, X86_64, whole)
    expect([values['CONFIG_LANES'], values['CONFIG_SPARSEMEM'], values['CONFIG_N7']]).toEqual([
      undefined,
      undefined,
      'y',
    ])
    expect(text).toBe('the .config that was given')
  })

  it('names the files that are to be read', () => {
    const text =
      'source "arch/$(SRCARCH)/Kconfig"\n\trsource "sub/Kconfig.debug"\n# source "no"\nsource scripts/Kconfig.include\n'
    expect(kconfigFilesIn('lib/Kconfig', text, 'arm64')).toEqual([
      'arch/arm64/Kconfig',
      'lib/sub/Kconfig.debug',
      'scripts/Kconfig.include',
    ])
    expect(kconfigFilesIn('lib/lane.c', text, 'arm64')).toEqual([])
  })
})

it('a tree without them is read under a few values', () => {
  const { values, text } = configurationOf(new Map(), X86_64)
  expect(values).toMatchObject({ CONFIG_MMU: 'y', CONFIG_SPARSEMEM: 'y' })
  expect(text).toBe('a few values, as the tree has no Kconfig files')
})
