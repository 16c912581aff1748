/** A pure move and rename: no behaviour changes, everything else of the series is listed, nothing is guessed. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/index.js'
import { findingsOf, fixture, REPLAY_TIMEOUT, replayed, theFinding } from '../support/replayed.js'
import { cli } from '../support/run-cli.js'
import { describeShared, sharedData } from '../support/shared-data.js'

interface Expected {
  /** `unmapped` functions besides the moved one. */
  readonly others: readonly string[]
  readonly missing: number
}

function showsThePureMove(path: () => string, { others, missing }: Expected): void {
  let report: Report
  beforeAll(async () => {
    report = (await replayed(path())).report
  }, REPLAY_TIMEOUT)

  it('sees both variants moved and renamed, and nothing else of them changed', () => {
    const moved = report.functions.filter(({ name }) => name === 'ptep_get_lockless')
    expect(moved.map(({ conditions }) => conditions)).toEqual([
      ['CONFIG_GUP_GET_PTE_LOW_HIGH'],
      ['!CONFIG_GUP_GET_PTE_LOW_HIGH'],
    ])
    for (const one of moved) {
      expect(one).toMatchObject({
        change: ['moved', 'renamed'],
        previousName: 'gup_get_pte',
        previousPath: 'mm/gup.c',
        path: 'include/linux/pgtable.h',
      })
      expect(one.before).toMatch(/^gup_get_pte@/)
      expect(one.after).toMatch(/^ptep_get_lockless@/)
    }
  })

  it('notes the wider visibility, and makes no finding of it', () => {
    const moved = report.functions.filter(({ name }) => name === 'ptep_get_lockless')
    for (const { notes } of moved) expect(notes.join('\n')).toMatch(/visible to more callers/)
    expect(JSON.stringify(report.findings)).not.toMatch(/visible to more/)
  })

  it('gives same for the moved function on every scenario, exhaustively, and says it is a pure move', () => {
    const same = findingsOf(report, { verdict: 'same', function: 'ptep_get_lockless' })
    expect(same.length).toBeGreaterThan(0)
    for (const one of same) {
      expect(one.kind).toBe('move')
      expect(one.summary).toMatch(/pure move and rename/)
      expect(one.scenarios?.length).toBeGreaterThan(5)
      for (const side of [one.before, one.after]) {
        expect(side.coverage).toEqual({ kind: 'exhaustive' })
        expect(side.executions).toBeGreaterThan(0)
      }
    }
  })

  it('replays both variants: two loads where the entry is of two words, and one elsewhere', () => {
    const archs = findingsOf(report, { verdict: 'same' }).map(({ arch }) => arch)
    expect(archs).toContain('x86-pae')
    expect(archs).toContain('x86-64')
  })

  it('finds nothing regressed, changed or fixed', () => {
    expect(report.summary).toMatchObject({ regressed: 0, changed: 0, fixed: 0 })
  })

  it('lists the other functions as unmapped', () => {
    expect(findingsOf(report, { verdict: 'unmapped' }).map((one) => one.function)).toEqual(others)
  })

  it('calls what the missing hunk changes inconclusive, and invents no lines for it', () => {
    const open = findingsOf(report, { verdict: 'inconclusive' })
    expect(open).toHaveLength(missing)
    expect(report.patches.flatMap(({ files }) => files.flatMap((file) => file.missing))).toHaveLength(missing)
    for (const one of open) {
      expect(one).toMatchObject({ kind: 'missing hunk', path: 'mm/gup.c', function: '(unnamed)' })
      expect(one.summary).toMatch(/^7 lines of mm\/gup\.c/)
      expect(one.before.coverage.kind).toBe('not-run')
    }
  })

  it(
    'ends with 5, and with 0 when open questions are allowed',
    async () => {
      // What is run is the same each time; only what is made of it differs.
      const runThread = () => replayed(path())
      const run = (...words: string[]) =>
        cli(['run', path(), '--json', ...words], { pipeline: { runThread } })
      expect((await run()).code).toBe(5)
      expect((await run('--allow-inconclusive')).code).toBe(0)
      expect((await run('--fail-on', 'unmapped')).code).toBe(1)
    },
    REPLAY_TIMEOUT,
  )
}

