/** How much a diagnostic matters: `error` lost something, `warning` may have, `note` only explains. */
export type Severity = 'error' | 'warning' | 'note'

/** A place in the input as the user gave it. `line` and `column` count from 1. */
export interface Place {
  readonly source: string
  readonly line?: number
  readonly column?: number
}

/**
 * Something the reader of the output should know, as data: formatting is somebody else's job.
 * `code` is a stable kebab-case word (`mbox-truncated`); `hint` says what to do about it.
 */
export interface Diagnostic {
  readonly severity: Severity
  readonly code: string
  readonly message: string
  readonly place?: Place
  readonly hint?: string
}

/** `file:line:column`, as far as it is known; an empty string for a diagnostic without a place. */
export function formatPlace(place: Place | undefined): string {
  if (place === undefined) return ''
  const line = place.line === undefined ? '' : `:${place.line}`
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`
  return `${place.source}${line}${column}`
}
