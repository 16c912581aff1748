/**
 * The exit codes of kreplay, all of them.
 *
 * | code | when |
 * |---|---|
 * | 0 | ran, and nothing counts as a failure |
 * | 1 | a finding at or above `--fail-on` |
 * | 2 | usage: the command line cannot be understood, or an output cannot be written |
 * | 3 | an input cannot be read |
 * | 4 | read, but there is no patch in it, or nothing of it could be replayed |
 * | 5 | ran and found nothing to fail on, but a changed function has no conclusive verdict |
 * | 70 | a bug in kreplay |
 * | 125 | with `--expect same` on commits: it cannot be told, so that `git bisect run` skips the commit |
 * | 130 | interrupted; the report is partial and says so |
 */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { Finding, Report, Verdict } from './types.js'
import { isVerdict, severityRank, VERDICTS } from './verdict.js'

export const EXIT = {
  ok: 0,
  finding: 1,
  usage: 2,
  unreadable: 3,
  nothingToReplay: 4,
  inconclusive: 5,
  bug: 70,
  cannotTell: 125,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Which findings make the run fail. */
export interface FailOn {
  readonly verdicts: ReadonlySet<Verdict>
  /** Also `regressed` ones whose reach is latent. */
  readonly latent: boolean
}

/** `regressed`, unless its reach is latent. */
export const DEFAULT_FAIL_ON: FailOn = { verdicts: new Set(['regressed']), latent: false }

/** Any difference in behaviour: what `--expect same` fails on. */
export const EXPECT_SAME: FailOn = { verdicts: new Set(['regressed', 'changed', 'fixed']), latent: true }

/**
 * Reads `--fail-on`. One verdict stands for itself and all that are more severe; several stand for exactly
 * themselves. `latent` adds regressions that nobody is known to meet, `never` fails on nothing.
 */
export function parseFailOn(text: string): Result<FailOn> {
  const words = text
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '')
  if (words.length === 1 && words[0] === 'never') return ok({ verdicts: new Set(), latent: false })
  const latent = words.includes('latent')
  const named = words.filter((word) => word !== 'latent')
  const verdicts = named.filter(isVerdict)
  if (words.length === 0 || verdicts.length !== named.length)
    return fail(badFailOn(named.find((word) => !isVerdict(word))))
  const [only] = verdicts
  if (only === undefined) return ok({ verdicts: DEFAULT_FAIL_ON.verdicts, latent })
  if (verdicts.length > 1) return ok({ verdicts: new Set(verdicts), latent })
  return ok({ verdicts: new Set(VERDICTS.slice(0, severityRank(only) + 1)), latent })
}

function badFailOn(word: string | undefined): Diagnostic {
  return {
    severity: 'error',
    code: 'usage-fail-on',
    message: word === undefined ? '--fail-on names nothing' : `--fail-on does not know ${word}`,
    hint: `it takes ${VERDICTS.join(', ')}, latent, or never alone`,
  }
}

/** True when this finding makes the run fail. */
export function failsOn(finding: Finding, failOn: FailOn): boolean {
  if (!failOn.verdicts.has(finding.verdict)) return false
  return failOn.latent || finding.verdict !== 'regressed' || finding.reach !== 'latent'
}

/** How a run ended, as far as its exit code is concerned. */
export interface Ending {
  readonly report: Report
  readonly read: boolean
  readonly hasPatch: boolean
  readonly replayed: boolean
  /** There was no patch, and functions that the text names were run. */
  readonly discussed?: boolean
  readonly interrupted: boolean
  readonly failOn: FailOn
  readonly allowInconclusive: boolean
  /** Commits were replayed, not mails. */
  readonly ofCommits?: boolean
}

/** The exit code of a run. A patch that changes comments only needs no replay, and is no failure. */
export function exitCodeOf(ending: Ending): ExitCode {
  const code = plainExitCode(ending)
  if (ending.ofCommits !== true) return code
  // A commit that changes no function is as good as any.
  if (code === EXIT.nothingToReplay && ending.report.functions.every(({ kind }) => kind !== 'function'))
    return EXIT.ok
  const isOpen = code === EXIT.nothingToReplay || code === EXIT.inconclusive
  return isOpen && ending.failOn === EXPECT_SAME ? EXIT.cannotTell : code
}

function plainExitCode(ending: Ending): ExitCode {
  const { report } = ending
  if (ending.interrupted || report.incomplete === true) return EXIT.interrupted
  if (!ending.read) return EXIT.unreadable
  if (report.diagnostics.some(({ code }) => code === 'bug')) return EXIT.bug
  if (!ending.hasPatch) return ending.discussed === true ? EXIT.ok : EXIT.nothingToReplay
  if (report.findings.some((finding) => failsOn(finding, ending.failOn))) return EXIT.finding
  if (!ending.replayed && !commentsOnly(report)) return EXIT.nothingToReplay
  const open = report.findings.some(({ verdict }) => verdict === 'inconclusive' || verdict === 'unmapped')
  if (open && !ending.allowInconclusive) return EXIT.inconclusive
  return EXIT.ok
}

function commentsOnly(report: Report): boolean {
  return (
    report.functions.length > 0 &&
    report.functions.every(
      (fn) => fn.change.length > 0 && fn.change.every((change) => change === 'comment-only'),
    )
  )
}
