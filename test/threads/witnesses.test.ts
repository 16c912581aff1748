/** Every counterexample is a command that can be pasted: it replays to the hazard or observation of its finding. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Finding, Report } from '../../src/report/index.js'
import * as pipeline from '../../src/run/index.js'
import { runThread } from '../../src/run/index.js'
import { fixture, fixtureText, REPLAY_TIMEOUT, replayed, replayText } from '../support/replayed.js'
import { cli } from '../support/run-cli.js'
import { describeShared, sharedData } from '../support/shared-data.js'

/** The words of a command line; the ones printed quote with single quotes at most. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

interface Walk {
  readonly scenario: string
  readonly side: string
  readonly schedule: string
  readonly steps: readonly {
    readonly operation: string
    readonly hazard?: string
    readonly locks: readonly string[]
  }[]
  readonly hazards: readonly string[]
}

async function stepped(command: string): Promise<Walk> {
  const [tool, ...argv] = words(command)
  expect(tool).toBe('kreplay')
  const { code, stdout, stderr } = await cli([...argv, '--json'], { pipeline })
  expect([code, stderr], command).toEqual([0, ''])
  return JSON.parse(stdout) as Walk
}

function isHazard(finding: Finding): boolean {
  return finding.before.value === 'possible' || finding.after.value === 'possible'
}

async function replaysTo(finding: Finding): Promise<void> {
  const { witness } = finding
  if (witness === null) throw new Error(`${finding.property} has no witness`)
  const walk = await stepped(witness.command)
  expect(walk).toMatchObject({ scenario: finding.scenario, side: witness.side, schedule: witness.schedule })
  const kind = finding.property.replace(/ \(.*\)$/, '')
  if (isHazard(finding))
    expect(
      walk.hazards.some((text) => text.startsWith(kind)),
      witness.command,
    ).toBe(true)
  else expect(walk.hazards, witness.command).toEqual([])
  const shown = witness.steps.map(({ operation, hazard, locks }) => [operation, hazard, locks])
  expect(
    walk.steps.slice(0, shown.length).map(({ operation, hazard, locks }) => [operation, hazard, locks]),
  ).toEqual(shown)
}

function everyCommandReplays(report: () => Promise<Report>): void {
  it(
    'for every finding with a witness',
    async () => {
      const withWitness = (await report()).findings.filter(({ witness }) => witness !== null)
      expect(withWitness.length).toBeGreaterThan(10)
      for (const finding of withWitness) await replaysTo(finding)
    },
    REPLAY_TIMEOUT,
  )
}

async function reportOf(path: string): Promise<Report> {
  const result = await runThread({ inputs: [{ kind: 'path', path }], commandArguments: [path] })
  return result.report
}

describe('the commands of pagewalk-lock.mbox', () =>
  everyCommandReplays(() => reportOf(fixture('pagewalk-lock.mbox'))))

describeShared('the commands of seeds/001.txt', ['seeds/001.txt'], () =>
  everyCommandReplays(() => reportOf(sharedData('seeds/001.txt') ?? '')),
)

describe('a run with --loads', () => {
  it.each(['once', 'each'] as const)(
    '%s has commands that replay',
    async (loads) => {
      const path = fixture('pagewalk-ptl-only.mbox')
      const { report } = await runThread({
        inputs: [{ kind: 'path', path }],
        loads,
        commandArguments: ['--loads', loads, path],
      })
      const found = report.findings.filter(({ witness }) => witness !== null)
      expect(found.length).toBeGreaterThan(2)
      for (const finding of found) await replaysTo(finding)
    },
    REPLAY_TIMEOUT,
  )
})

describe('a series of two patches to one function', () => {
  let path = ''
  let report: Report
  beforeAll(async () => {
    const { mkdtempSync, writeFileSync } = await import('node:fs')
    const { tmpdir } = await import('node:os')
    const { join } = await import('node:path')
    path = join(mkdtempSync(join(tmpdir(), 'kreplay-')), 'series.mbox')
    writeFileSync(path, series())
    report = await reportOf(path)
  }, REPLAY_TIMEOUT)

  it('is replayed patch by patch', () => {
    expect(report.patches.map(({ index }) => index)).toEqual([1, 2])
    expect(report.functions.map(({ name }) => name)).toEqual([
      'walk_pte_range',
      'walk_pte_range',
      'walk_pmd_range',
    ])
  })

  it('gives every finding an id of its own', () => {
    const ids = report.findings.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it(
    'has commands that replay the patch they belong to',
    async () => {
      const walks = report.findings.filter(({ property }) => property === 'walk of a non-table (none)')
      expect(walks).toHaveLength(1)
      for (const finding of walks) await replaysTo(finding)
    },
    REPLAY_TIMEOUT,
  )
})

/** The fixture's lock alone as patch 1, and all of the fixture's patch as patch 2, of one series. */
function series(): string {
  const first = (name: string): string => {
    const text = fixtureText(name)
    const end = text.indexOf('\nFrom ', 1)
    return end < 0 ? text : text.slice(0, end + 1)
  }
  const numbered = (text: string, n: number): string =>
    text
      .replace(/^Subject: .*$/m, `Subject: [PATCH ${n}/2] mm/pagewalk: step ${n}`)
      .replace(
        /^Message-I[dD]: .*$/m,
        `Message-ID: <series-${n}@example.org>${n === 1 ? '' : '\nIn-Reply-To: <series-1@example.org>'}`,
      )
      .replace(/^From: .*$/m, 'From: Ada <ada@example.org>')
  return `${numbered(first('pagewalk-ptl-only.mbox'), 1)}\n${numbered(first('pagewalk-lock.mbox'), 2)}`
}

describe('determinism', () => {
  it(
    'two runs give the same bytes of JSON',
    async () => {
      const json = async () => {
        const { code, stdout } = await cli(['run', fixture('pagewalk-lock.mbox'), '--json'], { pipeline })
        expect(code).toBe(1)
        return stdout
      }
      const first = await json()
      expect(first.length).toBeGreaterThan(10_000)
      expect(await json()).toBe(first)
    },
    REPLAY_TIMEOUT,
  )

  it(
    'a thread from standard input gives the findings of the file',
    async () => {
      const ids = (await replayed(fixture('pagewalk-ptl-only.mbox'))).report.findings.map(({ id }) => id)
      const { report } = await replayText(fixtureText('pagewalk-ptl-only.mbox'))
      expect(ids.length).toBeGreaterThan(3)
      expect(report.findings.map(({ id }) => id)).toEqual(ids)
    },
    REPLAY_TIMEOUT,
  )
})
