/** Threads that each call a function of one C text, lifted, with what the threads share. */
import { forEachExecution, SC } from '../../src/explore/index.js'
import { createEnvironment, Layouts } from '../../src/lift/index.js'
import type { Callable, Program } from '../../src/machine/index.js'
import { boundNames, type LiftedRoots, liftedUnit, liftRoots } from '../../src/match/index.js'
import { type ArchProfile, type Kernel, liftedImplementation, X86_64 } from '../../src/mm/index.js'
import type { Reimplementation } from '../../src/reimpl/index.js'
import { loadCParser } from '../../src/run/c-parser.js'
import { emptyAddressSpace, programOf } from '../../src/suite/index.js'

const parser = await loadCParser()
const PATH = 'lib/lane.c'
const TYPES = `typedef struct { int counter; } atomic_t; typedef struct { int raw; } spinlock_t;
typedef _Bool bool; typedef unsigned char u8; typedef unsigned short u16;
`

/** What one function without parameters returns, and what is noted of it. */
export function liftedIn(
  code: string,
  name: string,
): { readonly returned: unknown; readonly notes: readonly string[] } {
  let returned: unknown
  forEachExecution(liftedThreads(code, [name]), { model: SC }, ({ threads }) => {
    returned = threads[0]?.returned
    return true
  })
  const { lifted } = liftedCode(code, [name], X86_64)
  const notes = lifted.find((one) => one.name === name)?.notes ?? []
  return { returned, notes: notes.map(({ text }) => text) }
}

/** The program in which each thread calls a function without parameters. */
export function liftedThreads(code: string, names: readonly string[], profile = X86_64): Program {
  return programCalling(liftedFunctions(code, names, profile), profile)
}

/** Functions of a text, lifted together. */
export function liftedFunctions(
  code: string,
  names: readonly string[],
  profile = X86_64,
): Reimplementation[] {
  const lifted = liftedCode(code, names, profile)
  if (lifted.failures.length > 0) throw new Error(JSON.stringify(lifted.failures))
  const unit = liftedUnit(lifted.code)
  const info = { version: 'lifted', release: '6.12', identities: [], config: {}, notes: [] } as const
  return names.map((name) => liftedImplementation(unit, name, info))
}

/** The program in which each thread calls one of these, which have no parameters. */
export function programCalling(functions: readonly Callable[], profile = X86_64): Program {
  const side = {
    release: '6.12',
    resolve: (name: string): never => {
      throw new Error(`no ${name}`)
    },
  } as const
  const parts = functions.map((one) => ({ entry: caller(one) }))
  return programOf(side, emptyAddressSpace(profile.name), parts)
}

function liftedCode(code: string, names: readonly string[], profile: ArchProfile): LiftedRoots {
  const text = TYPES + code
  const files = new Map([[PATH, text]])
  const environment = createEnvironment({
    parser,
    arch: 'x86',
    wordBits: profile.wordBits,
    config: {},
    read: (path) => files.get(path) ?? null,
    ...boundNames(profile, new Set(names)),
  })
  const layouts = new Layouts({ wordBits: profile.wordBits })
  const roots = [...new Set(names)].map((name) => ({ path: PATH, text, name }))
  return liftRoots(roots, { environment, profile, layouts, changed: new Set(names) })
}

function caller(target: Callable): Callable {
  return {
    name: target.name,
    path: null,
    role: 'function',
    *body(k: Kernel) {
      return yield* k.call(target)
    },
  }
}
