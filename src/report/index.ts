export { b4Result, formatB4Check } from './b4-check.js'
export { foldCommand, quoteWord, shellWords } from './command-line.js'
export { formatDiagnostic } from './diagnostics.js'
export { type NumberedFinding, numberFindings } from './digest.js'
export {
  DEFAULT_FAIL_ON,
  type Ending,
  EXIT,
  EXPECT_SAME,
  type ExitCode,
  exitCodeOf,
  type FailOn,
  failsOn,
  parseFailOn,
} from './exit-code.js'
export { findFinding } from './find-finding.js'
export { FORMAT_NAMES, type Format, type FormatOptions, findFormat } from './formats.js'
export { formatGithub, withoutWorkflowCommands } from './github.js'
export { formatJson, safeJson } from './json.js'
export { formatJunit } from './junit.js'
export { field, table } from './layout.js'
export { formatMarkdown } from './markdown.js'
export { createPaint, type Paint } from './paint.js'
export { parseReport } from './parse-report.js'
export { formatReply, type ReplyOptions } from './reply.js'
export { formatSarif } from './sarif.js'
export { ReportSchema } from './schema.js'
export { singleLine } from './single-line.js'
export { formatTerminal, type TerminalOptions } from './terminal.js'
export { traceLines } from './trace-text.js'
export type * from './types.js'
export { headline, isVerdict, MEANING, VERDICTS } from './verdict.js'
export { explainFinding, explainVerdict } from './why.js'
export { coverageText, sideText } from './wording.js'
