/** Looks through a tree's sources, with a series laid over them, for whatever mentions some names. */
import { decodeFile, ok, plural, type Result } from '../base/index.js'
import { type FileFacts, factsOf, type Question } from '../lift/index.js'
import type { KernelTree } from '../tree/index.js'
import { layOver, pathsOf, type SeriesOver, type SeriesPatch } from './series-lines.js'

/** What the sources say, and what was not looked at. */
export interface Scan {
  /** `linux-6.1`, `linux at 8a3f…`: how reports name the tree. */
  readonly tree: string
  /** Files looked into. */
  readonly files: number
  /** Of each file that mentions a name. */
  readonly facts: readonly FileFacts[]
  /** The whole text of a file that mentions a name, after the series. */
  readonly textOf: (path: string) => string | null
  /** The patch of the series that added a line; null for the tree's own. */
  readonly patchAt: (path: string, line: number) => string | null
  /** Parts of a kernel that are not there, or could not be read: nothing can be said to be nowhere. */
  readonly missing: readonly string[]
  /** Assembly and Rust that mention a name. */
  readonly foreign: readonly string[]
}

/** A tree that is asked several times. */
export class Scanner {
  readonly #tree: KernelTree
  readonly #over: SeriesOver
  readonly #paths: readonly string[]
  readonly #missing: readonly string[]

  private constructor(
    tree: KernelTree,
    over: SeriesOver,
    paths: readonly string[],
    missing: readonly string[],
  ) {
    this.#tree = tree
    this.#over = over
    this.#paths = paths
    this.#missing = missing
  }

  /** Reads the list of files, the Makefiles at the root, and what the series changes. */
  static async open(tree: KernelTree, series: readonly SeriesPatch[] = []): Promise<Result<Scanner>> {
    const listed = await tree.list('', '')
    if (!listed.ok) return listed
    const texts = new Map<string, string>()
    const known = new Set(listed.value)
    const wanted = [...pathsOf(series), 'Kbuild', 'Makefile'].filter((path) => known.has(path))
    const expected = await tree.expect(wanted)
    if (!expected.ok) return expected
    for (const path of wanted) {
      const bytes = await tree.read(path)
      if (!bytes.ok) return bytes
      if (bytes.value !== null) texts.set(path, decodeFile(bytes.value))
    }
    const over = layOver(series, (path) => texts.get(path) ?? null)
    const makefiles = [texts.get('Kbuild') ?? '', texts.get('Makefile') ?? '']
    return ok(new Scanner(tree, over, listed.value, missingParts(makefiles.join('\n'), listed.value)))
  }

  /** Paths of the tree, sorted. */
  get paths(): readonly string[] {
    return this.#paths
  }

  /** How reports name the tree. */
  get name(): string {
    const { name, revision } = this.#tree.describe()
    return revision === null ? name : `${name} at ${revision.slice(0, 12)}`
  }

  /**
   * Looks into every source that belongs to the kernel, or those of them that are `within`. `tables` are tables by
   * name, besides those of the structs.
   */
  async scan(
    question: Question,
    tables: readonly string[] = [],
    within: (path: string) => boolean = () => true,
  ): Promise<Result<Scan>> {
    const words = [...question.functions, ...question.structs, ...question.members, ...tables]
    const isWanted = (path: string): boolean => isSource(path) && within(path)
    const found = await this.#tree.search(words, isWanted)
    if (!found.ok) return found
    const { files } = this.#over
    const facts: FileFacts[] = []
    const foreign: string[] = []
    const texts = new Map<string, string>()
    for (const { path, bytes } of found.value.found) {
      if (files.has(path)) continue
      const text = decodeFile(bytes)
      texts.set(path, text)
      if (/\.[ch]$/.test(path)) facts.push(factsOf({ path, text }, question, tables))
      else foreign.push(...foreignMentions(path, text, question.functions))
    }
    for (const [path, { text }] of files) {
      if (text === null || !isWanted(path) || !words.some((word) => text.includes(word))) continue
      facts.push(factsOf({ path, text }, question, tables))
    }
    for (const { path, text, firstLine, added } of this.#over.loose) {
      if (!isWanted(path)) continue
      facts.push(onLines(factsOf({ path, text, firstLine }, question, tables), added))
    }
    const { unread, dropped } = found.value
    return ok({
      tree: this.name,
      files: found.value.files,
      facts: facts.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
      textOf: (path) => files.get(path)?.text ?? texts.get(path) ?? null,
      patchAt: (path, line) => this.#patchAt(path, line),
      missing: [
        ...this.#missing,
        ...(dropped === 0 ? [] : [`${plural(dropped, 'more file')} that mention it: too many to look at`]),
        ...(unread.length === 0
          ? []
          : [`${plural(unread.length, 'file')} that could not be read: ${few(unread)}`]),
      ],
      foreign,
    })
  }

