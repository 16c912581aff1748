/**
 * Lifts all functions of many files, shared out to threads: each file is lifted by itself, and every thread finds
 * out anew what the headers say.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Environment, Layouts } from '../lift/index.js'
import { FileLifter, type FileLiftRequest, type FunctionLift } from '../match/index.js'
import type { ArchProfile, Config } from '../mm/index.js'
import type { LiftJob, LiftMessage } from './lift-worker.js'
import type { TreeTexts } from './tree-sources.js'

export interface Sources {
  readonly environment: Environment
  readonly profile: ArchProfile
  readonly layouts: Layouts
  readonly texts: TreeTexts
  readonly config: Config | undefined
  /** Where the configuration is from, in words. */
  readonly configuration: string
}

export interface LiftedFiles {
  /** By path. */
  readonly functions: ReadonlyMap<string, readonly FunctionLift[]>
  /** Headers that were asked for and are not there. */
  readonly missing: ReadonlySet<string>
}

/** Files for each worker, below which one is not worth its start. */
const FILES_PER_WORKER = 12

export async function liftFiles(paths: readonly string[], sources: Sources): Promise<LiftedFiles> {
  const functions = new Map<string, readonly FunctionLift[]>()
  const missing = new Set<string>()
  // The largest first, so that no thread is left alone with one at the end.
  const size = (path: string): number => sources.texts.get(path)?.length ?? 0
  const ordered = [...paths].sort((a, b) => size(b) - size(a))
  const counter = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const workers = Array.from({ length: workersFor(paths.length) }, () => {
    const { texts, profile, config } = sources
    const job: LiftJob = { counter, paths: ordered, texts, arch: profile.name, config }
    return work(job, (message) => {
      if (message.kind === 'missing') for (const path of message.paths) missing.add(path)
      else functions.set(message.path, message.functions)
    })
  })
  const lift = (path: string): void => {
    functions.set(path, liftFile(path, sources.texts.get(path) ?? '', sources))
  }
  for (;;) {
    const path = ordered[Atomics.add(counter, 0, 1)]
    if (path === undefined) break
    lift(path)
  }
  await Promise.all(workers)
  // What a worker took and did not bring back, because it failed, is lifted here.
  for (const path of ordered) if (!functions.has(path)) lift(path)
  for (const path of sources.environment.library.missing.keys()) missing.add(path)
  return { functions, missing }
}

/** Lifts a file with made-up places of its own, so that it does not matter which files went before. */
export function liftFile(path: string, text: string, made: FileLiftRequest): FunctionLift[] {
  const layouts = new Layouts(made.layouts.model)
  return new FileLifter(path, text, { ...made, layouts }).all()
}

function workersFor(files: number): number {
  // The sources are not what a worker can run: tests lift in one thread.
  if (import.meta.url.endsWith('.ts')) return 0
  return Math.max(0, Math.min(availableParallelism() - 1, 3, Math.floor(files / FILES_PER_WORKER)))
}

/** Ends when the worker does, whether it fails or not. */
function work(job: LiftJob, onMessage: (message: LiftMessage) => void): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./lift-worker.js', import.meta.url), { workerData: job })
    worker
      .on('message', onMessage)
      .once('error', () => resolve())
      .once('exit', () => resolve())
  })
}
