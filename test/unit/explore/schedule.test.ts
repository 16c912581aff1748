import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Decision, formatSchedule, parseSchedule, type ScheduleRun } from '../../../src/explore/index.js'

const run = fc.record({
  thread: fc.nat(25),
  steps: fc.integer({ min: 1, max: 40 }),
  choices: fc.array(fc.stringMatching(/^[A-Za-z0-9_.~-]{1,8}$/), { maxLength: 3 }),
})
const flushes = fc.record({
  thread: fc.nat(25),
  steps: fc.integer({ min: 1, max: 9 }),
  choices: fc.constant([]),
  flush: fc.constant(true as const),
})

/** Runs of different threads and store buffers one after another, with no more choices than steps. */
const runs = fc
  .array(fc.oneof({ weight: 2, arbitrary: run }, { weight: 1, arbitrary: flushes }), { maxLength: 12 })
  .map((all: readonly ScheduleRun[]) => {
    const possible = all.filter(({ choices, steps }) => choices.length <= steps)
    return possible.filter((each, i) => {
      const before = possible[i - 1]
      return each.thread !== before?.thread || each.flush !== before.flush
    })
  })

function decisionsOf(wanted: readonly ScheduleRun[]): Decision[] {
  return wanted.flatMap(({ thread, steps, choices, flush }) =>
    Array.from({ length: steps }, (_, i) => {
      return { thread, choice: choices[i] ?? null, ...(flush === undefined ? {} : { flush }) }
    }),
  )
}

it('reading a printed schedule gives the schedule', () => {
  fc.assert(
    fc.property(runs, (wanted) => {
      expect(parseSchedule(formatSchedule(decisionsOf(wanted)))).toEqual({ ok: true, value: wanted })
    }),
    { seed: 1 },
  )
})

it('a printed schedule stands for itself in a URL', () => {
  fc.assert(
    fc.property(runs, (wanted) => {
      const printed = formatSchedule(decisionsOf(wanted))
      expect(new URLSearchParams(`schedule=${printed}`).get('schedule')).toBe(printed)
      expect(encodeURI(printed)).toBe(printed)
    }),
    { seed: 2 },
  )
})

it('the capital letter of a thread is its store buffer', () => {
  const a = { thread: 0, choice: null }
  const flush = { ...a, flush: true as const }
  expect(formatSchedule([a, a, flush, a, flush, flush])).toBe('a2A1a1A2')
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
  ['a2B', 3],
  ['a2B1(no)', 5],
  ['a2 b1', 3],
  ['a2(no', 3],
  ['4', 1],
  ['a2$(reboot)', 3],
])('%j is no schedule, from column %i on', (text, column) => {
  const parsed = parseSchedule(text)
  expect(parsed.ok).toBe(false)
  if (!parsed.ok) expect(parsed.error.message).toContain(`at column ${column}`)
})