  /** Kconfig symbols of these names, without `CONFIG_`: where each is defined first; null for those that are not. */
  async kconfig(names: readonly string[]): Promise<Result<ReadonlyMap<string, string | null>>> {
    const places = new Map<string, string | null>(names.map((name) => [name, null]))
    if (names.length === 0) return ok(places)
    const found = await this.#tree.search(names, (path) => /(?:^|\/)Kconfig[^/]*$/.test(path))
    if (!found.ok) return found
    for (const { path, bytes } of found.value.found) {
      for (const [i, line] of decodeFile(bytes).split('\n').entries()) {
        const name = /^\s*(?:menu)?config\s+(\w+)\s*$/.exec(line)?.[1]
        if (name !== undefined && places.get(name) === null) places.set(name, `${path}:${i + 1}`)
      }
    }
    return ok(places)
  }

  #patchAt(path: string, line: number): string | null {
    const label = this.#over.files.get(path)?.added[line - 1]
    if (label !== undefined && label !== null) return label
    return this.#over.loose.find((loose) => loose.path === path && loose.added.has(line))?.label ?? null
  }
}

/** Folders of programs and documents that are built beside a kernel and are no part of it. */
const BESIDE = /^(?:tools|scripts|Documentation|usr|LICENSES)\//

function isSource(path: string): boolean {
  return /\.(?:[chS]|rs)$/.test(path) && !BESIDE.test(path)
}

/** Only what stands on some lines: the rest of a hunk is in the tree already. */
function onLines(facts: FileFacts, lines: ReadonlySet<number>): FileFacts {
  const those = <T extends { readonly line: number }>(list: readonly T[]): T[] =>
    list.filter(({ line }) => lines.has(line))
  return {
    ...facts,
    definitions: those(facts.definitions),
    calls: those(facts.calls),
    addresses: those(facts.addresses),
    macros: those(facts.macros),
    exports: those(facts.exports),
    tables: those(facts.tables),
    stores: those(facts.stores),
    uses: those(facts.uses),
    structs: those(facts.structs),
  }
}

function foreignMentions(path: string, text: string, names: readonly string[]): string[] {
  const found: string[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const name = names.find((one) => new RegExp(`\\b${one}\\b`).test(line))
    if (name !== undefined && !/^\s*(?:[/*#;!@]|\/\/)/.test(line))
      found.push(`${path}:${i + 1} names ${name}`)
  }
  return found
}

/** Folders that the Makefiles at the root go down to and that are not there. */
function missingParts(makefiles: string, paths: readonly string[]): string[] {
  const named = new Set<string>()
  for (const line of makefiles.replace(/\\\n/g, ' ').split('\n')) {
    const list = /^(?:obj|core|drivers|libs|net|virt|init)-\S+\s*[:+]?=(.*)$/.exec(line)?.[1] ?? ''
    for (const [, folder = ''] of list.matchAll(/(?<=\s|^)([\w-]+)\/(?=\s|$)/g)) named.add(folder)
  }
  if (named.size === 0) {
    return ['no Makefile or Kbuild at the root of the tree says which folders belong to it']
  }
  const there = new Set(paths.map((path) => path.slice(0, path.indexOf('/'))))
  const lacking = [...named].filter((folder) => !there.has(folder) && folder !== 'usr').sort()
  return lacking.length === 0 ? [] : [`folders that are not in the tree: ${lacking.join(', ')}`]
}

/** The first few of a list, and how many more there are. */
export function few(list: readonly string[], most = 3): string {
  const shown = list.slice(0, most).join(', ')
  return list.length <= most ? shown : `${shown} and ${list.length - most} more`
}
