/** The examples run as they are printed, from their own folder, and give what they are there to show. */
import { describe, expect, test } from 'vitest'
import { parseReport } from '../src/index.js'
import { BUILT, runBuilt } from './support/built.js'

describe.skipIf(!BUILT)('examples/01-plugin (skipped without dist/)', () => {
  const folder = 'examples/01-plugin'

  test('finds the update that is lost without the lock', async () => {
    const { code, stdout } = await runBuilt(['run', 'counter.mbox', '--json'], folder)
    const report = parseReport(stdout, 'stdout')
    if (!report.ok) throw new Error(report.error.message)
    const { findings, functions } = report.value
    expect(findings.map(({ verdict, property }) => `${verdict}: ${property}`)).toEqual([
      'regressed: lost update (total)',
      'changed: lock operations (callers: 1)',
    ])
    expect(findings[0]).toMatchObject({
      path: 'lib/event_counter.c',
      scenario: 'event-counter/2',
      before: { holds: 'never', coverage: { kind: 'exhaustive' } },
      after: { holds: 'sometimes' },
    })
    expect(functions[0]?.changedLines).toMatchObject({ reached: 2, executable: 2 })
    expect(code).toBe(1)
  })

  test('gives a line that replays the finding', async () => {
    const { stdout } = await runBuilt(['run', 'counter.mbox', '--json'], folder)
    const report = parseReport(stdout, 'stdout')
    const [kreplay, ...words] = (report.ok && report.value.findings[0]?.witness?.command.split(' ')) || []
    expect(kreplay).toBe('kreplay')
    const replayed = await runBuilt(words, folder)
    expect(replayed.stdout).toContain('hazard: lost update: total is written back from a stale read')
    expect(replayed.code).toBe(0)
  })

  test('is not loaded from beside the thread', async () => {
    const { code, stdout } = await runBuilt(['run', `${folder}/counter.mbox`])
    expect(stdout).toMatch(/nothing stands for\s+event_counter_add/)
    expect(code).toBe(4)
  })

  test('fingerprints are carried by its reimplementations', async () => {
    const { stdout } = await runBuilt(['fingerprint', 'counter.mbox'], folder)
    expect(stdout).toMatch(/before +hunks +[0-9a-f]{16} +event_counter_add@locked\n/)
    expect(stdout).toMatch(/after +hunks +[0-9a-f]{16} +event_counter_add@lockless\n/)
  })
})
