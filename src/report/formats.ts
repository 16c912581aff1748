/** The formats that `-f` knows, each a pure function of the report. */
import { fail, ok, type Result } from '../base/index.js'
import type { FailOn } from './exit-code.js'
import { DEFAULT_FAIL_ON } from './exit-code.js'
import { formatGithub } from './github.js'
import { formatJson } from './json.js'
import { formatJunit } from './junit.js'
import { formatMarkdown } from './markdown.js'
import { formatReply } from './reply.js'
import { formatSarif } from './sarif.js'
import { formatTerminal, type TerminalOptions } from './terminal.js'
import type { Report } from './types.js'

/** What a format may take into account besides the report. */
export interface FormatOptions {
  readonly terminal?: TerminalOptions
  readonly failOn?: FailOn
}

export type Format = (report: Report, options: FormatOptions) => string

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['terminal', (report, options) => formatTerminal(report, options.terminal)],
  ['json', formatJson],
  ['markdown', formatMarkdown],
  ['reply', (report) => formatReply(report)],
  ['junit', (report, options) => formatJunit(report, options.failOn ?? DEFAULT_FAIL_ON)],
  ['sarif', formatSarif],
  ['github', formatGithub],
])

/** Names of the formats, the usual one first. */
export const FORMAT_NAMES: readonly string[] = [...FORMATS.keys()]

/** The format of a name. Error: `usage-format`. */
export function findFormat(name: string): Result<Format> {
  const format = FORMATS.get(name)
  if (format !== undefined) return ok(format)
  const message =
    name === 'html' ? 'the html report is not part of this version' : `there is no format ${name}`
  return fail({
    severity: 'error',
    code: 'usage-format',
    message,
    hint: `formats: ${FORMAT_NAMES.join(', ')}`,
  })
}
