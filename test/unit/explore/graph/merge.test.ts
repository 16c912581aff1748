/** Executions that end alike, counted by the states of the last thread: the counts of the search that merges nothing. */
import { describe, expect, it } from 'vitest'
import {
  type ExploreOptions,
  explore,
  exploreStates,
  type FinishedExecution,
  forEachExecution,
  MEMORY_MODELS,
  type Outcome,
} from '../../../../src/explore/index.js'
import type { Program, Word } from '../../../../src/machine/index.js'
import { buildContpteRead, type ContpteReadSpec } from '../../../../src/suite/index.js'

const MODELS = MEMORY_MODELS.filter(({ name }) => name.startsWith('lkmm'))

/** What threads return and what memory holds in the end: all that a merged search may be asked. */
function ending({ threads, status }: FinishedExecution): Record<string, string> {
  return {
    status,
    returned: threads.map(({ returned }) => String((returned as Word | undefined)?.bits)).join(),
  }
}

function counts(outcome: Outcome): unknown {
  const endings = [...outcome.behaviours.values()].map(({ observation, count }) => [observation, count])
  return {
    coverage: outcome.coverage,
    executions: outcome.executions,
    blocked: outcome.blocked,
    endings: endings.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  }
}

function explored(program: Program, options: Pick<ExploreOptions, 'model' | 'merge'>): Outcome {
  return explore(program, { ...options, observe: ending, budget: { executions: 1e12 } })
}

describe.each(MODELS)('under $name', (model) => {
  const specs: readonly ContpteReadSpec[] = [2, 4, 6].flatMap((n) =>
    (['set', 'clear+set'] as const).flatMap((writer) =>
      (['assume', 'retry', 'all'] as const).map((reader) => ({ n, writer, reader })),
    ),
  )
  it.each(specs.filter(({ n, reader }) => n < 6 || reader !== 'all'))(
    'N = $n, $writer, $reader: as many executions of each ending',
    (spec) => {
      const { program } = buildContpteRead(spec)
      expect(counts(explored(program, { model, merge: true }))).toEqual(counts(explored(program, { model })))
    },
  )
  it.each([
    ['set', 'assume', 98_304, 0],
    ['clear+set', 'assume', 98_305, 98_302],
    ['clear+set', 'all', 4 * 3 ** 15 + 1, 0],
  ] as const)('N = 16, %s, %s: %i executions and %i blocked ones', (writer, reader, executions, blocked) => {
    const { program } = buildContpteRead({ n: 16, writer, reader })
    const outcome = explored(program, { model, merge: true })
    expect(outcome).toMatchObject({ coverage: { kind: 'exhaustive' }, executions, blocked })
  })
  it('visits an execution of each ending that a schedule replays', () => {
    const { program } = buildContpteRead({ n: 8, writer: 'clear+set', reader: 'all' })
    let weight = 0
    forEachExecution(program, { model, merge: true }, (execution) => {
      weight += execution.weight
      expect(execution.decisions.length).toBeGreaterThan(8)
      return true
    })
    expect(weight).toBe(4 * 3 ** 7 + 1)
  })
})

describe.each(['sc', 'tso'] as const)('all 16 entries under %s', (model) => {
  it('is a few thousand states', () => {
    const { program } = buildContpteRead({ n: 16, writer: 'clear+set', reader: 'all' })
    const outcome = exploreStates(program, { model })
    expect(outcome?.coverage).toEqual({ kind: 'exhaustive' })
    expect(outcome?.states).toBeLessThan(20_000)
    // Old, new, none, and mixtures of the accessed and dirty bits only.
    expect(outcome?.outcomes.size).toBeGreaterThan(2)
  })
})
