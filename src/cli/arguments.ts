/**
 * Words to an invocation. yargs only parses: it never prints, never exits and runs no handler, because its own
 * exit code 1 would read as "a finding" and its positionals would turn `0042` into a number and `-` into nothing.
 */
import yargs, { type Argv } from 'yargs'
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { COMMAND_NAMES, COMMANDS, type Command, type CommandName } from './command-table.js'
import { OPTIONS, type OptionName, type Options } from './options.js'
import { similar } from './similar.js'

/** A command line that is understood. */
export interface Invocation {
  readonly kind: 'command'
  readonly command: CommandName
  /** False when no command was named, so that the default one runs. */
  readonly named: boolean
  readonly positionals: readonly string[]
  readonly options: Options
}

/** What a command line asks for: a command, or a text to print. */
export type Request = Invocation | { readonly kind: 'print'; readonly text: string }

/** Stands for a lone `-` while yargs looks, which would lose it. No argument can hold a NUL. */
const DASH = '\u0000-'

/** Parses the words after `kreplay`. Error: `usage`, with a suggestion where a word is nearly right. */
export function parseArguments(words: readonly string[], version: string): Result<Request> {
  const asked = words[0] === 'help' ? [...words.slice(1), '--help'] : words
  const safe = asked.map((word) => (word === '-' ? DASH : word))
  let outcome: { error: Error | undefined; found: Found; text: string } | undefined
  try {
    createParser(version).parse(safe, {}, (error, found, text) => {
      outcome = { error: error ?? undefined, found: found as Found, text }
    })
  } catch (error) {
    return fail(usage(error instanceof Error ? error.message : String(error), asked))
  }
  if (outcome === undefined) return fail(usage('the command line cannot be understood', asked))
  if (outcome.error !== undefined) return fail(usage(outcome.error.message, asked))
  if (outcome.text !== '') return ok({ kind: 'print', text: helpText(outcome.text) })
  return ok(invocation(outcome.found, asked))
}

/** yargs' help without the types of the options, which say nothing that their text does not. */
function helpText(text: string): string {
  return `${text.replace(/\s*\[(?:array|boolean)\]/g, '').trimEnd()}\n`
}

/** What yargs found: options by name, positionals by name, the rest under `_`. */
type Found = Readonly<Record<string, unknown>>

function createParser(version: string): Argv {
  let parser = yargs([])
    .scriptName('kreplay')
    .usage('kreplay: what a Linux kernel patch changes in behaviour')
    .detectLocale(false)
    .exitProcess(false)
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'camel-case-expansion': false,
      'greedy-arrays': false,
    })
    .help('help')
    .alias('help', 'h')
    .version('version', `kreplay ${version}`)
    .wrap(80)
    .strict()
    .fail((message, error) => {
      throw error ?? new Error(message)
    })
    .epilogue(EPILOGUE)
  for (const command of COMMANDS) parser = addCommand(parser, command)
  return parser
}

function addCommand(parser: Argv, command: Command): Argv {
  const line = `${command.name} ${command.positionals}`.trim()
  return parser.command(command.name === 'run' ? [line, '$0'] : [line], command.text, (inner) =>
    command.options.reduce((built, name) => addOption(built, name), inner),
  )
}

function addOption(parser: Argv, name: OptionName): Argv {
  const { alias, value, text } = OPTIONS[name]
  const takesValue = value !== undefined
  return parser.option(name, {
    describe: takesValue ? `${value}: ${text}` : text,
    type: takesValue ? 'string' : 'boolean',
    ...(takesValue ? { requiresArg: true, array: true } : {}),
    ...(alias === undefined ? {} : { alias }),
  })
}

function invocation(found: Found, words: readonly string[]): Invocation {
  const rest = strings(found['_'])
  const command = COMMAND_NAMES.find((name) => name === rest[0] && words.includes(name))
  const spec: Command = COMMANDS.find(({ name }) => name === (command ?? 'run')) ?? COMMANDS[0]
  const named = [...spec.positionals.matchAll(/[\w-]+/g)].flatMap(([name]) => strings(found[name]))
  return {
    kind: 'command',
    command: command ?? 'run',
    named: command !== undefined,
    positionals: [...named, ...(command === undefined ? rest : rest.slice(1))],
    options: {
      flag: (name) => {
        const value = found[name]
        return typeof value === 'boolean' ? value : undefined
      },
      last: (name) => strings(found[name]).at(-1),
      all: (name) => strings(found[name]),
    },
  }
}

function strings(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.map((item) => (item === DASH ? '-' : String(item)))
}

function usage(message: string, words: readonly string[]): Diagnostic {
  const unknown = /^Unknown (?:arguments?|commands?): (.*)$/.exec(message)?.[1]?.split(', ') ?? []
  // yargs names a short option and its long form; what the user typed is what to talk about.
  const typed = unknown.filter((word) => words.some((given) => optionWord(given) === word))
  const [word] = typed.length > 0 ? typed : unknown
  if (word === undefined) return { severity: 'error', code: 'usage', message: lower(message), hint: HELP }
  const isOption = words.some((given) => given.startsWith('-') && optionWord(given) === word)
  if (!isOption)
    return { severity: 'error', code: 'usage', message: `unexpected argument ${word}`, hint: HELP }
  const shown = word.length === 1 ? `-${word}` : `--${word}`
  const command = COMMAND_NAMES.find((name) => words.includes(name)) ?? 'run'
  const taken: readonly OptionName[] = COMMANDS.find(({ name }) => name === command)?.options ?? []
  const exists = Object.entries(OPTIONS).some(([name, { alias }]) => name === word || alias === word)
  const guess = similar(word, [...taken, 'help', 'version'])
  return {
    severity: 'error',
    code: 'usage',
    message: exists ? `${command} does not take ${shown}` : `unknown option ${shown}`,
    hint:
      guess === undefined ? `\`kreplay ${command} --help\` lists what it takes` : `did you mean --${guess}?`,
  }
}

function optionWord(given: string): string {
  return given.replace(/^--?(?:no-)?/, '').replace(/=.*$/s, '')
}

function lower(message: string): string {
  const line = message.split('\n')[0] ?? message
  return line.charAt(0).toLowerCase() + line.slice(1)
}

const HELP = '`kreplay --help` and `kreplay COMMAND --help` tell what there is'

const EPILOGUE = `A thread is a file, a maildir, a web-archive page, or - for standard input.
Exit codes: 0 nothing to fail on, 1 a finding, 2 usage, 3 unreadable input,
4 nothing to replay, 5 no conclusive verdict, 70 a bug, 130 interrupted.`
