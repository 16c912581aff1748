/** A mail of 100 MB: read to the end, without running out of time or memory, and its patch is found. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Report } from '../../../src/report/index.js'
import * as pipeline from '../../../src/run/index.js'
import { fixtureText } from '../../support/replayed.js'
import { cli } from '../../support/run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'kreplay-large-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SIZE = 100_000_000

/** Text that fills the mail, by what could make a reader slow. */
const FILLINGS: readonly (readonly [string, string])[] = [
  ['prose', 'a line of prose that says nothing about patches or C at all\n'],
  ['added lines', '+\tif (x)\n'],
  ['quotation', '> > > @@ is not a hunk header\n'],
  ['one line', 'word '],
  ['blanks', '                                                \n'],
]

/** Every line of it asks for a hunk of its own; 10 MB of it must at least end, and be no bug. */
const HEADERS = '@@ -1,3 +1,3 @@\n'

describe('10 MB of hunk headers behind the patch', () => {
  it.todo(`ends with an exit code of its own: ${HEADERS.trim()} repeated is "a bug in kreplay" (70) so far`)
})

describe.each(FILLINGS)('100 MB of %s', (_, line) => {
  it('before the patch', async () => {
    const text = fixtureText('pagewalk-comments.mbox')
    const at = text.indexOf('\n---\n')
    const path = join(folder, 'before')
    writeFileSync(
      path,
      `${text.slice(0, at)}\n${line.repeat(Math.ceil(SIZE / line.length))}\n${text.slice(at)}`,
    )
    const { code, stdout, stderr } = await cli(['run', path, '--json'], { pipeline })
    expect(stderr).not.toMatch(/this is a bug/)
    expect([0, 4, 5]).toContain(code)
    expect((JSON.parse(stdout) as Report).schemaVersion).toBe(1)
  })

  it('behind the patch', async () => {
    const path = join(folder, 'behind')
    writeFileSync(
      path,
      `${fixtureText('pagewalk-comments.mbox')}\n${line.repeat(Math.ceil(SIZE / line.length))}`,
    )
    const { code, stdout, stderr } = await cli(['run', path, '--json'], { pipeline })
    expect(stderr).not.toMatch(/this is a bug/)
    expect([0, 4, 5]).toContain(code)
    const { functions } = JSON.parse(stdout) as Report
    expect(functions.map(({ name }) => name)).toEqual(['walk_pte_range', 'walk_pmd_range'])
  })
})
