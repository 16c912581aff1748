/**
 * Puts blanks back that an archive took: retabbing where tabs became blanks, inferring where they are gone.
 * Only blanks change here, so the text without blanks of each line is what was seen.
 */
import { type DamageModel, damageLine } from './damage-model.js'
import type { HunkDraft } from './hunk-draft.js'
import { columnsOf, type IndentLine, indentTo, inferIndents } from './infer-indent.js'
import type { HunkNote, PatchLine, RepairKind } from './types.js'

/** A draft with its blanks restored, and how many of its lines the model explains. */
export interface RestoredHunk {
  readonly draft: HunkDraft
  readonly explained: number
}

/** Restores one hunk. `seenText` gives a line as it stands in the text, marker included if it is there. */
export function restoreBlanks(
  draft: HunkDraft,
  model: DamageModel,
  seenText: (index: number) => string,
): RestoredHunk {
  const isLost = (index: number) => draft.seen?.[index]?.lost === true
  let lines: PatchLine[]
  const repairs: { kind: RepairKind; count: number }[] = []
  if (model === 'tabs-columns' || model === 'tabs-8') {
    lines = draft.lines.map((line) => retab(line, model))
    const count = lines.filter((line, at) => line.text !== draft.lines[at]?.text).length
    if (count > 0) repairs.push({ kind: 'tabs-to-spaces', count })
  } else {
    lines = reindent(draft, model, isLost)
    let lost = 0
    let inferred = 0
    for (const [at, line] of lines.entries()) {
      if (line.origin !== 'blanks-inferred' && line.text === draft.lines[at]?.text) continue
      if (line.op === 'added') inferred++
      else lost++
    }
    if (model === 'mail-archive' && lost + inferred > 0) {
      repairs.push({ kind: 'runs-of-4', count: lost + inferred })
      repairs.push({ kind: 'tabs-to-spaces', count: lost + inferred })
    }
    if (lost > 0) repairs.push({ kind: 'indent-lost', count: lost })
    if (inferred > 0) repairs.push({ kind: 'indent-inferred', count: inferred })
  }
  let explained = 0
  for (const [at, line] of lines.entries()) {
    if (damageLine(model, markerOf(line) + line.text).trimEnd() === seenText(at).trimEnd()) explained++
  }
  const notes = [...draft.notes, ...stringNotes(lines, model)]
  return { draft: { ...draft, lines, repairs: [...draft.repairs, ...repairs], notes }, explained }
}

/** The character a diff puts in front of a line. */
export function markerOf(line: PatchLine): string {
  return line.op === 'added' ? '+' : line.op === 'removed' ? '-' : ' '
}

function retab(line: PatchLine, model: 'tabs-columns' | 'tabs-8'): PatchLine {
  const body = line.text.trimStart()
  const blanks = line.text.length - body.length
  const marker = model === 'tabs-columns' ? 1 : 0
  if (blanks + marker >= 8) {
    return { ...line, text: indentTo(blanks + marker) + body, origin: worse(line, 'blanks-inferred') }
  }
  return body.includes('  ') ? { ...line, origin: worse(line, 'blanks-inferred') } : line
}

function reindent(draft: HunkDraft, model: DamageModel, isLost: (index: number) => boolean): PatchLine[] {
  const residues: number[] = []
  const wanted: IndentLine[] = draft.lines.map((line, at) => {
    const body = line.text.trimStart()
    const blanks = line.text.length - body.length
    const lost = line.op === 'context' && isLost(at)
    residues.push(lost ? 3 : blanks)
    if (model === 'lstrip' && !lost) {
      return { op: line.op, body, known: line.text.slice(0, blanks), indented: null }
    }
    if (model === 'hypermail') {
      const unknown = lost || line.op === 'context'
      return { op: line.op, body, known: null, indented: unknown ? null : blanks > 0 }
    }
    return { op: line.op, body, known: null, indented: null }
  })
  const indents = inferIndents(wanted, draft.header.section !== '')
  return draft.lines.map((line, at) => {
    const want = wanted[at]
    if (want === undefined || want.body === '' || want.known !== null) return line
    let indent = indents[at] ?? ''
    if (model === 'mail-archive') indent = fitResidue(indent, residues[at] ?? 0)
    const text = indent + want.body
    if (text === line.text && line.op !== 'context' && model === 'lstrip') return line
    return {
      ...line,
      text,
      origin: worse(line, model === 'mail-archive' ? 'reconstructed' : 'blanks-inferred'),
    }
  })
}

/** Runs of four are gone, so the blanks behind the marker are what was seen, up to multiples of four. */
function fitResidue(indent: string, residue: number): string {
  const columns = columnsOf(` ${indent}`) - 1
  const off = (((residue - columns) % 4) + 4) % 4
  if (off === 0) return indent
  if (columns < 4) return ' '.repeat(residue % 4)
  return indent + ' '.repeat(off)
}

function worse(line: PatchLine, origin: 'blanks-inferred' | 'reconstructed'): PatchLine['origin'] {
  return line.origin === 'reconstructed' ? 'reconstructed' : origin
}

/** Blanks matter to C inside string literals and nowhere else, macros over several lines apart. */
function stringNotes(lines: readonly PatchLine[], model: DamageModel): HunkNote[] {
  if (model === 'lstrip') return []
  const notes: HunkNote[] = []
  for (const line of lines) {
    if (line.op !== 'added') continue
    if (holdsBlankString(line.text)) {
      notes.push({
        code: 'blanks-in-string',
        line: line.line,
        text: 'a string literal whose blanks the archive may have changed',
      })
    }
    if (line.text.endsWith('\\')) {
      notes.push({
        code: 'blanks-in-macro',
        line: line.line,
        text: 'a macro over several lines whose blanks the archive may have changed',
      })
    }
  }
  return notes
}

function holdsBlankString(text: string): boolean {
  const open = text.indexOf('"')
  if (open === -1) return false
  const close = text.lastIndexOf('"')
  return close > open && text.slice(open, close).includes(' ')
}
