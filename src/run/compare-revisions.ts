/**
 * `kreplay compare`: runs what one revision of a change leaves against what another one does, in the suites of the
 * functions that either changes, and each against the text it was made for, so that it can be said which findings
 * the two share.
 */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { implementationId } from '../machine/index.js'
import type { FunctionMatch, Resolution } from '../match/index.js'
import { type Finding, quoteWord, type Summary, type Verdict, type Witness } from '../report/index.js'
import { type Left, leftBy, matchOfPair, pairLeft } from './compare-functions.js'
import type {
  ComparedFunction,
  ComparedRevision,
  ComparedVerdict,
  CompareRequest,
  RevisionComparison,
} from './compare-types.js'
import { Crew } from './crew.js'
import { type Library, libraryWith } from './library.js'
import { Lifter } from './lifter.js'
import { matchPatch } from './match-patch.js'
import { planPatch } from './plan.js'
import { runSuite } from './run-suite.js'
import { runThread } from './run-thread.js'
import { type TakenIn, type TakenPatch, takeIn } from './take-in.js'
import type { RunControl, RunRequest } from './types.js'
import type { Reached } from './watch.js'

/** Error: `unreadable` and its like for an input or tree that cannot be read, `no-patch` where there is none. */
export async function compareRevisions(
  { first, second }: CompareRequest,
  control: RunControl = {},
): Promise<Result<RevisionComparison>> {
  const library = libraryWith(first.plugins)
  const crew = new Crew()
  const taken: TakenIn[] = []
  try {
    const sides: Revision[] = []
    for (const request of [first, second]) {
      const one = await takeIn(request)
      taken.push(one)
      const read = await readRevision(one, request, library)
      if (!read.ok) return read
      sides.push(read.value)
    }
    const [one, other] = sides
    if (one === undefined || other === undefined) throw new Error('a comparison has two sides')
    return ok(await comparison({ first: one, second: other, library, crew, control }))
  } finally {
    crew.close()
    for (const { tree } of taken) tree?.close()
  }
}

interface Revision {
  readonly request: RunRequest
  readonly patches: readonly TakenPatch[]
  readonly left: ReadonlyMap<string, Left>
  readonly tree: string | null
  readonly label: string
  readonly diagnostics: readonly Diagnostic[]
}

async function readRevision(
  taken: TakenIn,
  request: RunRequest,
  library: Library,
): Promise<Result<Revision>> {
  const { patches, tree } = taken
  const wrong = taken.diagnostics.find(({ severity }) => severity === 'error')
  if (!taken.read && wrong !== undefined) return fail(wrong)
  if (patches.length === 0) return fail(wrong ?? noPatch())
  const lifter = tree === null ? null : new Lifter(tree)
  const matched: FunctionMatch[][] = []
  const diagnostics: Diagnostic[] = [...taken.diagnostics]
  for (const patch of patches) {
    const { matches, diagnostics: said } = await matchPatch(patch, library, request, lifter)
    matched.push([...matches])
    diagnostics.push(...said)
  }
  const [first] = patches
  return ok({
    request,
    patches,
    left: leftBy(matched),
    tree: tree === null ? null : tree.describe().name,
    label: `v${first?.version ?? 1}${request.rfc === true ? ' (RFC)' : ''}`,
    diagnostics,
  })
}

function noPatch(): Diagnostic {
  return { severity: 'error', code: 'no-patch', message: 'there is no patch in one of the two' }
}

interface Comparing {
  readonly first: Revision
  readonly second: Revision
  readonly library: Library
  readonly crew: Crew
  readonly control: RunControl
}

