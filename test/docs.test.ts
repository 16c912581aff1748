/**
 * What the documents say is true: quoted runs come out as quoted, quoted code stands in the file it is quoted
 * from, every command is understood, every link leads somewhere. docs/cli.md has tests of its own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { EXIT, VERDICTS } from '../src/report/index.js'
import { BUILT, type BuiltResult, PROJECT, runBuilt } from './support/built.js'
import { cli } from './support/run-cli.js'

const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(`${PROJECT}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

interface Block {
  readonly document: string
  /** What stands behind the opening fence: a language, then perhaps a file. */
  readonly info: string
  readonly text: string
}

const blocks: readonly Block[] = DOCUMENTS.flatMap((document) =>
  [...read(document).matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info = '', text = '']) => ({
    document,
    info,
    text,
  })),
)

function read(path: string): string {
  return readFileSync(`${PROJECT}${path}`, 'utf8')
}

/** Pieces of a quotation between lines of `...`, without blanks at line ends. */
function pieces(quotation: string): string[] {
  return quotation
    .split(/^\.\.\.$/m)
    .map((piece) => trimLines(piece).replace(/^\n+|\n+$/g, ''))
    .filter((piece) => piece !== '')
}

function trimLines(text: string): string {
  return text.replace(/[ \t]+$/gm, '')
}

/** The first piece that does not come out whole, behind the ones before it; null if all do. */
function firstMissing(quotation: string, output: string): string | null {
  const lines = `\n${trimLines(output)}\n`
  let from = 0
  for (const piece of pieces(quotation)) {
    const at = lines.indexOf(`\n${piece}\n`, from)
    if (at === -1) return piece
    from = at + piece.length + 1
  }
  return null
}

describe('what a quotation is compared by', () => {
  const output = 'one\ntwo  \nthree\nfour'
  test.each([
    ['one\n...\nthree\nfour', null],
    ['two\nthree', null],
    ['one\nthree', 'one\nthree'],
    ['three\n...\none', 'one'],
    ['thre', 'thre'],
  ])('%j', (quotation, missing) => {
    expect(firstMissing(quotation, output)).toBe(missing)
  })
})

const results = new Map<string, Promise<BuiltResult>>()

/** `runBuilt`, once for each line. */
function runOnce(words: string, folder = '.'): Promise<BuiltResult> {
  const key = `${folder} ${words}`
  const result = results.get(key) ?? runBuilt(words.split(' '), folder)
  results.set(key, result)
  return result
}

describe.skipIf(!BUILT)('quoted runs come out as quoted (skipped without dist/)', () => {
  const runs = blocks.flatMap(({ document, text }) => {
    const [, folder = '.', words, quotation = ''] =
      /^\$ (?:cd (\S+) && )?node \S*bin\/kreplay\.js (.*)\n([\s\S]*)$/.exec(text) ?? []
    return words === undefined ? [] : [{ document, folder, words, quotation }]
  })

  test('there are some, the README’s first block among them', () => {
    expect(runs.length).toBeGreaterThan(3)
    expect(runs[0]).toMatchObject({ document: 'README.md', words: 'run fixtures/threads/pagewalk-lock.mbox' })
  })

  test.each(runs)('$document: $words', async ({ folder, words, quotation }) => {
    const { stdout, stderr } = await runOnce(words, folder)
    expect(firstMissing(quotation, stdout + stderr)).toBeNull()
  })
})

describe('quoted code stands in its file', () => {
  const quotes = blocks.flatMap(({ document, info, text }) => {
    const [, file] = info.split(' ')
    return file === undefined ? [] : [{ document, file, text }]
  })

  test('there is some', () => {
    expect(quotes.length).toBeGreaterThan(3)
  })

  test.each(quotes)('$document: $file', ({ file, text }) => {
    expect(firstMissing(text, read(file))).toBeNull()
  })
})

