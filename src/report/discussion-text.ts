/** What is said of a thread without a patch: the functions it names, and what their suites show. No verdicts. */
import { plural } from '../base/index.js'
import type { DiscussedFunction, ReportDiscussion, ShownBySuite } from './types.js'
import { coverageText } from './wording.js'

/** The whole answer in a line or two. */
export function discussionAnswer({ functions, shown }: ReportDiscussion): string {
  if (functions.length === 0) return 'no patch, and no function that is known here is named'
  if (shown.length === 0)
    return `no patch, and none of the functions named could be run: ${functions.map(({ name }) => name).join(', ')}`
  const run = functions.filter(({ implementation }) => implementation !== null)
  const clean = shown.filter(({ hazards }) => hazards.length === 0)
  const unclean = shown.filter(({ hazards }) => hazards.length > 0)
  const said = [
    ...(unclean.length > 0 ? [`hazards possible in ${namesOf(unclean)}`] : []),
    ...(clean.length > 0 ? [`no hazard in ${namesOf(clean)}`] : []),
  ]
  const were = run.length === 1 ? 'was run as it is' : 'were run as they are'
  return `no patch; ${plural(run.length, 'function')} that the text names ${were}: ${said.join('; ')}`
}

function namesOf(shown: readonly ShownBySuite[]): string {
  const said = shown.map(({ functions, release }) => {
    const some =
      functions.length > 3 ? `${functions[0]} and ${functions.length - 1} others` : functions.join(', ')
    return `${some}${release === undefined ? '' : ` as of ${release}`}`
  })
  return [...new Set(said)].join('; ')
}

/** `contpte_ptep_get_lockless: no hazard (12 scenarios under sc, exhaustive)`. */
export function shownTitle(shown: ShownBySuite): string {
  const { suite, functions, release, hazards, scenarios, of, model, coverage } = shown
  const made = suite.startsWith('prototype:') ? ' with some arguments' : ''
  const found = hazards.length === 0 ? 'no hazard' : `${plural(hazards.length, 'hazard')} possible${made}`
  const part = scenarios < of ? `${scenarios} of ${of} scenarios` : plural(scenarios, 'scenario')
  const how = coverage.kind === 'exhaustive' ? 'exhaustive' : 'bound reached'
  return `${functions.join(', ')}${release === undefined ? '' : ` as of ${release}`}: ${found} (${part} under ${model}, ${how})`
}

/** Values of one property that are printed. */
const VALUES = 5
/** Properties that are printed of each suite unless all are asked for. */
const TELLING = 3
/** Columns of one value. */
const LONGEST = 90

/** What a suite shows, as `[label, text]`: its hazards, then what was observed; the most telling of it, or all. */
export function shownLines(
  shown: ShownBySuite,
  all: boolean,
): readonly (readonly [label: string, text: string])[] {
  const { suite, arch, model, executions, coverage, hazards, observed } = shown
  return [
    ['by', `${suite}; ${arch}, ${model}; ${coverageText(coverage, executions)}`],
    ...hazards.map(
      ({ hazard, text, scenario, scenarios, schedule }) =>
        [
          'possible',
          `${hazard}: ${text}; in ${plural(scenarios, 'scenario')}, such as ${scenario}, schedule ${schedule}`,
        ] as const,
    ),
    ...observed
      .filter(({ values }) => values.length > 1 || !EMPTY.has(values[0]?.value ?? ''))
      .slice(0, all ? observed.length : TELLING)
      .map(({ property, values }) => ['seen', `${property}: ${valuesText(values)}`] as const),
  ]
}

/** Values that say that nothing of the kind happened. */
const EMPTY: ReadonlySet<string> = new Set(['', '0', 'none', 'nothing', 'unchanged'])

function valuesText(values: ShownBySuite['observed'][number]['values']): string {
  const texts = values.slice(0, VALUES).map(({ value, scenarios }) => `${cut(value)} (${scenarios})`)
  const more = values.length - VALUES
  return `${texts.join(' | ')}${more > 0 ? ` | ${plural(more, 'other value')}` : ''}`
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
}

/** `gup_fast_pgd_range (mm/gup.c): line 12, 40 (3 times); not run: nothing stands for it`. */
export function namedText({
  name,
  path,
  places,
  mentions,
  implementation,
  notes,
}: DiscussedFunction): string {
  const where = places.map(({ line }) => line).join(', ')
  const run = implementation === null ? 'not run' : `run as ${implementation}`
  const said = [`named at line ${where}${mentions > places.length ? ', ...' : ''}`, run, ...notes].join('; ')
  return `${name}${path === null ? '' : ` (${path})`}: ${said}`
}
