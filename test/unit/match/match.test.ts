/** From a text to what stands for it: identity first, a name only when asked for, never one for two texts. */
import { describe, expect, it } from 'vitest'
import {
  changedFunctions,
  type FunctionMatch,
  identityOf,
  type MatchOptions,
  matchFunctions,
} from '../../../src/match/index.js'
import { parsePatch } from '../../../src/patch/index.js'
import { defineReimplementation, type Registry } from '../../../src/reimpl/index.js'
import { PAGEWALK_SUITE } from '../../../src/suite/index.js'

const PATCH = `diff --git a/mm/pagewalk.c b/mm/pagewalk.c
--- a/mm/pagewalk.c
+++ b/mm/pagewalk.c
@@ -10,3 +10,3 @@ static int walk_pte_range(pmd_t *pmd)
 {
-\treturn 0;
+\treturn 1;
 }
`
const [CHANGED] = changedFunctions(parsePatch(PATCH).files)
if (CHANGED?.before == null || CHANGED.after == null) throw new Error('the patch changes nothing')
const HASHES = { before: identityOf(CHANGED.before).hash, after: identityOf(CHANGED.after).hash }

const standsFor = (version: string, hash: string | null, config: Readonly<Record<string, boolean>> = {}) =>
  defineReimplementation(
    {
      path: 'mm/pagewalk.c',
      name: 'walk_pte_range',
      version,
      release: '5.4',
      config,
      ...(hash === null ? {} : { identities: [{ kind: 'hunks' as const, hash, source: 'here' }] }),
    },
    // biome-ignore lint/correctness/useYield: never run
    function* () {
      return 0
    },
  )

const OLD = standsFor('old', HASHES.before)
const NEW = standsFor('new', HASHES.after)

function match(
  all: Registry['all'],
  options: Partial<MatchOptions> = {},
  changed = CHANGED,
): FunctionMatch & { readonly codes: readonly string[] } {
  if (changed === undefined) throw new Error('nothing changed')
  const { matches, diagnostics } = matchFunctions([changed], {
    registry: { all },
    suites: [PAGEWALK_SUITE],
    ...options,
  })
  const [only] = matches
  if (only === undefined) throw new Error('no match')
  return { ...only, codes: diagnostics.map(({ code }) => code) }
}

const versions = ({ before, after }: FunctionMatch) =>
  [before, after].map((one) =>
    one.kind === 'implementation' ? `${one.implementation.version} by ${one.by}` : 'none',
  )

describe('a text', () => {
  it('is matched by its identity on each side', () => {
    expect(versions(match([OLD, NEW]))).toEqual(['old by identity', 'new by identity'])
  })

  it('whose hash nothing carries is matched by nothing, and its hash is said', () => {
    const { after } = match([OLD])
    expect(after).toMatchObject({ kind: 'none' })
    expect(after.kind === 'none' && after.why).toContain(HASHES.after)
    expect(after.kind === 'none' && after.why).toContain('walk_pte_range@old')
  })

  it('in another file is matched by nothing', () => {
    const elsewhere = { ...OLD, path: 'mm/vmscan.c' }
    expect(versions(match([elsewhere, NEW]))).toEqual(['none', 'new by identity'])
  })

  it('compiled under conditions that the implementation does not stand for is matched by nothing', () => {
    const conditional = standsFor('old', HASHES.before, { CONFIG_A: true })
    expect(versions(match([conditional, NEW]))).toEqual(['none', 'new by identity'])
  })

  it('is driven by the suites that know the function', () => {
    expect(match([OLD, NEW]).suites).toEqual([PAGEWALK_SUITE])
    expect(match([OLD, NEW], { suites: [] }).suites).toEqual([])
  })
})

describe('one implementation for two texts', () => {
  it('is an error, and neither side is run', () => {
    const both = { ...OLD, identities: [...OLD.identities, ...NEW.identities] }
    const result = match([both])
    expect(result.codes).toEqual(['one-implementation-for-two-texts'])
    expect(versions(result)).toEqual(['none', 'none'])
  })

  it('is right for a text that only moved', () => {
    const both = { ...OLD, identities: [...OLD.identities, ...NEW.identities] }
    const moved = CHANGED === undefined ? undefined : { ...CHANGED, change: ['moved'] as const }
    expect(match([both], {}, moved).codes).toEqual([])
  })
})

describe('a name alone', () => {
  it('is not enough unless asked for', () => {
    expect(versions(match([OLD]))).toEqual(['old by identity', 'none'])
  })

  it('gives another implementation than the other side has', () => {
    const third = standsFor('third', null)
    expect(versions(match([OLD, third], { nameOnly: true }))).toEqual(['old by identity', 'third by name'])
    expect(versions(match([NEW, third], { nameOnly: true }))).toEqual(['third by name', 'new by identity'])
    expect(versions(match([third, OLD, NEW], { nameOnly: true }))).toEqual([
      'old by identity',
      'new by identity',
    ])
  })

  it('is refused where only the other side is there', () => {
    expect(versions(match([OLD], { nameOnly: true }))).toEqual(['old by identity', 'none'])
  })
})

describe('a choice', () => {
  it('goes before identity, for its own side', () => {
    const third = standsFor('third', null)
    expect(versions(match([OLD, NEW, third], { after: ['walk_pte_range@third'] }))).toEqual([
      'old by identity',
      'third by choice',
    ])
  })

  it('of another function is none for this one', () => {
    const other = { ...standsFor('third', null), name: 'walk_pmd_range' }
    expect(versions(match([OLD, NEW, other], { after: ['walk_pmd_range@third'] }))).toEqual([
      'old by identity',
      'new by identity',
    ])
  })
})
