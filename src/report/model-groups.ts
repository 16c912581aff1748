/** Findings that several memory models share are one line to a reader, which says under which models it holds. */
import type { Finding, UnderModel } from './types.js'
import { coverageText, sideText, valueText } from './wording.js'

/** One finding, and the memory models under which it stands. */
export interface ModelGroup {
  /** That of the first model. */
  readonly finding: Finding
  readonly models: readonly string[]
  readonly members: readonly Finding[]
}

/** Findings by what they say, in the order of the first of each group. No group has two of one model. */
export function modelGroups(findings: readonly Finding[]): readonly ModelGroup[] {
  const groups: Finding[][] = []
  const latest = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = keyOf(finding)
    const group = latest.get(key)
    const own = group?.every(({ model }) => model !== finding.model)
      ? group
      : groups.find((known) => isToldBy(finding, known))
    if (own !== undefined) {
      own.push(finding)
      continue
    }
    const begun = [finding]
    groups.push(begun)
    latest.set(key, begun)
  }
  return groups.flatMap((members) => {
    const [finding] = members
    if (finding === undefined) return []
    return { finding, members, models: [...new Set(members.map(({ model }) => model))] }
  })
}

/** What an observation changed from and to is part of it; a hazard, or nothing, is the same whatever its numbers are. */
function keyOf(finding: Finding): string {
  const { verdict, kind, reach, function: name, path, arch, property, config, summary } = finding
  const numbersOnly = isHazard(finding) || verdict === 'same' || property === 'behaviour'
  const said = numbersOnly ? '' : summary
  return JSON.stringify([verdict, kind, reach, name, path, arch, property, config, said])
}

/** True if a finding of another model is about the same scenario, which there changes in the same way. */
function isToldBy(finding: Finding, [first]: readonly Finding[]): boolean {
  if (first === undefined || first.model === finding.model || finding.verdict !== 'changed') return false
  const { function: name, path, arch, kind, scenario } = finding
  return (
    first.verdict === 'changed' &&
    first.function === name &&
    first.path === path &&
    first.arch === arch &&
    first.kind === kind &&
    (first.scenarios ?? [first.scenario]).includes(scenario) &&
    (finding.elsewhere ?? []).some((other) => other.model === first.model && isLike(other, finding))
  )
}

/** True if both sides' answers are those of the finding. */
function isLike({ before, after }: UnderModel, finding: Finding): boolean {
  return before.value === finding.before.value && after.value === finding.after.value
}

/** True if the finding is about something that is possible or not. */
function isHazard({ before, after }: Pick<Finding, 'before' | 'after'>): boolean {
  return [before, after].some(({ value }) => value === 'possible')
}

/** `sc, lkmm`; or `lkmm only; impossible under sc (exhaustive, 12 executions)`. Empty where one model was run. */
export function underText({ finding, models }: Pick<ModelGroup, 'finding' | 'models'>): string {
  const others = (finding.elsewhere ?? []).filter(({ model }) => !models.includes(model))
  const like = others.filter((other) => isLike(other, finding)).map(({ model }) => model)
  const holding = [...models, ...like]
  const different = others.filter((other) => !like.includes(other.model) && isExplored(other))
  const open = others.filter((other) => !isExplored(other)).map(({ model }) => model)
  if (holding.length === 1 && different.length + open.length === 0) return ''
  return [
    holding.join(', ') + (different.length > 0 ? ' only' : ''),
    ...different.map((other) => otherText(other, finding)),
    ...(open.length > 0 ? [`not explored under ${open.join(', ')}`] : []),
  ].join('; ')
}

function isExplored({ after }: UnderModel): boolean {
  return after.coverage.kind !== 'not-run'
}

/** What a model says that does not share the finding. */
function otherText({ model, before, after }: UnderModel, finding: Finding): string {
  const under = `under ${model}`
  const [first, second] = [sideText(before), sideText(after)]
  if (isHazard(finding)) {
    if (first === 'possible' && second === 'possible') return `possible before and after alike ${under}`
    if (before.holds === 'never' && after.holds === 'never') {
      return `impossible ${under} (${coverageText(after.coverage, after.executions)})`
    }
  } else if (before.value === after.value) return `no difference ${under}`
  const [from, to] = [before.value ?? first, after.value ?? second].map(valueText)
  return `${under} ${from} -> ${to}`
}
