import { describe, expect, it } from 'vitest'
import { defaultConfig } from '../../../../src/lift/headers/index.js'

/** The configuration of a tree whose arch/x86/Kconfig is this text. */
function config(
  text: string,
  answers: Record<string, string> = {},
  stated: Record<string, string> = {},
): Record<string, string> | null {
  const files: Record<string, string> = {
    Kconfig: 'mainmenu "Lanes"\nsource "arch/$(SRCARCH)/Kconfig"\n',
    'arch/x86/Kconfig': text,
    'mm/Kconfig': 'config DEEP\n\tdef_bool y\n',
  }
  const found = defaultConfig({
    read: (path) => files[path] ?? null,
    arch: 'x86',
    wordBits: 64,
    answers,
    stated,
  })
  if (found === null) return null
  return Object.fromEntries(Object.entries(found).filter(([name]) => !/_VERSION$|CC_|_IS_/.test(name)))
}

describe('a configuration worked out from Kconfig', () => {
  it.each([
    ['config A\n\tdef_bool y\n', { CONFIG_A: 'y' }],
    ['config A\n\tbool "a"\n\tdefault y\n', { CONFIG_A: 'y' }],
    ['config A\n\tbool "a"\n', {}],
    ['config A\n\tbool "a"\n\tdepends on B\n\tdefault y\nconfig B\n\tbool "b"\n', {}],
    [
      'config A\n\tdef_bool y\n\tselect B if !C\n\tselect D if C\nconfig B\n\tbool\nconfig C\n\tbool\nconfig D\n\tbool\n',
      { CONFIG_A: 'y', CONFIG_B: 'y' },
    ],
    ['config A\n\tdef_bool y\n\timply B\nconfig B\n\tbool "b"\n', { CONFIG_A: 'y', CONFIG_B: 'y' }],
    [
      'config N\n\tint "n"\n\trange 1 9\n\tdefault 3 if A\n\tdefault 5\nconfig A\n\tbool\n',
      { CONFIG_N: '5' },
    ],
    ['config S\n\tstring\n\tdefault "fast" if X = "x"\n\tdefault "slow"\n', { CONFIG_S: '"slow"' }],
    [
      'if A\nconfig B\n\tdef_bool y\nendif\nmenu "m"\n\tdepends on C\nconfig D\n\tdef_bool y\nendmenu\nconfig C\n\tdef_bool y\nconfig A\n\tbool\n',
      { CONFIG_C: 'y', CONFIG_D: 'y' },
    ],
    [
      'config 64BIT\n\tbool "64" if "$(ARCH)" = "x86"\n\tdefault "$(ARCH)" != "i386"\n',
      { CONFIG_64BIT: 'y' },
    ],
    ['config A\n\tdef_bool $(cc-option,-mfast) && "$(shell,false)" = ""\n', { CONFIG_A: 'y' }],
    [
      'config A\n\tdef_bool y\n\thelp\n\t  config B\n\t\tdefault y\n\n\t  more\nconfig C\n\tdef_bool y\n',
      { CONFIG_A: 'y', CONFIG_C: 'y' },
    ],
    [
      'choice\n\tprompt "p"\n\tdefault B\nconfig A\n\tbool "a"\nconfig B\n\tbool "b"\nendchoice\n',
      { CONFIG_B: 'y' },
    ],
    [
      'config N\n\tint\n\tdepends on A\n\tdefault 1\nconfig N\n\tint\n\tdepends on B\n\tdefault 2\nconfig A\n\tbool\nconfig B\n\tdef_bool y\n',
      { CONFIG_B: 'y', CONFIG_N: '2' },
    ],
    ['source "mm/Kconfig"\nsource "none/Kconfig"\n', { CONFIG_DEEP: 'y' }],
    ['config A\n\tdef_bool !B\nconfig B\n\tdef_bool !A\n', expect.anything()],
  ])('%j', (text, expected) => {
    expect(config(text)).toEqual(expected)
  })

  const text = [
    'config MODULES',
    '\tbool "modules"',
    '\tmodules',
    'config A',
    '\ttristate "a"',
    '\tdepends on B',
    'config B',
    '\ttristate "b"',
    'config C',
    '\tbool "c"',
    '\tdepends on B',
    '\tselect E',
    'config E',
    '\ttristate',
    'choice',
    '\tprompt "p"',
    'config P4K',
    '\tbool "4"',
    'config P64K',
    '\tbool "64"',
    'endchoice',
  ].join('\n')

  it('takes answers where somebody would be asked', () => {
    const answers = { CONFIG_MODULES: 'y', CONFIG_A: 'y', CONFIG_B: 'm', CONFIG_C: 'y', CONFIG_P64K: 'y' }
    expect(config(text, answers)).toEqual({
      CONFIG_MODULES: 'y',
      CONFIG_A: 'm',
      CONFIG_B: 'm',
      CONFIG_C: 'y',
      CONFIG_E: 'm',
      CONFIG_P64K: 'y',
    })
    expect(config(text, { CONFIG_A: 'y', CONFIG_E: 'y' })).toEqual({ CONFIG_P4K: 'y' })
    expect(config(text, { CONFIG_B: 'm' })).toMatchObject({ CONFIG_B: 'y' })
  })

  it('lets what is stated hold', () => {
    expect(config(text, {}, { CONFIG_E: 'y', CONFIG_NEW: '4' })).toMatchObject({
      CONFIG_E: 'y',
      CONFIG_NEW: '4',
    })
  })

  it('is none without a Kconfig', () => {
    expect(defaultConfig({ read: () => null, arch: 'x86', wordBits: 64 })).toBeNull()
  })
})
