/** Reports as a run would write them, made up for the tests of everything that reads a report. */
import type {
  Coverage,
  Finding,
  Report,
  ReportFile,
  ReportFunction,
  SideResult,
  Step,
} from '../../src/report/index.js'

const EXHAUSTIVE: Coverage = { kind: 'exhaustive' }
const NO_PREMISE = { needs: [], inTree: null }
const SUMMARY = { regressed: 0, changed: 0, inconclusive: 0, unmapped: 0, fixed: 0, same: 0 }

function side(holds: SideResult['holds'], executions: number, value?: string): SideResult {
  const count = holds === 'always' ? executions : holds === 'sometimes' ? 3 : 0
  return { holds, count, executions, coverage: EXHAUSTIVE, ...(value === undefined ? {} : { value }) }
}

/** `[thread, function, depth, place, operation, text, locks, entry, hazard]`, the rest at its usual value. */
type ShortStep = [string, string, number, string | null, string, string, string, string | null, string?]

function steps(list: readonly ShortStep[]): readonly Step[] {
  return list.map(([thread, fn, depth, at, operation, text, locks, entry, hazard], index) => ({
    step: index + 1,
    thread,
    function: fn,
    depth,
    at,
    operation,
    text,
    locks: locks === '' ? [] : locks.split(','),
    irqsOff: false,
    rcuDepth: 0,
    ...entryOf(entry),
    ...(hazard === undefined ? {} : { hazard }),
  }))
}

/** `pmd:A huge -> none`, or `pmd:A huge` for an entry that stays as it is. */
function entryOf(text: string | null): Pick<Step, 'state' | 'entry'> {
  const [, name, before, after = before] = /^(\S+) (.*?)(?: -> (.*))?$/.exec(text ?? '') ?? []
  if (name === undefined || before === undefined || after === undefined) return { state: null }
  return { state: `${name} ${after}`, entry: { name, before, after } }
}

const OPTIONS: Report['options'] = {
  arch: ['x86-64'],
  model: ['sc'],
  tree: null,
  config: {},
  seed: 1,
  scope:
    "1 thread, the architecture's table sizes; 1 thread, 4 entries per table; 2 threads, 4 entries per table",
  loads: ['each', 'merged'],
}

function finding(
  part: Partial<Finding> & Pick<Finding, 'id' | 'verdict' | 'kind' | 'summary' | 'scenario'>,
): Finding {
  return {
    reach: 'unknown',
    function: 'walk_pte_range',
    path: 'mm/pagewalk.c',
    property: part.summary,
    arch: 'x86-64',
    model: 'sc',
    config: {},
    premise: NO_PREMISE,
    before: side('never', 41),
    after: side('never', 41),
    witness: null,
    ...part,
  }
}

const WALK = 'mm/pagewalk.c'

