/**
 * A patch that differs from the original in one token of one added line never passes as the original, whatever
 * its index line claims; and what is no part of the patch (subject, author, message-id) changes nothing.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { readMail } from '../../src/mail/index.js'
import { type FileDiff, formatPatch, type Patch, parsePatch } from '../../src/patch/index.js'
import type { Report } from '../../src/report/index.js'
import {
  fixtureText,
  parseText,
  REPLAY_TIMEOUT,
  replayText,
  resolvedOnBothSides,
  said,
} from '../support/replayed.js'
import { describeShared, sharedData } from '../support/shared-data.js'

const HEAD = 'From: Ada <ada@example.org>\nSubject: [PATCH] as it is\nMessage-ID: <1@example.org>\n\n'

/** The added lines of a patch, by file, hunk and line. */
interface Place {
  readonly file: number
  readonly hunk: number
  readonly line: number
  readonly text: string
}

function addedLines(files: readonly FileDiff[]): Place[] {
  return files.flatMap((one, file) =>
    one.hunks.flatMap(({ lines }, hunk) =>
      lines.flatMap(({ op, text }, line) =>
        op === 'added' && text.trim() !== '' ? [{ file, hunk, line, text }] : [],
      ),
    ),
  )
}

/** The last word or else the last sign of a line made another one. */
function alterToken(text: string): string {
  const word = /^(.*?)(\w+)(\W*)$/s.exec(text)
  if (word !== null) return `${word[1]}${word[2]}x${word[3]}`
  return text.replace(/\S(?=\s*$)/, (sign) => (sign === '}' ? '};' : `${sign}${sign}`))
}

function withAltered(files: readonly FileDiff[], place: Place): FileDiff[] {
  return files.map((one, file) => ({
    ...one,
    hunks: one.hunks.map((hunk, h) => ({
      ...hunk,
      lines: hunk.lines.map((line, l) =>
        file === place.file && h === place.hunk && l === place.line
          ? { ...line, text: alterToken(line.text) }
          : line,
      ),
    })),
  }))
}

const mailOf = (files: readonly FileDiff[]): string =>
  `${HEAD}---\n\n${files.map((file) => formatPatch(file)).join('')}`

/** The first patch of the thread that changes a file. */
async function patchIn(text: string, wanted: string): Promise<Patch> {
  const { messages } = await readMail(Buffer.from(text), 'thread')
  for (const { body } of messages) {
    const patch = parsePatch(body)
    if (patch.files.some(({ path }) => path === wanted)) return patch
  }
  throw new Error(`no patch of ${wanted} in the thread`)
}

function refusesEveryAlteration(file: string, text: () => string): void {
  let files: readonly FileDiff[] = []
  let original: Report
  beforeAll(async () => {
    files = (await patchIn(text(), file)).files
    original = (await parseText(mailOf(files))).report
  }, REPLAY_TIMEOUT)

  it('is matched on both sides as it stands', () => {
    expect(resolvedOnBothSides(original).length).toBeGreaterThan(0)
    expect(addedLines(files).length).toBeGreaterThan(10)
  })

  it(`loses a match for each added line of ${file} that is altered`, async () => {
    const passed: string[] = []
    for (const place of addedLines(files).filter((one) => files[one.file]?.path === file)) {
      const { report } = await parseText(mailOf(withAltered(files, place)))
      expect(report.patches[0]?.files.map(({ postBlob }) => postBlob)).toEqual(
        original.patches[0]?.files.map(({ postBlob }) => postBlob),
      )
      if (resolvedOnBothSides(report).length >= resolvedOnBothSides(original).length) passed.push(place.text)
    }
    expect(passed).toEqual([])
  })
}

