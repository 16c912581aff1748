import { expect, test } from 'vitest'
import {
  buildThreads,
  collectSeries,
  groupRevisions,
  type MailReading,
  readMailPath,
} from '../../../src/mail/index.js'
import { describeShared, sharedData } from '../../support/shared-data.js'

async function reading(...path: string[]): Promise<MailReading> {
  const read = await readMailPath(sharedData(...path) ?? '')
  if (!read.ok) throw new Error(read.error.message)
  return read.value
}

interface Expected {
  readonly file: string
  readonly mails: number
  readonly firstId: string
  /** version, RFC, patches, whether there is a cover */
  readonly series: readonly (readonly [number, boolean, number, boolean])[]
}

const THREADS: readonly Expected[] = [
  {
    file: 'contpte-v6.mbox',
    mails: 64,
    firstId: '20240215103205.2607016-1-ryan.roberts@arm.com',
    series: [[6, false, 18, true]],
  },
  {
    file: 'gup-fast-dynamic-folding.mbox',
    mails: 60,
    firstId: '20200907180058.64880-1-gerald.schaefer@linux.ibm.com',
    series: [
      [2, true, 3, true],
      [1, false, 1, false],
      [2, false, 1, false],
    ],
  },
  {
    file: 'pagewalk-ptdump-v17.mbox',
    mails: 34,
    firstId: '20191218162402.45610-1-steven.price@arm.com',
    series: [[17, false, 23, true]],
  },
  {
    file: 'ptep-get-lockless-move.mbox',
    mails: 17,
    firstId: '20201126120114.071913521@infradead.org',
    series: [[2, false, 6, true]],
  },
]

for (const { file, mails, firstId, series } of THREADS) {
  describeShared(`the thread ${file}`, [`threads/${file}`], () => {
    test('is read whole and without trouble', async () => {
      const { messages, diagnostics, format } = await reading('threads', file)
      expect(format).toBe('mbox')
      expect(diagnostics).toEqual([])
      expect(messages).toHaveLength(mails)
      expect(messages[0]?.messageId).toBe(firstId)
      expect(
        messages.filter((one) => one.messageId === null || one.date === null || one.body === ''),
      ).toEqual([])
    })
    test('is one thread with complete series', async () => {
      const { messages } = await reading('threads', file)
      const threads = buildThreads(messages)
      expect(threads.map((thread) => [thread.messages.length, thread.missing.length])).toEqual([[mails, 0]])
      const found = collectSeries(messages)
      expect(found.map((one) => [one.version, one.isRfc, one.patches.length, one.cover !== null])).toEqual(
        series,
      )
      expect(found.flatMap((one) => one.missing)).toEqual([])
      const inSeries = found.flatMap((one) => [...one.patches, ...(one.cover === null ? [] : [one.cover])])
      expect(inSeries.length + found.flatMap((one) => one.followUps).length).toBe(mails)
    })
  })
}

describeShared('the revisions of the gup-fast thread', ['threads/gup-fast-dynamic-folding.mbox'], () => {
  test('are one group whose latest is the v2 that is no RFC', async () => {
    const { messages } = await reading('threads', 'gup-fast-dynamic-folding.mbox')
    const groups = groupRevisions(collectSeries(messages))
    expect(groups.map((group) => [group.revisions.length, group.latest.version, group.latest.isRfc])).toEqual(
      [[3, 2, false]],
    )
  })
})

const SEEDS = [
  ['000.txt', 'hypermail', 1, ['headers-as-prose', 'addresses-obfuscated', 'leading-blanks-stripped']],
  ['001.txt', 'hypermail', 1, ['headers-as-prose', 'addresses-obfuscated', 'leading-blanks-stripped']],
  ['002.txt', 'pipermail', 1, ['headers-as-prose', 'addresses-obfuscated']],
  ['003.txt', 'one-line', 1, ['newlines-lost', 'qp-undecoded']],
  [
    '004.txt',
    'mail-archive',
    3,
    ['headers-as-prose', 'addresses-obfuscated', 'wrapped', 'runs-of-4-deleted'],
  ],
] as const

for (const [file, format, mails, damage] of SEEDS) {
  describeShared(`the archive page ${file}`, [`seeds/${file}`], () => {
    test(`is ${format} with ${mails} mail(s), and its damage is named`, async () => {
      const read = await reading('seeds', file)
      expect(read.diagnostics).toEqual([])
      expect(read.format).toBe(format)
      expect(read.messages.map((one) => one.damage.map((kind) => kind.kind))).toEqual(
        Array.from({ length: mails }, () => damage),
      )
      expect(buildThreads(read.messages)).toHaveLength(1)
    })
  })
}
