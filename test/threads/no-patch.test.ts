/** Threads without a patch: that is said plainly, with exit code 4, and nothing is invented. */
import { describe, expect, it } from 'vitest'
import * as pipeline from '../../src/run/index.js'
import { codes, fixture, replayed } from '../support/replayed.js'
import { cli } from '../support/run-cli.js'
import { describeShared, sharedData } from '../support/shared-data.js'

function saysThereIsNone(path: () => string, quoted: readonly string[]): void {
  it('finds no patch and invents nothing', async () => {
    const { report, read, hasPatch, replayed: ran } = await replayed(path())
    expect({ read, hasPatch, ran }).toEqual({ read: true, hasPatch: false, ran: false })
    expect([report.patches, report.functions, report.findings]).toEqual([[], [], []])
    expect(codes(report).filter((code) => code === 'no-patch')).toHaveLength(1)
  })

  it(quoted.length === 0 ? 'names no quoted function' : `names ${quoted.join(' and ')}`, async () => {
    const { report } = await replayed(path())
    const named = new Set((report.source.fragments ?? []).flatMap(({ functions }) => functions))
    expect([...named]).toEqual(quoted)
    const message = report.diagnostics.find(({ code }) => code === 'no-patch')?.message ?? ''
    for (const name of quoted) expect(message).toContain(name)
  })

  it('ends with 4, says so on standard error, and leaves a report on standard output', async () => {
    const { code, stdout, stderr } = await cli([path(), '--json'], { pipeline })
    expect(code).toBe(4)
    expect(stderr).toMatch(/: error: no patch found in \d+ mails?/)
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, findings: [] })
  })

  it('is not talked into success by options', async () => {
    const { code } = await cli([path(), '--json', '--allow-inconclusive', '--fail-on', 'never'], { pipeline })
    expect(code).toBe(4)
  })
}

describe('walk-discussion.mbox', () => saysThereIsNone(() => fixture('walk-discussion.mbox'), []))

describe('lockless-review.mbox', () =>
  saysThereIsNone(() => fixture('lockless-review.mbox'), ['ptep_get_lockless']))

describe('lockless-review.hypermail.txt', () =>
  saysThereIsNone(() => fixture('lockless-review.hypermail.txt'), ['ptep_get_lockless']))

describeShared('seeds/000.txt', ['seeds/000.txt'], () =>
  saysThereIsNone(
    () => sharedData('seeds/000.txt') ?? '',
    ['ptep_get_lockless', 'contpte_ptep_get_lockless'],
  ),
)

describeShared('seeds/002.txt', ['seeds/002.txt'], () =>
  saysThereIsNone(() => sharedData('seeds/002.txt') ?? '', []),
)

describeShared('seeds/003.txt', ['seeds/003.txt'], () =>
  saysThereIsNone(() => sharedData('seeds/003.txt') ?? '', []),
)
