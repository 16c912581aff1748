import { type Diagnostic, formatPlace, wrap } from '../base/index.js'
import type { Paint } from './paint.js'
import { singleLine } from './single-line.js'

/**
 * A diagnostic for people, as compilers print theirs: `file:line:column: severity: message [code]`, a hint on a
 * line of its own. Safe to print whatever the message quotes; ends in a newline.
 */
export function formatDiagnostic(diagnostic: Diagnostic, paint?: Paint): string {
  const { severity, code, message, place, hint } = singleLine(diagnostic)
  const where = formatPlace(place)
  const word = paint === undefined ? severity : colored(severity, paint)
  const lines = [`${where === '' ? 'kreplay' : where}: ${word}: ${message} [${code}]`]
  if (hint !== undefined)
    lines.push(...wrap(hint, 72).map((text, index) => (index === 0 ? `  hint: ${text}` : `        ${text}`)))
  return `${lines.join('\n')}\n`
}

function colored(severity: Diagnostic['severity'], paint: Paint): string {
  switch (severity) {
    case 'error':
      return paint.red(severity)
    case 'warning':
      return paint.yellow(severity)
    case 'note':
      return paint.dim(severity)
  }
}
