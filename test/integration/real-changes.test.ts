/**
 * What two point releases of Linux 6.12 differ in, run through lifted C on both sides: a sample of functions of small
 * files. KREPLAY_LINUX_6_12_EARLIER names the earlier one's unpacked source, KREPLAY_LINUX_6_12 the later one's; without
 * both this is skipped. Differences are made when the test runs and kept nowhere.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Finding, Report } from '../../src/report/index.js'
import { runThread, stepThrough } from '../../src/run/index.js'

const BEFORE = process.env['KREPLAY_LINUX_6_12_EARLIER']
const AFTER = process.env['KREPLAY_LINUX_6_12']
const TIMEOUT = 120_000

const FILES = ['mm/damon/sysfs.c', 'mm/pagewalk.c', 'mm/swapfile.c', 'mm/secretmem.c']
const FUNCTIONS = [
  'damon_sysfs_regions_rm_dirs',
  'damon_sysfs_kdamonds_add_dirs',
  'secretmem_fault',
  'secretmem_release',
  '__swap_duplicate',
]

/** What git says of one file of two folders, with the kernel's own paths. */
function differenceOf(path: string, before: string, after: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kreplay-real-'))
  try {
    symlinkSync(before, join(folder, 'a'))
    symlinkSync(after, join(folder, 'b'))
    const words = ['diff', '--no-index', '--full-index', '--no-prefix', `a/${path}`, `b/${path}`]
    return spawnSync('git', words, { cwd: folder, encoding: 'utf8' }).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe.skipIf(BEFORE === undefined || AFTER === undefined)(
  'two point releases (KREPLAY_LINUX_6_12_EARLIER, KREPLAY_LINUX_6_12)',
  () => {
    const bytes = (): Uint8Array =>
      Buffer.from(FILES.map((path) => differenceOf(path, BEFORE ?? '', AFTER ?? '')).join(''))
    const request = () => ({
      inputs: [{ kind: 'bytes' as const, name: 'difference', bytes: bytes() }],
      tree: { name: BEFORE ?? '', cwd: process.cwd() },
      functions: FUNCTIONS,
      budget: { executions: 200 },
    })
    let report: Report
    beforeAll(async () => {
      report = (await runThread(request())).report
    }, TIMEOUT)

    const of = (name: string): readonly Finding[] =>
      report.findings.filter((finding) => finding.function === name && finding.verdict !== 'pre-existing')

    it('are proved by blob id, and every function of the sample has a verdict', () => {
      const files = report.patches.flatMap((patch) => patch.files)
      expect(files.map(({ certificate }) => certificate.added)).toEqual(files.map(() => 'post-blob'))
      for (const name of FUNCTIONS) expect([name, of(name).length > 0]).toEqual([name, true])
    })

    it('differ where a kobject is deleted before it is put', () => {
      const changed = of('damon_sysfs_regions_rm_dirs').find(({ kind }) => kind === 'opaque calls')
      expect(changed?.verdict).toBe('changed')
      expect(changed?.summary).toContain('kobject_del')
    })

    it('never say more than a bound allows', () => {
      for (const { verdict, before, after } of report.findings) {
        if (verdict !== 'same') continue
        expect([before.coverage.kind, after.coverage.kind]).toEqual(['exhaustive', 'exhaustive'])
      }
    })

    it('show each difference in an execution that can be replayed', { timeout: TIMEOUT }, async () => {
      const shown = report.findings.filter(
        ({ witness, verdict }) => verdict === 'changed' && witness !== null,
      )
      expect(shown.length).toBeGreaterThan(0)
      const [first] = shown
      if (first?.witness == null) return
      const { side, schedule } = first.witness
      const stepped = await stepThrough({ ...request(), scenario: first.scenario, side, schedule })
      expect(stepped.ok).toBe(true)
    })
  },
)