/** The walk through an emptied pmd: `both` callbacks set, another CPU zaps between the callback and the walk. */
const emptyPmd: Finding = finding({
  id: '9c41d7e2b0a5f318',
  verdict: 'regressed',
  kind: 'walk-of-non-table',
  function: 'walk_pmd_range',
  scenario: 'pagewalk/both-callbacks-zap',
  scenarios: [
    'pagewalk/both-callbacks-zap',
    'pagewalk/both-callbacks-any-two-steps',
    'pagewalk/file-truncate',
  ],
  property: 'a walk of a page table that is none',
  summary: 'page-table walk through an empty pmd',
  premise: {
    needs: [
      'a walker that sets pmd_entry and pte_entry',
      'mmap_lock held for read',
      'a huge pmd (THP)',
      'any number of loads of *pmd',
    ],
    inTree: null,
  },
  before: side('never', 41),
  after: side('sometimes', 57),
  witness: {
    side: 'after',
    schedule: 'a4b5a7',
    steps: steps([
      ['a', 'walk_pmd_range', 1, WALK, 'call', 'call walk_pmd_range', 'mmap_lock(read)', null],
      [
        'a',
        'walk_pmd_range',
        1,
        `${WALK}:44`,
        'load',
        'load pmd:A = 0x20000a7',
        'mmap_lock(read)',
        'pmd:A huge',
      ],
      ['a', 'pmd_entry', 2, `${WALK}:53`, 'call', 'call pmd_entry', 'mmap_lock(read)', null],
      ['a', 'pmd_entry', 2, `${WALK}:53`, 'pmd_entry', 'pmd_entry page 0', 'mmap_lock(read)', 'pmd:A huge'],
      ['a', 'pmd_entry', 2, `${WALK}:53`, 'return', 'return from pmd_entry', 'mmap_lock(read)', null],
      ['b', 'spin_lock', 1, null, 'call', 'call spin_lock', '', null],
      ['b', 'spin_lock', 1, null, 'lock', 'lock pmd lock:A', '', null],
      ['b', 'spin_lock', 1, null, 'return', 'return from spin_lock', 'pmd lock:A', null],
      ['b', 'madvise_dontneed', 0, null, 'load', 'load pmd:A = 0x20000a7', 'pmd lock:A', 'pmd:A huge'],
      ['b', 'pmdp_huge_get_and_clear', 1, null, 'call', 'call pmdp_huge_get_and_clear', 'pmd lock:A', null],
      [
        'b',
        'pmdp_huge_get_and_clear',
        1,
        null,
        'rmw',
        'pmdp_huge_get_and_clear pmd:A = 0x20000a7 <- 0x0',
        'pmd lock:A',
        'pmd:A huge -> none',
      ],
      ['b', 'flush_tlb_range', 1, null, 'call', 'call flush_tlb_range', 'pmd lock:A', null],
      [
        'b',
        'flush_tlb_range',
        1,
        null,
        'flush_tlb_range',
        'flush_tlb_range 0x0-0x200000',
        'pmd lock:A',
        null,
      ],
      ['b', 'spin_unlock', 1, null, 'call', 'call spin_unlock', 'pmd lock:A', null],
      ['b', 'spin_unlock', 1, null, 'unlock', 'unlock pmd lock:A', 'pmd lock:A', null],
      ['b', 'madvise_dontneed', 0, null, 'return', 'return from madvise_dontneed', '', null],
      ['a', 'walk_pmd_range', 1, `${WALK}:61`, 'load', 'load pmd:A = 0x0', 'mmap_lock(read)', 'pmd:A none'],
      ['a', 'walk_pmd_range', 1, `${WALK}:61`, 'load', 'load pmd:A = 0x0', 'mmap_lock(read)', 'pmd:A none'],
      ['a', 'walk_pmd_range', 1, `${WALK}:61`, 'load', 'load pmd:A = 0x0', 'mmap_lock(read)', 'pmd:A none'],
      ['a', 'walk_pte_range', 2, `${WALK}:70`, 'call', 'call walk_pte_range', 'mmap_lock(read)', null],
      [
        'a',
        'pte_offset_map_lock',
        3,
        `${WALK}:13`,
        'call',
        'call pte_offset_map_lock',
        'mmap_lock(read)',
        null,
      ],
      [
        'a',
        'pte_offset_map_lock',
        3,
        `${WALK}:13`,
        'load',
        'load pmd:A = 0x0',
        'mmap_lock(read)',
        'pmd:A none',
        'the lock and the table are taken from a pmd that is none',
      ],
    ]),
    command:
      'kreplay step --scenario pagewalk/both-callbacks-zap --side after --schedule a4b5a7 pagewalk.mbox',
  },
})

const reload: Finding = finding({
  id: '5d20aa91cc37e604',
  verdict: 'regressed',
  kind: 'walk-of-non-table',
  reach: 'latent',
  function: 'walk_pmd_range',
  scenario: 'pagewalk/both-callbacks-migrate',
  summary: 'page-table walk through a migration entry',
  premise: {
    needs: ['a walker that sets pmd_entry and pte_entry', 'a second load of *pmd between the three tests'],
    inTree: null,
  },
  after: side('sometimes', 63),
  notes: ['not possible when adjacent plain loads of *pmd are merged'],
  witness: {
    side: 'after',
    schedule: 'a5b6a6',
    steps: [],
    command:
      'kreplay step --scenario pagewalk/both-callbacks-migrate --side after --schedule a5b6a6 --loads each pagewalk.mbox',
  },
})