describe('fixtures/threads/lockless-move.mbox', () => {
  const path = () => fixture('lockless-move.mbox')
  showsThePureMove(path, { others: ['gup_pte_range', 'prot_none_pte_entry'], missing: 0 })

  it(
    'repairs nothing',
    async () => {
      const { report } = await replayed(path())
      for (const { repairs, certificate } of report.patches.flatMap(({ files }) => files))
        expect([repairs, certificate.added]).toEqual([[], 'verbatim'])
    },
    REPLAY_TIMEOUT,
  )

  it(
    'replays the latest revision, and says that there is another',
    async () => {
      const { report } = await replayed(path())
      expect(report.patches.map(({ version, index, count }) => [version, index, count])).toEqual([
        [2, 1, 3],
        [2, 2, 3],
        [2, 3, 3],
      ])
      expect(report.diagnostics).toContainEqual(
        expect.objectContaining({ severity: 'note', code: 'revision-selected' }),
      )
    },
    REPLAY_TIMEOUT,
  )
})

describe('fixtures/threads/lockless-move.mail-archive.txt', () => {
  const path = () => fixture('lockless-move.mail-archive.txt')
  showsThePureMove(path, { others: ['gup_pte_range'], missing: 1 })

  it(
    'lists what it repaired',
    async () => {
      const { report } = await replayed(path())
      const kinds = new Set(
        report.patches.flatMap(({ files }) =>
          files.flatMap(({ repairs }) => repairs.map(({ kind }) => kind)),
        ),
      )
      for (const kind of ['unwrapped', 'marker-stripped', 'tabs-to-spaces', 'runs-of-4'])
        expect(kinds).toContain(kind)
    },
    REPLAY_TIMEOUT,
  )

  it(
    'says that the counts do not add up to the diffstat',
    async () => {
      const { report } = await replayed(path())
      expect(report.diagnostics.map(({ code }) => code)).toContain('hunk-body-missing')
      expect(report.diagnostics.map(({ code }) => code)).toContain('check-diffstat')
    },
    REPLAY_TIMEOUT,
  )
})

describeShared('seeds/004.txt', ['seeds/004.txt'], () => {
  const path = () => sharedData('seeds/004.txt') ?? ''
  showsThePureMove(path, { others: [], missing: 1 })

  it(
    'joins four wrapped lines and restores three markers',
    async () => {
      const { report } = await replayed(path())
      const count = (kind: string) =>
        report.patches
          .flatMap(({ files }) => files.flatMap(({ repairs }) => repairs))
          .filter((repair) => repair.kind === kind)
          .reduce((sum, repair) => sum + repair.count, 0)
      expect([count('unwrapped'), count('marker-stripped')]).toEqual([4, 3])
    },
    REPLAY_TIMEOUT,
  )

  it(
    'reports the cut-off hunk as 7 lines, none of which stand in the mail',
    async () => {
      const { report } = await replayed(path())
      const [missing] = report.patches.flatMap(({ files }) => files.flatMap((file) => file.missing))
      expect(missing).toMatch(/^7 lines of mm\/gup\.c at 2160/)
      expect(readFileSync(path(), 'utf8')).not.toContain('missing')
    },
    REPLAY_TIMEOUT,
  )
})

describeShared('threads/ptep-get-lockless-move.mbox', ['threads/ptep-get-lockless-move.mbox'], () => {
  const path = () => sharedData('threads', 'ptep-get-lockless-move.mbox') ?? ''
  showsThePureMove(path, {
    others: [
      'gup_pte_range',
      'perf_get_page_size',
      'perf_get_pgtable_size',
      'arch_perf_get_page_size',
      'arch_perf_get_page_size',
      'huge_tte_to_shift',
      'tte_to_shift',
      'pud_leaf_size',
      'pmd_leaf_size',
      'pte_leaf_size',
      'pgd_leaf_size',
      'pte_leaf_size',
    ],
    missing: 0,
  })

  it(
    'repairs nothing',
    async () => {
      const { report } = await replayed(path())
      for (const { repairs } of report.patches.flatMap(({ files }) => files)) expect(repairs).toEqual([])
    },
    REPLAY_TIMEOUT,
  )

  it(
    'gives every finding an id of its own',
    async () => {
      const { report } = await replayed(path())
      const ids = report.findings.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
    },
    REPLAY_TIMEOUT,
  )

  it(
    'gives the verdict that the archived page gives',
    async () => {
      const page = sharedData('seeds/004.txt')
      if (page === null) return
      const of = async (file: string) =>
        findingsOf((await replayed(file)).report, { verdict: 'same' }).map(({ id }) => id)
      expect(await of(path())).toEqual(await of(page))
      theFinding((await replayed(page)).report, { kind: 'missing hunk' })
    },
    REPLAY_TIMEOUT,
  )
})
