import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Diagnostic } from '../base/index.js'
import { createPaint, formatDiagnostic, withoutWorkflowCommands } from '../report/index.js'
import type { Surroundings } from './surroundings.js'

/** Where results and everything else go. Results to standard output or `-o FILE`, the rest to standard error. */
export interface Output {
  /** A result. Under GitHub Actions it is kept from being read as commands, unless it is made of them. */
  readonly print: (text: string, isCommands?: boolean) => void
  /** Anything that is no result. */
  readonly say: (text: string) => void
  readonly diagnose: (diagnostic: Diagnostic) => void
  /** Writes a file the user named; false, with a diagnostic, when that fails. */
  readonly save: (file: string, text: string) => Promise<boolean>
  /** Hands over what `-o` collected; false when it could not be written. */
  readonly finish: () => Promise<boolean>
  /** Results are coloured. */
  readonly color: boolean
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number
}

/** Widest line that is printed: longer ones are hard to read. */
const WIDEST = 120

/** The output of one command line. `file` is the argument of `-o`, `color` that of `--color`. */
export function createOutput(
  surroundings: Surroundings,
  { file, color }: { readonly file: string | undefined; readonly color: boolean | undefined },
): Output {
  const { stdout, stderr, env, cwd } = surroundings
  const collected: string[] = []
  const guarded = (text: string): string =>
    env['GITHUB_ACTIONS'] === 'true' ? withoutWorkflowCommands(text) : text
  const paint = createPaint(color ?? wantsColor(env, stderr.isTTY === true))
  const diagnose = (diagnostic: Diagnostic): void => {
    stderr.write(guarded(formatDiagnostic(diagnostic, paint)))
  }
  const save = async (name: string, text: string): Promise<boolean> => {
    try {
      await writeFile(resolve(cwd, name), text)
      return true
    } catch (error) {
      diagnose({
        severity: 'error',
        code: 'cannot-write',
        message: `cannot write ${name}: ${error instanceof Error ? error.message : String(error)}`,
      })
      return false
    }
  }
  return {
    print: (text, isCommands = false) => {
      if (file === undefined || file === '-') stdout.write(isCommands ? text : guarded(text))
      else collected.push(text)
    },
    say: (text) => {
      stderr.write(text)
    },
    diagnose,
    save,
    finish: async () => file === undefined || file === '-' || save(file, collected.join('')),
    color: color ?? (file === undefined && wantsColor(env, stdout.isTTY === true)),
    width: Math.min(WIDEST, Math.max(60, stdout.isTTY === true ? (stdout.columns ?? 80) : 80)),
  }
}

/** no-color.org, and force-color.org for the other way round. */
function wantsColor(env: Surroundings['env'], isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0'
  return isTerminal && env['TERM'] !== 'dumb'
}
