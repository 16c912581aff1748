/** `kreplay lift`: one function as C and as what it is lifted to, or a table over all functions of a folder. */
import { stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { irLines } from '../machine/index.js'
import { type CallCounts, FileLifter, type FunctionLift } from '../match/index.js'
import { ARCH_PROFILES, type ArchProfile } from '../mm/index.js'
import { type KernelTree, openTree } from '../tree/index.js'
import { loadCParser } from './c-parser.js'
import { kernelArch } from './kernel-config.js'
import { kernelEnvironment } from './kernel-environment.js'
import { liftFiles, type Sources } from './lift-files.js'
import type {
  LiftAnswer,
  LiftCause,
  LiftedFunctionAnswer,
  LiftedVariant,
  LiftTable,
  LiftTreeRequest,
} from './lift-types.js'
import { readIncluded, type TreeTexts } from './tree-sources.js'

/** Examples of a cause that are kept. */
const MOST_EXAMPLES = 3

/**
 * Lifts what is asked for. Fails with `usage` for an unknown architecture, `unreadable` where there is no such
 * file, `function-unknown` where the file has no such function, and with what keeps the tree from being read.
 */
export async function liftFrom(request: LiftTreeRequest): Promise<Result<LiftAnswer>> {
  const profile = profileOf(request.arch)
  if (!profile.ok) return profile
  const [, file = request.what, name] = /^(.*):([A-Za-z_$][\w$]*)$/.exec(request.what) ?? []
  const place = await placeOf(file, request)
  const opened = await openTree(place.tree, { cwd: place.cwd, environment: process.env })
  if (!opened.ok) return opened
  const tree = opened.value
  try {
    const paths = await pathsAt(tree, place.path)
    if (!paths.ok) return paths
    const [first = ''] = paths.value
    const sources = await readSources(tree, paths.value, request, profile.value)
    if (!sources.ok) return sources
    const { configuration } = sources.value
    const answer = { tree: place.tree, arch: profile.value.name, configuration }
    if (name === undefined)
      return ok(await tableOf(paths.value, sources.value, { ...answer, what: place.path }))
    return functionOf(first, name, sources.value, answer)
  } finally {
    tree.close()
  }
}

function profileOf(name: string | undefined): Result<ArchProfile> {
  const known = ARCH_PROFILES
  const found = name === undefined ? known[0] : known.find((profile) => profile.name === name)
  if (found !== undefined) return ok(found)
  return fail({
    severity: 'error',
    code: 'usage',
    message: `there is no architecture ${name}`,
    hint: `archs: ${known.map((profile) => profile.name).join(', ')}`,
  })
}

interface Place {
  readonly tree: string
  readonly cwd: string
  /** Inside the tree. */
  readonly path: string
}

/** Where a file is. Without a tree it is in the nearest folder around it that has headers, or in its own. */
async function placeOf(file: string, { tree, cwd }: LiftTreeRequest): Promise<Place> {
  if (tree !== undefined) return { tree: tree.name, cwd: tree.cwd, path: file.replace(/\/+$/, '') }
  const whole = resolve(cwd, file)
  const isFolder = await stat(whole).then(
    (found) => found.isDirectory(),
    () => false,
  )
  let folder = isFolder ? whole : dirname(whole)
  const start = folder
  while (!(await exists(join(folder, 'include')))) {
    const outer = dirname(folder)
    if (outer === folder) {
      folder = start
      break
    }
    folder = outer
  }
  return { tree: folder, cwd, path: relative(folder, whole).split(sep).join('/') }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** The C files that a path stands for: itself, or all below it. */
async function pathsAt(tree: KernelTree, path: string): Promise<Result<readonly string[]>> {
  if (/\.[ch]$/.test(path)) {
    const read = await tree.read(path)
    if (!read.ok) return read
    if (read.value !== null) return ok([path])
  } else {
    const listed = await tree.list(path === '.' ? '' : path, '.c')
    if (!listed.ok) return listed
    if (listed.value.length > 0) return listed
  }
  const { name } = tree.describe()
  return fail({ severity: 'error', code: 'unreadable', message: `there is no C file at ${path} in ${name}` })
}

async function readSources(
  tree: KernelTree,
  paths: readonly string[],
  { config }: LiftTreeRequest,
  profile: ArchProfile,
): Promise<Result<Sources>> {
  const texts: TreeTexts = new Map()
  const arch = kernelArch(profile)
  const read = await readIncluded(tree, arch, paths, texts)
  if (!read.ok) return read
  const made = kernelEnvironment(texts, profile, config, await loadCParser())
  // A worker is given all values, and need not find out for itself what the tree says.
  const { environment, layouts, configuration } = made
  return ok({ environment, profile, layouts, texts, config: made.config, configuration })
}

function functionOf(
  path: string,
  name: string,
  sources: Sources,
  answer: Pick<LiftedFunctionAnswer, 'tree' | 'arch' | 'configuration'>,
): Result<LiftedFunctionAnswer> {
  const text = sources.texts.get(path) ?? ''
  const lines = text.split('\n')
  const lifter = new FileLifter(path, text, sources)
  const variants = lifter.all(name).map((one): LiftedVariant => {
    const whole = one.state === 'lifted' ? lifter.one(one) : null
    return {
      ...one,
      text: lines.slice(one.line - 1, one.endLine),
      ir: whole === null ? [] : irLines(whole.ir),
      notes: whole?.notes ?? [],
      callees: whole?.callees ?? [],
      globals: whole?.globals ?? [],
    }
  })
  if (variants.length === 0) {
    return fail<Diagnostic>({
      severity: 'error',
      code: 'function-unknown',
      message: `there is no function ${name} in ${path}`,
    })
  }
  return ok({
    kind: 'function',
    ...answer,
    path,
    name,
    variants,
    missingHeaders: missingOf(sources.environment.library.missing.keys()),
  })
}

/** Headers that were not found, but for those that a build would make. */
function missingOf(asked: Iterable<string>): string[] {
  return [...asked].filter((path) => !path.includes('generated/')).sort()
}

async function tableOf(
  paths: readonly string[],
  sources: Sources,
  answer: Pick<LiftTable, 'tree' | 'arch' | 'configuration' | 'what'>,
): Promise<LiftTable> {
  const before = process.cpuUsage()
  const { functions, missing } = await liftFiles(paths, sources)
  const causes = new Map<string, { count: number; examples: LiftCause['examples'][number][] }>()
  const total = { functions: 0, compiled: 0, parsed: 0, lifted: 0, instructions: 0, assumed: 0 }
  const calls = { bound: 0, defined: 0, pointer: 0, opaque: 0 }
  for (const path of paths) {
    for (const one of functions.get(path) ?? []) {
      total.functions++
      if (one.state === 'left-out') continue
      total.compiled++
      if (one.state !== 'not-parsed') total.parsed++
      if (one.state !== 'lifted') {
        count(causes, path, one)
        continue
      }
      total.lifted++
      total.instructions += one.instructions
      total.assumed += one.assumed
      for (const kind of Object.keys(calls) as (keyof CallCounts)[]) calls[kind] += one.calls[kind]
    }
  }
  const { user, system } = process.cpuUsage(before)
  return {
    kind: 'table',
    ...answer,
    files: paths.length,
    ...total,
    calls,
    causes: [...causes]
      .map(([cause, found]) => ({ cause, ...found }))
      .sort((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1)),
    missingHeaders: missingOf(missing),
    seconds: Math.round((user + system) / 10_000) / 100,
  }
}

function count(
  causes: Map<string, { count: number; examples: LiftCause['examples'][number][] }>,
  path: string,
  one: FunctionLift,
): void {
  const construct = one.construct ?? ''
  const cause = causeOf(construct)
  const known = causes.get(cause) ?? { count: 0, examples: [] }
  causes.set(cause, known)
  known.count++
  if (known.examples.length === MOST_EXAMPLES) return
  known.examples.push({ path, line: one.at?.line ?? one.line, function: one.name, construct })
}

/** A construct without the names in it. */
function causeOf(construct: string): string {
  return construct
    .replace(/^(struct|union) \w+ has no member \w+/, '$1 without a member of that name')
    .replace(/^macro \w+ as a statement/, 'a macro as a statement')
    .replace(/^the body behind macro \w+/, 'the body behind a macro')
    .replace(/^the (string|number|character) .*/s, 'a $1')
    .replace(/^goto \w+ out of/, 'goto out of')
    .replace(/^(builtin|member|constant|type) \w+/, '$1')
    .replace(/\btype of \S+/, 'type of a name')
}
