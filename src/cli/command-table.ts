/** Every command of the command line, once: its arguments, its options, a line of help. */
import type { OptionName } from './options.js'

/** One command. `positionals` is written as yargs wants it. */
export interface Command {
  readonly name: string
  readonly positionals: string
  readonly text: string
  readonly options: readonly OptionName[]
}

const SCREEN: readonly OptionName[] = ['output', 'color', 'verbose']
const FORMATS: readonly OptionName[] = ['format', 'json', 'all', ...SCREEN]
const INPUT: readonly OptionName[] = [
  'use-local-mbox',
  'use-version',
  'patch',
  'function',
  'tree',
  'dirty',
  'config',
  'config-file',
]
const REPLAY: readonly OptionName[] = [
  'arch',
  'model',
  'before',
  'after',
  'prefer',
  'name-only',
  'loads',
  'plain',
  'without',
  'lock',
  'budget',
  'seed',
]

export const COMMANDS = [
  {
    name: 'run',
    positionals: '[thread..]',
    text: 'replay a patch before and after, and report what changed (the default command)',
    options: [...INPUT, ...REPLAY, 'discuss', 'hunt', 'fail-on', 'expect', 'allow-inconclusive', ...FORMATS],
  },
  {
    name: 'parse',
    positionals: '[thread..]',
    text: 'show the patches, repairs, proofs and functions of a thread, without replaying',
    options: [...INPUT, ...FORMATS],
  },
  {
    name: 'list',
    positionals: '[what]',
    text: 'list functions, suites, scenarios, archs, models or simplifications',
    options: ['config-file', 'json', ...SCREEN],
  },
  {
    name: 'explore',
    positionals: '<scenario> [implementation..]',
    text: 'show every outcome of one scenario',
    options: [
      'arch',
      'model',
      'config',
      'config-file',
      'loads',
      'plain',
      'tear',
      'without',
      'budget',
      'dot',
      'litmus',
      'json',
      ...SCREEN,
    ],
  },
  {
    name: 'step',
    positionals: '[words..]',
    text: 'replay one execution step by step: REPORT FINDING, or the line a report prints',
    options: ['scenario', 'side', 'schedule', ...INPUT, ...REPLAY, 'json', ...SCREEN],
  },
  {
    name: 'litmus',
    positionals: '[test..]',
    text: 'run litmus tests of the kernel memory model: files, folders, @LIST or -',
    options: ['model', 'timeout', 'jobs', 'format', 'json', ...SCREEN],
  },
  {
    name: 'lift',
    positionals: '<what>',
    text: 'show what FILE:FUNCTION is lifted to, or how much of a file or folder can be lifted',
    options: ['tree', 'arch', 'config', 'json', ...SCREEN],
  },
  {
    name: 'ablate',
    positionals: '[target..]',
    text: 'leave out one condition, barrier, lock pair or statement of FILE:FUNCTION or a patch at a time: what notices',
    options: [
      ...INPUT,
      'arch',
      'model',
      'loads',
      'plain',
      'without',
      'lock',
      'budget',
      'part',
      'scenario',
      'side',
      'schedule',
      'allow-inconclusive',
      'json',
      ...SCREEN,
    ],
  },
  {
    name: 'compare',
    positionals: '[thread..]',
    text: 'run what two threads leave, or two revisions of one (-v 1 -v 2), side by side',
    options: [...INPUT, ...REPLAY, 'fail-on', 'expect', 'allow-inconclusive', 'json', ...SCREEN],
  },
  {
    name: 'callers',
    positionals: '<function> [thread..]',
    text: 'list who calls a function in a kernel tree, and the tables of callbacks that hold it',
    options: ['tree', 'use-local-mbox', 'use-version', 'patch', 'json', ...SCREEN],
  },
  {
    name: 'render',
    positionals: '<report>',
    text: 'show a report again, in any format',
    options: ['fail-on', 'expect', ...FORMATS],
  },
  {
    name: 'reply',
    positionals: '<report>',
    text: 'write a reply to the patch; it is printed, and never sent',
    options: ['quote', ...SCREEN],
  },
  {
    name: 'why',
    positionals: '<word> [finding]',
    text: 'explain a verdict, or a finding of a report: why REPORT FINDING',
    options: SCREEN,
  },
  {
    name: 'check',
    positionals: '[thread..]',
    text: 'review check for b4: a message on standard input, a JSON array out',
    options: [...INPUT, ...REPLAY, 'hunt', 'fail-on', 'expect', 'output', 'verbose'],
  },
  {
    name: 'fingerprint',
    positionals: '[thread..]',
    text: 'print the identities of what a patch changes, for a reimplementation',
    options: [...INPUT, 'json', ...SCREEN],
  },
  {
    name: 'init',
    positionals: '',
    text: 'write a kreplay.config.mjs here, unless there is one',
    options: [],
  },
  {
    name: 'completion',
    positionals: '[shell]',
    text: 'print a completion script for bash or zsh',
    options: ['output'],
  },
] as const satisfies readonly Command[]

export type CommandName = (typeof COMMANDS)[number]['name']

export const COMMAND_NAMES: readonly CommandName[] = COMMANDS.map((command) => command.name)
