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
    at: null,
    operation,
    text,
    locks: [],
    irqsOff: false,
    rcuDepth: 0,
    state: null,
    ...more,
  }
}

/** A step on an entry: `on('a', 'store', 'pmd:A', 'huge', 'none')`. */
function on(
  thread: string,
  operation: string,
  name: string,
  before: string,
  after: string,
  more: Partial<Step> = {},
): Step {
  return step(thread, operation, `${operation} ${name} = 0x867`, {
    state: `${name} ${after}`,
    entry: { name, before, after },
    ...more,
  })
}

const brief = (steps: readonly Step[], limit?: number): string[] =>
  traceRows(steps, limit).map((row) => ('text' in row ? row.text : row.kind))

const lines = (steps: readonly Step[], options: { width?: number; all?: boolean } = {}): readonly string[] =>
  traceLines(steps, { width: options.width ?? 80, paint: createPaint(false), all: options.all ?? false })

describe('a trace', () => {
  test('says what a step does to an entry in words, without raw values', () => {
    const steps = [on('a', 'load', 'pmd:A', 'huge', 'huge'), on('a', 'store', 'pmd:A', 'huge', 'none')]
    expect(brief(steps)).toEqual(['reads pmd:A: huge', 'writes pmd:A huge -> none'])
  })

  test('of a change in one word of several shows that word', () => {
    expect(brief([on('a', 'store', 'pte:A', 'present rw young', 'present ro young')])).toEqual([
      'writes pte:A present rw -> ro young',
    ])
  })

  test('tells a store that waits in its buffer from the flush by which it reaches memory', () => {
    const store = on('a', 'store', 'pte:A', 'none', 'swap')
    expect(
      brief([
        { ...store, text: `${store.text}, buffered` },
        on('b', 'load', 'pte:A', 'none', 'none'),
        on('a', 'store-flush', 'pte:A', 'none', 'swap', { text: 'flush of pte:A' }),
        step('a', 'store-flush', 'flush of ptl:A'),
      ]),
    ).toEqual([
      'switch',
      'writes pte:A none -> swap, buffered',
      'switch',
      'reads pte:A: none',
      'switch',
      'pte:A none -> swap reaches memory',
      'flush of ptl:A',
    ])
  })

  test('names the word of an entry that is touched', () => {
    const half = on('a', 'load', 'pte:A', 'none', 'none')
    const cell = { ...half, entry: { name: 'pte:A', cell: 'pte:A.low', before: 'none', after: 'none' } }
    expect(brief([cell])).toEqual(['reads pte:A.low: none'])
  })

  test('marks every switch between threads, and says what a thread is when it comes first', () => {
    const zap = (text: string) => step('b', 'flush', text, { function: 'MADV_DONTNEED' })
    expect(lines([step('a', 'flush', 'one'), zap('two'), step('a', 'flush', 'three'), zap('four')])).toEqual([
      '  -- a: f',
      '  a    one',
      '  -- b: MADV_DONTNEED',
      '  b      two',
      '  -- a',
      '  a    three',
      '  -- b',
      '  b      four',
    ])
  })

  test('leaves out calls and returns without a mark, and marks what else it leaves out', () => {
    const steps = [
      on('a', 'store', 'pmd:A', 'huge', 'none'),
      step('a', 'call', 'call g', { function: 'g', depth: 1 }),
      step('a', 'return', 'return from g', { function: 'g', depth: 1 }),
      on('a', 'load', 'pgd:A', 'table', 'table'),
      on('b', 'load', 'pmd:A', 'none', 'none'),
    ]
    expect(brief(steps)).toEqual([
      'switch',
      'writes pmd:A huge -> none',
      'left-out',
      'switch',
      'reads pmd:A: none',
    ])
  })

  test('shows the entry that the hazard names, though one thread alone touches it', () => {
    const steps = [
      on('a', 'load', 'pgd:A', 'table', 'table'),
      on('a', 'load', 'pmd:A', 'none', 'none'),
      step('a', 'hazard', 'pmd:A is none', { hazard: 'pmd:A is none' }),
    ]
    expect(brief(steps)).toEqual(['reads pmd:A: none', 'pmd:A is none'])
  })

  test('ends at the hazard, which is always shown', () => {
    const steps = [step('a', 'choose', 'x', { hazard: 'boom' }), step('a', 'store', 'later')]
    expect(brief(steps)).toEqual(['x', 'boom'])
  })

  test('counts what happens again and again at one line', () => {
    const again = () => on('a', 'load', 'pmd:A', 'none', 'none', { at: 'mm/x.c' })
    expect(lines([again(), again()])).toEqual(['  a  x.c  reads pmd:A: none (twice)'])
  })

  test('shows a loop twice and then where it ends', () => {
    const steps = [
      ...Array.from({ length: 512 }, (_, n) => step('a', 'pte_entry', `pte_entry page ${n}`)),
      step('a', 'unlock', 'unlock ptl'),
    ]
    expect(brief(steps)).toEqual(['pte_entry page 0', 'pte_entry page 1', 'left-out', 'releases ptl'])
  })

  test('of a long execution shows what leads up to the hazard', () => {
    const steps = Array.from({ length: 200 }, (_, n) =>
      step('a', 'flush', `s${String.fromCharCode(97 + (n % 26))}${'x'.repeat(n / 26)}`),
    )
    const shown = brief([...steps, step('a', 'load', 'bad', { hazard: 'boom' })])
    expect(shown.length).toBeLessThan(32)
    expect(shown.slice(-2)).toEqual(['bad', 'boom'])
  })

  test('where room is short leaves out reads of what the thread has read already', () => {
    const read = (at: string) => on('a', 'load', 'pmd:A', 'none', 'none', { at })
    const steps = [read('x.c'), read('y.c'), step('a', 'flush', 'flush'), read('z.c')]
    expect(brief(steps, 3)).toEqual(['reads pmd:A: none', 'flush'])
  })
})

