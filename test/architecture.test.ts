/** The house of DESIGN.md section 2: who may import whom, and what the lower floors must not do. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Modules from the bottom up, with the modules that each may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  mail: ['base'],
  patch: ['base'],
  tree: ['base'],
  machine: ['base'],
  explore: ['base', 'machine'],
  litmus: ['base', 'machine', 'explore'],
  lift: ['base', 'machine'],
  mm: ['base', 'machine'],
  reimpl: ['base', 'machine', 'mm'],
  suite: ['base', 'machine', 'mm'],
  match: ['base', 'mail', 'patch', 'tree', 'machine', 'lift', 'mm', 'reimpl', 'suite'],
  compare: ['base', 'machine', 'explore'],
  report: ['base'],
  run: [
    'base',
    'mail',
    'patch',
    'tree',
    'machine',
    'explore',
    'litmus',
    'lift',
    'mm',
    'reimpl',
    'suite',
    'match',
    'compare',
    'report',
  ],
  cli: ['base', 'report', 'run'],
}

/** Modules in which every step is taken by the caller: nothing in them waits. */
const WITHOUT_PROMISES = ['machine', 'explore', 'litmus', 'lift', 'mm', 'reimpl', 'suite', 'compare']

/** Modules that may look at the world outside. `cli` is above `run`. */
const MAY_DO_ANYTHING = ['run', 'cli']
const MAY_READ = ['tree', 'mail']

