/**
 * Schedules as text, `a4A1b4(stop)a2`: a thread's letter, how many scheduling steps it runs, and in brackets
 * its answers to the choices among them; the capital letter of a thread stands for its oldest buffered stores
 * reaching memory, so many of them. Every character stands for itself in a URL and in a shell word within
 * quotes. `parseSchedule(formatSchedule(s))` is `s`.
 */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { Decision } from './run.js'

/** Letters of the threads by number: `a` is thread 0. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** What a thread, or its store buffer, is called in a schedule. */
export function letterOf({ thread, flush }: Pick<Decision, 'thread' | 'flush'>): string {
  const letter = LETTERS[thread] ?? '?'
  return flush === true ? letter.toUpperCase() : letter
}

export function formatSchedule(decisions: readonly Decision[]): string {
  let text = ''
  let i = 0
  for (let decision = decisions[i]; decision !== undefined; decision = decisions[i]) {
    const letter = letterOf(decision)
    const choices: string[] = []
    const begin = i
    for (let next = decisions[i]; next !== undefined && letterOf(next) === letter; next = decisions[++i]) {
      if (next.choice !== null) choices.push(next.choice)
    }
    text += `${letter}${i - begin}`
    if (choices.length > 0) text += `(${choices.join(',')})`
  }
  return text
}

/** One run of a parsed schedule; which of its steps the choices answer follows from the program. */
export interface ScheduleRun {
  readonly thread: number
  readonly steps: number
  readonly choices: readonly string[]
  /** The steps are those of the thread's store buffer. */
  readonly flush?: true
}

/** Reads a schedule back; anything that is not one is a diagnostic with the column. */
export function parseSchedule(text: string): Result<readonly ScheduleRun[]> {
  const runs: ScheduleRun[] = []
  const pattern = /([a-z])(\d{1,9})(?:\(([A-Za-z0-9_.,~-]*)\))?|([A-Z])(\d{1,9})/y
  let at = 0
  while (at < text.length) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) return fail(notASchedule(text, at))
    const [, letter, steps, choices = '', buffer, flushes] = match
    runs.push(
      buffer === undefined
        ? {
            thread: LETTERS.indexOf(letter ?? ''),
            steps: Number(steps),
            choices: choices === '' ? [] : choices.split(','),
          }
        : { thread: LETTERS.indexOf(buffer.toLowerCase()), steps: Number(flushes), choices: [], flush: true },
    )
    at = pattern.lastIndex
  }
  return ok(runs)
}

function notASchedule(text: string, at: number): Diagnostic {
  return {
    severity: 'error',
    code: 'schedule-syntax',
    message: `not a schedule: "${text.slice(at, at + 12)}" at column ${at + 1}`,
    hint: 'a schedule looks like a4A1b4(stop)a2: thread letter, number of steps, choices in brackets',
  }
}
