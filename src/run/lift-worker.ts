/** The other end of lift-files.ts: lifts files in a worker thread, until there are no more. */
import { parentPort, workerData } from 'node:worker_threads'
import type { FunctionLift } from '../match/index.js'
import { ARCH_PROFILES, type Config } from '../mm/index.js'
import { loadCParser } from './c-parser.js'
import { kernelEnvironment } from './kernel-environment.js'
import { liftFile } from './lift-files.js'
import type { TreeTexts } from './tree-sources.js'

export interface LiftJob {
  /** The next file to take. */
  readonly counter: Int32Array
  readonly paths: readonly string[]
  readonly texts: TreeTexts
  /** Name of the architecture's profile. */
  readonly arch: string
  readonly config: Config | undefined
}

export type LiftMessage =
  | { readonly kind: 'file'; readonly path: string; readonly functions: readonly FunctionLift[] }
  /** Headers that were asked for and are not there. */
  | { readonly kind: 'missing'; readonly paths: readonly string[] }

async function work({ counter, paths, texts, arch, config }: LiftJob): Promise<void> {
  const profile = ARCH_PROFILES.find(({ name }) => name === arch)
  if (profile === undefined) return
  const made = kernelEnvironment(texts, profile, config, await loadCParser())
  const post = (message: LiftMessage): void => parentPort?.postMessage(message)
  for (;;) {
    const path = paths[Atomics.add(counter, 0, 1)]
    if (path === undefined) break
    const functions = liftFile(path, texts.get(path) ?? '', { ...made, profile })
    post({ kind: 'file', path, functions })
  }
  post({ kind: 'missing', paths: [...made.environment.library.missing.keys()] })
}

await work(workerData)