const lostUpdate: Finding = finding({
  id: '1f77e0c4d2b98a63',
  verdict: 'fixed',
  kind: 'lost-update',
  scenario: 'pagewalk/pte-rmw-swapout',
  property: 'a write of the entry is overwritten by a value read before it',
  summary: 'a stale pte written back over a swap entry',
  premise: {
    needs: ['a pte_entry that reads, changes and writes the pte', 'another CPU swaps the page out'],
    inTree: null,
  },
  before: side('sometimes', 84),
  after: side('never', 23),
  witness: {
    side: 'before',
    schedule: 'a3b4a2',
    steps: steps([
      ['a', 'walk_pte_range', 1, WALK, 'call', 'call walk_pte_range', 'mmap_lock(read)', null],
      ['a', 'pte_offset_map', 2, `${WALK}:9`, 'call', 'call pte_offset_map', 'mmap_lock(read)', null],
      ['a', 'pte_offset_map', 2, `${WALK}:9`, 'pte_map', 'pte_map pte:A', 'mmap_lock(read)', null],
      ['a', 'pte_entry', 2, `${WALK}:11`, 'call', 'call pte_entry', 'mmap_lock(read)', null],
      ['a', 'pte_entry', 2, `${WALK}:11`, 'pte_entry', 'pte_entry page 0', 'mmap_lock(read)', null],
      [
        'a',
        'pte_entry',
        2,
        `${WALK}:11`,
        'load',
        'load pte:A[0] = 0x1027',
        'mmap_lock(read)',
        'pte:A[0] present rw young',
      ],
      ['a', 'set_pte_at', 3, `${WALK}:11`, 'call', 'call set_pte_at', 'mmap_lock(read)', null],
      ['b', 'spin_lock', 1, null, 'call', 'call spin_lock', '', null],
      ['b', 'spin_lock', 1, null, 'lock', 'lock ptl:A', '', null],
      [
        'b',
        'swap-out',
        0,
        null,
        'rmw',
        'xchg pte:A[0] = 0x1027 <- 0x0',
        'ptl:A',
        'pte:A[0] present rw young -> none',
      ],
      ['b', 'swap-out', 0, null, 'store', 'store pte:A[0] <- 0x1dc000', 'ptl:A', 'pte:A[0] none -> swap'],
      ['b', 'spin_unlock', 1, null, 'call', 'call spin_unlock', 'ptl:A', null],
      ['b', 'spin_unlock', 1, null, 'unlock', 'unlock ptl:A', 'ptl:A', null],
      [
        'a',
        'set_pte_at',
        3,
        `${WALK}:11`,
        'store',
        'store pte:A[0] <- 0x1025',
        'mmap_lock(read)',
        'pte:A[0] swap -> present ro young',
        'the swap entry is overwritten by the value read at step 6',
      ],
    ]),
    command: 'kreplay step --scenario pagewalk/pte-rmw-swapout --side before --schedule a3b4a2 pagewalk.mbox',
  },
})

const locks: Finding = finding({
  id: 'b3c1a09f5e7764d2',
  verdict: 'changed',
  kind: 'locks',
  scenario: 'pagewalk/pte-table',
  scenarios: ['pagewalk/pte-table', 'pagewalk/both-table', 'pagewalk/pte-huge'],
  property: 'locks held in pte_entry',
  summary: 'locks held in pte_entry: none -> PTL',
  before: side('always', 1, 'none'),
  after: side('always', 1, 'PTL'),
  witness: {
    side: 'after',
    schedule: 'a12',
    steps: [],
    command: 'kreplay step --scenario pagewalk/pte-table --side after --schedule a12 pagewalk.mbox',
  },
})

const splits: Finding = finding({
  id: '07d9b1e8f6a2c435',
  verdict: 'changed',
  kind: 'splits',
  function: 'walk_pmd_range',
  scenario: 'pagewalk/both-huge',
  property: 'pte_entry calls (callbacks: both)',
  summary: 'pte_entry calls: 512: 0-511 -> 0',
  premise: { needs: ['a walker that sets pmd_entry and pte_entry'], inTree: null },
  before: side('always', 1, '512: 0-511'),
  after: side('always', 1, '0'),
})

