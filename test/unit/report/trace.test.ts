import { describe, expect, test } from 'vitest'
import type { Step } from '../../../src/report/index.js'
import { createPaint, traceLines } from '../../../src/report/index.js'
import { traceRows } from '../../../src/report/trace.js'

let next = 0
function step(thread: string, operation: string, text: string, more: Partial<Step> = {}): Step {
  return {
    step: ++next,
    thread,
    function: 'f',
    depth: 0,
    at: 'mm/x.c:1',
    operation,
    text,
    locks: [],
    irqsOff: false,
    rcuDepth: 0,
    state: null,
    ...more,
  }
}

const kinds = (steps: readonly Step[], all = false): string[] =>
  traceRows(steps, all).map((row) => (row.kind === 'step' ? row.step.text : row.kind))

describe('a trace', () => {
  test('marks every switch between threads', () => {
    expect(
      kinds([step('a', 'store', 'one'), step('b', 'store', 'two'), step('a', 'store', 'three')]),
    ).toEqual(['frame', 'one', 'switch', 'frame', 'two', 'switch', 'three'])
  })

  test('says how many steps were left out, and leaves none out when all are asked for', () => {
    const steps = [
      step('a', 'store', 'one'),
      step('a', 'choose', 'x'),
      step('a', 'assume', 'y'),
      step('a', 'store', 'two'),
    ]
    expect(traceRows(steps, false)).toContainEqual({ kind: 'left-out', count: 2 })
    expect(kinds(steps, true)).toEqual(['frame', 'one', 'x', 'y', 'two'])
  })

  test('ends at the hazard, which is always shown', () => {
    const steps = [step('a', 'choose', 'x', { hazard: 'boom' }), step('a', 'store', 'later')]
    expect(kinds(steps)).toEqual(['frame', 'x', 'hazard', 'left-out'])
  })

  test('shows a loop twice and then where it ends', () => {
    const round = (n: number): Step => step('a', 'store', `pte ${n}`)
    const steps = [...Array.from({ length: 512 }, (_, n) => round(n)), step('a', 'unlock', 'end')]
    expect(kinds(steps)).toEqual(['frame', 'pte 0', 'pte 1', 'left-out', 'end'])
  })

  test('of a long execution shows what leads up to the hazard', () => {
    const steps = Array.from({ length: 200 }, (_, n) =>
      step('a', 'store', `s${String.fromCharCode(97 + (n % 26))}${'x'.repeat(n / 26)}`),
    )
    const shown = kinds([...steps, step('a', 'load', 'bad', { hazard: 'boom' })])
    expect(shown.length).toBeLessThan(32)
    expect(shown.slice(-2)).toEqual(['bad', 'hazard'])
  })

  test('indents a callee under its call and does not name it twice', () => {
    const rows = traceRows(
      [
        step('a', 'call', 'g(pmd)'),
        step('a', 'store', 'in g', { depth: 1, function: 'g' }),
        step('a', 'store', 'in f'),
      ],
      true,
    )
    expect(rows.map((row) => ('level' in row ? [row.kind, row.level] : row.kind))).toEqual([
      ['frame', 0],
      ['step', 1],
      ['step', 2],
      ['step', 1],
    ])
  })
})

describe('on a screen', () => {
  const lines = (width: number): readonly string[] =>
    traceLines(
      [
        step('a', 'lock', 'spin_lock(ptl)', { locks: ['mmap_lock', 'ptl'], state: 'pte none' }),
        step('b', 'store', 'set_pte_at(mm, addr, pte, entry)', { irqsOff: true, rcuDepth: 1 }),
      ],
      { width, paint: createPaint(false), all: true },
    )

  test.each([60, 80, 120])('a trace keeps to %i columns', (width) => {
    for (const line of lines(width)) expect(line.length).toBeLessThanOrEqual(width)
  })

  test('locks, interrupts and RCU stand beside the step', () => {
    const text = lines(80).join('\n')
    expect(text).toMatch(/spin_lock\(ptl\) +mmap_lock ptl +pte none/)
    expect(text).toMatch(/irq rcu/)
  })

  test('an empty execution gives no lines', () => {
    expect(traceLines([], { width: 80, paint: createPaint(false), all: true })).toEqual([])
  })
})
