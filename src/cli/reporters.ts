/** The outputs asked for by `-f`, `--json` and their files, and the writing of them. */
import { fail, ok, type Result } from '../base/index.js'
import { type Format, type FormatOptions, findFormat, type Report } from '../report/index.js'
import type { Options } from './options.js'
import type { Output } from './output.js'

/** One output: a format, and the file it goes to or null for standard output. */
export interface Reporter {
  readonly name: string
  readonly format: Format
  readonly file: string | null
}

/**
 * The outputs asked for. Exactly one goes to standard output: the one without a file, or the terminal's.
 * Error: `usage-format`.
 */
export function readReporters(options: Options): Result<readonly Reporter[]> {
  const given = [...options.all('format'), ...(options.flag('json') === true ? ['json'] : [])]
  const reporters: Reporter[] = []
  for (const text of given) {
    const split = text.indexOf('=')
    const name = split < 0 ? text : text.slice(0, split)
    const file = split < 0 ? null : text.slice(split + 1)
    const format = findFormat(name)
    if (!format.ok) return format
    if (file === '') return fail(usageFormat(`-f ${text} names no file`))
    if (!reporters.some((other) => other.name === name && other.file === file)) {
      reporters.push({ name, format: format.value, file })
    }
  }
  const direct = reporters.filter((reporter) => reporter.file === null)
  if (direct.length > 1) {
    const both = direct.map((reporter) => reporter.name).join(' and ')
    return fail(usageFormat(`only one format can go to standard output, not ${both}`))
  }
  if (direct.length === 1) return ok(reporters)
  const terminal = findFormat('terminal')
  return terminal.ok ? ok([{ name: 'terminal', format: terminal.value, file: null }, ...reporters]) : terminal
}

function usageFormat(message: string): { severity: 'error'; code: string; message: string; hint: string } {
  return {
    severity: 'error',
    code: 'usage-format',
    message,
    hint: 'give the others a file: -f json=report.json',
  }
}

/** Writes them all, each on its own: false when one failed, which has kept none of the others. */
export async function writeReports(
  report: Report,
  reporters: readonly Reporter[],
  output: Output,
  options: FormatOptions,
): Promise<boolean> {
  let good = true
  for (const { name, format, file } of reporters) {
    try {
      const own =
        file === null
          ? options
          : { ...options, terminal: { ...options.terminal, color: false, diagnostics: true } }
      const text = format(report, own)
      if (file === null) output.print(text, name === 'github')
      else if (!(await output.save(file, text))) good = false
    } catch (error) {
      good = false
      const why = error instanceof Error ? error.message : String(error)
      output.diagnose({
        severity: 'error',
        code: 'reporter-failed',
        message: `the ${name} format failed: ${why}`,
      })
    }
  }
  return good
}