async function comparison(comparing: Comparing): Promise<RevisionComparison> {
  const { first, second, library, crew, control } = comparing
  const stopped = (): boolean => control.interrupted?.() === true
  const pairs = pairLeft(first.left, second.left)
  const matches = pairs.flatMap((pair) => matchOfPair(pair) ?? [])
  const files = [...first.patches, ...second.patches].flatMap(({ patch }) => patch.files)
  const { suites, notRun } = planPatch(matches, files, first.request)
  const findings: Finding[] = []
  const diagnostics: Diagnostic[] = [...first.diagnostics, ...second.diagnostics]
  const reached: Reached = new Map()
  for (const planned of suites) {
    const result = await runSuite({
      planned,
      request: first.request,
      control,
      registry: library.registry,
      crew,
      reached,
      commandArguments: [],
      stopped,
      progress: (phase, done, total, label) => control.onProgress?.({ phase, done, total, label }),
    })
    findings.push(...result.findings.map((finding) => withCommand(finding, first, second)))
    diagnostics.push(...result.diagnostics)
  }
  const { report: firstReport } = await runThread(first.request, control)
  // Where one text stands on both sides of every function, both runs show the same.
  const isAlike = matches.length === 0 && pairs.every((pair) => pair.first !== null && pair.second !== null)
  const secondReport = isAlike ? firstReport : (await runThread(second.request, control)).report
  const why = new Map(
    notRun.map(({ match: { changed }, why: text }) => [`${changed.path}:${changed.name}`, text]),
  )
  return {
    schemaVersion: 1,
    ...(stopped() ? { incomplete: true } : {}),
    first: revisionOf(first, firstReport.summary),
    second: revisionOf(second, secondReport.summary),
    tree: first.tree,
    arch: [...new Set(suites.map(({ profile }) => profile.name))],
    model: [...new Set(suites.flatMap(({ models }) => models.map(({ model }) => model.name)))],
    scope: [...new Set(suites.flatMap(({ scenarios }) => scenarios.map(({ scope }) => scope)))].join('; '),
    functions: pairs.flatMap((pair) => functionOf(pair.first, pair.second, why) ?? []),
    findings,
    summary: countVerdicts(findings),
    files: differingFiles(first.patches, second.patches),
    verdicts: verdictsOf(firstReport.findings, secondReport.findings),
    diagnostics: [...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values()],
  }
}

function revisionOf({ label, patches }: Revision, summary: Summary): ComparedRevision {
  const [patch] = patches
  return {
    label,
    subject: patch?.message.subject ?? '',
    date: patch?.message.date ?? null,
    patches: patches.length,
    summary,
  }
}

function functionOf(
  first: Left | null,
  second: Left | null,
  why: ReadonlyMap<string, string>,
): ComparedFunction | null {
  const one = first ?? second
  if (one === null) return null
  const { name, path } = one.match.changed
  const [left, right] = [first?.after ?? one.before, second?.after ?? one.before]
  const isNew = one.textBefore === null && (first === null || second === null)
  const note = isNew
    ? 'only one of the two has it: it runs where others call it'
    : (why.get(`${path}:${name}`) ?? null)
  const same = left.kind === 'implementation' && right.kind === 'implementation' && idOf(left) === idOf(right)
  return { name, path, first: idOf(left), second: idOf(right), same, note }
}

/** Files whose changed lines are others in one revision than in the other. */
function differingFiles(first: readonly TakenPatch[], second: readonly TakenPatch[]): readonly string[] {
  const [one, other] = [changedLines(first), changedLines(second)]
  const paths = new Set([...one.keys(), ...other.keys()])
  return [...paths].filter((path) => one.get(path) !== other.get(path)).sort()
}

function changedLines(patches: readonly TakenPatch[]): ReadonlyMap<string, string> {
  const lines = new Map<string, string>()
  for (const { patch } of patches) {
    for (const { path, hunks } of patch.files) {
      const changed = hunks.flatMap((hunk) => hunk.lines.filter(({ op }) => op !== 'context'))
      const text = changed.map(({ op, text: line }) => `${op} ${line.trimEnd()}`).join('\n')
      lines.set(path, `${lines.get(path) ?? ''}${text}\n`)
    }
  }
  return lines
}

function idOf(resolution: Resolution): string | null {
  return resolution.kind === 'none' ? null : implementationId(resolution.implementation)
}

/** The line that replays a witness: after the revision that shows it. */
function withCommand(finding: Finding, first: Revision, second: Revision): Finding {
  const { witness } = finding
  if (witness === null) return finding
  const { request } = witness.side === 'before' ? first : second
  const words = (request.commandArguments ?? []).map(quoteWord)
  const line = witness.command.replace(' --side before ', ' --side after ')
  const command = [line, ...words].join(' ')
  return { ...finding, witness: { ...witness, command } satisfies Witness }
}

function countVerdicts(findings: readonly Finding[]): Summary {
  const counts: Record<Verdict, number> = {
    regressed: 0,
    changed: 0,
    inconclusive: 0,
    unmapped: 0,
    fixed: 0,
    same: 0,
    'pre-existing': 0,
  }
  for (const { verdict } of findings) counts[verdict]++
  return counts
}

/** Properties that the two were judged otherwise in. What was not run says nothing. */
function verdictsOf(first: readonly Finding[], second: readonly Finding[]): ComparedVerdict[] {
  const rows = new Map<string, ComparedVerdict>()
  for (const [side, findings] of [
    ['first', first],
    ['second', second],
  ] as const) {
    for (const { property, arch, model, verdict, scenario } of findings) {
      if (scenario === '' || verdict === 'same' || verdict === 'pre-existing') continue
      const key = [property, arch, model].join('\0')
      const known = rows.get(key) ?? { property, arch, model, first: null, second: null }
      rows.set(key, { ...known, [side]: known[side] ?? verdict })
    }
  }
  return [...rows.values()]
}