test('where room is short a read right before the change of what was read is left out', () => {
  const steps = [
    on('a', 'load', 'pmd:A', 'huge', 'huge'),
    on('a', 'store', 'pmd:A', 'huge', 'none'),
    step('a', 'flush', 'flush'),
  ]
  expect(brief(steps, 2)).toEqual(['writes pmd:A huge -> none', 'flush'])
})

test('where room is short a change of an entry is kept before reads, and reads before locks', () => {
  const steps = [
    on('a', 'load', 'pmd:A', 'huge', 'huge'),
    on('a', 'store', 'pmd:A', 'huge', 'none'),
    step('a', 'lock', 'lock ptl'),
    step('a', 'flush', 'flush', { locks: ['ptl'] }),
    on('a', 'load', 'pte:A', 'none', 'none', { locks: ['ptl'], hazard: 'boom' }),
    on('b', 'load', 'pmd:A', 'none', 'none'),
  ]
  expect(brief(steps, 3)).toEqual([
    'writes pmd:A huge -> none',
    'left-out',
    'flush',
    'reads pte:A: none',
    'boom',
  ])
})

describe('the stack of a trace', () => {
  const inWalk = { function: 'walk_pte_range', depth: 1 }
  const inHelper = { function: 'set_pte_at', depth: 2 }
  const steps = [
    step('a', 'call', 'call walk_pte_range', { ...inWalk, at: 'mm/x.c:9' }),
    on('a', 'load', 'pte:A', 'none', 'none', { ...inWalk, at: 'mm/x.c:14' }),
    step('a', 'call', 'call set_pte_at', { ...inHelper, at: 'mm/x.c:16' }),
    on('a', 'store', 'pte:A', 'none', 'swap', { ...inHelper, at: 'mm/x.c:16' }),
  ]

  test('stands over the steps; what has no lines of its own is named in the step', () => {
    expect(lines(steps)).toEqual(
      [
        '     in f > walk_pte_range',
        '  a  x.c:14  reads pte:A: none',
        '  a  x.c:16  set_pte_at: pte:A none -> swap',
      ].map((line) => line.replace('f > ', '')),
    )
  })

  test('is left alone by a store that reaches memory in between', () => {
    const flush = on('a', 'store-flush', 'pte:A', 'none', 'swap', { text: 'flush of pte:A', depth: 0 })
    const again = on('a', 'load', 'pte:A', 'swap', 'swap', { ...inWalk, at: 'mm/x.c:18' })
    expect(lines([...steps, flush, again]).slice(-2)).toEqual([
      '  a          pte:A none -> swap reaches memory',
      '  a  x.c:18  reads pte:A: swap',
    ])
  })

  test('tells the locks once, and each lock that is taken or dropped after that by its step', () => {
    const text = lines([
      step('a', 'flush', 'one', { locks: ['mmap_lock(read)'], at: 'x.c:1' }),
      step('a', 'lock', 'lock ptl:A', { locks: ['mmap_lock(read)'], at: 'x.c:2' }),
      step('a', 'flush', 'two', { locks: ['mmap_lock(read)', 'ptl:A'], at: 'x.c:3' }),
      step('a', 'unlock', 'unlock ptl:A', { locks: ['mmap_lock(read)', 'ptl:A'], at: 'x.c:4' }),
      step('a', 'flush', 'three', { locks: ['mmap_lock(read)'], at: 'x.c:5' }),
    ])
    expect(text).toEqual([
      '     in f, holding mmap_lock(read)',
      '  a  x.c:1  one',
      '  a  x.c:2  takes ptl:A',
      '  a  x.c:3  two',
      '  a  x.c:4  releases ptl:A',
      '  a  x.c:5  three',
    ])
  })

  test('is no secret when a lock was taken unseen', () => {
    expect(
      lines([step('a', 'flush', 'one'), step('a', 'flush', 'two', { locks: ['ptl:A'], irqsOff: true })]),
    ).toEqual(['  a    one', '  a    two [holding ptl:A, irqs off]'])
  })
})

describe('on a screen', () => {
  const steps = [
    step('a', 'lock', 'lock ptl', { locks: ['mmap_lock'], at: 'mm/pagewalk.c:58' }),
    on('a', 'store', 'pte:A[1]', 'present rw young dirty pfn 1001', 'migration entry of pfn 1001', {
      depth: 3,
    }),
    step('b', 'store', 'set_pte_at(mm, addr, pte, entry)', {
      irqsOff: true,
      rcuDepth: 1,
      hazard: 'it is torn '.repeat(9),
    }),
  ]

  test.each([60, 76, 80, 120])('a trace keeps to %i columns, short or full', (width) => {
    for (const all of [false, true]) {
      for (const line of lines(steps, { width, all })) expect(line.length, line).toBeLessThanOrEqual(width)
    }
  })

  test('the full trace has every step with its number, its values and the locks held', () => {
    const text = lines([step('a', 'call', 'call g'), ...steps], { all: true }).join('\n')
    expect(text).toMatch(/call g/)
    expect(text).toMatch(/pagewalk.c:58 +lock ptl +mmap_lock/)
    expect(text).toMatch(/= 0x867/)
    expect(text).toMatch(/irqs off, rcu/)
  })

  test('an empty execution gives no lines', () => {
    expect(lines([])).toEqual([])
    expect(lines([], { all: true })).toEqual([])
  })
})
