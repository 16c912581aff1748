/** Generated reports, hostile text included, for the laws that every formatter must keep. */
import fc from 'fast-check'
import type {
  Coverage,
  EntryChange,
  Finding,
  Report,
  ReportFunction,
  ReportPatch,
  SideResult,
  Step,
  WithoutPart,
} from '../../src/report/index.js'

const HOSTILE = [
  '',
  '\u001b[2J\u001b[31mred',
  '\u009b2J',
  '\u202egnp.exe',
  'line\n::error::owned',
  '<script>alert(1)</script> & "quoted" ]]>',
  '| cell | [link](http://x) `code` ```` fence',
  "it's $(rm -rf /) `x` \\",
  '=?UTF-8?B?eA==?= æøå 漢字',
  '__proto__',
  'x'.repeat(300),
  '\ud800 lone',
]

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
)
const texts = fc.array(text, { maxLength: 3 })
const count = fc.nat({ max: 1_000_000 })
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null })
const config = fc.dictionary(text, text, { maxKeys: 2 })

/** Only the keys that are present: exact optional members may be missing, never undefined. */
function withOptional<T extends object, O extends object>(
  required: { [K in keyof T]: fc.Arbitrary<T[K]> },
  optional: { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<T & Partial<O>> {
  const parts = fc.tuple(fc.record<T>(required), fc.record<O>(optional, { requiredKeys: [] }))
  return parts.map(([must, may]) => ({ ...must, ...may }) as T & Partial<O>)
}

const coverage: fc.Arbitrary<Coverage> = fc.oneof(
  fc.constant<Coverage>({ kind: 'exhaustive' }),
  fc.record<Coverage & { kind: 'bounded' }>({
    kind: fc.constant('bounded'),
    by: fc.constantFrom('executions', 'time', 'loop', 'choices'),
    limit: count,
  }),
  fc.record<Coverage & { kind: 'not-run' }>({ kind: fc.constant('not-run'), why: text }),
)

const side: fc.Arbitrary<SideResult> = withOptional<Omit<SideResult, 'value'>, { value: string }>(
  { holds: fc.constantFrom('never', 'sometimes', 'always', 'unknown'), count, executions: count, coverage },
  { value: text },
)

const entry: fc.Arbitrary<EntryChange> = withOptional<Omit<EntryChange, 'cell'>, { cell: string }>(
  { name: fc.oneof(text, fc.constantFrom('pmd:A[0]', 'pte:A[1]')), before: text, after: text },
  { cell: text },
)

const model = fc.oneof(text, fc.constantFrom('sc', 'lkmm'))

const step: fc.Arbitrary<Step> = withOptional<
  Omit<Step, 'hazard' | 'entry'>,
  { hazard: string; entry: EntryChange }
>(
  {
    step: count,
    thread: fc.constantFrom('a', 'b', 'walker', ''),
    function: text,
    depth: fc.nat({ max: 40 }),
    at: maybe(fc.oneof(text, fc.constant('mm/pagewalk.c:58'))),
    operation: fc.constantFrom('load', 'store', 'lock', 'call', 'return', 'observe', 'split_huge_pmd'),
    text,
    locks: texts,
    irqsOff: fc.boolean(),
    rcuDepth: fc.nat({ max: 2 }),
    state: maybe(text),
  },
  { hazard: text, entry },
)

const finding: fc.Arbitrary<Finding> = withOptional<
  Omit<Finding, 'scenarios' | 'notes' | 'elsewhere'>,
  Required<Pick<Finding, 'scenarios' | 'notes' | 'elsewhere'>>
>(
  {
    id: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 }),
    verdict: fc.constantFrom(
      'regressed',
      'changed',
      'inconclusive',
      'unmapped',
      'fixed',
      'same',
      'pre-existing',
    ),
    kind: text,
    reach: fc.constantFrom('shown', 'latent', 'unknown'),
    function: text,
    path: text,
    scenario: text,
    property: text,
    arch: text,
    model,
    config,
    premise: fc.record({
      needs: texts,
      inTree: maybe(fc.record({ tree: text, scanned: text, found: texts, blind: texts })),
    }),
    summary: text,
    before: side,
    after: side,
    witness: maybe(
      fc.record({
        side: fc.constantFrom('before' as const, 'after' as const),
        schedule: text,
        steps: fc.array(step, { maxLength: 40 }),
        command: text,
      }),
    ),
  },
  {
    scenarios: texts,
    notes: texts,
    elsewhere: fc.array(fc.record({ model, before: side, after: side }), { maxLength: 2 }),
  },
)

