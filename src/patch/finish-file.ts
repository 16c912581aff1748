/** Turns drafts of one text into files: blanks restored, repairs summed up, certificates written. */
import { nextBoundary } from './boundary.js'
import { certify } from './certify.js'
import type { DamageModel } from './damage-model.js'
import type { FileDraft } from './file-draft.js'
import type { HunkDraft } from './hunk-draft.js'
import { recogniseDamage } from './recognise-damage.js'
import { restoreBlanks } from './restore-blanks.js'
import { lineNumber, type SourceLines } from './source-lines.js'
import type {
  Diffstat,
  FileCertificate,
  FileDiff,
  FileRole,
  Hunk,
  MissingHunk,
  Repair,
  RepairKind,
  SeenLine,
} from './types.js'
import { joinTail } from './wrapping.js'

/** What all files of a text share. */
export interface FinishContext {
  readonly lines: SourceLines
  readonly diffstat: Diffstat | null
  /** Transport `\r` was taken off these lines. */
  readonly crlf: boolean
}

/** Finishes the drafts in their order. `roleOf` says what each is. */
export function finishFiles(
  drafts: readonly FileDraft[],
  context: FinishContext,
  roleOf: (draft: FileDraft) => FileRole,
): FileDiff[] {
  const model = recogniseDamage(drafts)
  return drafts.map((draft) => {
    const role = roleOf(draft)
    if (model === null) return finish(draft, context, role, null)
    const candidates: readonly (DamageModel | null)[] =
      draft.kind === 'added' && draft.postBlob !== null ? [null, model, OTHER_TABS.get(model) ?? null] : []
    for (const candidate of candidates) {
      const file = finish(draft, context, role, candidate)
      if (file.certificate.added === 'post-blob') return file
    }
    return finish(draft, context, role, model)
  })
}

const OTHER_TABS = new Map<DamageModel, DamageModel>([
  ['tabs-columns', 'tabs-8'],
  ['tabs-8', 'tabs-columns'],
])

const NO_REPAIRS: readonly Repair[] = []

function finish(
  draft: FileDraft,
  context: FinishContext,
  role: FileRole,
  model: DamageModel | null,
): FileDiff {
  const hunks: Hunk[] = []
  const missing: MissingHunk[] = []
  let explained = 0
  for (const hunk of draft.hunks) {
    if (hunk.missing !== null) missing.push(hunk.missing)
    if (hunk.lines.length === 0) continue
    if (model === null) hunks.push(finishHunk(hunk, context, hunk.certainty !== 'exact'))
    else {
      const restored = restoreBlanks(hunk, model, (index) => seenText(hunk, context.lines, index))
      explained += restored.explained
      hunks.push(finishHunk(restored.draft, context, true))
    }
  }
  const extra: Repair[] = []
  if (role === 'quoted') extra.push({ kind: 'quoted', count: draft.next - draft.at })
  if (context.crlf) extra.push({ kind: 'crlf', count: draft.next - draft.at })
  const file: Draft = {
    role,
    path: draft.path,
    previousPath: draft.previousPath,
    kind: draft.kind,
    preBlob: draft.preBlob,
    postBlob: draft.postBlob,
    beforeMode: draft.beforeMode,
    afterMode: draft.afterMode,
    hunks,
    missing,
    certificate: NO_CERTIFICATE,
    repairs: sumRepairs(hunks, extra),
    ...(model === null ? {} : { damage: model }),
    line: lineNumber(context.lines, draft.at),
  }
  const evidence = { diffstat: context.diffstat, model, explained }
  file.certificate = certify(file, evidence)
  if (!hunks.some(endsInDoubt) || !isCounted(file)) return file
  file.hunks = hunks.map((hunk) => (endsInDoubt(hunk) ? settleEnd(hunk) : hunk))
  file.certificate = certify(file, evidence)
  return file
}

/** A file on its way: its certificate is written when the rest stands. */
type Draft = Omit<FileDiff, 'hunks' | 'certificate'> & {
  hunks: readonly Hunk[]
  certificate: FileCertificate
}

