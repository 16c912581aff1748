import { printable } from '../base/index.js'
import type { Progress } from '../run/index.js'
import type { Sink } from './surroundings.js'

/** Milliseconds between two updates of the line. */
const INTERVAL = 80

/**
 * Shows where a run stands: one line that is rewritten on a terminal; elsewhere one line per phase, appended, and
 * only if `verbose`, so that a log file stays readable.
 */
export function createProgress(options: {
  readonly stream: Sink
  readonly verbose: boolean
  readonly now: () => number
}): { readonly show: (progress: Progress) => void; readonly clear: () => void } {
  const { stream, verbose, now } = options
  let phase: string | null = null
  let shownAt = Number.NEGATIVE_INFINITY
  let dirty = false
  if (stream.isTTY !== true) {
    const show = (progress: Progress): void => {
      if (!verbose || progress.phase === phase) return
      phase = progress.phase
      stream.write(`kreplay: ${phase}\n`)
    }
    return { show, clear: () => {} }
  }
  return {
    show: (progress) => {
      const time = now()
      if (progress.phase === phase && time - shownAt < INTERVAL) return
      phase = progress.phase
      shownAt = time
      dirty = true
      stream.write(`\r\x1b[K${line(progress).slice(0, (stream.columns ?? 80) - 1)}`)
    },
    clear: () => {
      if (dirty) stream.write('\r\x1b[K')
      dirty = false
    },
  }
}

function line({ phase, done, total, label }: Progress): string {
  const count = total > 0 ? ` ${done} of ${total}` : ''
  return printable(`${phase}${count}${label === '' ? '' : `: ${label}`}`).replace(/[\n\t]/g, ' ')
}