const unchanged: Finding = finding({
  id: '3be19c77d04f2a68',
  verdict: 'same',
  kind: 'splits',
  function: 'walk_pmd_range',
  scenario: 'pagewalk/pte-huge',
  scenarios: ['pagewalk/pte-huge', 'pagewalk/pte-table', 'pagewalk/pte-hole'],
  property: 'pte_entry calls (callbacks: pte)',
  summary: 'pte_entry calls',
  before: side('always', 1, '512: 0-511'),
  after: side('always', 1, '512: 0-511'),
})

const contract: Finding = finding({
  id: 'e08b6c2f91d4a75b',
  verdict: 'changed',
  kind: 'contract',
  scenario: 'pagewalk/pte-table',
  property: 'context of pte_entry',
  summary: 'contract: pte_entry now runs in atomic context',
  before: side('always', 1, 'may sleep'),
  after: side('always', 1, 'atomic'),
})

const FILE: ReportFile = {
  path: WALK,
  previousPath: null,
  preBlob: 'd48c2a986ea3',
  postBlob: '6ae95932e799',
  certificate: { base: 'none', added: 'blanks-inferred' },
  repairs: [
    { kind: 'lost context marker', count: 23 },
    { kind: 'lost indentation', count: 41 },
  ],
  missing: [],
  hunks: 3,
  checks: [{ name: 'hunk counts', result: 'ok', text: '3 of 3 hunks have the lines their header names' }],
}

function fn(part: Partial<ReportFunction> & Pick<ReportFunction, 'name'>): ReportFunction {
  return {
    path: WALK,
    previousName: null,
    previousPath: null,
    kind: 'function',
    change: ['modified'],
    before: null,
    after: null,
    changedLines: { added: 0, removed: 0 },
    notes: [],
    ...part,
  }
}

/** A patch that fixes one thing, changes three, breaks one and leaves one latent. */
export const pagewalkReport: Report = {
  schemaVersion: 1,
  tool: { name: 'kreplay', version: '0.1.0' },
  source: {
    kind: 'hypermail',
    subject: '[PATCH] mm: pagewalk: hold the page table lock around pte callbacks',
    messageId: '<20191003-sample@example.org>',
    date: '2019-10-03T17:55:00Z',
    input: 'pagewalk.mbox',
  },
  options: OPTIONS,
  patches: [
    {
      subject: 'mm: pagewalk: hold the page table lock around pte callbacks',
      messageId: '<20191003-sample@example.org>',
      index: 1,
      count: 1,
      version: 1,
      files: [FILE],
      trailers: [{ key: 'Reviewed-by', value: 'A. Reviewer <reviewer@example.org>' }],
    },
  ],
  functions: [
    fn({
      name: 'walk_pte_range',
      before: 'walk_pte_range@v5.4',
      after: 'walk_pte_range@2019-10-03',
      changedLines: { added: 5, removed: 3, reached: 5, executable: 5 },
      hunk: [
        '-\tpte = pte_offset_map(pmd, addr);',
        '+\tstart_pte = pte = pte_offset_map_lock(walk->mm, pmd, addr, &ptl);',
        ' \tfor (;;) {',
      ],
    }),
    fn({
      name: 'walk_pmd_range',
      before: 'walk_pmd_range@v5.4',
      after: 'walk_pmd_range@2019-10-03',
      changedLines: { added: 14, removed: 12, reached: 9, executable: 10 },
    }),
  ],
  findings: [
    locks,
    splits,
    contract,
    lostUpdate,
    emptyPmd,
    reload,
    unchanged,
    finding({
      id: '44aa0b7c9de1f382',
      verdict: 'same',
      kind: 'behaviour',
      function: 'walk_pmd_range',
      scenario: 'pagewalk/pmd-only-huge',
      scenarios: ['pagewalk/pmd-only-huge', 'pagewalk/pmd-only-table', 'pagewalk/hole', 'pagewalk/pmd-error'],
      summary: 'no difference',
      before: side('always', 41),
      after: side('always', 41),
    }),
    finding({
      id: 'c0ffee12d4e5f607',
      verdict: 'pre-existing',
      kind: 'pte-outside-page',
      scenario: 'pagewalk/end-of-address-space',
      summary: 'a pte pointer past its table when the range ends at the last byte',
      before: side('always', 1),
      after: side('always', 1),
    }),
  ],
  summary: { ...SUMMARY, regressed: 2, changed: 3, fixed: 1, same: 2, 'pre-existing': 1 },
  diagnostics: [
    {
      severity: 'warning',
      code: 'markers-lost',
      message: '23 context lines had lost their marker; the counts of the hunk headers put it back',
      place: { source: 'pagewalk.mbox', line: 412 },
    },
  ],
  simplifications: [
    { id: 'tlb-instant-fill', text: 'a TLB entry appears at the access', error: 'misses speculative fills' },
  ],
}

