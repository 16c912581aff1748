/**
 * Who in a tree meets what a finding needs. A scenario's needs are looked up caller by caller: `shown` when one and
 * the same caller meets all that a tree can answer, `latent` when everybody was looked at and nobody does, `unknown`
 * when something that decides it cannot be seen.
 */
import { ok, plural, type Result } from '../base/index.js'
import {
  assignsMember,
  type CallFact,
  entryUse,
  functionsNamed,
  type LockContext,
  lockText,
  type TableFact,
  type TableUse,
} from '../lift/index.js'
import type { Finding, Premise, Reach } from '../report/index.js'
import type { Scenario, TreeNeed } from '../suite/index.js'
import { usesOf, walkLockOf } from './callers.js'
import { few, type Scan, type Scanner } from './scan.js'

/** What a tree says to some scenarios. */
export interface LookedUp {
  readonly reach: Reach
  readonly inTree: NonNullable<Premise['inTree']>
}

/** The answers of one tree, for as many findings as there are. */
export interface Premises {
  /** The answer to a finding that any of these scenarios shows, the simplest first; null if they ask nothing. */
  readonly of: (scenarios: readonly Scenario[]) => LookedUp | null
}

/** Members of callback tables that decide something, so that an assignment to one at run time hides a caller. */
function questionOf(needs: readonly TreeNeed[]) {
  const structs = new Set<string>()
  const members = new Set<string>()
  const functions = new Set<string>()
  const actors = new Set<string>()
  const config = new Set<string>()
  for (const need of needs) {
    switch (need.kind) {
      case 'ops-table':
        structs.add(need.struct)
        for (const member of [...need.sets, ...need.leaves]) members.add(member)
        break
      case 'entered-by':
      case 'called':
        for (const name of need.functions) functions.add(name)
        break
      case 'done-by':
        for (const name of need.functions) actors.add(name)
        break
      case 'config':
        config.add(need.name.replace(/^CONFIG_/, ''))
        break
      default:
        break
    }
  }
  const question = { functions: [...functions], structs: [...structs], members: [...members] }
  return { question, actors: [...actors], config: [...config] }
}

/** Where page tables are changed: the actors of a scenario live here. */
const ACTORS_IN = /^(?:mm|fs|include\/linux)\//

/** Looks up once all that the scenarios ask. */
export async function lookUpPremises(
  scanner: Scanner,
  scenarios: readonly Scenario[],
): Promise<Result<Premises>> {
  const { question, actors, config } = questionOf(scenarios.flatMap(({ treeNeeds }) => treeNeeds ?? []))
  if (question.functions.length + question.structs.length === 0) return ok({ of: () => null })
  const first = await scanner.scan(question)
  if (!first.ok) return first
  const shared = first.value.facts.flatMap(({ tables }) =>
    tables.filter(({ isStatic, function: inside, name }) => !isStatic && inside === null && name !== ''),
  )
  const names = [
    ...new Set(shared.filter(({ struct }) => question.structs.includes(struct)).map(({ name }) => name)),
  ]
  const second = names.length === 0 ? first : await scanner.scan(question, names)
  if (!second.ok) return second
  const acting =
    actors.length === 0
      ? null
      : await scanner.scan({ functions: actors, structs: [], members: [] }, [], (path) =>
          ACTORS_IN.test(path),
        )
  if (acting !== null && !acting.ok) return acting
  const symbols = await scanner.kconfig(config)
  if (!symbols.ok) return symbols
  const book = new Book(second.value, acting?.value ?? null, symbols.value)
  return ok({ of: (asked) => book.of(asked) })
}

/** What a caller says to a need. */
type Answer = { readonly kind: 'met' | 'unmet' | 'blind'; readonly why: string }

/** Somebody who may meet a scenario's needs: a table and where it is used, or a call. */
interface Candidate {
  readonly table: TableFact | null
  readonly use: TableUse | CallFact | null
  /** `wp_walk_ops (mm/a.c:12), used in f()`. */
  readonly text: string
}

