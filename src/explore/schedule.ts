/**
 * Schedules as text, `a4b4(stop)a2`: a thread's letter, how many scheduling steps it runs, and in brackets
 * its answers to the choices among them. Every character stands for itself in a URL and in a shell word
 * within quotes. `parseSchedule(formatSchedule(s))` is `s`.
 */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { Decision } from './run.js'

/** Letters of the threads by number: `a` is thread 0. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

export function formatSchedule(decisions: readonly Decision[]): string {
  let text = ''
  let i = 0
  while (i < decisions.length) {
    const thread = decisions[i]?.thread ?? 0
    const choices: string[] = []
    let count = 0
    for (; i < decisions.length && decisions[i]?.thread === thread; i++) {
      count++
      const choice = decisions[i]?.choice ?? null
      if (choice !== null) choices.push(choice)
    }
    text += `${LETTERS[thread] ?? '?'}${count}`
    if (choices.length > 0) text += `(${choices.join(',')})`
  }
  return text
}

/** One run of a parsed schedule; which of its steps the choices answer follows from the program. */
export interface ScheduleRun {
  readonly thread: number
  readonly steps: number
  readonly choices: readonly string[]
}

/** Reads a schedule back; anything that is not one is a diagnostic with the column. */
export function parseSchedule(text: string): Result<readonly ScheduleRun[]> {
  const runs: ScheduleRun[] = []
  const pattern = /([a-z])(\d{1,9})(?:\(([A-Za-z0-9_.,~-]*)\))?/y
  let at = 0
  while (at < text.length) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) return fail(notASchedule(text, at))
    runs.push({
      thread: LETTERS.indexOf(match[1] ?? ''),
      steps: Number(match[2]),
      choices: match[3] === undefined || match[3] === '' ? [] : match[3].split(','),
    })
    at = pattern.lastIndex
  }
  return ok(runs)
}

function notASchedule(text: string, at: number): Diagnostic {
  return {
    severity: 'error',
    code: 'schedule-syntax',
    message: `not a schedule: "${text.slice(at, at + 12)}" at column ${at + 1}`,
    hint: 'a schedule looks like a4b4(stop)a2: thread letter, number of steps, choices in brackets',
  }
}
