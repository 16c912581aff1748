/** Worker threads that explore scenarios. They live as long as a run, as they are slow at their first ones. */
import { Worker } from 'node:worker_threads'
import type { Job, JobResult } from './explore-worker.js'

const NOTHING: JobResult = { compared: [], reached: [] }

export class Crew {
  readonly #workers: Worker[] = []

  /** Has `count` workers do the job. One that fails brings back nothing, as all it does can be done elsewhere. */
  start(job: Job, count: number): Promise<JobResult>[] {
    while (this.#workers.length < count) this.#workers.push(newWorker())
    return this.#workers.slice(0, count).map((worker) => this.#assign(worker, job))
  }

  close(): void {
    for (const worker of this.#workers.splice(0)) void worker.terminate()
  }

  #assign(worker: Worker, job: Job): Promise<JobResult> {
    return new Promise((resolve) => {
      const fail = (): void => {
        const at = this.#workers.indexOf(worker)
        if (at >= 0) this.#workers.splice(at, 1)
        end(NOTHING)
      }
      const end = (result: JobResult): void => {
        worker.off('message', end).off('error', fail).off('exit', fail)
        resolve(result)
      }
      worker.once('message', end).once('error', fail).once('exit', fail)
      worker.postMessage(job)
    })
  }
}

function newWorker(): Worker {
  return new Worker(new URL('./explore-worker.js', import.meta.url), {
    // Most of what a worker holds is garbage soon. One that needs more than this fails, and the main thread
    // explores what it had taken.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 },
  })
}
