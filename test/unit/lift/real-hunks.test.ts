import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findFunctionsInHunk } from '../../../src/lift/index.js'
import { describeShared, sharedData } from '../../support/shared-data.js'

/** The added and context lines of every hunk behind the `diff --git` of a mail, by first character alone. */
function afterSides(file: string): { heading: string; lines: string[] }[] {
  const text = readFileSync(sharedData(file) ?? '', 'utf8')
  const hunks: { heading: string; lines: string[] }[] = []
  for (const line of text.slice(text.indexOf('diff --git')).split('\n')) {
    const header = /^@@ -\d+,\d+ \+\d+,\d+ @@ ?(.*)$/.exec(line)
    if (header !== null) hunks.push({ heading: header[1] ?? '', lines: [] })
    else if (!line.startsWith('-')) hunks.at(-1)?.lines.push(line.replace(/^[+ ]/, ''))
  }
  return hunks
}

const names = (hunk: { heading: string; lines: string[] } | undefined) =>
  findFunctionsInHunk(hunk?.heading ?? '', hunk?.lines ?? []).map(
    (one) => `${one.name}${one.complete ? ' complete' : ''}${one.startsInside ? ' from inside' : ''}`,
  )

describeShared('a patch in an archive page without any indentation', ['seeds/001.txt'], () => {
  const hunks = afterSides('seeds/001.txt')
  it('shows the head of one function', () => {
    expect(hunks.map(names)[0]).toEqual(['walk_pte_range'])
  })
  it('shows the end of the same one behind the closing brace of its loop', () => {
    expect(hunks.map(names)[1]).toEqual(['walk_pte_range from inside'])
  })
  it('shows the middle of the next', () => {
    expect(hunks.map(names)[2]).toEqual(['walk_pmd_range from inside'])
  })
})
