/** The other end of litmus.ts: runs tests in a worker thread until the counter runs out. */
import { parentPort, workerData } from 'node:worker_threads'
import { MEMORY_MODELS } from '../explore/index.js'
import type { LitmusSource } from './litmus-files.js'
import { type LitmusBlock, runLitmusTest } from './litmus-test.js'

export interface LitmusJob {
  /** The next test to take. */
  readonly counter: Int32Array
  /** By worker: the test that it is at. */
  readonly at: Int32Array
  readonly worker: number
  readonly sources: readonly (LitmusSource | null)[]
  readonly model: string
  readonly seconds: number | null
}

/** The index of a test, and what came of it. */
export type LitmusMessage = readonly [index: number, block: LitmusBlock]

function work(job: LitmusJob): void {
  const model = MEMORY_MODELS.find(({ name }) => name === job.model)
  if (model === undefined) return
  const settings = { model, seconds: job.seconds, now: () => performance.now(), interrupted: () => false }
  for (;;) {
    const index = Atomics.add(job.counter, 0, 1)
    if (index >= job.sources.length) return
    const source = job.sources[index] ?? null
    if (source === null) continue
    Atomics.store(job.at, job.worker, index)
    const message: LitmusMessage = [index, runLitmusTest(source, settings)]
    parentPort?.postMessage(message)
  }
}

work(workerData)