describe('fixtures/threads/pagewalk-lock.mbox', () => {
  const text = () => fixtureText('pagewalk-lock.mbox')
  refusesEveryAlteration('mm/pagewalk.c', text)

  it('loses every match when any added line of the mail itself is altered', async () => {
    const mail = text().slice(0, text().indexOf('\nFrom ', 1))
    const lines = mail.split('\n')
    const added = [...lines.entries()].filter(([, line]) => /^\+(?!\+\+ )/.test(line))
    expect(added.length).toBe(22)
    for (const [at, line] of added) {
      const { report } = await parseText(
        [...lines.slice(0, at), alterToken(line), ...lines.slice(at + 1)].join('\n'),
      )
      expect(resolvedOnBothSides(report).length, line).toBeLessThan(2)
    }
  })

  describe('altered and run', () => {
    const ORIGINALS = new Set(['regressed', 'fixed', 'changed', 'same', 'pre-existing'])

    it.each([
      ['the lock of another mm', '(walk->mm, pmd, addr, &ptl)', '(other->mm, pmd, addr, &ptl)'],
      ['a test of another state', 'pmd_trans_huge(*entry)', 'pmd_trans_huge(*other)'],
      ['an unlock left out', 'pte_unmap_unlock(start_pte, ptl)', 'pte_unmap(start_pte)'],
      ['a comment of another wording', 'had its chance', 'had a chance'],
    ])(
      'gives none of its findings: %s',
      async (_, from, to) => {
        const mail = text().slice(0, text().indexOf('\nFrom ', 1))
        expect(mail).toContain(from)
        const { report, replayed } = await replayText(mail.replace(from, to))
        expect(replayed).toBe(false)
        expect(report.findings.length).toBeGreaterThan(0)
        for (const { verdict } of report.findings) expect(ORIGINALS.has(verdict)).toBe(false)
        const refused = report.findings.filter(({ verdict }) => verdict === 'unmapped')
        expect(refused[0]?.summary).toMatch(/no implementation stands for the text after \([0-9a-f]{16}\)/)
      },
      REPLAY_TIMEOUT,
    )
  })
})

/** The move has lines outside functions too: comments, and the directives that say which variant is compiled. */
describe('fixtures/threads/lockless-move.mbox', () => {
  refusesEveryAlteration('include/linux/pgtable.h', () => fixtureText('lockless-move.mbox'))
})

describeShared('seeds/001.txt', ['seeds/001.txt'], () => {
  const text = () => readFileSync(sharedData('seeds/001.txt') ?? '', 'utf8')
  refusesEveryAlteration('mm/pagewalk.c', text)

  it('gives none of its findings when the archived text itself is altered', async () => {
    const raw = text()
    const lines = raw.split('\n')
    const added = [...lines.entries()].filter(([, line]) => /^\+(?!\+\+ )\s*\S/.test(line))
    expect(added.length).toBeGreaterThan(15)
    for (const [at, line] of added) {
      const altered = [...lines.slice(0, at), alterToken(line), ...lines.slice(at + 1)].join('\n')
      const { report } = await parseText(altered)
      expect(resolvedOnBothSides(report).length, line).toBeLessThan(2)
    }
  })
})

describeShared('seeds/004.txt', ['seeds/004.txt'], () => {
  refusesEveryAlteration('include/linux/pgtable.h', () =>
    readFileSync(sharedData('seeds/004.txt') ?? '', 'utf8'),
  )
})

describe('what is no part of the patch', () => {
  let clean: readonly string[] = []
  const mail = () =>
    fixtureText('pagewalk-lock.mbox').slice(0, fixtureText('pagewalk-lock.mbox').indexOf('\nFrom ', 1))
  beforeAll(async () => {
    clean = said((await replayText(mail())).report)
  }, REPLAY_TIMEOUT)

  it(
    'changes no finding: subject, author, message-id, date, and the index line',
    async () => {
      const other = mail()
        .replace(/^Subject: .*$/m, 'Subject: [PATCH v7 3/9] x86: something else')
        .replace(/^From: .*$/m, 'From: Bo Teller <bo@example.com>')
        .replace(/^Message-I[dD]: .*$/m, 'Message-ID: <another@example.com>')
        .replace(/^Date: .*$/m, 'Date: Fri, 1 Jan 2021 10:00:00 +0000')
        .replace(/^index .*$/m, 'index 000000000001..000000000002 100644')
      expect(other).not.toBe(mail())
      const { report } = await replayText(other)
      expect(report.source.subject).toContain('something else')
      expect(clean.length).toBeGreaterThan(10)
      expect(said(report)).toEqual(clean)
    },
    REPLAY_TIMEOUT,
  )
})
