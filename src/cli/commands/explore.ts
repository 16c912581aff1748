import { type Diagnostic, plural } from '../../base/index.js'
import { coverageText, EXIT, field, safeJson, singleLine } from '../../report/index.js'
import type { Exploration, ExploreRequest } from '../../run/index.js'
import { type Context, createControl, loadPipeline } from '../context.js'
import { readKconfig } from '../kconfig.js'
import { readBudget, readLoads } from '../run-request.js'

/** `kreplay explore SCENARIO [IMPLEMENTATION…]`: every outcome of one scenario. */
export async function explore(context: Context): Promise<number> {
  const { invocation, surroundings, output } = context
  const { options } = invocation
  const refuse = (diagnostic: Diagnostic): number => {
    output.diagnose(diagnostic)
    return EXIT.usage
  }
  const [scenario = '', ...implementations] = invocation.positionals
  const config = await readKconfig(options.all('config'), surroundings.cwd)
  if (!config.ok) return refuse(config.error)
  const budget = readBudget(options)
  if (!budget.ok) return refuse(budget.error)
  const loads = readLoads(options)
  if (!loads.ok) return refuse(loads.error)
  const loaded = await loadPipeline(context)
  if (!loaded.ok) return refuse(loaded.error)

  const arch = options.last('arch')
  const model = options.last('model')
  const as = options.flag('dot') === true ? 'dot' : options.flag('litmus') === true ? 'litmus' : undefined
  const request: ExploreRequest = {
    scenario,
    implementations,
    plugins: loaded.value.plugins,
    config: config.value,
    ...(arch === undefined ? {} : { arch }),
    ...(model === undefined ? {} : { model }),
    ...(loads.value === undefined ? {} : { loads: loads.value }),
    ...(budget.value === undefined ? {} : { budget: budget.value }),
    ...(as === undefined ? {} : { as }),
  }
  const { control, done } = createControl(context)
  const explored = loaded.value.pipeline.exploreScenario(request, control)
  done()
  if (!explored.ok) return refuse(explored.error)
  if (explored.value.text !== undefined && options.flag('json') !== true) {
    output.print(explored.value.text)
    return EXIT.ok
  }
  output.print(
    options.flag('json') === true ? safeJson(explored.value) : explorationText(explored.value, output.width),
  )
  return surroundings.interrupted?.() === true ? EXIT.interrupted : EXIT.ok
}

/** The outcomes for a person: hazards first, then the behaviours, each with the schedule that shows it. */
export function explorationText(exploration: Exploration, width: number): string {
  const safe = singleLine(exploration)
  const at = { indent: 4, gutter: 4, width }
  const blocked = safe.blocked === 0 ? '' : `; ${plural(safe.blocked, 'execution')} blocked`
  const lines = [
    `${safe.scenario}: ${safe.implementation}; ${safe.arch}, ${safe.model}`,
    `${coverageText(safe.coverage, safe.executions)}${blocked}`,
    '',
    safe.hazards.length === 0 ? 'no hazard' : plural(safe.hazards.length, 'hazard'),
    ...safe.hazards.flatMap((hazard) => [
      `  ${hazard.kind}  ${hazard.schedule}`,
      ...field('', hazard.text, at),
    ]),
    '',
    plural(safe.behaviours.length, 'behaviour'),
    ...safe.behaviours.flatMap((behaviour) => [
      `  ${behaviour.schedule}  (${plural(behaviour.count, 'execution')})`,
      ...behaviour.facts.flatMap((fact) => field('', fact, at)),
    ]),
    ...(safe.notes.length === 0 ? [] : ['']),
    ...safe.notes.flatMap((note) => field('note', note, { indent: 0, gutter: 6, width })),
  ]
  return `${lines.join('\n')}\n`
}