const NO_CERTIFICATE: FileCertificate = { base: 'none', added: 'reconstructed', checks: [] }

function isCounted(file: FileDiff): boolean {
  return file.certificate.checks.some((check) => check.name === 'diffstat' && check.result === 'passed')
}

/** Where a hunk without markers ends was open only because it could have had fewer changed lines. */
function endsInDoubt(hunk: Hunk): boolean {
  return (
    hunk.certainty === 'flagged' &&
    hunk.notes.every((note) => note.code !== 'several-parses') &&
    hunk.notes.some((note) => note.code === 'end-doubtful')
  )
}

/** The diffstat counts the lines as they were read, so the reading is the only one. */
function settleEnd(hunk: Hunk): Hunk {
  return {
    ...hunk,
    certainty: 'unique',
    notes: hunk.notes.filter((note) => note.code !== 'end-doubtful'),
    lines: hunk.lines.map((line) =>
      line.origin === 'reconstructed' ? { ...line, origin: 'blanks-inferred' } : line,
    ),
  }
}

function finishHunk(draft: HunkDraft, context: FinishContext, isDamaged: boolean): Hunk {
  const repaired = draft.repairs.length > 0
  return {
    beforeStart: draft.header.beforeStart,
    beforeCount: draft.header.beforeCount,
    afterStart: draft.header.afterStart,
    afterCount: draft.header.afterCount,
    section: draft.header.section,
    lines: draft.lines,
    line: lineNumber(context.lines, draft.at),
    repairs: draft.repairs,
    certainty: repaired && draft.certainty === 'exact' ? 'unique' : draft.certainty,
    notes: draft.notes,
    ...(isDamaged || repaired ? { seen: seenLines(draft, context.lines) } : {}),
  }
}

/** Lines behind the end of a hunk as read that another reading of it may need. */
const MORE = 12

function seenLines(draft: HunkDraft, lines: SourceLines): SeenLine[] {
  const { before, after } = announcedCounts(draft)
  const furthest = Math.max(draft.next, Math.min(draft.next + MORE, draft.at + 1 + before + after))
  const end = Math.min(furthest, nextBoundary(lines.texts, draft.at + 1).at)
  const seen: SeenLine[] = []
  for (let at = draft.at + 1; at < end; at++) {
    seen.push({ text: lines.texts[at] ?? '', line: lineNumber(lines, at) })
  }
  return seen
}

function announcedCounts({ header, missing }: HunkDraft): { before: number; after: number } {
  return {
    before: header.beforeCount + (missing?.beforeCount ?? 0),
    after: header.afterCount + (missing?.afterCount ?? 0),
  }
}

/** The physical text of a line, its tails joined. */
function seenText(hunk: HunkDraft, lines: SourceLines, index: number): string {
  const seen = hunk.seen?.[index]
  if (seen === undefined) {
    const line = hunk.lines[index]
    const at = line === undefined ? -1 : indexOfLine(lines, line.line)
    return lines.texts[at] ?? ''
  }
  let text = lines.texts[seen.at] ?? ''
  for (let piece = 1; piece < seen.count; piece++) text = joinTail(text, lines.texts[seen.at + piece] ?? '')
  return text
}

/** Line numbers only grow, so a quotation's are searched by halves. */
function indexOfLine(lines: SourceLines, line: number): number {
  if (lines.numbers === null) return line - lines.firstLine
  let low = 0
  let high = lines.numbers.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines.numbers[middle] ?? 0) < line) low = middle + 1
    else high = middle
  }
  return low
}

function sumRepairs(hunks: readonly Hunk[], extra: readonly Repair[]): readonly Repair[] {
  let sums: Map<RepairKind, number> | null = null
  for (const hunk of hunks) {
    for (const repair of hunk.repairs) {
      sums ??= new Map()
      sums.set(repair.kind, (sums.get(repair.kind) ?? 0) + repair.count)
    }
  }
  if (sums === null) return extra.length === 0 ? NO_REPAIRS : extra
  return [...[...sums].map(([kind, count]) => ({ kind, count })), ...extra]
}
