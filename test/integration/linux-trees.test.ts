/**
 * Real trees: the texts of Linux 6.1 and 6.12 that reimplementations stand for, and patches made from them here.
 * KREPLAY_LINUX_6_1 and KREPLAY_LINUX_6_12 name unpacked kernel sources; without them this is skipped, visibly.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { describe, expect, it } from 'vitest'
import { findFunctions, functionHash } from '../../src/lift/index.js'
import { BUILT_IN, byIdentity } from '../../src/reimpl/index.js'
import {
  findingsOf,
  parseText,
  REPLAY_TIMEOUT,
  replayText,
  resolvedOnBothSides,
} from '../support/replayed.js'

const TREES = { '6.1': process.env['KREPLAY_LINUX_6_1'], '6.12': process.env['KREPLAY_LINUX_6_12'] }

function describeTree(version: keyof typeof TREES, body: (read: (path: string) => string) => void): void {
  const folder = TREES[version]
  const name = `linux ${version}`
  if (folder === undefined)
    describe.skip(`${name} (KREPLAY_LINUX_${version.replace('.', '_')} is not set)`, () => body(() => ''))
  else describe(name, () => body((path) => readFileSync(join(folder, path), 'utf8')))
}

/** A mail with the diff of one file, all of it as context. */
function mailOf(path: string, before: string, after: string): string {
  const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
    context: 3,
  })
  const body = diff.slice(diff.indexOf('--- '))
  return `From: Ada <ada@example.org>\nSubject: [PATCH] made here\n\nText.\n---\n\ndiff --git a/${path} b/${path}\n${body}`
}

/** True for `linux-source-6.1` where that is asked for, and not for `linux-source-6.12`. */
const names = (text: string, source: string): boolean =>
  new RegExp(`${source.replaceAll('.', '\\.')}(?!\\d)`).test(text)

/** Reimplementations that say they stand for a whole function of this source. */
const standingFor = (source: string) =>
  BUILT_IN.all.flatMap((one) =>
    one.identities
      .filter((identity) => identity.kind === 'function' && names(identity.source, source))
      .map(({ hash }) => ({ one, hash })),
  )

describeTree('6.1', (read) => {
  it('has every text whose identity names it', () => {
    const claims = standingFor('linux-source-6.1')
    expect(claims.length).toBeGreaterThan(3)
    for (const { one, hash } of claims) {
      const texts = findFunctions(read(one.path)).filter(({ name }) => name === one.name)
      expect(
        texts.map(({ text }) => functionHash(text)),
        `${one.name}@${one.version}`,
      ).toContain(hash)
    }
  })

  it('has a text for every function that a walk is made of, or says that it has none', () => {
    const functions = findFunctions(read('mm/pagewalk.c'))
    const matched = functions.filter(
      ({ name, text }) =>
        byIdentity(BUILT_IN, 'mm/pagewalk.c', name, 'function', functionHash(text)) !== undefined,
    )
    expect(matched.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['walk_pte_range', 'walk_pmd_range']),
    )
  })

  it(
    'moves walk_pmd_range to the end of its file: a pure move, the same in every scenario',
    async () => {
      const path = 'mm/pagewalk.c'
      const before = read(path)
      const text = findFunctions(before).find(({ name }) => name === 'walk_pmd_range')?.text ?? '?'
      expect(before).toContain(text)
      const after = `${before.replace(`${text}\n`, '')}\n${text}\n`
      const { report } = await replayText(mailOf(path, before, after))
      expect(report.functions.map(({ name, change }) => [name, change])).toEqual([
        ['walk_pmd_range', ['moved']],
      ])
      expect(findingsOf(report, { verdict: 'same' }).map(({ kind }) => kind)).toEqual(['move'])
      expect(report.summary).toMatchObject({
        regressed: 0,
        changed: 0,
        fixed: 0,
        inconclusive: 0,
        unmapped: 0,
      })
    },
    REPLAY_TIMEOUT,
  )

  it('loses the move when one token of the moved function is another', async () => {
    const path = 'mm/pagewalk.c'
    const before = read(path)
    const text = findFunctions(before).find(({ name }) => name === 'walk_pmd_range')?.text ?? '?'
    for (const line of text
      .split('\n')
      .filter((one) => /\w/.test(one))
      .slice(2)) {
      const altered = text.replace(line, line.replace(/(\w+)(\W*)$/, '$1x$2'))
      const after = `${before.replace(`${text}\n`, '')}\n${altered}\n`
      const { report } = await parseText(mailOf(path, before, after))
      expect(resolvedOnBothSides(report), line).toEqual([])
    }
  })
})

describeTree('6.12', (read) => {
  it('has every text whose identity names it', () => {
    const claims = standingFor('6.12')
    expect(claims.length).toBeGreaterThan(0)
    for (const { one, hash } of claims) {
      const texts = findFunctions(read(one.path)).filter(({ name }) => name === one.name)
      expect(
        texts.map(({ text }) => functionHash(text)),
        `${one.name}@${one.version}`,
      ).toContain(hash)
    }
  })

  it('has another walk_pmd_range than 6.1, which is not taken for it', () => {
    const text =
      findFunctions(read('mm/pagewalk.c')).find(({ name }) => name === 'walk_pmd_range')?.text ?? ''
    const found = byIdentity(BUILT_IN, 'mm/pagewalk.c', 'walk_pmd_range', 'function', functionHash(text))
    expect(found?.version).not.toBe('v6.1')
  })
})
