/** Runs a few lines of kernel code in a small world, for tests of primitives and of the simulated kernel's rules. */
import { forEachExecution, SC } from '../../src/explore/index.js'
import { type Event, hazardKey, type Operation, type Proc, type Program } from '../../src/machine/index.js'
import {
  type Config,
  type Kernel,
  kernelFactory,
  lostBits,
  type S390Levels,
  tornValues,
  type VmaKind,
} from '../../src/mm/index.js'
import { buildWorld, type PmdSpec, type World, type WorldSpec } from '../../src/suite/index.js'
import { marks } from './marks.js'

export interface LabOptions {
  readonly arch?: string
  readonly release?: string
  readonly config?: Config
  readonly vma?: VmaKind
  readonly pmds?: readonly PmdSpec[]
  readonly entries?: WorldSpec['entries']
  readonly levels?: S390Levels
}

/** A thread: what it does, returning what the test asks about. */
export type Body = (k: Kernel, world: World) => Generator<Operation, unknown, unknown>

export interface Ran {
  /** What thread a returned, over all executions: JSON, each once, sorted. `oops` where it died. */
  readonly returned: readonly string[]
  readonly hazards: readonly string[]
  /** Thread a's accesses and lock calls in the first execution: `load pte:A[0]`, `lock ptl:A`. */
  readonly operations: readonly string[]
  /** Names of thread a's semantic events in the first execution. */
  readonly semantic: readonly string[]
  readonly executions: number
}

const TABLE: PmdSpec = { kind: 'table', ptes: ['clean', 'dirty', 'none', 'swap'] }

/** Thread a's accesses with their markings, and its barriers, when it runs alone: `load pte:A[0] once`. */
export function marked(options: LabOptions, a: Body): readonly string[] {
  return marks(laboratory(options, [a]).program)
}

/** Explores `a` beside the others, under sequential consistency. */
export function run(options: LabOptions, a: Body, ...others: readonly Body[]): Ran {
  const { program, world } = laboratory(options, [a, ...others])
  const returned = new Set<string>()
  const hazards = new Set<string>()
  let first: readonly Event[] | null = null
  let executions = 0
  const options_ = {
    model: SC,
    detectors: [lostBits(world.profile.format), tornValues],
    maxOperations: 5_000,
  }
  forEachExecution(program, options_, (execution) => {
    executions++
    const [thread] = execution.threads
    first ??= thread?.events ?? []
    returned.add(thread?.status === 'done' ? show(thread.returned) : (thread?.status ?? '?'))
    for (const hazard of execution.hazards) hazards.add(hazardKey(hazard))
    return true
  })
  const events: readonly Event[] = first ?? []
  return {
    returned: [...returned].sort(),
    hazards: [...hazards].sort(),
    operations: events.flatMap(operation),
    semantic: events.flatMap(({ semantic }) => (semantic === undefined ? [] : [semantic.name])),
    executions,
  }
}

/** The program of these threads over a world of their own. */
export function laboratory(options: LabOptions, bodies: readonly Body[]): { program: Program; world: World } {
  const world = buildWorld({
    arch: options.arch ?? 'x86-64',
    entries: options.entries ?? 4,
    ...(options.levels === undefined ? {} : { levels: options.levels }),
    vma: options.vma ?? 'anonymous',
    pmds: options.pmds ?? [TABLE],
    ...(options.config === undefined ? {} : { config: options.config }),
  })
  const names = bodies.map((_, i) => String.fromCharCode(97 + i))
  const system = {
    mm: world.mm,
    release: options.release ?? '5.4',
    threads: names,
    resolve: (name: string) => {
      throw new Error(`${name} is not part of the laboratory`)
    },
  }
  const threads = bodies.map((body, i) => ({
    name: names[i] ?? '?',
    label: names[i] ?? '?',
    holding: [],
    underTest: i === 0,
    hardware: false,
    entry: {
      name: 'code',
      path: null,
      role: 'callback' as const,
      body: (k: Kernel): Proc<unknown> => body(k, world),
    },
    args: [],
  }))
  const host = { context: kernelFactory(system) }
  return { program: { heap: world.heap, threads, host, answers: new Map() }, world }
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString(16) : part)) ??
    'void'
  )
}

function operation({ op, reads, writes, text }: Event): string[] {
  const names = (records: readonly { readonly cell: { readonly name: string; readonly role: string } }[]) =>
    records
      .filter(({ cell }) => cell.role === 'data')
      .map(({ cell }) => cell.name)
      .join('+')
  if (op === 'load') return [`load ${names(reads)}`]
  if (op === 'store') return [`store ${names(writes)}`]
  if (op === 'rmw') return [`rmw ${names(reads)}`]
  return op === 'lock' || op === 'unlock' || op === 'fence' ? [text] : []
}
