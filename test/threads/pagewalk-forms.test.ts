/** One patch in every form that mail arrives in: what could be repaired gives the findings of the clean form. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type RunResult, runThread } from '../../src/run/index.js'
import { codes, fixture, REPLAY_TIMEOUT, resolvedOnBothSides, said } from '../support/replayed.js'

/** Forms in which every added line can be known. */
const REPAIRABLE = [
  'pagewalk-lock.mbox.gz',
  'pagewalk-lock.maildir',
  'pagewalk-lock.crlf.eml',
  'pagewalk-lock.qp.eml',
  'pagewalk-lock.base64.eml',
  'pagewalk-lock.flowed.eml',
  'pagewalk-lock.reply.mbox',
  'pagewalk-lock.hypermail.txt',
  'pagewalk-lock.mail-archive.txt',
  'pagewalk-lock.pipermail.txt',
] as const

/** What happens beside a walk that all forms are compared without: it takes long and shows nothing of forms. */
const without = ['migrate', 'restore', 'split', 'fault-devmap', 'zap-pte', 'migrate-pte', 'hardware-young']

const runs = new Map<string, Promise<RunResult>>()

function replayed(path: string): Promise<RunResult> {
  const known = runs.get(path) ?? runThread({ inputs: [{ kind: 'path', path }], without })
  runs.set(path, known)
  return known
}

let clean: readonly string[] = []
beforeAll(async () => {
  clean = said((await replayed(fixture('pagewalk-lock.mbox'))).report)
}, REPLAY_TIMEOUT)

describe.each(REPAIRABLE)('%s', (name) => {
  it(
    'gives the findings of the clean thread',
    async () => {
      const { report, hasPatch, replayed: ran } = await replayed(fixture(name))
      expect({ hasPatch, ran }).toEqual({ hasPatch: true, ran: true })
      expect(resolvedOnBothSides(report)).toEqual(['walk_pte_range', 'walk_pmd_range'])
      expect(clean.length).toBeGreaterThan(10)
      expect(said(report)).toEqual(clean)
    },
    REPLAY_TIMEOUT,
  )
})

describe('what a form cost', () => {
  const fileOf = async (name: string) =>
    (await replayed(fixture(name))).report.patches[0]?.files[0] ?? { repairs: [], certificate: null }

  it.each(['mbox.gz', 'maildir', 'crlf.eml', 'qp.eml', 'base64.eml', 'pipermail.txt', 'reply.mbox'])(
    'is nothing for %s',
    async (form) => {
      const { repairs, certificate } = await fileOf(`pagewalk-lock.${form}`)
      expect(repairs).toEqual([])
      expect(certificate).toEqual({ base: 'none', added: 'verbatim' })
    },
    REPLAY_TIMEOUT,
  )

  it.each([
    ['hypermail.txt', 'blanks-inferred', ['marker-stripped', 'blank-context-restored', 'indent-lost']],
    ['mail-archive.txt', 'reconstructed', ['marker-stripped', 'unwrapped', 'runs-of-4', 'tabs-to-spaces']],
  ])(
    'is listed for %s, and its lines are not called verbatim',
    async (form, added, kinds) => {
      const { repairs, certificate } = await fileOf(`pagewalk-lock.${form}`)
      const listed = repairs.map(({ kind }) => kind)
      for (const kind of kinds) expect(listed).toContain(kind)
      expect(certificate).toEqual({ base: 'none', added })
    },
    REPLAY_TIMEOUT,
  )
})

describe('pagewalk-lock.quoted.txt', () => {
  it('is a quotation without the patch it quotes: nothing is taken for a patch that nobody sent', async () => {
    const { report, hasPatch } = await replayed(fixture('pagewalk-lock.quoted.txt'))
    expect(hasPatch).toBe(false)
    expect(codes(report)).toEqual(['no-patch'])
    expect([report.findings, report.functions, report.patches]).toEqual([[], [], []])
  })
})

describe('pagewalk-lock.oneline.txt', () => {
  it('is not recoverable, and this is said rather than guessed at', async () => {
    const { report, read, hasPatch } = await replayed(fixture('pagewalk-lock.oneline.txt'))
    expect({ read, hasPatch }).toEqual({ read: true, hasPatch: false })
    expect(codes(report)).toContain('newlines-lost')
    expect(codes(report)).toContain('no-patch')
    expect([report.findings, report.functions, report.patches]).toEqual([[], [], []])
  })

  it('says so once', async () => {
    const { report } = await replayed(fixture('pagewalk-lock.oneline.txt'))
    expect(codes(report).filter((code) => code === 'newlines-lost')).toHaveLength(1)
  })
})
