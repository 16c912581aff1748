/** Names of functions in prose: what is written as one, and not the everyday words beside it. */
import { describe, expect, it } from 'vitest'
import { namedIdentifiers } from '../../../src/mail/index.js'

function names(text: string): string[] {
  return namedIdentifiers(text).map(({ name }) => name)
}

describe('a name in a text', () => {
  it.each([
    ['with brackets', 'as walk_pte_range() does', ['walk_pte_range']],
    ['with brackets, of one word', 'see split() there', ['split']],
    ['between backticks', 'look at `getter` here', ['getter']],
    ['in prose, with an underscore', 'the gup_fast walk', ['gup_fast']],
    ['in quoted code', '>> + pte = __ptep_get(orig_ptep);', ['__ptep_get', 'orig_ptep']],
    ['at the end of a sentence', 'it is in pmd_offset.', ['pmd_offset']],
  ])('%s', (_what, text, found) => {
    expect(names(text)).toEqual(found)
  })

  it.each([
    ['an everyday word', 'the walker takes the lock and returns'],
    ['a word with a remark behind it', 'the function (which is static) and while (1)'],
    ['a constant', 'CONFIG_MMU and PAGE_SIZE'],
    ['an address', 'ada_l@example.org'],
    ['a place in the web', 'https://example.org/some_page/walk_pte_range'],
    ['a file', 'mm/page_walk.c and page_walk.c'],
    ['part of a longer word', 'foo-bar_baz-qux'],
  ])('is not %s', (_what, text) => {
    expect(names(text)).toEqual([])
  })

  it('has a line, and is quoted or not', () => {
    expect(namedIdentifiers('one\n> in walk_a()\nin walk_a()')).toEqual([
      { name: 'walk_a', line: 2, quoted: true, called: true },
      { name: 'walk_a', line: 3, quoted: false, called: true },
    ])
  })

  it('is found in hostile text without an end to it', () => {
    expect(names(`${'a_'.repeat(20_000)}(`).length).toBeLessThan(2)
    expect(names('`'.repeat(50_000))).toEqual([])
  })
})
