/** Real threads: every patch in them must be read without repair, and other readers must agree. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type FileDiff, formatPatch, parsePatch } from '../../../src/patch/index.js'
import { describeShared, sharedData } from '../../support/shared-data.js'
import { mailBodies } from '../../support/split-mails.js'

const THREADS = [
  'contpte-v6.mbox',
  'gup-fast-dynamic-folding.mbox',
  'pagewalk-ptdump-v17.mbox',
  'ptep-get-lockless-move.mbox',
]

/** One mail of these was edited by hand after it was generated: an include came in, the numbers stayed. */
const HAND_EDITED: Readonly<Record<string, readonly string[]>> = {
  'ptep-get-lockless-move.mbox': [
    'kernel/events/core.c offsets: the hunk is 0 lines off, the hunks before it add 1',
    'kernel/events/core.c diffstat: 102 changed lines declared, 103 are there',
  ],
}

const patchesOf = (name: string) =>
  mailBodies(readFileSync(sharedData('threads', name) ?? '', 'utf8')).filter(
    ({ subject, body }) => /^\[.*PATCH/i.test(subject) && /^\+\+\+ /m.test(body),
  )

describeShared(
  'the shared threads',
  THREADS.map((name) => `threads/${name}`),
  () => {
    it.each(THREADS)('%s: every patch mail is read whole, and parse-diff and diff agree', (name) => {
      const mails = patchesOf(name)
      expect(mails.length).toBeGreaterThan(0)
      const failures: string[] = []
      for (const { subject, body } of mails) {
        const patch = parsePatch(body, { source: subject, crossCheck: true })
        const declared = (body.match(/^--- .+\n\+\+\+ |^rename to /gm) ?? []).length
        expect(patch.files.length, subject).toBe(declared)
        for (const file of patch.files) {
          for (const check of file.certificate.checks) {
            if (check.result === 'failed')
              failures.push(`${file.path} ${check.name}: ${check.text.replace(/ at line \d+/, '')}`)
          }
          expect(file.repairs, subject).toEqual([])
          expect(
            file.hunks.every((hunk) => hunk.certainty === 'exact'),
            subject,
          ).toBe(true)
        }
      }
      expect(failures).toEqual(HAND_EDITED[name] ?? [])
    })

    it.each(THREADS)('%s: printed and read again, the files are the same', (name) => {
      const bare = (file: FileDiff) => ({
        ...file,
        line: 0,
        certificate: null,
        hunks: file.hunks.map((hunk) => ({
          ...hunk,
          line: 0,
          lines: hunk.lines.map((line) => ({ ...line, line: 0 })),
        })),
      })
      for (const { subject, body } of patchesOf(name)) {
        const patch = parsePatch(body)
        expect(parsePatch(formatPatch(patch)).files.map(bare), subject).toEqual(patch.files.map(bare))
      }
    })

    it('proves a file that a mail creates by the id of its content', () => {
      const created = patchesOf('contpte-v6.mbox')
        .flatMap(({ body }) => parsePatch(body).files)
        .find((file) => file.path === 'arch/arm64/mm/contpte.c' && file.kind === 'added')
      expect(created?.certificate).toMatchObject({ base: 'blob', added: 'post-blob' })
    })

    it('tells what the damaged archive page of a mail of these holds', () => {
      const page = sharedData('seeds', '004.txt')
      if (page === null) return
      const sent = patchesOf('ptep-get-lockless-move.mbox').map(({ body }) => parsePatch(body))[0]
      const seen = parsePatch(readFileSync(page, 'utf8'))
      const lines = (file: FileDiff | undefined, at: number) =>
        file?.hunks[at]?.lines.map((line) => `${line.op} ${line.text.replace(/\s+/g, '')}`)
      expect(lines(seen.files[0], 0)).toEqual(lines(sent?.files[0], 0))
      expect(lines(seen.files[1], 0)).toEqual(lines(sent?.files[1], 0))
      const { beforeStart, afterStart } = sent?.files[1]?.hunks[1] ?? {}
      expect(seen.files[1]?.missing).toMatchObject([{ beforeStart, afterStart }])
    })
  },
)
