/** Suites against small wrong versions of the fixture tree's functions: what survives is named here, with its reason. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type MutantsReport, type MutantsRequest, runMutants } from '../../../src/run/index.js'

const TREE = { name: fileURLToPath(new URL('../../../fixtures/tree/', import.meta.url)), cwd: '/' }

async function mutantsOf(request: Omit<MutantsRequest, 'tree'>): Promise<MutantsReport> {
  const report = await runMutants({ tree: TREE, ...request })
  if (!report.ok) throw new Error(report.error.message)
  return report.value
}

const survivors = ({ mutants }: MutantsReport) =>
  mutants.filter(({ outcome }) => outcome === 'survived').map(({ change, text }) => `${change}: ${text}`)

describe('the suites tell', { timeout: 120_000 }, () => {
  it('every wrong gup_get_pte() of entries of two words, barriers left out too', async () => {
    const report = await mutantsOf({ path: 'mm/gup.c', function: 'gup_get_pte', arch: 'x86-pae' })
    expect(report.mutants.map(({ kind }) => kind)).toContain('drop a barrier')
    expect(survivors(report)).toEqual([])
  })

  it('every wrong walk_pte_range(), but for one that is right', async () => {
    const report = await mutantsOf({ path: 'mm/pagewalk.c', function: 'walk_pte_range' })
    expect(report.mutants.length).toBeGreaterThan(8)
    // 2 is as true as 1.
    expect(survivors(report)).toEqual([])
    expect(report.mutants.filter(({ outcome }) => outcome === 'same-code').map(({ text }) => text)).toEqual([
      'while (1) {',
    ])
  })
})

describe('what has no mutants', () => {
  it.each([
    [
      'a function that the file does not have',
      { path: 'mm/gup.c', function: 'nothing_here' },
      'cannot be lifted',
    ],
    ['a file that the tree does not have', { path: 'mm/none.c', function: 'f' }, 'has no mm/none.c'],
    [
      'an architecture that there is none of',
      { path: 'mm/gup.c', function: 'f', arch: 'vax' },
      'no architecture vax',
    ],
  ])('%s', async (_, request, text) => {
    const report = await runMutants({ tree: TREE, ...request })
    expect(report.ok ? '' : report.error.message).toContain(text)
  })
})
