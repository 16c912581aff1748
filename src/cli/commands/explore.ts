import { type Diagnostic, plural } from '../../base/index.js'
import { coverageText, EXIT, field, safeJson, singleLine } from '../../report/index.js'
import type { Exploration, ExploreRequest } from '../../run/index.js'
import { type Context, createControl, loadPipeline } from '../context.js'
import { readKconfig } from '../kconfig.js'
import { names, readBudget, readLoads, readPlain } from '../run-request.js'

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
  const plain = readPlain(options)
  if (!plain.ok) return refuse(plain.error)
  const loaded = await loadPipeline(context)
  if (!loaded.ok) return refuse(loaded.error)

  const { pipeline, plugins } = loaded.value
  const arch = options.last('arch')
  const wanted = names(options.all('model'))
  const models = wanted.includes('all') ? pipeline.list('models', plugins).rows.map(([name]) => name) : wanted
  const as = options.flag('dot') === true ? 'dot' : options.flag('litmus') === true ? 'litmus' : undefined
  const request: ExploreRequest = {
    scenario,
    implementations,
    plugins,
    config: config.value,
    without: names(options.all('without')),
    ...(arch === undefined ? {} : { arch }),
    ...(plain.value === undefined ? {} : { plain: plain.value }),
    ...(options.flag('tear') === true ? { tear: true } : {}),
    ...(loads.value === undefined ? {} : { loads: loads.value }),
    ...(budget.value === undefined ? {} : { budget: budget.value }),
    ...(as === undefined ? {} : { as }),
  }
  const { control, done } = createControl(context)
  const found: Exploration[] = []
  for (const model of models.length === 0 ? [undefined] : models) {
    const explored = pipeline.exploreScenario(
      { ...request, ...(model === undefined ? {} : { model }) },
      control,
    )
    if (!explored.ok) {
      done()
      return refuse(explored.error)
    }
    found.push(explored.value)
  }
  done()
  const texts = [...new Set(found.flatMap(({ text }) => text ?? []))]
  if (options.flag('json') === true) output.print(safeJson(found.length === 1 ? found[0] : found))
  else if (texts.length > 0) output.print(texts.join('\n'))
  else output.print(found.map((one) => explorationText(one, output.width)).join('\n'))
  return surroundings.interrupted?.() === true ? EXIT.interrupted : EXIT.ok
}

/** The outcomes for a person: hazards first, then the behaviours, each with the schedule that shows it. */
export function explorationText(exploration: Exploration, width: number): string {
  const safe = singleLine(exploration)
  const at = { indent: 4, gutter: 4, width }
  const blocked = safe.blocked === 0 ? '' : `; ${plural(safe.blocked, 'execution')} blocked`
  const without = safe.without === undefined ? '' : `; without ${safe.without.join(', ')}`
  const lines = [
    `${safe.scenario}: ${safe.implementation}; ${safe.arch}, ${safe.model}${without}`,
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
