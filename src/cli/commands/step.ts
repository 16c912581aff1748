/**
 * `kreplay step`: one execution, event by event. Given a report and a finding, it replays the line that the report
 * prints for it; where the thread is no longer at hand it shows the steps the report holds, and says so.
 */
import { type Diagnostic, fail, ok, type Result } from '../../base/index.js'
import {
  createPaint,
  EXIT,
  type Finding,
  type Step,
  safeJson,
  shellWords,
  singleLine,
  traceLines,
  type Witness,
} from '../../report/index.js'
import type { Walkthrough } from '../../run/index.js'
import { type Invocation, parseArguments } from '../arguments.js'
import type { Context } from '../context.js'
import { prepare } from '../prepare.js'
import { isUsage, readFinding } from '../read-report.js'
import { bad } from '../run-request.js'
import { isUnreadable } from '../unreadable.js'

export async function step(context: Context): Promise<number> {
  const { invocation } = context
  const [report, finding] = invocation.positionals
  if (invocation.options.last('scenario') !== undefined) return stepLine(context)
  if (report === undefined || finding === undefined || invocation.positionals.length > 2) {
    context.output.diagnose({
      severity: 'error',
      code: 'usage',
      message: 'step takes a report and a finding, or --scenario, --side, --schedule and a thread',
      hint: '`kreplay run THREAD` prints the whole line under each finding',
    })
    return EXIT.usage
  }
  return stepFinding(context, report, finding)
}

async function stepLine(context: Context): Promise<number> {
  const walked = await walk(context)
  if (!walked.ok) {
    context.output.diagnose(walked.error)
    return exitCodeFor(walked.error)
  }
  showWalkthrough(context, walked.value)
  return EXIT.ok
}

/** What the pipeline refuses is a name or a schedule that is not right, unless it could not get at the patch. */
function exitCodeFor(diagnostic: Diagnostic): number {
  if (isUnreadable(diagnostic)) return EXIT.unreadable
  return diagnostic.code === 'no-patch' ? EXIT.nothingToReplay : EXIT.usage
}

async function stepFinding(context: Context, name: string, reference: string): Promise<number> {
  const { output } = context
  const found = await readFinding(context, name, reference)
  if (!found.ok) {
    output.diagnose(found.error)
    return isUsage(found.error.code) ? EXIT.usage : EXIT.unreadable
  }
  const { finding } = found.value
  if (finding.witness === null) {
    output.diagnose({
      severity: 'error',
      code: 'usage-no-witness',
      message: `finding ${reference} (${finding.verdict}) has no execution to step through`,
    })
    return EXIT.usage
  }
  const replayed = await replay(context, finding.witness)
  if (replayed.ok) {
    if (!sameSteps(replayed.value.steps, finding.witness.steps)) output.diagnose(DIFFERS)
    showWalkthrough(context, replayed.value)
    return EXIT.ok
  }
  output.diagnose(replayed.error)
  if (finding.witness.steps.length === 0) return EXIT.unreadable
  output.diagnose(NOT_REPLAYED)
  showWalkthrough(context, recorded(finding, finding.witness))
  return EXIT.ok
}

/** Replays a witness' line. It is data from a file: only `kreplay step` is understood, and no plugin it names. */
async function replay(context: Context, witness: Witness): Promise<Result<Walkthrough>> {
  const [program, command, ...rest] = shellWords(witness.command)
  const parsed = program === 'kreplay' && command === 'step' ? parseArguments(['step', ...rest], '') : null
  if (
    parsed === null ||
    !parsed.ok ||
    parsed.value.kind !== 'command' ||
    parsed.value.positionals.includes('-')
  ) {
    return fail({
      severity: 'warning',
      code: 'not-replayable',
      message: `the report's line cannot be run from here: ${witness.command}`,
    })
  }
  return walk({ ...context, invocation: trusted(parsed.value, context.invocation) })
}

/** The line's options, with the plugins of the user's own command line. */
function trusted(line: Invocation, own: Invocation): Invocation {
  const from = (name: string): Invocation => (name === 'config-file' ? own : line)
  return {
    ...line,
    options: {
      flag: (name) => from(name).options.flag(name),
      last: (name) => from(name).options.last(name),
      all: (name) => from(name).options.all(name),
    },
  }
}

async function walk(context: Context): Promise<Result<Walkthrough>> {
  const { options, positionals } = context.invocation
  const scenario = options.last('scenario')
  const side = options.last('side')
  const schedule = options.last('schedule')
  if (scenario === undefined || schedule === undefined || side === undefined) {
    return fail(usage('step needs --scenario, --side and --schedule'))
  }
  if (side !== 'before' && side !== 'after') return fail(bad('side', side, 'before or after'))
  const prepared = await prepare(context, positionals)
  if (!prepared.ok) return prepared
  const { pipeline, request } = prepared.value
  const walked = await pipeline.stepThrough({ ...request, scenario, side, schedule })
  return walked.ok ? ok(walked.value) : walked
}

function usage(message: string): Diagnostic {
  return { severity: 'error', code: 'usage', message }
}

function recorded(finding: Finding, witness: Witness): Walkthrough {
  const hazards = witness.steps.flatMap(({ hazard }) => (hazard === undefined ? [] : [hazard]))
  return {
    title: finding.summary,
    scenario: finding.scenario,
    side: witness.side,
    schedule: witness.schedule,
    steps: witness.steps,
    hazards,
  }
}

/** Texts may change between versions of kreplay; what is done where, by whom, may not. */
function sameSteps(a: readonly Step[], b: readonly Step[]): boolean {
  if (b.length === 0) return true
  const shape = (steps: readonly Step[]): string =>
    steps.map(({ thread, operation, at }) => `${thread} ${operation} ${at}`).join('\n')
  return shape(a) === shape(b)
}

/** Prints an execution, as JSON where that is asked for. */
export function showWalkthrough(context: Context, walkthrough: Walkthrough): void {
  const { output, invocation } = context
  output.print(
    invocation.options.flag('json') === true
      ? safeJson(walkthrough)
      : walkthroughText(walkthrough, { width: output.width, color: output.color }),
  )
}

/** An execution for a person, every step of it. */
export function walkthroughText(
  walkthrough: Walkthrough,
  options: { readonly width: number; readonly color: boolean },
): string {
  const safe = singleLine(walkthrough)
  const paint = createPaint(options.color)
  const lines = [
    paint.bold(safe.title),
    paint.dim(`${safe.side}, ${safe.scenario}, schedule ${safe.schedule}`),
    '',
    ...traceLines(safe.steps, { width: options.width, paint, all: true }),
    '',
    ...(safe.hazards.length === 0
      ? ['no hazard']
      : safe.hazards.map((hazard) => paint.red(`hazard: ${hazard}`))),
  ]
  return `${lines.join('\n')}\n`
}

const DIFFERS: Diagnostic = {
  severity: 'warning',
  code: 'replay-differs',
  message: 'the replay took other steps than the report holds; shown is the replay',
  hint: 'the thread, the plugins or kreplay itself may have changed since',
}

const NOT_REPLAYED: Diagnostic = {
  severity: 'warning',
  code: 'not-replayed',
  message: 'shown are the steps as the report holds them; nothing was run',
}
