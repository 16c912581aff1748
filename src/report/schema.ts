/**
 * The report's shape at run time. The types in types.ts are written by hand because people read them; this
 * schema is what reads a report back and what `docs/report.schema.json` is made from. A type-level test holds
 * the two together. Objects are open: a later 1.x may add optional members, and this one still reads them.
 */
import * as v from 'valibot'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const config = v.record(v.string(), v.string())
const texts = v.array(v.string())

const PlaceSchema = v.object({
  source: v.string(),
  line: v.exactOptional(v.number()),
  column: v.exactOptional(v.number()),
})

const DiagnosticSchema = v.object({
  severity: v.picklist(['error', 'warning', 'note']),
  code: v.string(),
  message: v.string(),
  place: v.exactOptional(PlaceSchema),
  hint: v.exactOptional(v.string()),
})

const FragmentSchema = v.object({
  functions: texts,
  lines: count,
  line: count,
  complete: v.boolean(),
})

const SourceSchema = v.object({
  kind: v.string(),
  subject: v.string(),
  messageId: v.nullable(v.string()),
  date: v.nullable(v.string()),
  input: v.exactOptional(v.string()),
  fragments: v.exactOptional(v.array(FragmentSchema)),
})

const OptionsSchema = v.object({
  arch: texts,
  model: texts,
  tree: v.nullable(v.string()),
  config,
  seed: v.number(),
  scope: v.string(),
  loads: v.exactOptional(v.array(v.picklist(['each', 'merged']))),
  plain: v.exactOptional(v.picklist(['once', 'as-written'])),
})

const FileSchema = v.object({
  path: v.string(),
  previousPath: v.nullable(v.string()),
  preBlob: v.nullable(v.string()),
  postBlob: v.nullable(v.string()),
  certificate: v.object({
    base: v.picklist(['blob', 'matched', 'none']),
    added: v.picklist(['post-blob', 'verbatim', 'blanks-inferred', 'reconstructed']),
  }),
  repairs: v.array(v.object({ kind: v.string(), count })),
  missing: texts,
  hunks: count,
  checks: v.exactOptional(v.array(v.object({ name: v.string(), result: v.string(), text: v.string() }))),
  image: v.exactOptional(
    v.object({
      by: v.picklist(['blob', 'base-commit', 'series', 'hunks', 'text', 'none']),
      reversed: v.boolean(),
      offsets: v.array(v.number()),
      text: v.string(),
    }),
  ),
})

const SummarySchema = v.object({
  regressed: count,
  changed: count,
  inconclusive: count,
  unmapped: count,
  fixed: count,
  same: count,
  'pre-existing': v.exactOptional(count),
})

const claim = {
  kind: v.string(),
  text: v.string(),
  place: v.object({ source: v.string(), line: v.number() }),
  findings: texts,
}

const ClaimSchema = v.object({
  ...claim,
  outcome: v.picklist(['agrees', 'contradicted', 'undecided']),
  why: v.string(),
})

const PatchSchema = v.object({
  summary: v.exactOptional(SummarySchema),
  subject: v.string(),
  messageId: v.nullable(v.string()),
  index: v.nullable(v.number()),
  count: v.nullable(v.number()),
  version: v.number(),
  files: v.array(FileSchema),
  claims: v.exactOptional(v.array(ClaimSchema)),
  trailers: v.exactOptional(v.array(v.object({ key: v.string(), value: v.string() }))),
})

const FunctionSchema = v.object({
  name: v.string(),
  path: v.string(),
  previousName: v.nullable(v.string()),
  previousPath: v.nullable(v.string()),
  kind: v.string(),
  change: v.array(
    v.picklist(['modified', 'added', 'removed', 'moved', 'renamed', 'signature', 'comment-only']),
  ),
  before: v.nullable(v.string()),
  after: v.nullable(v.string()),
  changedLines: v.object({
    added: count,
    removed: count,
    reached: v.exactOptional(count),
    executable: v.exactOptional(count),
    lines: v.exactOptional(
      v.array(
        v.object({
          side: v.picklist(['before', 'after']),
          line: count,
          text: v.string(),
          state: v.picklist(['run', 'not-run', 'no-code', 'left-out', 'not-named']),
        }),
      ),
    ),
    conditions: v.exactOptional(
      v.array(
        v.object({
          side: v.picklist(['before', 'after']),
          line: count,
          column: count,
          text: v.string(),
          outcomes: v.picklist(['both', 'true', 'false', 'none', 'some']),
        }),
      ),
    ),
  }),
  conditions: v.exactOptional(texts),
  notes: texts,
  hunk: v.exactOptional(texts),
})

const PremiseSchema = v.object({
  needs: texts,
  inTree: v.nullable(v.object({ tree: v.string(), scanned: v.string(), found: texts, blind: texts })),
})

