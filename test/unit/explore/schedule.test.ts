import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatSchedule, parseSchedule, type ScheduleRun } from '../../../src/explore/index.js'

const run = fc.record({
  thread: fc.nat(25),
  steps: fc.integer({ min: 1, max: 40 }),
  choices: fc.array(fc.stringMatching(/^[A-Za-z0-9_.~-]{1,8}$/), { maxLength: 3 }),
})

/** Runs of different threads one after another, with no more choices than steps. */
const runs = fc
  .array(run, { maxLength: 12 })
  .map((all) =>
    all.filter((each, i) => each.thread !== all[i - 1]?.thread && each.choices.length <= each.steps),
  )

it('reading a printed schedule gives the schedule', () => {
  fc.assert(
    fc.property(runs, (wanted) => {
      const separate = wanted.filter((each, i) => each.thread !== wanted[i - 1]?.thread)
      const decisions = separate.flatMap(({ thread, steps, choices }) =>
        Array.from({ length: steps }, (_, i) => ({ thread, choice: choices[i] ?? null })),
      )
      const parsed = parseSchedule(formatSchedule(decisions))
      expect(parsed).toEqual({ ok: true, value: separate satisfies readonly ScheduleRun[] })
    }),
    { seed: 1 },
  )
})

it('steps of one thread become one run, with its answers in brackets', () => {
  const a = { thread: 0, choice: null }
  const b = { thread: 1, choice: null }
  expect(formatSchedule([a, a, b, { thread: 1, choice: 'stop' }, a])).toBe('a2b2(stop)a1')
})

it('the empty schedule is the empty text', () => {
  expect(formatSchedule([])).toBe('')
  expect(parseSchedule('')).toEqual({ ok: true, value: [] })
})

it.each([
  ['a', 1],
  ['a2B1', 3],
  ['a2 b1', 3],
  ['a2(no', 3],
  ['4', 1],
  ['a2$(reboot)', 3],
])('%j is no schedule, from column %i on', (text, column) => {
  const parsed = parseSchedule(text)
  expect(parsed.ok).toBe(false)
  if (!parsed.ok) expect(parsed.error.message).toContain(`at column ${column}`)
})