/** A candidate, and what it does not meet or nobody can tell. */
interface Judged {
  readonly candidate: Candidate
  /** It has the callbacks that are needed, whatever else it lacks. */
  readonly isOfKind: boolean
  readonly unmet: readonly string[]
  readonly blind: readonly string[]
}

/** The few that lack least, one for each table; those of another kind are counted elsewhere. */
function nearest(judged: readonly Judged[]): Judged[] {
  const tables = new Map<string, Judged>()
  for (const one of judged) {
    if (!one.isOfKind) continue
    const key = one.candidate.table?.name ?? one.candidate.text
    const known = tables.get(key)
    if (known === undefined || one.unmet.length < known.unmet.length) tables.set(key, one)
  }
  return [...tables.values()].sort((a, b) => a.unmet.length - b.unmet.length).slice(0, 3)
}

/** One scenario's answer. */
interface ScenarioAnswer {
  readonly reach: Reach
  readonly found: readonly string[]
  readonly blind: readonly string[]
}

const MET: Answer = { kind: 'met', why: '' }

/** Answers, given what the scans found. */
class Book {
  readonly #scan: Scan
  readonly #actors: Scan | null
  readonly #symbols: ReadonlyMap<string, string | null>
  readonly #answers = new Map<string, ScenarioAnswer>()

  constructor(scan: Scan, actors: Scan | null, symbols: ReadonlyMap<string, string | null>) {
    this.#scan = scan
    this.#actors = actors
    this.#symbols = symbols
  }

