/** Every option of the command line, once: yargs, completion, and the test of docs/cli.md read this table. */

/** One option. A `value` is what its argument is called in the help; without one it is a switch. */
export interface Option {
  readonly alias?: string
  readonly value?: string
  /** May be given more than once. */
  readonly many?: true
  readonly text: string
}

const TABLE = {
  'use-local-mbox': { alias: 'm', value: 'FILE', many: true, text: 'read the thread from FILE (as in b4)' },
  'use-version': {
    alias: 'v',
    value: 'N',
    many: true,
    text: 'revision of the series, 2 or rfc2; the latest by default (as in b4)',
  },
  patch: { value: 'LIST', many: true, text: 'only these patches of the series: 1-3,5' },
  function: { value: 'NAME', many: true, text: 'only this function' },
  arch: { value: 'NAME', many: true, text: 'architecture profile (kreplay list archs)' },
  model: {
    value: 'NAME',
    many: true,
    text: 'memory model (kreplay list models); replaying takes a list, or all',
  },
  tree: { value: 'TREE', text: 'kernel sources: a folder, REPO or REPO:REVISION, a .tar.xz' },
  dirty: { text: 'with --tree: replay what its work tree changes' },
  config: { value: 'NAME=y|FILE', many: true, text: 'a Kconfig value, or a .config file' },
  'config-file': { value: 'FILE', text: 'plugins to load, instead of kreplay.config.mjs here' },
  before: { value: 'NAME@VERSION', many: true, text: 'implementation to run as before' },
  after: { value: 'NAME@VERSION', many: true, text: 'implementation to run as after' },
  prefer: { value: 'lifted|reimpl', text: "with --tree: run the patch's own C, or hand-written ones first" },
  'name-only': { text: 'accept an implementation by its name alone; verdicts are then inconclusive' },
  loads: {
    value: 'once|each',
    text: 'adjacent plain loads of one location: one load, or one each; both by default',
  },
  plain: {
    value: 'once|as-written',
    text: 'what models that ask take plain accesses for; as READ_ONCE and WRITE_ONCE by default',
  },
  tear: { text: 'plain accesses of two words tear: an extension of ours, no model has it' },
  without: {
    value: 'NAME',
    many: true,
    text: 'leave out an actor; with explore a barrier or a test: fence@LINE, retry@LINE',
  },
  lock: {
    value: 'NAME',
    many: true,
    text: 'only worlds whose caller holds this lock: mmap_lock, i_mmap_rwsem',
  },
  budget: { value: 'BOUNDS', many: true, text: 'bounds of one exploration: executions=N,seconds=N' },
  discuss: { text: 'of a thread without a patch: run the functions that its text names' },
  seed: { value: 'N', text: 'seed of everything random' },
  hunt: { value: 'N', text: 'also try N random worlds' },
  'fail-on': { value: 'VERDICTS', text: 'which findings make exit code 1; regressed by default' },
  expect: { value: 'same', text: 'a gate: any difference in behaviour makes exit code 1' },
  'allow-inconclusive': { text: 'exit 0, not 5, when a function has no conclusive verdict' },
  format: {
    alias: 'f',
    value: 'NAME[=FILE]',
    many: true,
    text: 'output format, to standard output or to FILE',
  },
  json: { text: 'same as -f json' },
  output: { alias: 'o', value: 'FILE', text: 'write to FILE what would go to standard output' },
  color: { text: 'colour, or --no-color; by default on a terminal unless NO_COLOR is set' },
  all: { text: 'also hazards that are possible before and after alike' },
  verbose: { text: 'every step, check, trailer and note; progress also without a terminal' },
  quote: { text: 'quote the diff in a reply (the default), or --no-quote' },
  dot: { text: 'draw each behaviour as a graph, for Graphviz' },
  litmus: { text: 'write the scenario as a litmus test, for herd7' },
  part: { value: 'NAME', many: true, text: 'with ablate: only this part, as it is named in the JSON' },
  scenario: { value: 'NAME', text: 'scenario to step through' },
  side: { value: 'before|after', text: 'version to step through' },
  schedule: { value: 'TEXT', text: 'schedule to follow, as a report prints it' },
  timeout: { value: 'SECONDS', text: 'time for one litmus test; 60 by default, 0 for no bound' },
  jobs: { value: 'N', text: 'worker threads; 1 by default' },
} satisfies Record<string, Option>

export type OptionName = keyof typeof TABLE

export const OPTIONS: Readonly<Record<OptionName, Option>> = TABLE

export const OPTION_NAMES: readonly OptionName[] = Object.keys(TABLE) as OptionName[]

/** The options of one command line, by name. */
export interface Options {
  /** A switch: undefined when it was not given, false for `--no-…`. */
  readonly flag: (name: OptionName) => boolean | undefined
  /** The value; the last one when given more than once. */
  readonly last: (name: OptionName) => string | undefined
  /** All values in order. */
  readonly all: (name: OptionName) => readonly string[]
}
