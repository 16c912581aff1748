/** What there is to run with: the built-in reimplementations, suites and profiles, and those of plugins. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { BUILT_IN, type Registry, type Reimplementation, withReimplementations } from '../reimpl/index.js'
import { CONTPTE_SUITE, GUP_FAST_SUITE, PAGEWALK_SUITE, PTE_READ_SUITE, type Suite } from '../suite/index.js'
import type { LoadedPlugin } from './types.js'

/** What a plugin adds. */
export interface Plugin {
  readonly name: string
  readonly reimplementations?: readonly Reimplementation[]
  readonly suites?: readonly Suite[]
}

/** Declares a plugin; it is the default export of a module that `kreplay.config.mjs` lists. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin
}

export interface Library {
  readonly registry: Registry
  readonly suites: readonly Suite[]
}

const BUILT_IN_SUITES: readonly Suite[] = [PAGEWALK_SUITE, PTE_READ_SUITE, GUP_FAST_SUITE, CONTPTE_SUITE]

/** Everything, plugins last: a text that two implementations stand for is played by the first. */
export function libraryWith(plugins: readonly LoadedPlugin[] = []): Library {
  const known = plugins.map(({ plugin }) => plugin).filter(isPlugin)
  return {
    registry: withReimplementations(
      BUILT_IN,
      known.flatMap(({ reimplementations }) => reimplementations ?? []),
    ),
    suites: [...BUILT_IN_SUITES, ...known.flatMap(({ suites }) => suites ?? [])],
  }
}

function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'name') === 'string'
}

const CONFIG_FILES = ['kreplay.config.mjs', 'kreplay.config.json'] as const

/**
 * The plugins listed in `kreplay.config.mjs` or `.json` in `folder`, or in `configFile`. Without a file there
 * are none. Code is loaded from where the user runs kreplay and from nowhere else.
 */
export async function loadPlugins(
  folder: string,
  configFile?: string,
): Promise<Result<readonly LoadedPlugin[]>> {
  const candidates =
    configFile === undefined ? CONFIG_FILES.map((name) => join(folder, name)) : [resolve(folder, configFile)]
  for (const path of candidates) {
    if (!(await exists(path))) continue
    return loadConfig(path)
  }
  if (configFile === undefined) return ok([])
  return fail({ severity: 'error', code: 'config-unreadable', message: `${configFile} cannot be read` })
}

async function loadConfig(path: string): Promise<Result<readonly LoadedPlugin[]>> {
  const config = await importDefault(path)
  if (!config.ok) return config
  const listed =
    typeof config.value === 'object' && config.value !== null
      ? Reflect.get(config.value, 'plugins')
      : undefined
  if (!Array.isArray(listed)) return fail(badConfig(path, 'it has no list `plugins`'))
  const plugins: LoadedPlugin[] = []
  for (const entry of listed as readonly unknown[]) {
    const plugin = typeof entry === 'string' ? await importDefault(resolve(path, '..', entry)) : ok(entry)
    if (!plugin.ok) return plugin
    if (!isPlugin(plugin.value)) return fail(badConfig(path, 'one of `plugins` is no plugin: it has no name'))
    plugins.push({ name: plugin.value.name, plugin: plugin.value })
  }
  return ok(plugins)
}

async function importDefault(path: string): Promise<Result<unknown>> {
  try {
    const options = path.endsWith('.json') ? { with: { type: 'json' } } : {}
    const module: { readonly default?: unknown } = await import(pathToFileURL(path).href, options)
    return ok(module.default)
  } catch (error) {
    return fail(badConfig(path, error instanceof Error ? error.message : String(error)))
  }
}

function badConfig(path: string, why: string): Diagnostic {
  return {
    severity: 'error',
    code: 'config-invalid',
    message: `the configuration cannot be used: ${why}`,
    place: { source: path },
    hint: 'export default { plugins: [definePlugin({ name, reimplementations, suites })] }',
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
