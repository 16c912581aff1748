import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COMMANDS, OPTIONS } from '../../src/cli/index.js'
import { EXIT, FORMAT_NAMES, VERDICTS } from '../../src/report/index.js'
import { cli } from '../support/run-cli.js'

const docs = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
const switches = Object.entries(OPTIONS).flatMap(([name, option]) =>
  'value' in option ? [] : [`--no-${name}`],
)
const known = [...Object.keys(OPTIONS).map((name) => `--${name}`), ...switches, '--help', '--version']
const fenced = [...docs.matchAll(/```\n([\s\S]*?)```/g)].map(([, block]) => block ?? '').join('\n')
const inDocs = new Set(docs.match(/--[a-z][a-z-]*/g) ?? [])

describe('docs/cli.md', () => {
  test('has every option in its tables', () => {
    const tables = docs.split('\n').filter((line) => line.startsWith('| `'))
    const listed = new Set(
      tables.flatMap((line) => (line.split('|')[1] ?? '').match(/--[a-z][a-z-]*/g) ?? []),
    )
    expect([...Object.keys(OPTIONS).map((name) => `--${name}`)].filter((name) => !listed.has(name))).toEqual(
      [],
    )
  })

  test('has no option that does not exist', () => {
    expect([...inDocs].filter((name) => !known.includes(name))).toEqual([])
  })

  test('has every short option', () => {
    for (const option of Object.values(OPTIONS))
      if (option.alias !== undefined) expect(docs).toContain(`\`-${option.alias} `)
  })

  test('has a section and an example for every command, and no other', () => {
    const sections = [...docs.matchAll(/^### kreplay (\w+)$/gm)].map(([, name]) => name)
    expect(sections).toEqual(COMMANDS.map(({ name }) => name))
    for (const { name } of COMMANDS) expect(fenced).toMatch(new RegExp(`kreplay ${name}\\b`))
  })

  test('has every exit code, format and verdict', () => {
    for (const code of Object.values(EXIT)) expect(docs).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'))
    for (const name of [...FORMAT_NAMES, ...VERDICTS]) expect(docs).toContain(`\`${name}\``)
  })

  const lines = fenced.split('\n').filter((line) => line.startsWith('kreplay ') && !line.includes('['))
  test.each(lines)('the example `%s` is understood', async (line) => {
    const words = line
      .replace(/ [<>].*$/, '')
      .split(' ')
      .slice(1)
    const { stderr } = await cli(words, { stdin: 'x', cwd: '/nowhere' })
    expect(stderr).not.toMatch(/\[usage/)
  })
})

test('what yargs knows is what the table says', async () => {
  for (const command of COMMANDS) {
    const { stdout } = await cli([command.name, '--help'])
    const shown = new Set(stdout.match(/--[a-z][a-z-]*/g) ?? [])
    for (const name of command.options) expect(shown).toContain(`--${name}`)
  }
})

test('the help looks like this', async () => {
  await expect((await cli(['--help'])).stdout).toMatchFileSnapshot('../golden/help.golden.txt')
})
