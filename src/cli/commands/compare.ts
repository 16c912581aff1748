import { type Diagnostic, fail, ok, type Result } from '../../base/index.js'
import { EXIT, failsOn, safeJson } from '../../report/index.js'
import type { RevisionComparison, RunRequest } from '../../run/index.js'
import { comparisonText } from '../comparison-text.js'
import { type Context, createControl } from '../context.js'
import { readFailOn } from '../fail-on.js'
import type { OptionName, Options } from '../options.js'
import type { Pipeline } from '../pipeline.js'
import { prepare } from '../prepare.js'
import { isUnreadable } from '../unreadable.js'
import { diagnoseAll } from './run.js'

/**
 * `kreplay compare FIRST SECOND`, or of one thread two revisions: `kreplay compare THREAD -v 1 -v 2`. What each
 * leaves is run beside what the other does.
 */
export async function compare(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const { options } = invocation
  const failOn = readFailOn(options)
  if (!failOn.ok) return refuse(context, failOn.error)
  const sides = await prepareSides(context)
  if (!sides.ok) return refuse(context, sides.error)
  const { pipeline, first, second } = sides.value
  const { control, done } = createControl(context)
  const found = await pipeline.compareRevisions({ first, second }, control)
  done()
  if (!found.ok) return refuse(context, found.error)
  const comparison = found.value
  const verbose = options.flag('verbose') === true
  output.print(
    options.flag('json') === true
      ? safeJson(comparison)
      : comparisonText(comparison, { width: output.width, color: output.color, verbose }),
  )
  diagnoseAll(context, comparison.diagnostics)
  if (surroundings.interrupted?.() === true) return EXIT.interrupted
  if (comparison.findings.some((finding) => failsOn(finding, failOn.value))) return EXIT.finding
  return exitCodeFor(comparison, options.flag('allow-inconclusive') === true)
}

function exitCodeFor({ findings, functions }: RevisionComparison, allowInconclusive: boolean): number {
  if (findings.length === 0 && !functions.some(({ same }) => same)) return EXIT.nothingToReplay
  const isOpen = findings.some(({ verdict }) => verdict === 'inconclusive')
  return isOpen && !allowInconclusive ? EXIT.inconclusive : EXIT.ok
}

interface Sides {
  readonly pipeline: Pipeline
  readonly first: RunRequest
  readonly second: RunRequest
}

/** Two inputs, each in its latest revision or the one given for it; or one in two revisions. */
async function prepareSides(context: Context): Promise<Result<Sides>> {
  const { invocation } = context
  const inputs = [...invocation.options.all('use-local-mbox'), ...invocation.positionals]
  const revisions = invocation.options.all('use-version')
  const [one, other = one] = inputs
  if (one === undefined || other === undefined || inputs.length > 2) return fail(usage('two threads'))
  if (revisions.length > 2) return fail(usage('two revisions'))
  if (inputs.length === 1 && revisions.length < 2) {
    return fail(usage('two threads, or one thread and two revisions: -v 1 -v 2'))
  }
  const requests: RunRequest[] = []
  let pipeline: Pipeline | null = null
  for (const [i, input] of [one, other].entries()) {
    const revision = revisions.length === 2 ? revisions[i] : revisions[0]
    const options = withRevision(invocation.options, revision)
    const prepared = await prepare({ ...context, invocation: { ...invocation, options } }, [input])
    if (!prepared.ok) return prepared
    requests.push(prepared.value.request)
    pipeline = prepared.value.pipeline
  }
  const [first, second] = requests
  if (pipeline === null || first === undefined || second === undefined) throw new Error('two sides')
  return ok({ pipeline, first, second })
}

/** The options of one side: its input is named, and it has one revision at most. */
function withRevision(options: Options, revision: string | undefined): Options {
  const all = (name: OptionName): readonly string[] => {
    if (name === 'use-local-mbox') return []
    if (name === 'use-version') return revision === undefined ? [] : [revision]
    return options.all(name)
  }
  return { flag: options.flag, all, last: (name) => all(name).at(-1) }
}

function usage(wanted: string): Diagnostic {
  return { severity: 'error', code: 'usage', message: `compare takes ${wanted}` }
}

function refuse({ output }: Context, diagnostic: Diagnostic): number {
  output.diagnose(diagnostic)
  if (diagnostic.code === 'no-patch' || diagnostic.code === 'revision-unknown') return EXIT.nothingToReplay
  return isUnreadable(diagnostic) ? EXIT.unreadable : EXIT.usage
}
