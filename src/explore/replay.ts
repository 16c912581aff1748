/** Runs one schedule again: what a printed witness is for. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { Program, ThreadOptions } from '../machine/index.js'
import { type ExploreOptions, finish, threadOptions } from './explore.js'
import type { FinishedExecution } from './outcome.js'
import type { Run } from './run.js'
import { letterOf, parseSchedule, type ScheduleRun } from './schedule.js'
import { has, NO_THREADS } from './thread-set.js'

/**
 * Replays a schedule to its end, with calls and returns recorded as events. A schedule that does not fit the
 * program (a thread that cannot go on, a choice outside its domain) is a diagnostic that names the step.
 */
export function replay(
  program: Program,
  options: ExploreOptions,
  schedule: string,
): Result<FinishedExecution> {
  const parsed = parseSchedule(schedule)
  if (!parsed.ok) return parsed
  const { model } = options
  const traced = { ...threadOptions(options), traceCalls: true }
  if (model.follow !== undefined) return followed(program, options, parsed.value, traced)
  const run = model.begin?.(program, traced)
  if (run === undefined) return fail(notReplayable(model.name))
  for (const part of parsed.value) {
    const agent = run.agentOf(part)
    const answers = [...part.choices]
    for (let i = 0; i < part.steps; i++) {
      if (agent === null || !has(run.enabled(), agent)) return fail(misfit(run, cannotGoOn(part)))
      const domain = run.domain(agent)
      const choice = domain === null ? null : (answers.shift() ?? null)
      if (domain !== null && (choice === null || !domain.includes(choice))) {
        return fail(misfit(run, `"${choice ?? ''}" is no answer, of ${domain.join(', ')}`))
      }
      run.step(run.decide(agent, choice))
    }
    if (answers.length > 0) return fail(misfit(run, `nothing asks for "${answers.join(',')}"`))
  }
  if (run.enabled() !== NO_THREADS) return fail(misfit(run, 'it ends before the program does'))
  return ok(finish(run, program, options.detectors ?? []))
}

/** The execution of a graph, which a search finds by what its reads read from. */
function followed(
  program: Program,
  options: ExploreOptions,
  schedule: readonly ScheduleRun[],
  traced: ThreadOptions,
): Result<FinishedExecution> {
  let found: FinishedExecution | null = null
  options.model.follow?.(program, traced, schedule, {
    visit: (run) => {
      found = finish(run, program, options.detectors ?? [])
      return false
    },
  })
  if (found !== null) return ok(found)
  return fail({
    severity: 'error',
    code: 'schedule-misfit',
    message: 'the schedule does not fit the program: no execution has its reads read so',
    hint: MISFIT_HINT,
  })
}

function cannotGoOn(part: ScheduleRun): string {
  const letter = letterOf(part)
  return part.flush === true ? `no store is buffered for ${letter}` : `thread ${letter} cannot go on`
}

function notReplayable(model: string): Diagnostic {
  return {
    severity: 'error',
    code: 'schedule-model',
    message: `executions under ${model} cannot be replayed`,
  }
}

const MISFIT_HINT = 'a schedule belongs to one scenario, side, arch, model and set of implementations'

function misfit(run: Run, what: string): Diagnostic {
  return {
    severity: 'error',
    code: 'schedule-misfit',
    message: `the schedule does not fit the program: ${what}, at step ${run.decisions.length + 1}`,
    hint: MISFIT_HINT,
  }
}
