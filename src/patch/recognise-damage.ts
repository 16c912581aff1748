import type { DamageModel } from './damage-model.js'
import type { FileDraft } from './file-draft.js'

/**
 * Which model of blank damage the hunks of a text show; null for none that is known. One text has one model:
 * it went through one archive. Undamaged kernel patches leave at their first tab.
 */
export function recogniseDamage(files: readonly FileDraft[]): DamageModel | null {
  const anyLost = files.some((file) =>
    file.hunks.some((hunk) => hunk.repairs.some((repair) => repair.kind === 'marker-stripped')),
  )
  if (!anyLost && holdsTab(files)) return null
  const signs = readSigns(files)
  if (signs.lostMarkers > 0) {
    if (signs.keptMarkers > signs.lostMarkers && (signs.tabs || signs.longRun)) return null
    if (signs.tabs) return 'lstrip'
    if (!signs.longRun && (signs.keptMarkers > 0 || signs.threes > 0)) return 'mail-archive'
    return signs.deepest >= 2 ? 'lstrip' : 'hypermail'
  }
  if (!signs.cSource) return null
  if (signs.columnTabs >= 2 && signs.columnTabs > signs.wideTabs) return 'tabs-columns'
  if (signs.wideTabs >= 3 && signs.wideTabs > signs.odd) return 'tabs-8'
  if (!signs.longRun && signs.threes >= 3) return 'mail-archive'
  return signs.flatBodies > 0 && signs.deepest <= 1 && !signs.doubleBlank ? 'hypermail' : null
}

interface Signs {
  lostMarkers: number
  /** Context lines with their marker, blank ones left out. */
  keptMarkers: number
  tabs: boolean
  /** A run of four equal characters stands somewhere. */
  longRun: boolean
  /** Lines with exactly three blanks behind the marker. */
  threes: number
  /** Most blanks behind the marker of a changed line. */
  deepest: number
  /** Lines whose blanks end at an eighth column, counted with the marker and without. */
  columnTabs: number
  wideTabs: number
  /** Lines with four, five, six, … blanks, which no tab gives. */
  odd: number
  doubleBlank: boolean
  /** Lines behind a `{` that are not indented. */
  flatBodies: number
  cSource: boolean
}

const C_SOURCE = /(?:\.(?:c|h|S|cc|cpp|lds|dts|dtsi|y|l)|Makefile|Kbuild|Kconfig[^/]*)$/
const LONG_RUN = /([^\n])\1{3}/

/** A tab shows that blanks were left alone; nearly every patch has one in its first lines. */
function holdsTab(files: readonly FileDraft[]): boolean {
  for (const file of files) {
    for (const hunk of file.hunks) {
      for (const line of hunk.lines) if (line.text.includes('\t')) return true
    }
  }
  return false
}

function readSigns(files: readonly FileDraft[]): Signs {
  const signs: Signs = {
    lostMarkers: 0,
    keptMarkers: 0,
    tabs: false,
    longRun: false,
    threes: 0,
    deepest: 0,
    columnTabs: 0,
    wideTabs: 0,
    odd: 0,
    doubleBlank: false,
    flatBodies: 0,
    cSource: false,
  }
  for (const file of files) {
    if (C_SOURCE.test(file.path)) signs.cSource = true
    for (const hunk of file.hunks) {
      let opened = false
      for (const [at, line] of hunk.lines.entries()) {
        const text = line.text
        if (text === '') continue
        if (!signs.tabs && text.includes('\t')) signs.tabs = true
        const lost = hunk.seen?.[at]?.lost === true
        if (line.op === 'context') {
          if (lost) signs.lostMarkers++
          else if (text.trim() !== '') signs.keptMarkers++
        }
        const blanks = countBlanks(text)
        if (blanks === text.length) continue
        if (line.op !== 'context') signs.deepest = Math.max(signs.deepest, blanks)
        else if (!lost && blanks > 1) signs.deepest = Math.max(signs.deepest, blanks)
        if (blanks === 3) signs.threes++
        if (blanks >= 7 && (blanks + 1) % 8 === 0) signs.columnTabs++
        else if (blanks >= 8 && blanks % 8 === 0) signs.wideTabs++
        else if (blanks >= 2 && blanks % 4 === 0) signs.odd++
        if (!signs.longRun && LONG_RUN.test(text.slice(0, 4096))) signs.longRun = true
        if (!signs.doubleBlank && text.includes('  ')) signs.doubleBlank = true
        if (opened && blanks <= 1 && !text.trimStart().startsWith('}')) signs.flatBodies++
        opened = text.endsWith('{')
      }
    }
  }
  return signs
}

function countBlanks(text: string): number {
  let count = 0
  while (text.charCodeAt(count) === 0x20) count++
  return count
}
