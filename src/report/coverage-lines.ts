/** Which changed lines never ran and which of their conditions went one way only, for people. */
import { plural } from '../base/index.js'
import type { ChangedCondition, ChangedLine, ReportFunction } from './types.js'

/** One line where something was not run, or only one outcome of a condition was seen; else nothing. */
export function coverageSummary({ changedLines }: ReportFunction): string {
  const { lines = [], conditions = [] } = changedLines
  const notRun = lines.filter(({ state }) => state === 'not-run')
  const leftOut = lines.filter(({ state }) => state === 'left-out')
  const open = conditions.filter(({ outcomes }) => outcomes !== 'both')
  const parts: string[] = []
  if (notRun.length > 0) parts.push(`never run: ${placesText(notRun)}`)
  if (leftOut.length > 0) parts.push(`no code under this configuration: ${placesText(leftOut)}`)
  if (open.length > 0) {
    parts.push(
      `${open.length} of ${plural(conditions.length, 'condition')} not seen both ways: ${placesText(open)}`,
    )
  }
  return parts.join('; ')
}

/** Line numbers of each side: `before 12, after 14 15`. */
function placesText(places: readonly Pick<ChangedLine, 'side' | 'line'>[]): string {
  return (['before', 'after'] as const)
    .flatMap((which) => {
      const lines = new Set(places.filter(({ side }) => side === which).map(({ line }) => line))
      return lines.size === 0 ? [] : [`${which} ${[...lines].join(' ')}`]
    })
    .join(', ')
}

/** A line for each changed line and condition that is not fully covered, and for lines without code. */
export function coverageDetails({ changedLines }: ReportFunction): readonly string[] {
  const { lines = [], conditions = [] } = changedLines
  return [
    ...lines
      .filter(({ state }) => state !== 'run')
      .map((line) => `${placeText(line)} ${STATE[line.state]}: ${line.text}`),
    ...conditions
      .filter(({ outcomes }) => outcomes !== 'both')
      .map((one) => `${placeText(one)}:${one.column} ${OUTCOME[one.outcomes]}: ${one.text}`),
  ]
}

function placeText({ side, line }: Pick<ChangedLine, 'side' | 'line'>): string {
  return `${side} ${line}`
}

const STATE: Readonly<Record<ChangedLine['state'], string>> = {
  run: 'run',
  'not-run': 'never run',
  'no-code': 'no code',
  'left-out': 'no code under this configuration',
  'not-named': 'the implementation says nothing of it',
}

const OUTCOME: Readonly<Record<ChangedCondition['outcomes'], string>> = {
  both: 'both ways',
  true: 'never false',
  false: 'never true',
  none: 'never tested',
  some: 'not each of its tests both ways',
}