/** A function that only moves and is renamed. */
export const moveReport: Report = {
  ...pagewalkReport,
  source: {
    kind: 'mbox',
    subject: '[PATCH v3 04/13] mm: move gup_get_pte() to include/linux/pgtable.h and rename it',
    messageId: '<move-4@example.org>',
    date: '2020-05-25T09:12:00Z',
    input: 'move.mbox',
  },
  options: {
    ...OPTIONS,
    arch: ['x86-64', 'x86-32-pae'],
    tree: 'linux-source-6.1',
    scope: '2 words per entry, 2 threads',
  },
  patches: [
    {
      subject: 'mm: move gup_get_pte() to include/linux/pgtable.h and rename it',
      messageId: '<move-4@example.org>',
      index: 4,
      count: 13,
      version: 3,
      files: [
        {
          ...FILE,
          path: 'include/linux/pgtable.h',
          certificate: { base: 'matched', added: 'post-blob' },
          repairs: [],
          hunks: 1,
        },
        {
          ...FILE,
          path: 'mm/gup.c',
          certificate: { base: 'matched', added: 'verbatim' },
          repairs: [],
          hunks: 2,
        },
      ],
    },
  ],
  functions: [
    fn({
      name: 'ptep_get_lockless',
      path: 'include/linux/pgtable.h',
      previousName: 'gup_get_pte',
      previousPath: 'mm/gup.c',
      change: ['moved', 'renamed'],
      before: 'gup_get_pte@v5.7',
      after: 'ptep_get_lockless@v5.8',
      changedLines: { added: 0, removed: 0, reached: 0, executable: 0 },
      conditions: ['defined(CONFIG_GUP_GET_PTE_LOW_HIGH)'],
      notes: ['visible in more places than before: from static to a header'],
    }),
  ],
  findings: ['x86-64', 'x86-32-pae'].map((arch) =>
    finding({
      id: arch === 'x86-64' ? '00aa11bb22cc33dd' : '44ee55ff66a077b1',
      verdict: 'same',
      kind: 'move',
      function: 'ptep_get_lockless',
      path: 'include/linux/pgtable.h',
      arch,
      scenario: 'pte-read/set-clear',
      scenarios: ['pte-read/set-clear', 'pte-read/clear-set', 'pte-read/replace', 'pte-read/two-writers'],
      summary: 'pure move and rename: no difference found (4 scenarios, exhaustive)',
      before: side('always', 126),
      after: side('always', 126),
    }),
  ),
  summary: { ...SUMMARY, same: 2 },
  diagnostics: [],
  simplifications: [],
}

const GETTER = { function: 'ptep_get_lockless', path: 'include/linux/pgtable.h', arch: 'x86-32-pae' } as const
const TORN = 'torn value used (pte)'
const possible = side('sometimes', 5, 'possible')
const impossible = (executions: number) => side('never', executions, 'impossible')

