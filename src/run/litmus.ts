/**
 * `kreplay litmus`: many tests, in this thread or in several workers. Results are handed out in the order of the
 * inputs as soon as that is possible, whoever ran them.
 */
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { fail, ok, type Result } from '../base/index.js'
import { MEMORY_MODELS, type MemoryModel } from '../explore/index.js'
import { findLitmus, type LitmusSource } from './litmus-files.js'
import { type LitmusBlock, runLitmusTest, unreadable } from './litmus-test.js'
import type {
  LitmusControl,
  LitmusReport,
  LitmusRequest,
  LitmusResult,
  LitmusSummary,
} from './litmus-types.js'
import type { LitmusJob, LitmusMessage } from './litmus-worker.js'

/** The model that litmus tests of the kernel are written for. */
const DEFAULT_MODEL = 'lkmm'

/** Runs the tests. Error: `model-unknown`; a test that cannot be read is a result like any other. */
export async function runLitmus(
  request: LitmusRequest,
  control: LitmusControl = {},
): Promise<Result<LitmusReport>> {
  const model = MEMORY_MODELS.find(({ name }) => name === (request.model ?? DEFAULT_MODEL))
  if (model === undefined) {
    return fail({
      severity: 'error',
      code: 'model-unknown',
      message: `there is no memory model called ${request.model}`,
      hint: `known: ${MEMORY_MODELS.map(({ name }) => name).join(', ')}`,
    })
  }
  return ok(await new LitmusSession(request, model, control).run())
}

/** The running of one request: the results that came, and those already handed out. */
class LitmusSession {
  readonly #request: LitmusRequest
  readonly #model: MemoryModel
  readonly #control: LitmusControl
  /** A test, or null where what was named cannot be read: its result is there from the beginning. */
  readonly #sources: (LitmusSource | null)[] = []
  readonly #blocks: (LitmusBlock | undefined)[] = []
  readonly #results: LitmusResult[] = []

  constructor(request: LitmusRequest, model: MemoryModel, control: LitmusControl) {
    this.#request = request
    this.#model = model
    this.#control = control
    for (const [index, found] of findLitmus(request.inputs).entries()) {
      this.#sources.push(found.ok ? found.value : null)
      if (!found.ok) this.#blocks[index] = unreadable(found.error.place?.source ?? '', found.error)
    }
  }

  async run(): Promise<LitmusReport> {
    const jobs = Math.min(this.#request.jobs ?? 1, this.#sources.length)
    // The sources are not what a worker can run: tests of kreplay itself stay in one thread.
    if (jobs > 1 && !import.meta.url.endsWith('.ts')) await this.#runShared(jobs)
    else await this.#runHere()
    return {
      model: this.#model.name,
      tests: this.#results,
      summary: summaryOf(this.#results),
      finished: this.#results.length === this.#sources.length,
    }
  }

  async #runHere(): Promise<void> {
    const { now = () => performance.now() } = this.#control
    const settings = {
      model: this.#model,
      seconds: this.#request.seconds ?? null,
      now,
      interrupted: () => this.#stopped(),
    }
    for (const [index, source] of this.#sources.entries()) {
      // Signals are only heard between tests.
      await setImmediate()
      if (this.#stopped()) return
      if (source !== null) this.#blocks[index] = runLitmusTest(source, settings)
      this.#handOut()
    }
  }

  async #runShared(jobs: number): Promise<void> {
    const counter = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const at = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * jobs))
    const job = {
      counter,
      at,
      sources: this.#sources,
      model: this.#model.name,
      seconds: this.#request.seconds ?? null,
    }
    const workers = Array.from({ length: jobs }, (_, worker) => this.#work({ ...job, worker }))
    await Promise.all(workers)
    this.#handOut()
  }

  /** Ends when a worker finds no further test. Out of memory, it leaves the test it was at, and another goes on. */
  async #work(job: LitmusJob): Promise<void> {
    while (!(await this.#workOnce(job))) {
      const index = Atomics.load(job.at, job.worker)
      const source = job.sources[index]
      this.#blocks[index] ??= unreadable(source?.name ?? '', {
        severity: 'error',
        code: 'litmus-memory',
        message: `${source?.name ?? 'a test'} needs more memory than there is`,
      })
    }
  }

  /** False if the worker ran out of memory. */
  #workOnce(job: LitmusJob): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./litmus-worker.js', import.meta.url), { workerData: job })
      const watch = setInterval(() => {
        if (this.#stopped()) void worker.terminate()
      }, STOP_INTERVAL)
      worker.on('message', ([index, block]: LitmusMessage) => {
        this.#blocks[index] = block
        this.#handOut()
      })
      worker.once('error', (error: Error & { readonly code?: string }) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(false)
        else reject(error)
      })
      worker.once('exit', () => {
        clearInterval(watch)
        resolve(true)
      })
    })
  }

  #stopped(): boolean {
    return this.#control.interrupted?.() === true
  }

  /** Hands out the results that are next in order. */
  #handOut(): void {
    for (;;) {
      const block = this.#blocks[this.#results.length]
      if (block === undefined) return
      this.#results.push(block.result)
      this.#control.onResult?.(block.result, block.text)
    }
  }
}

/** Milliseconds between two looks at whether the user wants to stop. */
const STOP_INTERVAL = 100

function summaryOf(results: readonly LitmusResult[]): LitmusSummary {
  const count = (holds: (result: LitmusResult) => boolean): number => results.filter(holds).length
  const judged = (judgement: string): number =>
    count((result) => result.kind === 'run' && result.judgement === judgement)
  return {
    tests: results.length,
    asStated: judged('as stated'),
    otherwise: judged('otherwise'),
    notStated: judged('not stated'),
    unreadable: count(({ kind }) => kind === 'unreadable'),
    undecided: judged('undecided'),
  }
}