const PROMISES = /\bPromise\b|\basync\s*(?:function\b|\*|\(|\w+\s*=>)|(?<![.*\w]\s*)\bawait\s+[^\s:=,;)}]/
const WORLD =
  /\bDate\s*\.\s*now\b|\bnew\s+Date\b(?!\s*\(\s*[^\s)])|(?<!new\s+)\bDate\s*\(|\bperformance\s*\.|\bMath\s*\.\s*random\b|\bprocess\s*\.|\bsetTimeout\b|\bfetch\s*\(|\bconsole\s*\./

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

interface Source {
  /** Relative to src/: `machine/thread.ts`. */
  readonly path: string
  /** The text with comments and the contents of strings blanked out. */
  readonly code: string
  readonly imports: readonly Import[]
}

const SRC = new URL('../src/', import.meta.url)

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map((path) => {
    const { bare, code } = strip(readFileSync(new URL(path, SRC), 'utf8'))
    return { path, code, imports: importsOf(path, bare) }
  })

function moduleOf(path: string): string {
  const slash = path.indexOf('/')
  return slash === -1 ? '' : path.slice(0, slash)
}

/** The text without comments, and that again without the contents of strings and regular expressions. */
function strip(text: string): { readonly bare: string; readonly code: string } {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[=(,:[!&|?;{}\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g
  const comment = (found: string): boolean => found.startsWith('//') || found.startsWith('/*')
  return {
    bare: text.replace(token, (found) => (comment(found) ? ' ' : found)),
    code: text.replace(token, (found) => (comment(found) ? ' ' : `${found[0]}${found[0]}`)),
  }
}

/** Every `import … from`, `export … from`, `import '…'`, `import('…')` of a source. */
function importsOf(path: string, text: string): Import[] {
  const statement =
    /\b(?:import|export)\s+(type\s+)?(?:[\w*\s{},$]+?\s+from\s+)?(['"])([^'"\n]+)\2|\bimport\s*\(\s*(['"])([^'"\n]+)\4\s*\)/g
  return [...text.matchAll(statement)].map((match) => {
    const to = match[3] ?? match[5] ?? ''
    const names = /\{([^}]*)\}/.exec(match[0])?.[1]?.split(',') ?? []
    const inline = names.filter((name) => name.trim() !== '')
    const typeOnly =
      match[1] !== undefined || (inline.length > 0 && inline.every((name) => name.trim().startsWith('type ')))
    return { from: path, to: to.startsWith('.') ? posix.join(posix.dirname(path), to) : to, typeOnly }
  })
}

const inside = sources
  .flatMap((source) => source.imports)
  .filter(({ to }) => to.endsWith('.js') && !to.startsWith('..'))
const between = inside.filter(({ from, to }) => moduleOf(from) !== moduleOf(to) && moduleOf(from) !== '')

describe('imports', () => {
  it('are seen at all: of one module from another, and of one file from its neighbour', () => {
    expect(between.length).toBeGreaterThan(20)
    expect(inside.length).toBeGreaterThan(between.length)
    expect(inside).toContainEqual({
      from: 'explore/run.ts',
      to: 'machine/index.js',
      typeOnly: true,
    })
  })

  it('of every form are recognised', () => {
    const text = [
      "import { a } from '../x/index.js'",
      "import type { B } from '../y/index.js'",
      "import {\n  type C,\n  type D,\n} from './c.js'",
      "export * from './d.js'",
      "export type * from './e.js'",
      "import '../f/index.js'",
      "const g = await import('../g/index.js')",
      "import * as h from 'node:fs'",
    ].join('\n')
    expect(importsOf('m/n.ts', text)).toEqual([
      { from: 'm/n.ts', to: 'x/index.js', typeOnly: false },
      { from: 'm/n.ts', to: 'y/index.js', typeOnly: true },
      { from: 'm/n.ts', to: 'm/c.js', typeOnly: true },
      { from: 'm/n.ts', to: 'm/d.js', typeOnly: false },
      { from: 'm/n.ts', to: 'm/e.js', typeOnly: true },
      { from: 'm/n.ts', to: 'f/index.js', typeOnly: false },
      { from: 'm/n.ts', to: 'g/index.js', typeOnly: false },
      { from: 'm/n.ts', to: 'node:fs', typeOnly: false },
    ])
  })

  it('of other modules follow the map, those of types too', () => {
    const wrong = between
      .filter(({ from, to }) => !(MAY_IMPORT[moduleOf(from)] ?? []).includes(moduleOf(to)))
      .map(({ from, to }) => `${from} imports ${to}`)
    expect(wrong).toEqual([])
  })

  it('of other modules go through their index', () => {
    const wrong = inside
      .filter(({ from, to }) => moduleOf(from) !== moduleOf(to))
      .filter(({ to }) => to !== `${moduleOf(to)}/index.js`)
      .map(({ from, to }) => `${from} imports ${to}`)
    expect(wrong).toEqual([])
  })

  it('stay inside src', () => {
    const wrong = sources
      .flatMap((source) => source.imports)
      .filter(({ to }) => to.startsWith('..'))
      .map(({ from, to }) => `${from} imports ${to}`)
    expect(wrong).toEqual([])
  })

  it('name files that exist', () => {
    const paths = new Set(sources.map(({ path }) => path.replace(/\.ts$/, '.js')))
    expect(inside.filter(({ to }) => !paths.has(to))).toEqual([])
  })

  it('make no cycle of files, types apart', () => {
    expect(cycle(inside.filter(({ typeOnly }) => !typeOnly))).toBeNull()
  })
})

it('every folder of src stands in the map', () => {
  const folders = new Set(sources.map(({ path }) => moduleOf(path)).filter((name) => name !== ''))
  expect([...folders].filter((name) => MAY_IMPORT[name] === undefined && name !== 'viewer')).toEqual([])
})

it('the map has no way back up', () => {
  const order = Object.keys(MAY_IMPORT)
  for (const [name, allowed] of Object.entries(MAY_IMPORT)) {
    for (const below of allowed)
      expect(order.indexOf(below), `${name} imports ${below}`).toBeLessThan(order.indexOf(name))
  }
})

it('every module has an index of re-exports only', () => {
  for (const { path, code } of sources.filter(({ path }) => /^[^/]+\/index\.ts$/.test(path))) {
    const rest = code.replace(/export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s*from\s*(?:''|"")/g, '')
    expect(rest.trim(), path).toBe('')
  }
})

describe('below run/', () => {
  it.each(WITHOUT_PROMISES)('%s has no promises', (name) => {
    expect(found(name, PROMISES)).toEqual([])
  })

  const lower = Object.keys(MAY_IMPORT).filter((name) => !MAY_DO_ANYTHING.includes(name))

  it.each(lower)('%s looks at no clock, no randomness, no environment', (name) => {
    expect(found(name, WORLD)).toEqual([])
  })

  it.each(lower)('%s does no input or output', (name) => {
    const allowed = MAY_READ.includes(name)
      ? /^node:(?:fs(?:\/promises)?|path|zlib|url|crypto|stream(?:\/promises)?|child_process|buffer|util|string_decoder)$/
      : /^node:(?:crypto|buffer|path|util)$/
    const wrong = sources
      .filter(({ path }) => moduleOf(path) === name)
      .flatMap((source) => source.imports)
      .filter(({ to }) => to.startsWith('node:') && !allowed.test(to))
      .map(({ from, to }) => `${from} imports ${to}`)
    expect(wrong).toEqual([])
  })

  it('what reads does not write', () => {
    const writes =
      /\b(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|rm|rmSync|unlink|mkdir|mkdirSync)\s*\(/
    expect(MAY_READ.flatMap((name) => found(name, writes))).toEqual([])
  })
})

describe('the words that give a promise or the world away', () => {
  it.each(['async () => 1', 'async function f() {', 'await load()', 'new Promise(', 'async *[x]() {'])(
    '%s',
    (line) => {
      expect(PROMISES.test(line)).toBe(true)
    },
  )

  it.each(['yield* k.await(cell, until)', '*await(cell: Cell): Proc<void> {', "case '':", 'await: true'])(
    '%s has no promise',
    (line) => {
      expect(PROMISES.test(line)).toBe(false)
    },
  )

  it.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'process.env',
    'performance.now()',
    'console.log(1)',
  ])('%s looks outside', (line) => {
    expect(WORLD.test(line)).toBe(true)
  })

  it.each(['new Date(Date.UTC(2019, 9))', 'Date.parse(text)', 'preprocess.line'])('%s does not', (line) => {
    expect(WORLD.test(line)).toBe(false)
  })

  it('are not looked for in comments and strings', () => {
    expect(strip("// new Date()\nconst a = 'Math.random()' /* await x */\n").code).not.toMatch(
      /Date|random|await/,
    )
  })
})

/** Lines of a module's code that match, as `path:line: text`. `op: 'await'` is a string, and so no match. */
function found(name: string, pattern: RegExp): string[] {
  return sources
    .filter(({ path }) => moduleOf(path) === name)
    .flatMap(({ path, code }) =>
      code.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    )
}

/** A cycle among files as `a -> b -> a`; null if there is none. */
function cycle(imports: readonly Import[]): string | null {
  const next = new Map<string, string[]>()
  for (const { from, to } of imports) {
    const source = from.replace(/\.ts$/, '.js')
    next.set(source, [...(next.get(source) ?? []), to])
  }
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' -> ')
    if (done.has(file)) return null
    for (const to of next.get(file) ?? []) {
      const around = visit(to, [...path, file])
      if (around !== null) return around
    }
    done.add(file)
    return null
  }
  for (const file of next.keys()) {
    const around = visit(file, [])
    if (around !== null) return around
  }
  return null
}