function tornValue(part: Partial<Finding> & Pick<Finding, 'id' | 'model'>): Finding {
  return finding({
    ...GETTER,
    verdict: 'regressed',
    kind: 'torn value used',
    scenario: 'pte-read/none-to-B/irqs-off/gup-like',
    summary: TORN,
    property: TORN,
    premise: { needs: ['a caller that does not look again', 'concurrently: none -> B'], inTree: null },
    before: impossible(3),
    after: possible,
    ...part,
  })
}

/** A lockless getter that loses a barrier, run under several memory models. */
export const locklessReport: Report = {
  ...moveReport,
  source: { ...moveReport.source, subject: '[PATCH] mm: read a pte with fewer barriers' },
  options: {
    ...moveReport.options,
    arch: ['x86-32-pae'],
    model: ['sc', 'lkmm-6.1', 'lkmm'],
    tree: null,
    plain: 'once',
  },
  findings: [
    ...['lkmm-6.1', 'lkmm'].map((model) =>
      tornValue({
        id: `5500${model === 'lkmm' ? 'aa' : 'bb'}11223344`,
        model,
        elsewhere: [{ model: 'sc', before: impossible(5), after: impossible(12) }],
        notes: [
          'branches on a plain read of a pte at ptep_get_lockless:298, which a compiler may load again',
        ],
        witness: {
          side: 'after',
          schedule: 'a5(-,b3,i,b3,-)b4(i.i,i,i,b1)',
          steps: steps([
            [
              'a',
              'ptep_get_lockless',
              1,
              'include/linux/pgtable.h:298',
              'load',
              'load pte:A.low = 0x27',
              '',
              null,
            ],
            ['b', 'set_pte_at', 1, null, 'store', 'store pte:A.high <- 0x5', 'ptl:A', 'pte:A none -> swap'],
            [
              'a',
              'gup-like reader',
              0,
              null,
              'page used',
              'page used',
              '',
              null,
              'its words are of two versions',
            ],
          ]),
          command: `kreplay step --scenario pte-read/none-to-B/irqs-off/gup-like --side after --schedule 'a5(-,b3,i,b3,-)b4(i.i,i,i,b1)' --model ${model} lockless.mbox`,
        },
      }),
    ),
    ...['sc', 'lkmm-6.1', 'lkmm'].map((model) =>
      finding({
        ...GETTER,
        id: `6600${model.replace(/\W/g, '')}11`.padEnd(16, '0').slice(0, 16),
        model,
        verdict: 'changed',
        kind: 'value read',
        scenario: 'pte-read/A-to-none',
        property: 'value read (writer: A-to-none)',
        summary: 'value read: A -> A or none',
        before: side('always', 3, 'A'),
        after: side('sometimes', 3, 'A or none'),
      }),
    ),
    finding({
      ...GETTER,
      id: '7700000000000001',
      verdict: 'same',
      kind: 'behaviour',
      scenario: 'pte-read/B',
      scenarios: ['pte-read/B', 'pte-read/C'],
      summary: 'no difference found (2 scenarios, exhaustive)',
    }),
  ],
  races: ['lkmm-6.1', 'lkmm'].map((model) => ({
    ...GETTER,
    property: 'data race (pte)',
    model,
    scenario: 'pte-read/none-to-B/irqs-off/gup-like',
    text: 'ptep_get_lockless:298 and set_pte_at access pte:A.low with nothing to order them',
  })),
  needed: [
    {
      ...GETTER,
      line: 301,
      what: 'smp_rmb()',
      models: [
        { model: 'sc', hazard: null, executions: 125, coverage: EXHAUSTIVE },
        { model: 'lkmm-6.1', hazard: TORN, executions: 5, coverage: EXHAUSTIVE },
        { model: 'lkmm', hazard: TORN, executions: 5, coverage: EXHAUSTIVE },
      ],
    },
    {
      ...GETTER,
      line: 302,
      what: "the loop's test",
      models: ['sc', 'lkmm-6.1', 'lkmm'].map((model) => ({
        model,
        hazard: TORN,
        executions: 8,
        coverage: EXHAUSTIVE,
      })),
    },
  ],
  summary: { ...SUMMARY, regressed: 2, changed: 3, same: 1 },
}

