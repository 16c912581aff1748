/** `kreplay list`: what there is. */
import { MEMORY_MODELS } from '../explore/index.js'
import { implementationId } from '../machine/index.js'
import { ARCH_PROFILES, simplifications } from '../mm/index.js'
import { libraryWith } from './library.js'
import type { Listing, LoadedPlugin } from './types.js'

export type ListName = 'functions' | 'suites' | 'scenarios' | 'archs' | 'models' | 'simplifications'

/** One row per thing, in a stable order. */
export function list(what: ListName, plugins: readonly LoadedPlugin[] = []): Listing {
  const { registry, suites } = libraryWith(plugins)
  switch (what) {
    case 'functions':
      return table(
        what,
        ['implementation', 'path', 'stands for', 'config'],
        registry.all.map((one) => [
          implementationId(one),
          one.path,
          one.identities.length === 0
            ? 'no text: runs when named'
            : one.identities.map(({ source, hash }) => `${source} (${hash})`).join('; '),
          Object.entries(one.config)
            .map(([name, on]) => (on ? name : `!${name}`))
            .join(' '),
        ]),
      )
    case 'suites':
      return table(
        what,
        ['suite', 'about', 'scenarios', 'models'],
        suites.map((suite) => [
          suite.name,
          suite.title,
          String(suite.scenarios.length),
          suite.models.join(' '),
        ]),
      )
    case 'scenarios':
      return table(
        what,
        ['scenario', 'about', 'scope'],
        suites.flatMap(({ scenarios }) => scenarios.map(({ id, title, scope }) => [id, title, scope])),
      )
    case 'archs':
      return table(
        what,
        ['arch', 'about'],
        ARCH_PROFILES.map(({ name, description }) => [name, description]),
      )
    case 'models':
      return table(
        what,
        ['model', 'about', 'by default in'],
        MEMORY_MODELS.map(({ name, description }) => [
          name,
          description,
          suites
            .filter(({ models }) => models.includes(name))
            .map((suite) => suite.name)
            .join(' '),
        ]),
      )
    case 'simplifications':
      return table(
        what,
        ['id', 'what is left out', 'error'],
        simplifications().map(({ id, text, error }) => [id, text, error]),
      )
  }
}

function table(what: string, columns: readonly string[], rows: readonly (readonly string[])[]): Listing {
  return { what, columns, rows }
}
