import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findFunctions, findFunctionsInHunk, functionHash } from '../../../src/lift/index.js'

const TREE = process.env['KREPLAY_LINUX_6_1']

describe.skipIf(TREE === undefined)('mm/*.c of the kernel tree that KREPLAY_LINUX_6_1 names', () => {
  const folder = join(TREE ?? '', 'mm')
  const files =
    TREE === undefined
      ? []
      : readdirSync(folder)
          .filter((name) => name.endsWith('.c'))
          .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

  it('has a function found for each body that kernel style sets in column 0', () => {
    const missed: string[] = []
    let bodies = 0
    for (const { name, text } of files) {
      const starts = new Set(
        findFunctions(text).map(
          (one) => one.startLine + one.text.slice(0, one.bodyStart).split('\n').length - 1,
        ),
      )
      text.split('\n').forEach((line, index, lines) => {
        if (line !== '{' || /\\$|=\s*$/.test(lines[index - 1] ?? '')) return
        bodies++
        if (!starts.has(index + 1)) missed.push(`${name}:${index + 1}`)
      })
    }
    expect(bodies).toBeGreaterThan(4000)
    expect(missed.length / bodies, missed.slice(0, 20).join(' ')).toBeLessThan(0.005)
  })

  it('has functions whose hash survives the loss of all indentation', () => {
    for (const { text } of files) {
      for (const one of findFunctions(text)) {
        if (/\\$/m.test(one.text)) continue
        const damaged = one.text.replace(/^[ \t]+/gm, '').replaceAll('\t', ' ')
        expect(functionHash(damaged), one.name).toBe(functionHash(one.text))
      }
    }
  })

  it('has functions that a hunk of their text alone shows complete', () => {
    let right = 0
    let all = 0
    for (const { text } of files) {
      for (const one of findFunctions(text)) {
        all++
        const found = findFunctionsInHunk(
          '',
          one.text.split('\n').map((line) => line.trimStart()),
        )
        if (found.length === 1 && found[0]?.name === one.name && found[0].complete) right++
      }
    }
    expect(right / all).toBeGreaterThan(0.99)
  })
})
