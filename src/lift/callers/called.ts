/** Facts of many files put together: functions of one name, told apart by who can see them. */
import type { AddressFact, CallFact, DefinitionFact, ExportFact, FileFacts, MacroFact } from './facts.js'

/** A function, with all that names it. */
export interface CalledFunction {
  readonly name: string
  /** The one file that sees it, for a static function; null for one that all see. */
  readonly seenIn: string | null
  /** Several where architectures or configurations have their own; none where no file that was read has it. */
  readonly definitions: readonly DefinitionFact[]
  readonly calls: readonly CallFact[]
  readonly addresses: readonly AddressFact[]
  readonly macros: readonly MacroFact[]
  readonly exports: readonly ExportFact[]
}

/** The functions of a name, that which all see first; then the static ones, by path. */
export function functionsNamed(name: string, facts: readonly FileFacts[]): CalledFunction[] {
  const own = new Set(
    facts
      .filter(({ path, definitions }) => {
        const here = definitions.filter((one) => one.name === name)
        return (
          path.endsWith('.c') && here.length > 0 && here.every((one) => one.isStatic || one.kind === 'macro')
        )
      })
      .map(({ path }) => path),
  )
  const global = gathered(
    name,
    null,
    facts.filter(({ path }) => !own.has(path)),
  )
  const statics = [...own].map((path) =>
    gathered(
      name,
      path,
      facts.filter((one) => one.path === path),
    ),
  )
  const isNamed = Object.values(global).some((list) => Array.isArray(list) && list.length > 0)
  return isNamed ? [global, ...statics] : statics
}

function gathered(name: string, seenIn: string | null, facts: readonly FileFacts[]): CalledFunction {
  const of = <T extends { readonly name: string }>(list: readonly T[]): T[] =>
    list.filter((one) => one.name === name)
  return {
    name,
    seenIn,
    definitions: facts.flatMap(({ definitions }) => of(definitions)),
    calls: facts.flatMap(({ calls }) => of(calls)),
    addresses: facts.flatMap(({ addresses }) => of(addresses)),
    macros: facts.flatMap(({ macros }) => of(macros)),
    exports: facts.flatMap(({ exports }) => of(exports)),
  }
}

/** `mmap_lock(read)`, and how that is known where it is not taken there: `mmap_lock asserted`. */
export function lockText({ lock, mode, by }: { lock: string; mode: string | null; by: string }): string {
  return `${lock}${mode === null ? '' : `(${mode})`}${by === 'taken' ? '' : ` ${by}`}`
}
