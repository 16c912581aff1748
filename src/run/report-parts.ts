/** The parts of a report that say what was read and matched, before anything is explored. */

import { sha256 } from '../base/index.js'
import { implementationId } from '../machine/index.js'
import {
  type ChangedFunction,
  type FunctionMatch,
  functionOfMissing,
  outsideFunctions,
  type Resolution,
} from '../match/index.js'
import type { FileDiff, FileImages, MissingHunk } from '../patch/index.js'
import type { Certificate, Finding, ReportFile, ReportFunction, ReportPatch } from '../report/index.js'
import { changedCoverage } from './changed-coverage.js'
import { WITHOUT_TREE } from './find-images.js'
import type { NotRun } from './plan.js'
import type { TakenPatch } from './take-in.js'
import type { Reached } from './watch.js'

export function reportPatch(taken: TakenPatch): ReportPatch {
  return {
    subject: taken.message.subject,
    messageId: taken.message.messageId,
    index: taken.index,
    count: taken.count,
    version: taken.version,
    files: taken.patch.files.map((file, at) => reportFile(file, taken.images?.[at])),
    ...(taken.trailers.length === 0 ? {} : { trailers: taken.trailers }),
  }
}

function reportFile(file: FileDiff, images: FileImages | undefined): ReportFile {
  const { path, previousPath, preBlob, postBlob, repairs, hunks } = file
  const { base, added, checks } = file.certificate
  const certificate: Certificate = { base, added }
  return {
    path,
    previousPath,
    preBlob,
    postBlob,
    certificate,
    repairs: repairs.map(({ kind, count }) => ({ kind, count })),
    missing: file.missing.map((hunk) => missingText(file, hunk)),
    hunks: hunks.length,
    checks: checks.map(({ name, result, text }) => ({ name, result, text })),
    ...(images === undefined || !isWorthSaying(images) ? {} : { image: images.how }),
  }
}

/** That a patch creates a file, and that nobody gave a tree, can be seen without being told. */
function isWorthSaying({ how }: FileImages): boolean {
  return how.by !== 'text' && how.text !== WITHOUT_TREE
}

/** Why lines that a hunk header announces are not there. */
const MISSING = {
  'no-body': 'the mail ends at the hunk header',
  truncated: 'the mail ends inside the hunk',
  elided: 'a reviewer cut lines out',
} as const satisfies Record<MissingHunk['reason'], string>

function missingText(file: FileDiff, hunk: MissingHunk): string {
  const where = hunk.section === '' ? '' : ` (${hunk.section})`
  return `${hunk.beforeCount} lines of ${file.path} at ${hunk.beforeStart}${where}: ${MISSING[hunk.reason]}`
}

/** A row for every changed function, and for what changed outside functions, by kind. */
export function reportFunctions(
  taken: TakenPatch,
  matches: readonly FunctionMatch[],
  reached: Reached,
): ReportFunction[] {
  const rows = matches.map((match) => reportFunction(match, reached))
  for (const { path, kind, added, removed } of outsideFunctions(taken.patch.files)) {
    rows.push({
      name: `(${kind})`,
      path,
      previousName: null,
      previousPath: null,
      kind,
      change: ['modified'],
      before: null,
      after: null,
      changedLines: { added, removed },
      notes: ['outside functions: not replayed'],
    })
  }
  return rows
}

function reportFunction(match: FunctionMatch, reached: Reached): ReportFunction {
  const { changed } = match
  return {
    name: changed.name,
    path: changed.path,
    previousName: changed.previousName,
    previousPath: changed.previousPath,
    kind: 'function',
    change: changed.change,
    before: implementationName(match.before),
    after: implementationName(match.after),
    changedLines: { added: changed.added, removed: changed.removed, ...changedCoverage(match, reached) },
    ...(changed.conditions.length === 0 ? {} : { conditions: changed.conditions }),
    hunk: hunkLines(changed),
    notes: notesOf(match),
  }
}

