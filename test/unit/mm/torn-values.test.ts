/** A value is torn if its words are relied on together and their object never held them together. */
import { describe, expect, it } from 'vitest'
import type { Word } from '../../../src/machine/index.js'
import { EntryPointer, type Kernel } from '../../../src/mm/index.js'
import type { World } from '../../../src/suite/index.js'
import { type Body, run } from '../../support/lab.js'

const TORN = ['torn value used (pte)']
const PAE = { arch: 'x86-pae', pmds: [{ kind: 'table', ptes: [] }] } as const

function pte(world: World): EntryPointer {
  const [table] = world.tables
  if (table === null || table === undefined) throw new Error('no table')
  return new EntryPointer(table, 0)
}

/** A value that differs from another one's in both words. */
const value = (n: bigint): Word => ({ bits: (n << 32n) | (n << 12n) | 1n, from: [] })

function* relyOn(k: Kernel, word: Word) {
  yield* k.observe('relied on', '', { uses: word.from })
}

const looks: Body = function* (k, w) {
  const seen = yield* k.deref(pte(w))
  if (seen.bits !== 0n) yield* relyOn(k, seen)
}

function hazards(reader: Body, ...writers: readonly Body[]): readonly string[] {
  return run(PAE, reader, ...writers).hazards
}

const sets: Body = (k, w) => k.set_pte_at(w.mm, 0n, pte(w), value(1n))

describe('an entry of two words, read word by word', () => {
  it('while it is set', () => expect(hazards(looks, sets)).toEqual(TORN))
  it('while it is taken away and set again', () => {
    const twice: Body = function* (k, w) {
      yield* k.storeEntry(pte(w), value(1n), 'once')
      yield* k.storeEntry(pte(w), value(2n), 'once')
    }
    expect(hazards(looks, twice)).toEqual(TORN)
  })
  it('with nothing going on', () => expect(hazards(looks)).toEqual([]))
  it('or in one step, while it is stored word by word', () => {
    const snapshot: Body = function* (k, w) {
      yield* relyOn(k, yield* k.snapshot(pte(w)))
    }
    const atomic: Body = function* (k, w) {
      yield* k.storeEntry(pte(w), value(1n), 'once')
      yield* k.ptep_get_and_clear(w.mm, 0n, pte(w))
    }
    expect(hazards(snapshot, atomic)).toEqual([])
    expect(hazards(snapshot, sets)).toEqual(TORN)
  })
  it('of which nothing is made: reading alone is no hazard', () => {
    const reads: Body = function* (k, w) {
      yield* k.deref(pte(w))
    }
    expect(hazards(reads, sets)).toEqual([])
  })
})

it('a mixture of two versions that spells one that was there harms nobody', () => {
  const backAgain: Body = function* (k, w) {
    yield* k.storeEntry(pte(w), value(1n), 'once')
    yield* k.storeEntry(pte(w), { bits: value(1n).bits | 0x20n, from: [] }, 'once')
    yield* k.storeEntry(pte(w), value(1n), 'once')
  }
  const looksPresent: Body = function* (k, w) {
    const seen = yield* k.deref(pte(w))
    if (seen.bits > 1n << 32n && (seen.bits & 1n) === 1n) yield* relyOn(k, seen)
  }
  expect(hazards(looksPresent, backAgain)).toEqual([])
})

it('a change of one word leaves the other as it was', () => {
  const exchangesLow: Body = function* (k, w) {
    const cells = yield* k.slot(pte(w))
    if ('bits' in cells || cells[0] === undefined) return
    yield* k.storeEntry(pte(w), value(1n), 'once')
    yield* k.exchange('MMU sets dirty', cells[0], { bits: 0x1041n, from: [] })
  }
  const looksDirty: Body = function* (k, w) {
    const seen = yield* k.snapshot(pte(w))
    if ((seen.bits & 0x40n) !== 0n) yield* relyOn(k, seen)
  }
  expect(hazards(looksDirty, exchangesLow)).toEqual([])
})

it('two loads of one word are no mixture', () => {
  const twice: Body = function* (k, w) {
    const cells = yield* k.slot(pte(w))
    if ('bits' in cells || cells[0] === undefined) return
    const first = yield* k.load(cells[0])
    const second = yield* k.load(cells[0])
    yield* relyOn(k, { bits: 0n, from: [...first.from, ...second.from] })
  }
  expect(hazards(twice, sets)).toEqual([])
})
