import type { Diagnostic } from '../../base/index.js'
import { EXIT, exitCodeOf, formatGithub } from '../../report/index.js'
import { type Context, createControl } from '../context.js'
import { readFailOn } from '../fail-on.js'
import { prepare } from '../prepare.js'
import { readReporters, writeReports } from '../reporters.js'

/** `kreplay run`: read, match, replay, report. */
export async function run(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const { options } = invocation
  const refuse = (diagnostic: Diagnostic): number => {
    output.diagnose(diagnostic)
    return EXIT.usage
  }
  const reporters = readReporters(options)
  if (!reporters.ok) return refuse(reporters.error)
  const failOn = readFailOn(options)
  if (!failOn.ok) return refuse(failOn.error)
  const prepared = await prepare(context, invocation.positionals)
  if (!prepared.ok) return refuse(prepared.error)

  const { pipeline, request } = prepared.value
  const { control, done } = createControl(context)
  const result = await pipeline.runThread(request, control)
  done()

  const annotated = reporters.value.some(({ name, file }) => name === 'github' && file === null)
  const written = await writeReports(result.report, reporters.value, output, {
    failOn: failOn.value,
    terminal: {
      width: output.width,
      color: output.color,
      all: options.flag('all') === true,
      verbose: options.flag('verbose') === true,
      diagnostics: false,
    },
  })
  diagnoseAll(context, result.report.diagnostics)
  if (surroundings.env['GITHUB_ACTIONS'] === 'true' && !annotated) output.say(formatGithub(result.report))
  const code = exitCodeOf({
    ...result,
    interrupted: surroundings.interrupted?.() === true,
    failOn: failOn.value,
    allowInconclusive: options.flag('allow-inconclusive') === true,
    ofCommits: request.inputs.every(({ kind }) => kind === 'commits' || kind === 'work-tree'),
  })
  return written || (code !== EXIT.ok && code !== EXIT.inconclusive) ? code : EXIT.usage
}

/** Prints diagnostics on standard error; notes only when asked for more, but their number always. */
export function diagnoseAll(context: Context, diagnostics: readonly Diagnostic[]): void {
  const { output, invocation } = context
  const verbose = invocation.options.flag('verbose') === true
  const notes = diagnostics.filter(({ severity }) => severity === 'note')
  for (const diagnostic of diagnostics)
    if (verbose || diagnostic.severity !== 'note') output.diagnose(diagnostic)
  if (!verbose && notes.length > 0) {
    output.say(`kreplay: ${notes.length} note${notes.length === 1 ? '' : 's'} more with --verbose\n`)
  }
}
