/** The look-up of premises as a part of a run: the tree is scanned when a finding first asks, once for each suite. */
import type { Diagnostic } from '../base/index.js'
import type { Finding } from '../report/index.js'
import type { Suite } from '../suite/index.js'
import type { KernelTree } from '../tree/index.js'
import { hasPremise, lookUpPremises, type Premises, withPremises } from './premise.js'
import { Scanner } from './scan.js'
import type { SeriesPatch } from './series-lines.js'
import type { TakenPatch } from './take-in.js'

/** Asks a tree, with the patches of a run laid over it. What goes wrong leaves findings as they are, and is said. */
export class PremiseLookUp {
  readonly #tree: KernelTree
  readonly #series: readonly SeriesPatch[]
  readonly #suites = new Map<string, Premises | null>()
  readonly diagnostics: Diagnostic[] = []
  #scanner: Scanner | null = null
  #failed = false

  constructor(tree: KernelTree, patches: readonly TakenPatch[]) {
    this.#tree = tree
    this.#series = seriesOf(patches)
  }

  /** The findings of a suite, with what the tree says. */
  async apply(findings: readonly Finding[], suite: Suite): Promise<readonly Finding[]> {
    if (!findings.some(hasPremise)) return findings
    const known = this.#suites.get(suite.name)
    const premises = known === undefined ? await this.#ask(suite) : known
    this.#suites.set(suite.name, premises)
    return premises === null ? findings : withPremises(findings, suite.scenarios, premises)
  }

  async #ask(suite: Suite): Promise<Premises | null> {
    const scanner = await this.#opened()
    if (scanner === null) return null
    const premises = await lookUpPremises(scanner, suite.scenarios)
    if (premises.ok) return premises.value
    this.#complain(premises.error)
    return null
  }

  async #opened(): Promise<Scanner | null> {
    if (this.#scanner !== null || this.#failed) return this.#scanner
    const opened = await Scanner.open(this.#tree, this.#series)
    if (opened.ok) this.#scanner = opened.value
    else this.#complain(opened.error)
    return this.#scanner
  }

  #complain(error: Diagnostic): void {
    if (!this.#failed) this.diagnostics.push({ ...error, severity: 'warning' })
    this.#failed = true
  }
}

/** The patches of a run, in order, as a reader calls them. */
export function seriesOf(patches: readonly TakenPatch[]): SeriesPatch[] {
  return patches.map(({ patch, index }) => ({
    label: index === null ? 'the patch' : `patch ${index}`,
    files: patch.files,
  }))
}
