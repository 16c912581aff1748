/** Options to the request that the pipeline takes. Every value is checked here, with the option's name. */
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { Input, LoadedPlugin, RunRequest } from '../run/index.js'
import { readKconfig } from './kconfig.js'
import { numberList, wholeNumber } from './numbers.js'
import type { OptionName, Options } from './options.js'

/** What a request is made of besides the options. */
export interface RequestParts {
  readonly inputs: readonly Input[]
  readonly plugins: readonly LoadedPlugin[]
  readonly cwd: string
  /** The threads as the user typed them, for the line that replays a witness. */
  readonly words: readonly string[]
}

/** The request of `run`, `parse`, `step`, `check` and `fingerprint`. */
export async function runRequest(options: Options, parts: RequestParts): Promise<Result<RunRequest>> {
  const config = await readKconfig(options.all('config'), parts.cwd)
  if (!config.ok) return config
  const revision = readRevision(options)
  if (!revision.ok) return revision
  const seed = optionalNumber(options, 'seed', 0)
  if (!seed.ok) return seed
  const hunt = optionalNumber(options, 'hunt', 0)
  if (!hunt.ok) return hunt
  const patches = patchNumbers(options.all('patch'))
  if (!patches.ok) return patches
  const budget = readBudget(options)
  if (!budget.ok) return budget
  const loads = readLoads(options)
  if (!loads.ok) return loads
  const plain = readPlain(options)
  if (!plain.ok) return plain
  const prefer = readPrefer(options)
  if (!prefer.ok) return prefer
  return ok({
    inputs: parts.inputs,
    plugins: parts.plugins,
    commandArguments: replayArguments(options, parts.words),
    ...some('functions', names(options.all('function'))),
    ...some('arch', names(options.all('arch'))),
    ...some('model', names(options.all('model'))),
    ...some('before', names(options.all('before'))),
    ...some('after', names(options.all('after'))),
    ...some('without', names(options.all('without'))),
    ...some('locks', names(options.all('lock'))),
    ...some('patches', patches.value),
    ...(Object.keys(config.value).length === 0 ? {} : { config: config.value }),
    ...(prefer.value === undefined ? {} : { prefer: prefer.value }),
    ...(options.flag('name-only') === true ? { nameOnly: true } : {}),
    ...(options.flag('discuss') === true ? { discuss: true } : {}),
    ...treeOf(options.last('tree'), parts.cwd),
    ...revision.value,
    ...(seed.value === undefined ? {} : { seed: seed.value }),
    ...(hunt.value === undefined ? {} : { hunt: hunt.value }),
    ...(budget.value === undefined ? {} : { budget: budget.value }),
    ...(loads.value === undefined ? {} : { loads: loads.value }),
    ...(plain.value === undefined ? {} : { plain: plain.value }),
  })
}

function treeOf(name: string | undefined, cwd: string): Pick<RunRequest, 'tree'> {
  return name === undefined ? {} : { tree: { name, cwd } }
}

/** `--use-version 2`, or `rfc2` where a series was first posted for comments under the same number. */
function readRevision(options: Options): Result<Pick<RunRequest, 'revision' | 'rfc'>> {
  const text = options.last('use-version')
  if (text === undefined) return ok({})
  const [, rfc, digits = ''] = /^(rfc-?)?v?(\d+)$/i.exec(text) ?? []
  const revision = wholeNumber(digits, 1)
  if (revision === null) return fail(bad('use-version', text, 'a whole number, 1 or more, or such as rfc2'))
  return ok({ revision, ...(rfc === undefined ? {} : { rfc: true }) })
}

function some<K extends string, T>(key: K, list: readonly T[]): { readonly [P in K]?: readonly T[] } {
  return (list.length === 0 ? {} : { [key]: list }) as { readonly [P in K]?: readonly T[] }
}

/** Names may be given one by one or with commas. */
export function names(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function optionalNumber(options: Options, name: OptionName, least: number): Result<number | undefined> {
  const text = options.last(name)
  if (text === undefined) return ok(undefined)
  const number = wholeNumber(text, least)
  return number === null ? fail(bad(name, text, `a whole number, ${least} or more`)) : ok(number)
}

function patchNumbers(values: readonly string[]): Result<readonly number[]> {
  const numbers = new Set<number>()
  for (const value of values) {
    const list = numberList(value)
    if (list === null) return fail(bad('patch', value, 'numbers and ranges, as in 1-3,5'))
    for (const number of list) numbers.add(number)
  }
  return ok([...numbers].sort((a, b) => a - b))
}

/** `--budget executions=N,seconds=N`, in any order and number. */
export function readBudget(options: Options): Result<RunRequest['budget'] | undefined> {
  const given = names(options.all('budget'))
  if (given.length === 0) return ok(undefined)
  const budget: { executions?: number; seconds?: number } = {}
  for (const part of given) {
    const match = /^(executions|seconds)=(.+)$/.exec(part)
    const limit = wholeNumber(match?.[2] ?? '', 1)
    if (limit === null) return fail(bad('budget', part, 'executions=N, seconds=N, or both'))
    if (match?.[1] === 'executions') budget.executions = limit
    else budget.seconds = limit
  }
  return ok(budget)
}

/** `--loads once` or `--loads each`. */
export function readLoads(options: Options): Result<'once' | 'each' | undefined> {
  const loads = options.last('loads')
  if (loads === undefined || loads === 'once' || loads === 'each') return ok(loads)
  return fail(bad('loads', loads, 'once or each'))
}

/** `--prefer lifted` or `--prefer reimpl`. */
function readPrefer(options: Options): Result<'lifted' | 'reimpl' | undefined> {
  const prefer = options.last('prefer')
  if (prefer === undefined || prefer === 'lifted' || prefer === 'reimpl') return ok(prefer)
  return fail(bad('prefer', prefer, 'lifted or reimpl'))
}

/** `--plain once` or `--plain as-written`. */
export function readPlain(options: Options): Result<'once' | 'as-written' | undefined> {
  const plain = options.last('plain')
  if (plain === undefined || plain === 'once' || plain === 'as-written') return ok(plain)
  return fail(bad('plain', plain, 'once or as-written'))
}

/** A value that an option cannot take. */
export function bad(name: OptionName, value: string, wanted: string): Diagnostic {
  return {
    severity: 'error',
    code: 'usage',
    message: `--${name} cannot be ${value === '' ? 'empty' : value}`,
    hint: `it takes ${wanted}`,
  }
}

/** Options that pick what is replayed and do not stand in a finding itself (arch, model and config do). */
const REPEATED: readonly OptionName[] = [
  'use-version',
  'patch',
  'function',
  'tree',
  'config-file',
  'before',
  'after',
  'prefer',
  'loads',
  'plain',
  'without',
  'lock',
]

function replayArguments(options: Options, words: readonly string[]): readonly string[] {
  const repeated = REPEATED.flatMap((name) => options.all(name).flatMap((value) => [`--${name}`, value]))
  const nameOnly = options.flag('name-only') === true ? ['--name-only'] : []
  const inputs = [...options.all('use-local-mbox'), ...words]
  const dirty = options.flag('dirty') === true ? ['--dirty'] : []
  return [...repeated, ...nameOnly, ...dirty, ...(inputs.length + dirty.length === 0 ? ['-'] : inputs)]
}
