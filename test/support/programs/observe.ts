/** What is observed of an execution of a generated program: everything that the reduction must preserve. */
import type { FinishedExecution } from '../../../src/explore/index.js'
import { type Event, hazardKey } from '../../../src/machine/index.js'
import { dataCells, type ProgramText, threadName } from './language.js'

/** Per thread: how it ended, what it returned, and each of its events with values and lock set; then the final cells. */
export function observeAll(text: ProgramText): (execution: FinishedExecution) => Record<string, string> {
  return (execution) => {
    const observation: Record<string, string> = {}
    for (const thread of execution.threads) {
      const name = threadName(thread.number)
      observation[`${name} ended`] = `${thread.status} ${String(thread.returned ?? '-')}`
      observation[`${name} did`] = thread.events.map(line).join('\n')
    }
    for (const cell of dataCells(text)) {
      observation[`final ${cell}`] = String(execution.finalValue(cell) ?? 0n)
    }
    return observation
  }
}

function line(event: Event): string {
  const records = (list: readonly { readonly cell: { readonly name: string }; readonly value: bigint }[]) =>
    list.map((record) => `${record.cell.name}=${record.value}`).join(',')
  const state = `${event.rcuDepth}${event.irqsOff ? '!' : ''}@${event.depth}`
  return [
    event.op,
    records(event.reads),
    records(event.writes),
    event.locks.join('+'),
    state,
    event.semantic?.detail ?? event.choice?.value ?? '',
    event.hazard === undefined ? '' : hazardKey(event.hazard),
  ].join('|')
}
