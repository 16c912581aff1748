/** Which functions a thread without a patch is about: names in its text that the library or the tree knows. */
import { decodeFile } from '../base/index.js'
import { findFunctions } from '../lift/index.js'
import { type Message, namedIdentifiers } from '../mail/index.js'
import type { DiscussedFunction } from '../report/index.js'
import { functionsOf } from '../suite/index.js'
import type { KernelTree } from '../tree/index.js'
import type { Library } from './library.js'

/** A name that means a function here, and where it was found. */
export interface Named extends Pick<DiscussedFunction, 'name' | 'places' | 'mentions'> {
  /** Mentions outside of quotations: what the mail itself speaks of. */
  readonly own: number
  /** Set where a name that several functions begin with was written: `gup_fast`. */
  readonly family: string | null
}

/** A definition in the tree. */
export interface Definition {
  readonly path: string
  readonly text: string
}

/** Places of one name that are kept. */
const MOST_PLACES = 5

/** All identifiers of the mails that could name a function, by name. */
export function namesIn(messages: readonly Message[]): Map<string, Named> {
  const names = new Map<string, Named>()
  for (const { body, bodyLine, source } of messages) {
    for (const { name, line, quoted } of namedIdentifiers(body)) {
      const known = names.get(name) ?? { name, places: [], mentions: 0, own: 0, family: null }
      const place = { source: source.source, line: bodyLine + line - 1, quoted }
      names.set(name, {
        ...known,
        places: known.places.length < MOST_PLACES ? [...known.places, place] : known.places,
        mentions: known.mentions + 1,
        own: known.own + (quoted ? 0 : 1),
      })
    }
  }
  return names
}

/** Names of functions that some suite drives. */
export function drivenNames({ suites }: Library): ReadonlySet<string> {
  return new Set(suites.flatMap(functionsOf))
}

/**
 * The names that suites drive, and in the place of a name that is none of them but that several begin with, those
 * several: `gup_fast` is written for gup_fast_pgd_range() and the others.
 */
export function knownToSuites(names: ReadonlyMap<string, Named>, driven: ReadonlySet<string>): Named[] {
  const known = new Map<string, Named>()
  for (const named of names.values()) if (driven.has(named.name)) known.set(named.name, named)
  for (const named of names.values()) {
    if (driven.has(named.name) || !named.name.includes('_')) continue
    const begun = [...driven].filter((name) => name.startsWith(`${named.name}_`))
    if (begun.length < 2) continue
    for (const name of begun) if (!known.has(name)) known.set(name, { ...named, name, family: named.name })
  }
  return [...known.values()]
}

/** The folder of arch/ that the mails speak of most; `x86` where they name none. */
export function archIn(messages: readonly Message[], archs: readonly string[]): string {
  const text = messages.map(({ subject, body }) => `${subject}\n${body}`).join('\n')
  const count = (arch: string) => (text.match(new RegExp(`(?<![\\w-])${arch}(?![\\w])`, 'gi')) ?? []).length
  let best = 'x86'
  let most = 0
  for (const arch of archs) {
    const mentions = count(arch)
    if (mentions > most) [best, most] = [arch, mentions]
  }
  return best
}

/** Definitions of the names in the sources of memory management and in the headers of it, for one architecture. */
export async function definitionsIn(
  tree: KernelTree,
  names: readonly string[],
  arch: string,
): Promise<ReadonlyMap<string, Definition>> {
  const found = new Map<string, Definition>()
  if (names.length === 0) return found
  const folders = [
    `arch/${arch}/mm/`,
    `arch/${arch}/include/asm/`,
    'mm/',
    'include/linux/',
    'include/asm-generic/',
  ]
  const rank = (path: string): number => folders.findIndex((folder) => path.startsWith(folder))
  const searched = await tree.search(names, (path) => rank(path) >= 0 && /\.[ch]$/.test(path))
  if (!searched.ok) return found
  const wanted = new Set(names)
  const files = [...searched.value.found].sort((a, b) => rank(a.path) - rank(b.path))
  for (const { path, bytes } of files) {
    const text = decodeFile(bytes)
    if (!names.some((name) => !found.has(name) && new RegExp(`\\b${name}\\s*\\(`).test(text))) continue
    for (const { name } of findFunctions(text))
      if (wanted.has(name) && !found.has(name)) found.set(name, { path, text })
  }
  return found
}
