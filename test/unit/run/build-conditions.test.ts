import { describe, expect, it } from 'vitest'
import { buildConditions } from '../../../src/run/build-conditions.js'

/** `CONFIG_A=y CONFIG_B=n (Makefile:3)`. */
async function conditions(path: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await buildConditions(path, async (name) => files[name] ?? null)
  return found.map(({ name, value, place }) => `${name}=${value} ${place}`)
}

describe('what has to be set for a file to be built', () => {
  it('nothing, for one that is always built or that no makefile names', async () => {
    expect(await conditions('a/b.c', { 'a/Makefile': 'obj-y += b.o c.o\n' })).toEqual([])
    expect(await conditions('a/b.c', { 'a/Makefile': 'obj-$(CONFIG_C) += c.o\n' })).toEqual([])
    expect(await conditions('a/b.c', {})).toEqual([])
    expect(await conditions('a/b.h', { 'a/Makefile': 'obj-$(CONFIG_B) += b.o\n' })).toEqual([])
  })

  it('the symbol of its line, with the place', async () => {
    expect(await conditions('a/b.c', { 'a/Makefile': '# first\nobj-$(CONFIG_B) += b.o\n' })).toEqual([
      'CONFIG_B=y a/Makefile:2',
    ])
  })

  it('the fewest, where several lines build it', async () => {
    const text = 'obj-$(CONFIG_B) += b.o\nobj-y += b.o\n'
    expect(await conditions('a/b.c', { 'a/Makefile': text })).toEqual([])
  })

  it('the symbols of the folders above it', async () => {
    const files = {
      'a/deep/Makefile': 'obj-y := b.o\n',
      'a/Makefile': 'obj-$(CONFIG_DEEP) += deep/ \\\n  other/\n',
      Kbuild: 'obj-$(CONFIG_A) += a/\n',
    }
    expect(await conditions('a/deep/b.c', files)).toEqual([
      'CONFIG_DEEP=y a/Makefile:1',
      'CONFIG_A=y Kbuild:1',
    ])
  })

  it('those of lists and of objects that it is a part of', async () => {
    const text =
      'mmu-$(CONFIG_MMU) := b.o\nobj-y := c.o $(mmu-y)\nwhole-y := part.o\nobj-$(CONFIG_W) += whole.o\n'
    expect(await conditions('a/b.c', { 'a/Makefile': text })).toEqual(['CONFIG_MMU=y a/Makefile:1'])
    expect(await conditions('a/part.c', { 'a/Makefile': text })).toEqual(['CONFIG_W=y a/Makefile:4'])
  })

  it('those of the conditionals around the line', async () => {
    const text = [
      'ifdef CONFIG_A',
      'obj-y += b.o',
      'else',
      'obj-y += c.o',
      'endif',
      'ifneq ($(CONFIG_D),)',
      'obj-y += d.o',
      'endif',
      'ifeq ($(KBUILD_EXTMOD),)',
      'obj-y += e.o',
      'endif',
    ].join('\n')
    const of = (name: string) => conditions(`a/${name}.c`, { 'a/Makefile': text })
    expect(await of('b')).toEqual(['CONFIG_A=y a/Makefile:1'])
    expect(await of('c')).toEqual(['CONFIG_A=n a/Makefile:1'])
    expect(await of('d')).toEqual(['CONFIG_D=y a/Makefile:6'])
    expect(await of('e')).toEqual([])
  })

  it('ends on lists that take in one another', async () => {
    const text = 'x-y := b.o $(z-y)\nz-y := $(x-y)\n'
    expect(await conditions('a/b.c', { 'a/Makefile': text })).toEqual([])
  })
})
