/**
 * The suite of lockless pte reads: gup_get_pte(), later ptep_get_lockless(), against every way in which another
 * CPU changes the entry.
 */
import { lostUpdates } from '../machine/index.js'
import { kernelFactory, tornValues } from '../mm/index.js'
import { eventsNamed, returned, stores, underTest } from './project.js'
import { reader, writer, writerLabel } from './pte-read-threads.js'
import {
  buildPteReadWorld,
  CALLER_KINDS,
  FLUSH_KINDS,
  hasTwoWords,
  type PteReadSpec,
  readsLowHigh,
} from './pte-read-world.js'
import {
  type Built,
  defineSuite,
  type Observation,
  type Observed,
  type Scenario,
  type Side,
  type Suite,
} from './scenario.js'
import type { TreeNeed } from './tree-need.js'
import { describeEntry } from './world.js'

/** The part that implementations play; the first name stands for it when a side is asked. */
const GETTER = ['gup_get_pte', 'ptep_get_lockless'] as const

/** Builds the program of a read: the reader is thread a, the writer thread b. */
export function buildPteRead(spec: PteReadSpec, side: Side): Built {
  const read = buildPteReadWorld(spec)
  const { mm, heap } = read.world
  const system = {
    mm,
    release: side.release,
    threads: ['a', 'b'],
    resolve: side.resolve,
    ...(side.find === undefined ? {} : { find: side.find }),
  }
  const caller = reader(read, spec, side.resolve(GETTER[0]))
  const other = writer(read, spec)
  return {
    program: {
      heap,
      threads: [
        { name: 'a', label: caller.name, holding: [], underTest: true, entry: caller, args: [] },
        { name: 'b', label: other.name, holding: [], underTest: false, entry: other, args: [] },
      ],
      host: { context: kernelFactory(system), addressBits: mm.profile.wordBits },
      answers: new Map(),
    },
    observe: observeRead,
    detectors: [lostUpdates, tornValues],
    describe: (object, bits) => describeEntry(read.world, object, bits),
  }
}

function observeRead(execution: Observed): Observation {
  const events = underTest(execution)
  const used = eventsNamed(events, 'page used')
  const retried = eventsNamed(events, 'retried').length > 0
  return {
    'value read': eventsNamed(events, 'value read').join(', ') || returned(execution),
    'page used': used.join(', ') || (retried ? 'none: looked again' : 'none'),
    'page-table stores': stores(events),
  }
}

// ---- the scenarios -------------------------------------------------------------------------------------

type Writer = Pick<PteReadSpec, 'versions' | 'lowWords' | 'stores'> & { readonly id: string }

/** What a correct kernel does to an entry, of whatever size. */
const LEGAL_WRITERS: readonly Writer[] = [
  { id: 'none-to-B', versions: ['none', 'B'], lowWords: 'different', stores: 'split' },
  { id: 'A-to-none', versions: ['A', 'none'], lowWords: 'different', stores: 'split' },
  { id: 'A-to-none.atomic', versions: ['A', 'none'], lowWords: 'different', stores: 'atomic' },
  { id: 'A-to-none-to-B', versions: ['A', 'none', 'B'], lowWords: 'different', stores: 'split' },
  { id: 'A-to-none-to-B.equal-low', versions: ['A', 'none', 'B'], lowWords: 'equal', stores: 'split' },
  { id: 'A-to-none-to-B.atomic', versions: ['A', 'none', 'B'], lowWords: 'different', stores: 'atomic' },
  {
    id: 'A-to-none-to-B.equal-low.atomic',
    versions: ['A', 'none', 'B'],
    lowWords: 'equal',
    stores: 'atomic',
  },
  { id: 'A-to-none-to-A', versions: ['A', 'none', 'A'], lowWords: 'different', stores: 'split' },
  { id: 'none-to-A-to-none', versions: ['none', 'A', 'none'], lowWords: 'different', stores: 'split' },
]