/** In backquotes, behind a prompt, or at the end of a line of commands. */
const COMMAND = /(?:`|^\$ (?:.* && )?|^.* && )(?:node \S*bin\/kreplay\.js|kreplay) ([^`\n]+)/gm

describe('commands', () => {
  const lines = DOCUMENTS.filter((name) => name !== 'docs/cli.md').flatMap((document) =>
    [...read(document).matchAll(COMMAND)].map(([, words = '']) => ({ document, words })),
  )

  test('there are some', () => {
    expect(lines.length).toBeGreaterThan(8)
  })

  test.each(lines)('$document: `kreplay $words` is understood', async ({ words }) => {
    // A command named by itself needs arguments to run; its help needs none.
    const given = words.includes(' ') ? words.split(' ') : [words, '--help']
    const { stderr } = await cli(given, { stdin: 'x', cwd: '/nowhere' })
    expect(stderr).not.toMatch(/\[usage/)
  })
})

describe('links', () => {
  const links = DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ document, target })),
  ).filter(({ target }) => !/^https?:/.test(target))

  test.each(links)('$document: $target', ({ document, target }) => {
    const [path = '', anchor] = target.split('#')
    const folder = document.includes('/') ? 'docs/' : ''
    const file = path === '' ? document : `${folder}${path}`
    expect(existsSync(`${PROJECT}${file}`), file).toBe(true)
    if (anchor !== undefined) expect(anchors(read(file))).toContain(anchor)
  })

  test('every document can be reached from the README', () => {
    const linked = new Set(
      links.map(({ document, target }) => (document === 'README.md' ? target : `docs/${target}`)),
    )
    expect(DOCUMENTS.filter((name) => name.startsWith('docs/') && !linked.has(name))).toEqual([])
  })
})

function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  )
}

describe('the README', () => {
  const readme = read('README.md')
  const commands = [
    'npm ci && node bin/kreplay.js run fixtures/threads/pagewalk-lock.mbox',
    'npm ci && npm test',
  ]

  test('has a table of all verdicts, the most severe first', () => {
    expect([...readme.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, verdict]) => verdict)).toEqual(VERDICTS)
  })

  test('has a table of all exit codes', () => {
    const listed = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    expect(listed).toEqual(Object.values(EXIT))
  })

  test('gives two commands, and .ci/run runs them', () => {
    expect(
      blocks
        .filter(({ document }) => document === 'README.md')[1]
        ?.text.trim()
        .split('\n'),
    ).toEqual(commands)
    const ci = read('.ci/run')
    expect(ci).toContain('readonly THREAD=fixtures/threads/pagewalk-lock.mbox')
    for (const line of [
      "check 'npm ci' npm ci\n",
      'node bin/kreplay.js run "$THREAD" >',
      'suite unit test\n',
    ])
      expect(ci).toContain(line)
  })

  test.skipIf(!BUILT)('tells the exit code of the first and explains its schedule', async () => {
    const { code, stdout } = await runOnce('run fixtures/threads/pagewalk-lock.mbox')
    expect(code).toBe(1)
    const [, schedule = ''] = /The schedule `(\w+)`/.exec(readme) ?? []
    const evidence = stdout.slice(stdout.indexOf('\nEvidence\n'))
    expect(/\bschedule\s+(\w+)/.exec(evidence)?.[1]).toBe(schedule)
    const [a, b, again] = schedule.split(/[ab]/).slice(1)
    const spelled = `thread a for ${a} steps,\n  b for ${b}, a for ${again}.`
    expect(readme).toContain(spelled)
  })
})

test('docs/architecture.md names every module', () => {
  const named = [...read('docs/architecture.md').matchAll(/^\| \[`(\w+)\/`\]\(\.\.\/src\/\1\/\) \|/gm)]
  const modules = readdirSync(`${PROJECT}src`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${PROJECT}src/${entry.name}/index.ts`))
    .map(({ name }) => name)
  expect(named.map(([, name]) => name).sort()).toEqual(modules.sort())
})