  of(scenarios: readonly Scenario[]): LookedUp | null {
    const asking = scenarios.filter(({ treeNeeds }) => treeNeeds !== undefined && treeNeeds.length > 0)
    const [first] = asking
    if (first === undefined || asking.length < scenarios.length) return null
    const answers = asking.map((scenario) => ({ scenario, answer: this.#answer(scenario) }))
    const shown = answers.find(({ answer }) => answer.reach === 'shown')
    const open = answers.find(({ answer }) => answer.reach === 'unknown')
    const { scenario, answer } = shown ?? open ?? { scenario: first, answer: this.#answer(first) }
    const elsewhere = scenario === first ? [] : [`in the scenario ${scenario.id}`]
    return {
      reach: answer.reach,
      inTree: {
        tree: this.#scan.tree,
        scanned: this.#scanned(first.treeNeeds ?? []),
        found: [...answer.found, ...elsewhere],
        blind: answer.blind,
      },
    }
  }

  #answer(scenario: Scenario): ScenarioAnswer {
    const needs = scenario.treeNeeds ?? []
    // Scenarios that ask the same have one answer.
    const key = JSON.stringify([scenario.arch, needs])
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answer = this.#lookUp(needs, scenario)
    this.#answers.set(key, answer)
    return answer
  }

  #lookUp(needs: readonly TreeNeed[], scenario: Scenario): ScenarioAnswer {
    const hidden = this.#hidden(needs)
    const general = needs.filter(isGeneral).map((need) => ({ need, answer: this.#general(need) }))
    const impossible = general.filter(({ answer }) => answer.kind === 'unmet').map(({ answer }) => answer.why)
    if (impossible.length > 0) {
      const reach = hidden.length === 0 ? 'latent' : 'unknown'
      return { reach, found: impossible, blind: hidden }
    }
    const unseen = [
      ...new Set(general.filter(({ answer }) => answer.kind === 'blind').map(({ answer }) => answer.why)),
    ]
    const particular = needs.filter((need) => !isGeneral(need))
    const near: Judged[] = []
    for (const candidate of this.#candidates(needs)) {
      const answers = [
        isBuilt(candidate, scenario.arch, needs),
        ...particular.map((need) => this.#ask(need, candidate, needs)),
      ]
      const whys = (kind: Answer['kind']) => answers.filter((one) => one.kind === kind).map(({ why }) => why)
      const isOfKind = answers.every(
        ({ kind }, i) => kind !== 'unmet' || particular[i - 1]?.kind !== 'ops-table',
      )
      near.push({
        candidate,
        isOfKind,
        unmet: [...new Set(whys('unmet'))],
        blind: [...new Set(whys('blind'))],
      })
    }
    const meeting = near.filter(({ unmet }) => unmet.length === 0)
    const sure = meeting.filter(({ blind }) => blind.length === 0)
    if (sure.length > 0 && unseen.length === 0) {
      return {
        reach: 'shown',
        found: [few(sure.map(({ candidate }) => candidate.text))],
        blind: standing(this.#scan),
      }
    }
    if (meeting.length > 0) {
      const [best] = [...meeting].sort((a, b) => a.blind.length - b.blind.length)
      const open = sure.length > 0 ? unseen : [...(best?.blind ?? []), ...unseen]
      return {
        reach: 'unknown',
        found: [`may meet it: ${few(meeting.map(({ candidate }) => candidate.text))}`],
        blind: [...open, ...hidden],
      }
    }
    const found = nearest(near).map(
      ({ candidate, unmet }) => `${candidate.text}, but ${unmet.join(', and ')}`,
    )
    return hidden.length === 0
      ? { reach: 'latent', found, blind: standing(this.#scan) }
      : { reach: 'unknown', found, blind: hidden }
  }

  /** What would keep an unseen caller from being found. */
  #hidden(needs: readonly TreeNeed[]): string[] {
    const hidden: string[] = [...this.#scan.missing, ...this.#scan.foreign]
    for (const need of needs) {
      if (need.kind === 'ops-table') hidden.push(...this.#hiddenTables(need))
      if (need.kind === 'called') {
        const functions = need.functions.flatMap((name) => functionsNamed(name, this.#scan.facts))
        const taken = functions.flatMap(({ addresses }) => addresses)
        if (taken.length > 0) hidden.push('calls through pointers')
        if (functions.every(({ definitions }) => definitions.length === 0)) {
          hidden.push(`${need.functions.join(' or ')} itself, which the tree does not define`)
        }
      }
    }
    return [...new Set(hidden)]
  }

  #hiddenTables({ struct, sets }: TreeNeed & { kind: 'ops-table' }): string[] {
    const { facts } = this.#scan
    const hidden: string[] = []
    if (!facts.some(({ structs }) => structs.some(({ tag }) => tag === struct))) {
      hidden.push(`struct ${struct}, which the tree does not define`)
    }
    for (const table of this.#tables(struct)) {
      for (const why of table.open) hidden.push(`${why} (${table.path}:${table.line})`)
    }
    // A member is only filled in beside others, so one that nobody stores to is set by initialisers alone.
    for (const member of sets) {
      const stores = facts.flatMap((one) => one.stores.filter((store) => store.member === member))
      const [store] = stores
      if (store !== undefined)
        hidden.push(`${store.to} is assigned at run time (${store.path}:${store.line})`)
    }
    return hidden
  }

  #tables(struct: string): TableFact[] {
    return this.#scan.facts.flatMap(({ tables }) => tables.filter((table) => table.struct === struct))
  }

  #candidates(needs: readonly TreeNeed[]): Candidate[] {
    return needs.flatMap((need) => {
      if (need.kind === 'ops-table')
        return this.#tables(need.struct).flatMap((table) => this.#usesOfTable(table))
      if (need.kind !== 'called') return []
      return need.functions
        .flatMap((name) => functionsNamed(name, this.#scan.facts))
        .flatMap(({ calls }) => calls)
        .map((call) => ({
          table: null,
          use: call,
          text: `${call.function ?? '?'}() (${this.#where(call)})`,
        }))
    })
  }

  #usesOfTable(table: TableFact): Candidate[] {
    const name = table.name === '' ? `a struct ${table.struct}` : table.name
    const uses = usesOf(table, this.#scan)
    const text = `${name} (${this.#where(table)})`
    if (uses.length === 0) return [{ table, use: null, text }]
    return uses.map((use) => ({ table, use, text: `${text} in ${use.function ?? '?'}()` }))
  }

  /** `mm/a.c:12`, and which patch of the series adds it. */
  #where({ path, line }: { readonly path: string; readonly line: number }): string {
    const patch = this.#scan.patchAt(path, line)
    return `${path}:${line}${patch === null ? '' : `, which ${patch} adds`}`
  }

  /** Needs that have one answer for all callers. */
  #general(need: GeneralNeed): Answer {
    if (need.kind === 'unseen') return { kind: 'blind', why: need.need }
    if (need.kind === 'config') {
      const symbol = need.name.replace(/^CONFIG_/, '')
      const place = this.#symbols.get(symbol)
      if (place !== undefined && place !== null) return MET
      // A number or `n` needs no symbol; a switch that no Kconfig file has cannot be set.
      return need.value === 'y' || need.value === 'm'
        ? { kind: 'unmet', why: `no Kconfig file has ${symbol}` }
        : { kind: 'blind', why: `what ${need.name} is` }
    }
    const facts = this.#actors?.facts ?? []
    const does = need.functions
      .flatMap((name) => functionsNamed(name, facts))
      .some(
        ({ definitions, calls, addresses }) => definitions.length > 0 && calls.length + addresses.length > 0,
      )
    return does ? MET : { kind: 'blind', why: `who does this: ${need.need.replace(/^concurrently: /, '')}` }
  }

  #ask(need: TreeNeed, { table, use }: Candidate, needs: readonly TreeNeed[]): Answer {
    switch (need.kind) {
      case 'ops-table':
        return table === null ? MET : setsMembers(table, need, needs)
      case 'entered-by':
        return entered(table, use, need.functions)
      case 'holds':
        return this.#holds(need, table, use)
      case 'interrupts':
        return interrupts(need.state, use)
      case 'member-is': {
        const value = table?.fields.find(({ field }) => field === need.member)?.value
        return value === need.function || value === `&${need.function}`
          ? MET
          : { kind: 'unmet', why: `its ${need.member} is ${value ?? 'not set'}` }
      }
      case 'writes-back':
        return this.#writesBack(need.member, table)
      case 'sets-action':
        return this.#setsAction(need, table)
      default:
        return MET
    }
  }

  #holds(
    { lock, mode, orWeaker = [] }: TreeNeed & { kind: 'holds' },
    table: TableFact | null,
    use: TableUse | CallFact | null,
  ): Answer {
    const wanted = mode === null ? lock : `${lock}(${mode})`
    const held = use?.locks?.held.filter((one) => one.lock === lock) ?? []
    const modes = held.flatMap((one) => (one.mode === null ? [] : [one.mode]))
    if (mode === null && held.length > 0) return MET
    if (held.length === 0 && use?.locks?.held.some((one) => orWeaker.includes(one.lock)) === true) return MET
    if (mode !== null && modes.length > 0) {
      return modes.includes(mode) ? MET : { kind: 'unmet', why: `it holds ${few(held.map(lockText))}` }
    }
    const said = table === null ? null : walkLockOf(table)
    if (lock === 'mmap_lock' && said !== null && /^PGWALK_(?:RD|WR)LOCK/.test(said)) {
      const walks = said.startsWith('PGWALK_RD') ? 'read' : 'write'
      return walks === mode || mode === null ? MET : { kind: 'unmet', why: `its .walk_lock is ${said}` }
    }
    const callee = use !== null && 'how' in use && use.how.kind === 'call' ? use.how.callee : null
    const asserted = functionsNamed(callee ?? '', this.#scan.facts)
      .flatMap(({ definitions }) => definitions)
      .flatMap((definition) => definition.asserts.map((one) => one.lock))
    if ((mode === null && asserted.includes(lock)) || asserted.some((one) => orWeaker.includes(one)))
      return MET
    const around = use?.function ?? null
    return {
      kind: 'blind',
      why: `whether ${around === null ? 'its caller' : `${around}()`} is called with ${wanted}`,
    }
  }

  /** Whether a table's callback stores to its entry what it made of a read of it. */
  #writesBack(member: string, table: TableFact | null): Answer {
    const name = /^&?(\w+)$/.exec(table?.fields.find(({ field }) => field === member)?.value ?? '')?.[1]
    if (table === null || name === undefined) return { kind: 'blind', why: `what the ${member} does` }
    const text = this.#scan.textOf(table.path)
    const use = text === null ? null : entryUse({ path: table.path, text }, name)
    if (use === null) return { kind: 'blind', why: `what ${name}() does` }
    if (use.reads && use.stores === 'yes') return MET
    if (use.stores === 'perhaps')
      return {
        kind: 'blind',
        why: `what ${name}() does through ${few(use.handedTo.map((one) => `${one}()`))}`,
      }
    return { kind: 'unmet', why: `${name}() does not store to its entry` }
  }

  /** Whether a table's callback sets `walk->action`, as far as its text shows. */
  #setsAction({ member, sets }: TreeNeed & { kind: 'sets-action' }, table: TableFact | null): Answer {
    const name = /^&?(\w+)$/.exec(table?.fields.find(({ field }) => field === member)?.value ?? '')?.[1]
    const text = table === null ? null : this.#scan.textOf(table.path)
    if (table === null || name === undefined || text === null)
      return { kind: 'blind', why: `what the ${member} does` }
    const does = assignsMember({ path: table.path, text }, name, 'action')
    if (does === null || does === 'perhaps')
      return { kind: 'blind', why: `whether ${name}() sets walk->action` }
    if ((does === 'yes') === sets) return MET
    // It may set it for some entries only.
    return sets
      ? { kind: 'unmet', why: `${name}() does not set walk->action` }
      : { kind: 'blind', why: `when ${name}() sets walk->action` }
  }

  /** `56727 files; 21 tables of struct mm_walk_ops: 16 set pmd_entry, 5 set pte_entry, 0 set pmd_entry and pte_entry`. */
  #scanned(needs: readonly TreeNeed[]): string {
    const parts = [plural(this.#scan.files, 'file')]
    for (const need of needs) {
      if (need.kind === 'ops-table') {
        const tables = this.#tables(need.struct).filter(({ open }) => open.length === 0)
        const having = (members: readonly string[]) =>
          tables.filter(({ fields }) =>
            members.every((member) => fields.some(({ field }) => field === member)),
          ).length
        const members = [...need.sets, ...need.leaves].sort()
        const counts = members.map((member) => `${having([member])} set ${member}`)
        if (members.length > 1) counts.push(`${having(members)} set ${members.join(' and ')}`)
        parts.push(`${plural(tables.length, 'table')} of struct ${need.struct}: ${counts.join(', ')}`)
      }
      if (need.kind === 'called') {
        const calls = need.functions
          .flatMap((name) => functionsNamed(name, this.#scan.facts))
          .flatMap((one) => one.calls)
        parts.push(`${plural(calls.length, 'call')} of ${need.functions.join(' and ')}`)
      }
    }
    return parts.join('; ')
  }
}

type GeneralNeed = Extract<TreeNeed, { kind: 'config' | 'done-by' | 'unseen' }>

function isGeneral(need: TreeNeed): need is GeneralNeed {
  return need.kind === 'config' || need.kind === 'done-by' || need.kind === 'unseen'
}

/** Whether a caller is there at all: one below arch/ is built for its architecture alone, one under `#if` with it. */
function isBuilt({ table, use }: Candidate, arch: string, needs: readonly TreeNeed[]): Answer {
  const folder = /^arch\/([^/]+)\//.exec((use ?? table)?.path ?? '')?.[1]
  if (folder !== undefined && arch !== folder && !arch.startsWith(`${folder}-`)) {
    return { kind: 'unmet', why: `it is of ${folder} alone` }
  }
  return underConditions([...(table?.conditions ?? []), ...(use?.conditions ?? [])], needs)
}

function setsMembers(
  table: TableFact,
  { sets, leaves }: TreeNeed & { kind: 'ops-table' },
  needs: readonly TreeNeed[],
): Answer {
  const unmet = (why: string): Answer => ({ kind: 'unmet', why })
  for (const member of sets) {
    const fields = table.fields.filter(({ field }) => field === member)
    if (fields.length === 0) {
      return table.open.length > 0
        ? { kind: 'blind', why: few(table.open) }
        : unmet(`it does not set ${member}`)
    }
    const answers = fields.map(({ conditions }) => underConditions(conditions, needs))
    const met = answers.find(({ kind }) => kind === 'met') ?? answers.find(({ kind }) => kind === 'blind')
    if (met === undefined)
      return unmet(`it sets ${member} only under ${few(fields.flatMap(({ conditions }) => conditions))}`)
    if (met.kind === 'blind') return met
  }
  for (const member of leaves) {
    const fields = table.fields.filter(({ field }) => field === member)
    if (fields.some(({ conditions }) => conditions.length === 0)) return unmet(`it sets ${member} too`)
    if (fields.length > 0)
      return { kind: 'blind', why: `whether ${few(fields.flatMap(({ conditions }) => conditions))}` }
  }
  return MET
}

/** Whether `#if` conditions go with the Kconfig values that a scenario needs. What it does not speak of may be so. */
function underConditions(conditions: readonly string[], needs: readonly TreeNeed[]): Answer {
  for (const condition of conditions) {
    const [, not = '', name = ''] = /^(!?)(CONFIG_\w+)$/.exec(condition) ?? []
    const need = needs.find((one) => one.kind === 'config' && one.name === name)
    if (need?.kind !== 'config') continue
    if ((need.value === 'y') === (not !== ''))
      return { kind: 'unmet', why: `it is there only under ${condition}` }
  }
  return MET
}

function entered(
  table: TableFact | null,
  use: TableUse | CallFact | null,
  functions: readonly string[],
): Answer {
  if (use === null) {
    return table?.name === ''
      ? { kind: 'blind', why: 'where a table without a name goes' }
      : { kind: 'unmet', why: 'nothing that was seen uses it' }
  }
  if (!('how' in use)) return MET
  if (use.how.kind === 'call') {
    return functions.includes(use.how.callee) ? MET : { kind: 'unmet', why: `it goes to ${use.how.callee}()` }
  }
  const where = use.how.kind === 'stored' ? `stored in ${use.how.to}` : 'used'
  return { kind: 'blind', why: `where ${table?.name ?? 'it'} goes, ${where} at ${use.path}:${use.line}` }
}

function interrupts(state: 'off' | 'on', use: TableUse | CallFact | null): Answer {
  const isOff = holdsOff(use?.locks ?? null)
  const where = `${use?.function ?? 'its caller'}()`
  if (isOff) return state === 'off' ? MET : { kind: 'unmet', why: `${where} has interrupts off` }
  return { kind: 'blind', why: `whether interrupts are ${state} in ${where}` }
}

function holdsOff(locks: LockContext | null): boolean {
  return locks?.held.some(({ lock }) => lock === 'interrupts off') === true
}

/** What no look-up sees, and what does not change an answer about the tree itself. */
function standing(scan: Scan): string[] {
  const exported = [...new Set(scan.facts.flatMap(({ exports }) => exports.map(({ name }) => name)))]
  return exported.length === 0 ? [] : [`modules outside of the tree: ${few(exported)} are exported`]
}

/**
 * Findings with what a tree says of their premises. A hazard that only a reload brings about stays latent, whoever
 * calls; agreements, and what did not run, have no premise.
 */
export function withPremises(
  findings: readonly Finding[],
  scenarios: readonly Scenario[],
  premises: Premises,
): Finding[] {
  const byId = new Map(scenarios.map((scenario) => [scenario.id, scenario]))
  return findings.map((finding) => {
    if (!hasPremise(finding)) return finding
    const ids = new Set([finding.scenario, ...(finding.scenarios ?? [])])
    const looked = premises.of([...ids].flatMap((id) => byId.get(id) ?? []))
    if (looked === null) return finding
    const reach = finding.reach === 'latent' ? 'latent' : looked.reach
    return { ...finding, reach, premise: { ...finding.premise, inTree: looked.inTree } }
  })
}

/** Whether a finding says something that needs a caller. */
export function hasPremise({ verdict }: Pick<Finding, 'verdict'>): boolean {
  return verdict !== 'same' && verdict !== 'unmapped'
}