/** What else a correct kernel does to an entry of two words. */
const TWO_WORD_WRITERS: readonly Writer[] = [
  { id: 'none-to-B.atomic', versions: ['none', 'B'], lowWords: 'different', stores: 'atomic' },
  { id: 'A-to-none-to-B.exchange', versions: ['A', 'none', 'B'], lowWords: 'different', stores: 'exchange' },
  {
    id: 'A-to-none-to-B.equal-low.exchange',
    versions: ['A', 'none', 'B'],
    lowWords: 'equal',
    stores: 'exchange',
  },
  { id: 'A-to-none.exchange-low', versions: ['A', 'none'], lowWords: 'different', stores: 'exchange-low' },
  {
    id: 'A-to-none-to-B.exchange-low',
    versions: ['A', 'none', 'B'],
    lowWords: 'different',
    stores: 'exchange-low',
  },
  {
    id: 'A-to-none-to-B.equal-low.exchange-low',
    versions: ['A', 'none', 'B'],
    lowWords: 'equal',
    stores: 'exchange-low',
  },
]

/** What breaks the rules for entries of two words: one present entry over another, or stores that are not ordered. */
const ILLEGAL_WRITERS: readonly (Writer & { readonly breaks: string })[] = [
  {
    id: 'A-to-B',
    versions: ['A', 'B'],
    lowWords: 'different',
    stores: 'split',
    breaks: 'a writer that replaces a present pte by another in two stores',
  },
  {
    id: 'none-to-B.without-wmb',
    versions: ['none', 'B'],
    lowWords: 'different',
    stores: 'without-wmb',
    breaks: 'a writer without smp_wmb() between its two stores',
  },
  {
    id: 'A-to-none.without-wmb',
    versions: ['A', 'none'],
    lowWords: 'different',
    stores: 'without-wmb',
    breaks: 'a writer without smp_wmb() between its two stores',
  },
  {
    id: 'A-to-none-to-B.exchange-low-without-wmb',
    versions: ['A', 'none', 'B'],
    lowWords: 'different',
    stores: 'exchange-low-without-wmb',
    breaks: 'a writer without smp_wmb() between its two stores',
  },
  {
    id: 'none-to-B.wrong-order',
    versions: ['none', 'B'],
    lowWords: 'different',
    stores: 'wrong-order',
    breaks: 'a writer that sets the low word before the high one',
  },
  {
    id: 'A-to-none.wrong-order',
    versions: ['A', 'none'],
    lowWords: 'different',
    stores: 'wrong-order',
    breaks: 'a writer that clears the high word before the low one',
  },
]

function scenariosOn(arch: string): Scenario[] {
  const writers: readonly (Writer & { readonly breaks?: string })[] = hasTwoWords(arch)
    ? [...LEGAL_WRITERS, ...TWO_WORD_WRITERS, ...ILLEGAL_WRITERS]
    : LEGAL_WRITERS.filter(({ lowWords }) => lowWords === 'different')
  return writers.flatMap((one) => {
    const { id, breaks, ...rest } = one
    const flushes = one.versions.length > 2 ? FLUSH_KINDS : (['ipi'] as const)
    return flushes.flatMap((flush) =>
      (['off', 'on'] as const).flatMap((interrupts) =>
        CALLER_KINDS.map((caller) => scenario(id, breaks, { arch, ...rest, flush, interrupts, caller })),
      ),
    )
  })
}

function scenario(writerId: string, breaks: string | undefined, spec: PteReadSpec): Scenario {
  const flush = spec.versions.length > 2 ? spec.flush : 'none'
  const parts = [writerId, ...(flush === 'none' ? [] : [flush]), `irqs-${spec.interrupts}`, spec.caller]
  return {
    id: `pte-read/${spec.arch}/${parts.join('/')}`,
    title: `${spec.caller} reader, interrupts ${spec.interrupts}; ${writerLabel(spec)}${flush === 'none' ? '' : `, ${FLUSH_NEEDS[spec.flush]}`}`,
    arch: spec.arch,
    config: {},
    facets: {
      writer: writerId,
      flush,
      interrupts: spec.interrupts,
      caller: spec.caller,
      actor: writerId,
    },
    needs: needsOf(spec, breaks),
    treeNeeds: treeNeedsOf(spec, breaks),
    ...(breaks === undefined ? {} : { assumes: breaks }),
    ...(asksForBarriers(spec) ? {} : { models: ['sc'] }),
    scope: '2 threads, 1 page-table entry',
    threads: 2,
    build: (side) => buildPteRead(spec, side),
  }
}