const race = fc.record({
  property: text,
  function: text,
  path: text,
  arch: text,
  model,
  scenario: text,
  text,
})

const without = withOptional<
  Pick<WithoutPart, 'model' | 'hazard' | 'executions' | 'coverage'>,
  { behaviour: string; scenario: string; command: string }
>(
  { model, hazard: maybe(text), executions: count, coverage },
  { behaviour: text, scenario: text, command: text },
)

const needed = fc.record({
  function: text,
  path: text,
  line: count,
  what: text,
  arch: text,
  models: fc.array(without, { maxLength: 3 }),
})

const patch: fc.Arbitrary<ReportPatch> = fc.record({
  subject: text,
  messageId: maybe(text),
  index: maybe(count),
  count: maybe(count),
  version: count,
  files: fc.array(
    fc.record({
      path: text,
      previousPath: maybe(text),
      preBlob: maybe(text),
      postBlob: maybe(text),
      certificate: fc.record({
        base: fc.constantFrom('blob' as const, 'matched' as const, 'none' as const),
        added: fc.constantFrom(
          'post-blob' as const,
          'verbatim' as const,
          'blanks-inferred' as const,
          'reconstructed' as const,
        ),
      }),
      repairs: fc.array(fc.record({ kind: text, count }), { maxLength: 2 }),
      missing: texts,
      hunks: count,
    }),
    { maxLength: 2 },
  ),
})

const fn: fc.Arbitrary<ReportFunction> = withOptional<
  Omit<ReportFunction, 'conditions' | 'hunk'>,
  { conditions: readonly string[]; hunk: readonly string[] }
>(
  {
    name: text,
    path: text,
    previousName: maybe(text),
    previousPath: maybe(text),
    kind: fc.constantFrom('function', 'macro', 'kconfig'),
    change: fc.uniqueArray(fc.constantFrom('modified' as const, 'moved' as const, 'comment-only' as const)),
    before: maybe(text),
    after: maybe(text),
    changedLines: withOptional<{ added: number; removed: number }, { reached: number; executable: number }>(
      { added: count, removed: count },
      { reached: count, executable: count },
    ),
    notes: texts,
  },
  { conditions: texts, hunk: texts },
)

/** Any report that has the type, however odd its texts are. */
export const arbitraryReport: fc.Arbitrary<Report> = withOptional<
  Omit<Report, 'incomplete' | 'simplifications' | 'races' | 'needed'>,
  Required<Pick<Report, 'incomplete' | 'simplifications' | 'races' | 'needed'>>
>(
  {
    schemaVersion: fc.constant(1 as const),
    tool: fc.record({ name: fc.constant('kreplay' as const), version: text }),
    source: fc.record({ kind: text, subject: text, messageId: maybe(text), date: maybe(text) }),
    options: withOptional<Omit<Report['options'], 'loads' | 'plain'>, { plain: 'once' | 'as-written' }>(
      {
        arch: texts,
        model: fc.array(model, { maxLength: 3 }),
        tree: maybe(text),
        config,
        seed: count,
        scope: text,
      },
      { plain: fc.constantFrom('once', 'as-written') },
    ),
    patches: fc.array(patch, { maxLength: 2 }),
    functions: fc.array(fn, { maxLength: 3 }),
    findings: fc.array(finding, { maxLength: 5 }),
    summary: fc.record({
      regressed: count,
      changed: count,
      inconclusive: count,
      unmapped: count,
      fixed: count,
      same: count,
    }),
    diagnostics: fc.array(
      withOptional(
        {
          severity: fc.constantFrom('error' as const, 'warning' as const, 'note' as const),
          code: text,
          message: text,
        },
        { hint: text },
      ),
      { maxLength: 2 },
    ),
  },
  {
    incomplete: fc.boolean(),
    simplifications: fc.array(fc.record({ id: text, text, error: text }), { maxLength: 2 }),
    races: fc.array(race, { maxLength: 2 }),
    needed: fc.array(needed, { maxLength: 2 }),
  },
)