const MARKERS = { context: ' ', added: '+', removed: '-' } as const

/** The hunks of the function as diff lines; those of the after side where it moved. */
function hunkLines({ before, after }: ChangedFunction): string[] {
  const hunks = new Set((after ?? before)?.hunks ?? [])
  return [...hunks].flatMap(({ lines }) => lines.map(({ op, text }) => `${MARKERS[op]}${text}`))
}

function implementationName(resolution: Resolution): string | null {
  return resolution.kind === 'implementation' ? implementationId(resolution.implementation) : null
}

function notesOf({ changed, before, after, lifted, notLifted }: FunctionMatch): string[] {
  const notes: string[] = []
  if (changed.change.includes('comment-only'))
    notes.push('only comments and blanks change: the code is the same')
  if (isWider(changed)) {
    notes.push(
      `visible to more callers: from static in ${changed.previousPath ?? ''} to a header; what it asks of them is now implicit`,
    )
  }
  for (const resolution of [before, after]) {
    if (resolution.kind !== 'implementation') continue
    const id = implementationId(resolution.implementation)
    if (resolution.by === 'name') notes.push(`${id} was taken by its name alone: its text is another`)
    if (resolution.by === 'lifting') notes.push(`${id} is the patch's own C, lifted`)
    if (resolution.by === 'absence') notes.push(`before there is no such function: callers get ${id}`)
    if (resolution.by === 'choice') notes.push(`${id} was named on the command line`)
    for (const note of resolution.implementation.notes) notes.push(`${id}: ${note}`)
  }
  for (const { name, value, why } of lifted?.assumed ?? []) {
    notes.push(`lifted with ${name}=${value}, as ${why}`)
  }
  if (notLifted !== undefined) notes.push(`not lifted: ${notLifted}`)
  const opaque = [...new Set([...(lifted?.before.opaque ?? []), ...(lifted?.after.opaque ?? [])])]
  if (opaque.length > 0)
    notes.push(`opaque callees, which before and after answer alike: ${opaque.join(', ')}`)
  return [...new Set(notes)]
}

/** A static function of a .c file that now stands in a header. */
function isWider(changed: ChangedFunction): boolean {
  return changed.previousPath?.endsWith('.c') === true && changed.path.endsWith('.h')
}

/** Findings for what was not run, and for hunks that the mail does not hold. */
export function notRunFindings(
  taken: TakenPatch,
  notRun: readonly NotRun[],
  arch: string,
  model: string,
): Finding[] {
  const findings = notRun.map(({ match, verdict, why }) =>
    silent({ verdict, kind: verdict, name: match.changed.name, path: match.changed.path, why, arch, model }),
  )
  for (const file of taken.patch.files) {
    for (const hunk of file.missing) {
      const why = `${missingText(file, hunk)}; what it changes was not replayed`
      findings.push(
        silent({
          verdict: 'inconclusive',
          kind: 'missing hunk',
          name: functionOfMissing(hunk),
          path: file.path,
          why,
          arch,
          model,
        }),
      )
    }
  }
  return findings
}

interface Silent {
  readonly verdict: 'unmapped' | 'inconclusive'
  readonly kind: string
  readonly name: string
  readonly path: string
  readonly why: string
  readonly arch: string
  readonly model: string
}

function silent({ verdict, kind, name, path, why, arch, model }: Silent): Finding {
  const side = { holds: 'unknown', count: 0, executions: 0, coverage: { kind: 'not-run', why } } as const
  return {
    id: sha256([path, name, '', kind, arch, model].join('\0')).slice(0, 12),
    verdict,
    kind,
    reach: 'unknown',
    function: name,
    path,
    scenario: '',
    property: kind,
    arch,
    model,
    config: {},
    premise: { needs: [], inTree: null },
    summary: why,
    before: side,
    after: side,
    witness: null,
  }
}