const CoverageSchema = v.variant('kind', [
  v.object({ kind: v.literal('exhaustive') }),
  v.object({
    kind: v.literal('bounded'),
    by: v.picklist(['executions', 'time', 'loop', 'choices']),
    limit: v.number(),
  }),
  v.object({ kind: v.literal('not-run'), why: v.string() }),
])

const SideSchema = v.object({
  holds: v.picklist(['never', 'sometimes', 'always', 'unknown']),
  count,
  executions: count,
  coverage: CoverageSchema,
  value: v.exactOptional(v.string()),
})

const StepSchema = v.object({
  step: count,
  thread: v.string(),
  function: v.string(),
  depth: count,
  at: v.nullable(v.string()),
  operation: v.string(),
  text: v.string(),
  locks: texts,
  irqsOff: v.boolean(),
  rcuDepth: v.number(),
  state: v.nullable(v.string()),
  entry: v.exactOptional(
    v.object({ name: v.string(), cell: v.exactOptional(v.string()), before: v.string(), after: v.string() }),
  ),
  hazard: v.exactOptional(v.string()),
})

const WitnessSchema = v.object({
  side: v.picklist(['before', 'after']),
  schedule: v.string(),
  steps: v.array(StepSchema),
  command: v.string(),
})

const FindingSchema = v.object({
  id: v.string(),
  verdict: v.picklist(['regressed', 'changed', 'inconclusive', 'unmapped', 'fixed', 'same', 'pre-existing']),
  kind: v.string(),
  reach: v.picklist(['shown', 'latent', 'unknown']),
  function: v.string(),
  path: v.string(),
  scenario: v.string(),
  scenarios: v.exactOptional(texts),
  property: v.string(),
  arch: v.string(),
  model: v.string(),
  config,
  premise: PremiseSchema,
  elsewhere: v.exactOptional(v.array(v.object({ model: v.string(), before: SideSchema, after: SideSchema }))),
  summary: v.string(),
  before: SideSchema,
  after: SideSchema,
  witness: v.nullable(WitnessSchema),
  notes: v.exactOptional(texts),
  contradicts: v.exactOptional(v.object(claim)),
})

const RaceSchema = v.object({
  property: v.string(),
  function: v.string(),
  path: v.string(),
  arch: v.string(),
  model: v.string(),
  scenario: v.string(),
  text: v.string(),
})

const NeededSchema = v.object({
  function: v.string(),
  path: v.string(),
  line: count,
  what: v.string(),
  arch: v.string(),
  models: v.array(
    v.object({
      model: v.string(),
      hazard: v.nullable(v.string()),
      behaviour: v.exactOptional(v.string()),
      scenario: v.exactOptional(v.string()),
      executions: count,
      coverage: CoverageSchema,
      command: v.exactOptional(v.string()),
    }),
  ),
})

const DiscussionSchema = v.object({
  functions: v.array(
    v.object({
      name: v.string(),
      path: v.nullable(v.string()),
      places: v.array(v.object({ source: v.string(), line: v.number(), quoted: v.boolean() })),
      mentions: count,
      implementation: v.nullable(v.string()),
      notes: texts,
    }),
  ),
  shown: v.array(
    v.object({
      functions: texts,
      release: v.exactOptional(v.string()),
      suite: v.string(),
      arch: v.string(),
      model: v.string(),
      scenarios: count,
      of: count,
      executions: count,
      coverage: CoverageSchema,
      hazards: v.array(
        v.object({
          hazard: v.string(),
          text: v.string(),
          scenario: v.string(),
          scenarios: count,
          schedule: v.string(),
          needs: texts,
        }),
      ),
      observed: v.array(
        v.object({
          property: v.string(),
          values: v.array(v.object({ value: v.string(), scenarios: count, scenario: v.string() })),
        }),
      ),
    }),
  ),
})

/** Schema version 1 of the report. Validates and never transforms: what it accepts is a `Report` as it stands. */
export const ReportSchema = v.pipe(
  v.object({
    schemaVersion: v.literal(1),
    tool: v.object({ name: v.literal('kreplay'), version: v.string() }),
    incomplete: v.exactOptional(v.boolean()),
    source: SourceSchema,
    options: OptionsSchema,
    patches: v.array(PatchSchema),
    functions: v.array(FunctionSchema),
    findings: v.array(FindingSchema),
    summary: SummarySchema,
    diagnostics: v.array(DiagnosticSchema),
    races: v.exactOptional(v.array(RaceSchema)),
    needed: v.exactOptional(v.array(NeededSchema)),
    discussion: v.exactOptional(DiscussionSchema),
    simplifications: v.exactOptional(
      v.array(v.object({ id: v.string(), text: v.string(), error: v.string() })),
    ),
  }),
  v.title('kreplay report'),
  v.description('What a kernel patch changed in behaviour: the result of `kreplay run`, schema version 1.'),
)