/**
 * True for what a weak memory model can make a difference to, once for each writer: a caller that relies on what it
 * read, in the surroundings that the getter asks for. Weak models take much longer over a scenario than `sc`.
 */
function asksForBarriers({ caller, interrupts, flush }: PteReadSpec): boolean {
  return caller === 'gup-like' && interrupts === 'off' && flush === 'ipi'
}

const FLUSH_NEEDS: Readonly<Record<PteReadSpec['flush'], string>> = {
  ipi: 'a TLB flush that interrupts other CPUs',
  broadcast: 'TLB flush without IPI',
  deferred: 'a page fault that installs a page before the TLB flush',
  late: 'the new page is installed after the read',
}

const CALLER_NEEDS: Readonly<Record<PteReadSpec['caller'], string>> = {
  look: 'a caller that reads a pte without its lock',
  'gup-like': 'a caller that uses a pte read without its lock, and does not look again',
  'fault-like': 'a caller that looks again under the page-table lock',
}

/** What of that a tree can answer: who calls the getter, and with interrupts off or on. */
function treeNeedsOf(spec: PteReadSpec, breaks: string | undefined): TreeNeed[] {
  const { caller, interrupts, flush, versions } = spec
  const needs: TreeNeed[] = [
    { kind: 'called', need: CALLER_NEEDS[caller], functions: GETTER },
    { kind: 'interrupts', need: interruptsNeed(spec), state: interrupts },
  ]
  // Whether a caller trusts what it read stands in no single line of it.
  if (caller !== 'look') needs.push({ kind: 'unseen', need: CALLER_NEEDS[caller] })
  if (readsLowHigh(spec.arch)) {
    needs.push({ kind: 'config', need: 'CONFIG_X86_PAE=y', name: 'CONFIG_X86_PAE', value: 'y' })
  }
  if (versions.length > 2 && flush !== 'ipi') needs.push({ kind: 'unseen', need: FLUSH_NEEDS[flush] })
  if (breaks !== undefined) needs.push({ kind: 'unseen', need: breaks })
  return needs
}

function interruptsNeed({ interrupts }: PteReadSpec): string {
  return `interrupts ${interrupts} around the read`
}

function needsOf(spec: PteReadSpec, breaks: string | undefined): string[] {
  const needs = [CALLER_NEEDS[spec.caller], interruptsNeed(spec)]
  if (readsLowHigh(spec.arch)) needs.push('CONFIG_X86_PAE=y')
  needs.push(`concurrently: ${writerLabel(spec)}`)
  if (spec.versions.length > 2) needs.push(FLUSH_NEEDS[spec.flush])
  if (spec.lowWords === 'equal') needs.push('frame numbers that differ by a multiple of 2^20')
  if (spec.stores === 'exchange-low') needs.push('a pmd, before 6.2')
  if (breaks !== undefined) needs.push(breaks)
  return needs
}

export const PTE_READ_SUITE: Suite = defineSuite({
  name: 'pte-read',
  title: 'lockless reads of a pte: what value they can return, and who trusts it',
  roles: { 'lockless pte getter': GETTER },
  models: ['sc', 'lkmm'],
  properties: [
    { name: 'value read', kind: 'behaviour', per: 'writer' },
    { name: 'page used', kind: 'behaviour', per: 'writer' },
    { name: 'page-table stores', kind: 'behaviour', per: 'writer' },
  ],
  scenarios: ['x86-pae', 'x86-64'].flatMap(scenariosOn),
})
