/** The archive pages as they were given: what must come out of each, in numbers. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { afterText, beforeText, type FileDiff, type Patch, parsePatch } from '../../../src/patch/index.js'
import { describeShared, sharedData } from '../../support/shared-data.js'

function seed(name: string): Patch {
  return parsePatch(readFileSync(sharedData('seeds', name) ?? '', 'utf8'), { source: name })
}

const repairs = (file: FileDiff | undefined) =>
  Object.fromEntries((file?.repairs ?? []).map((repair) => [repair.kind, repair.count]))
const check = (file: FileDiff | undefined, name: string) =>
  file?.certificate.checks.find((entry) => entry.name === name)
const squeeze = (lines: readonly string[]) => lines.map((line) => line.replace(/\s+/g, ''))

describeShared('a review without hunk headers', ['seeds/000.txt'], () => {
  it('gives 58 lines in 5 fragments of 2 functions, one of them cut off', () => {
    const patch = seed('000.txt')
    expect(patch.files).toEqual([])
    expect(patch.witnesses).toEqual([])
    expect(patch.fragments.map((fragment) => fragment.lines.length)).toEqual([10, 14, 22, 5, 7])
    expect(patch.fragments.every((fragment) => fragment.depth === 2)).toBe(true)
    expect(patch.fragments[1]?.elided).toBe(true)
    expect(patch.functions.map(({ name, complete }) => ({ name, complete }))).toEqual([
      { name: 'ptep_get_lockless', complete: true },
      { name: 'contpte_ptep_get_lockless', complete: false },
    ])
  })
})

describeShared('a reply whose leading blanks are gone', ['seeds/001.txt'], () => {
  const patch = () => seed('001.txt')

  it('restores 23 context markers, 4 of them of empty lines, in 3 hunks that are the only parse', () => {
    const [file, ...others] = patch().files
    expect(others).toEqual([])
    expect(file?.path).toBe('mm/pagewalk.c')
    expect(file?.hunks.map((hunk) => [hunk.certainty, hunk.lines.length])).toEqual([
      ['unique', 15],
      ['unique', 8],
      ['unique', 37],
    ])
    expect(repairs(file)).toMatchObject({ 'marker-stripped': 23, 'blank-context-restored': 4 })
  })

  it('certifies the added lines up to blanks and passes every check that can be made', () => {
    const [file] = patch().files
    expect(file?.certificate.added).toBe('blanks-inferred')
    expect(file?.certificate.base).toBe('none')
    expect(file?.certificate.checks.map((entry) => entry.result)).toEqual([
      'passed',
      'passed',
      'passed',
      'passed',
    ])
    expect(check(file, 'redamage')?.text).toContain('60 of 60')
  })

  it('reads each side right but for blanks', () => {
    const hunk = patch().files[0]?.hunks[1]
    if (hunk === undefined) throw new Error('no hunk')
    expect(squeeze(beforeText(hunk))).toEqual(['pte++;', '}', '', 'pte_unmap(pte);', 'returnerr;', '}', ''])
    expect(squeeze(afterText(hunk))[3]).toBe('pte_unmap_unlock(start_pte,ptl);')
  })

  it('infers the indentation from the C text', () => {
    const added = patch()
      .files[0]?.hunks.flatMap((hunk) => hunk.lines)
      .filter((line) => line.op === 'added')
    const indented = (text: string) => added?.some((line) => line.text === text)
    expect(indented('\tspinlock_t *ptl;')).toBe(true)
    expect(indented('\tpte_unmap_unlock(start_pte, ptl);')).toBe(true)
  })
})

describeShared('a quilt patch that was wrapped, expanded, thinned out and cut off', ['seeds/004.txt'], () => {
  const patch = () => seed('004.txt')

  it('joins two wraps in each file and restores three lost markers', () => {
    const [pgtable, gup] = patch().files
    expect([pgtable?.path, gup?.path]).toEqual(['include/linux/pgtable.h', 'mm/gup.c'])
    expect(repairs(pgtable)).toMatchObject({ unwrapped: 2 })
    expect(repairs(gup)).toMatchObject({ unwrapped: 2, 'marker-stripped': 3 })
    expect([pgtable, gup].map((file) => file?.hunks.map((hunk) => hunk.certainty))).toEqual([
      ['unique'],
      ['unique'],
    ])
    expect(pgtable?.hunks[0]?.lines.length).toBe(61)
    expect(gup?.hunks[0]?.lines.length).toBe(62)
  })

  it('says that the lines may have lost more than blanks', () => {
    const [pgtable] = patch().files
    expect(pgtable?.certificate.added).toBe('reconstructed')
    expect(check(pgtable, 'diffstat')?.result).toBe('passed')
    expect(pgtable?.hunks[0]?.lines.map((line) => line.text)).toContain('\t\tpte.pte_low = ptep->pte_low;')
  })

  it('reports the hunk whose body is cut off', () => {
    const read = patch()
    const [, gup] = read.files
    expect(gup?.missing).toMatchObject([
      {
        beforeStart: 2160,
        beforeCount: 7,
        afterStart: 2104,
        afterCount: 7,
        section: 'static int',
        reason: 'no-body',
      },
    ])
    expect(check(gup, 'diffstat')).toMatchObject({
      result: 'failed',
      text: '58 changed lines declared, 56 are there',
    })
    expect(read.diagnostics.map((diagnostic) => diagnostic.code)).toContain('hunk-body-missing')
  })

  it('takes the quotations of the replies for witnesses only', () => {
    expect(patch().fragments.map((fragment) => fragment.depth)).toEqual([2, 1, 1])
  })
})

describeShared('talk without a patch', ['seeds/002.txt', 'seeds/003.txt'], () => {
  it.each(['002.txt', '003.txt'])('%s holds no diff', (name) => {
    expect(seed(name)).toMatchObject({ files: [], witnesses: [], diagnostics: [] })
  })
})