/** A discussion without any patch, with code quoted in it. */
export const noPatchReport: Report = {
  ...pagewalkReport,
  source: {
    kind: 'hypermail',
    subject: 'Re: [PATCH v6 12/18] arm64/mm: wire up contiguous ptes',
    messageId: '<review@example.org>',
    date: '2024-02-16T12:25:00Z',
    input: 'review.txt',
    fragments: [
      { functions: ['contpte_ptep_get', 'contpte_ptep_get_lockless'], lines: 34, line: 88, complete: false },
    ],
  },
  patches: [],
  functions: [],
  findings: [],
  summary: SUMMARY,
  diagnostics: [
    {
      severity: 'error',
      code: 'no-patch',
      message: 'no patch in this thread',
      place: { source: 'review.txt' },
      hint: 'quoted code is listed, and never replayed: name the thread that carries the patch',
    },
  ],
  simplifications: [],
}

/** A hostile, damaged, half-understood series: a bound, a missing hunk, functions nobody wrote, an interrupt. */
export const partialReport: Report = {
  ...pagewalkReport,
  incomplete: true,
  source: {
    kind: 'mbox',
    subject: '\u001b[2J\u001b[31m[PATCH 2/3] mm: gup:\u202e walk without a lock\n::error::owned',
    messageId: '<hostile@example.org>',
    date: null,
    input: 'hostile.mbox',
  },
  patches: [
    {
      subject: '\u001b]0;title\u0007mm: gup: walk without a lock',
      messageId: null,
      index: 2,
      count: 3,
      version: 2,
      files: [
        {
          ...FILE,
          path: 'mm/gup.c',
          certificate: { base: 'none', added: 'reconstructed' },
          repairs: [{ kind: 'joined line', count: 4 }],
          missing: ['@@ -2391,7 +2391,7 @@ static int gup_pte_range(pmd_t pmd, unsigned long addr)'],
        },
      ],
    },
  ],
  functions: [
    fn({
      name: 'gup_pte_range',
      path: 'mm/gup.c',
      before: 'gup_pte_range@v5.7',
      after: 'gup_pte_range@v5.8',
      changedLines: { added: 1, removed: 1, reached: 0, executable: 1 },
    }),
    fn({
      name: 'gup_huge_pmd',
      path: 'mm/gup.c',
      notes: ['its text has no implementation (function hash 3d0c…); by name there is gup_huge_pmd@v5.4'],
    }),
    fn({ name: 'CONFIG_GUP_FAST', path: 'mm/Kconfig', kind: 'kconfig', change: ['added'] }),
  ],
  findings: [
    finding({
      id: 'dd00ee11ff223344',
      verdict: 'inconclusive',
      kind: 'bound',
      function: 'gup_pte_range',
      path: 'mm/gup.c',
      scenario: 'pte-read/gup-fast',
      summary: 'a bound was reached before every execution was seen',
      model: 'lkmm',
      config: { CONFIG_X86_PAE: 'y' },
      before: {
        holds: 'never',
        count: 0,
        executions: 100000,
        coverage: { kind: 'bounded', by: 'executions', limit: 100000 },
      },
      after: { holds: 'unknown', count: 0, executions: 0, coverage: { kind: 'not-run', why: 'interrupted' } },
      notes: ['1 changed line was never run: mm/gup.c:2391'],
    }),
  ],
  summary: { ...SUMMARY, inconclusive: 1, unmapped: 2 },
  diagnostics: [
    {
      severity: 'error',
      code: 'hunk-missing',
      message: 'the last hunk is cut off: 7 lines of mm/gup.c are not here',
      place: { source: 'hostile.mbox', line: 97, column: 1 },
    },
    { severity: 'note', code: 'config-used', message: 'CONFIG_X86_PAE=y is taken from --config' },
  ],
  simplifications: [],
}

/** Every sample, by the name its golden files carry. */
export const SAMPLES: readonly (readonly [string, Report])[] = [
  ['pagewalk', pagewalkReport],
  ['move', moveReport],
  ['lockless', locklessReport],
  ['no-patch', noPatchReport],
  ['partial', partialReport],
]
