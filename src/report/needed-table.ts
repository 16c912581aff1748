/** What lockless functions need their barriers and second looks for, for people. */
import { table } from './layout.js'
import type { NeededPart, Report, WithoutPart } from './types.js'
import { coverageText, functionText } from './wording.js'

/** The parts of one function on one architecture. */
export interface NeededGroup {
  readonly title: string
  /** Header first: line, part, and what happens without it under each model. */
  readonly rows: readonly (readonly string[])[]
}

/** One group for every function that has such parts. */
export function neededGroups(report: Report): readonly NeededGroup[] {
  const groups = new Map<string, NeededPart[]>()
  for (const part of report.needed ?? []) {
    const key = `${part.path}\n${part.function}\n${part.arch}`
    groups.set(key, [...(groups.get(key) ?? []), part])
  }
  const archs = new Set((report.needed ?? []).map(({ arch }) => arch))
  return [...groups.values()].flatMap((parts) => {
    const [first] = parts
    if (first === undefined) return []
    const models = first.models.map(({ model }) => model)
    return {
      title: functionText(first) + (archs.size > 1 ? ` on ${first.arch}` : ''),
      rows: [
        ['line', 'without', ...models],
        ...parts.map(({ line, what, models: answers }) => [String(line), what, ...answers.map(answerText)]),
      ],
    }
  })
}

/** What a function does without the part: the hazard, or else another behaviour; `no difference` only if all was seen. */
function answerText({ hazard, behaviour, coverage, executions }: WithoutPart): string {
  if (hazard !== null) return hazard
  if (behaviour !== undefined) return behaviour
  return coverage.kind === 'exhaustive'
    ? 'no difference'
    : `no difference seen (${coverageText(coverage, executions)})`
}

/** The rows as a table, or one under the other where the table is wider than `width`. */
export function neededLines({ rows }: NeededGroup, width: number): readonly string[] {
  const lines = table(rows)
  if (lines.every((line) => line.length <= width)) return lines
  const [[, , ...models] = [], ...others] = rows
  return others.flatMap(([line = '', what = '', ...answers]) => [
    `${line}  without ${what}`,
    ...[...new Set(answers)].map((answer) => {
      const alike = models.filter((_, i) => answers[i] === answer)
      return `      under ${alike.join(', ')}: ${answer}`
    }),
  ])
}
