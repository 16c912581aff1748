import { resolve } from 'node:path'
import { type Diagnostic, fail, ok, plural, type Result } from '../../base/index.js'
import { EXIT, safeJson, singleLine } from '../../report/index.js'
import type { LitmusInput, LitmusReport, LitmusRequest, LitmusResult } from '../../run/index.js'
import type { Context } from '../context.js'
import { readAll } from '../inputs.js'
import { wholeNumber } from '../numbers.js'
import type { Options } from '../options.js'
import { bad } from '../run-request.js'

/** Seconds for one test unless `--timeout` says otherwise. */
const DEFAULT_TIMEOUT = 60

/** `kreplay litmus FILE…`: runs litmus tests of the kernel's memory model, and prints what herd7 would. */
export async function litmus(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const refuse = (diagnostic: Diagnostic): number => {
    output.diagnose(diagnostic)
    return EXIT.usage
  }
  const formats = readFormats(invocation.options)
  if (!formats.ok) return refuse(formats.error)
  const options = readOptions(invocation.options)
  if (!options.ok) return refuse(options.error)
  const inputs = await readTests(context)
  if (!inputs.ok) return refuse(inputs.error)

  const { jsonFile, json } = formats.value
  const { interrupted, now } = surroundings
  const pipeline = await surroundings.pipeline()
  const done = await pipeline.runLitmus(
    { ...options.value, inputs: inputs.value },
    {
      onResult: (result, text) => {
        diagnose(context, result)
        if (!json && text !== '') output.print(`${text}\n`)
      },
      ...(interrupted === undefined ? {} : { interrupted }),
      ...(now === undefined ? {} : { now }),
    },
  )
  if (!done.ok) return refuse(done.error)
  const report = done.value
  output.print(json ? safeJson(report) : summaryText(report))
  const saved = jsonFile === null || (await output.save(jsonFile, safeJson(report)))
  if (interrupted?.() === true) return EXIT.interrupted
  const code = exitCode(report)
  return saved || code !== EXIT.ok ? code : EXIT.usage
}

interface Formats {
  /** JSON goes to standard output in place of the text. */
  readonly json: boolean
  readonly jsonFile: string | null
}

/** `text`, `json` and `json=FILE`. */
function readFormats(options: Options): Result<Formats> {
  let json = options.flag('json') === true
  let jsonFile: string | null = null
  for (const format of options.all('format')) {
    if (format === 'json') json = true
    else if (/^json=./s.test(format)) jsonFile = format.slice('json='.length)
    else if (format !== 'text') return fail(bad('format', format, 'text, json or json=FILE here'))
  }
  return ok({ json, jsonFile })
}

function readOptions(options: Options): Result<Omit<LitmusRequest, 'inputs'>> {
  const timeoutText = options.last('timeout')
  const timeout = timeoutText === undefined ? DEFAULT_TIMEOUT : seconds(timeoutText)
  if (timeout === null) return fail(bad('timeout', timeoutText ?? '', 'seconds, as in 10 or 0.5; 0 for none'))
  const jobsText = options.last('jobs')
  const jobs = jobsText === undefined ? 1 : wholeNumber(jobsText, 1)
  if (jobs === null || jobs > MOST_JOBS)
    return fail(bad('jobs', jobsText ?? '', `a number from 1 to ${MOST_JOBS}`))
  const models = options.all('model')
  if (models.length > 1) return fail(bad('model', models.join(' '), 'one memory model here'))
  const [model] = models
  return ok({
    jobs,
    ...(timeout === 0 ? {} : { seconds: timeout }),
    ...(model === undefined ? {} : { model }),
  })
}

const MOST_JOBS = 64

function seconds(text: string): number | null {
  return /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : null
}

/** Files, folders, `@FILE` for a list of them, `-` or nothing and a pipe for standard input. */
async function readTests({ invocation, surroundings }: Context): Promise<Result<readonly LitmusInput[]>> {
  const { stdin, cwd } = surroundings
  const words = [...invocation.positionals]
  if (words.length === 0) {
    if (stdin.isTTY === true) {
      return fail({
        severity: 'error',
        code: 'usage',
        message: 'no litmus test is named',
        hint: 'name a file, a folder, @FILE for a list of them, or - for standard input',
      })
    }
    words.push('-')
  }
  let standard: Uint8Array | null = null
  const inputs: LitmusInput[] = []
  for (const word of words) {
    if (word === '-') {
      standard ??= await readAll(stdin)
      inputs.push({ kind: 'bytes', name: '-', bytes: standard })
    } else if (word.startsWith('@')) {
      inputs.push({ kind: 'list', name: word, path: resolve(cwd, word.slice(1)), folder: cwd })
    } else inputs.push({ kind: 'path', name: word, path: resolve(cwd, word) })
  }
  return ok(inputs)
}

function diagnose({ output }: Context, result: LitmusResult): void {
  if (result.kind === 'unreadable') {
    output.diagnose(result.diagnostic)
    return
  }
  for (const message of result.troubles) {
    const place = { source: result.file }
    const hint = 'executions in which that happens are left out'
    output.diagnose({ severity: 'warning', code: 'litmus-trouble', message, place, hint })
  }
}

/** The counts, and each test whose outcome is not the one stated. */
function summaryText(report: LitmusReport): string {
  const { summary, tests, finished, model } = singleLine(report)
  const lines = [
    `Summary ${plural(summary.tests, 'test')} under ${model}: ${summary.asStated} as stated, ` +
      `${summary.otherwise} otherwise, ${summary.notStated} without a stated result, ` +
      `${summary.unreadable} unreadable, ${summary.undecided} undecided`,
  ]
  for (const test of tests) {
    if (test.kind !== 'run' || test.judgement !== 'otherwise') continue
    const flags = test.flags.length === 0 ? '' : ` with ${test.flags.join(', ')}`
    const executions = test.positive + test.negative === 0 ? ' without executions' : ''
    lines.push(
      `Otherwise ${test.name} stated ${test.stated ?? ''}, found ${test.verdict ?? ''}${executions}${flags} (${test.file})`,
    )
  }
  if (!finished) lines.push('Interrupted: there are more tests')
  return `${lines.join('\n')}\n`
}

function exitCode({ summary }: LitmusReport): number {
  if (summary.otherwise > 0) return EXIT.finding
  if (summary.unreadable > 0) return EXIT.unreadable
  if (summary.tests === 0) return EXIT.nothingToReplay
  return summary.undecided > 0 ? EXIT.inconclusive : EXIT.ok
}
