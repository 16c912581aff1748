/** Programs for suites: threads put together with the kernel around them. */
import { type Callable, Heap, type Program } from '../machine/index.js'
import { type Config, kernelFactory, Mm } from '../mm/index.js'
import type { Side } from './scenario.js'
import { profileNamed } from './world.js'

/** A thread of a suite's program. */
export interface ThreadPart {
  /** For people: `MADV_DONTNEED`; the function's name if left out. */
  readonly label?: string
  readonly entry: Callable
  readonly args?: readonly unknown[]
  /** Locks its caller holds throughout: `mmap_lock(read)`. They are named on events, not acquired. */
  readonly holding?: readonly string[]
  /** Its behaviour is what the two sides are compared by; others are its environment. True if left out. */
  readonly underTest?: boolean
  /** The MMU of a CPU, not software. */
  readonly hardware?: boolean
}

/** An address space with nothing mapped: the kernel around functions that need no page tables. */
export function emptyAddressSpace(arch: string, config: Config = {}): Mm {
  const profile = profileNamed(arch)
  return new Mm(new Heap(profile.wordBits), profile, { ...profile.config, ...config }, [])
}

/** The program of these threads over the heap of `mm`. They are named a, b, c, … as schedules name them. */
export function programOf(side: Side, mm: Mm, parts: readonly ThreadPart[]): Program {
  const threads = parts.map(({ label, entry, args, holding, underTest, hardware }, i) => ({
    name: String.fromCharCode(97 + i),
    label: label ?? entry.name,
    holding: holding ?? [],
    underTest: underTest ?? true,
    hardware: hardware ?? false,
    entry,
    args: args ?? [],
  }))
  const system = {
    mm,
    release: side.release,
    threads: threads.map(({ name }) => name),
    resolve: side.resolve,
    ...(side.find === undefined ? {} : { find: side.find }),
    sharesGlobals: threads.filter(({ entry }) => entry.role !== 'actor').length > 1,
  }
  const host = { context: kernelFactory(system), addressBits: mm.profile.wordBits }
  return { heap: mm.heap, threads, host, answers: new Map() }
}
