/**
 * C as it is written elsewhere: mm/ of real kernel trees (KREPLAY_LINUX_6_1, KREPLAY_LINUX_6_12) and programs that
 * csmith makes. Skipped, visibly, without them.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findFunctions, parseC, printExternal, printUnit } from '../../src/lift/index.js'
import { essence } from '../support/arbitrary-c.js'
import { parser } from '../support/c-parser.js'
import { CSMITH_INCLUDE, hasCsmith, writeCsmithProgram } from '../support/csmith.js'

const TREES = { '6.1': process.env['KREPLAY_LINUX_6_1'], '6.12': process.env['KREPLAY_LINUX_6_12'] }

describe.each(Object.entries(TREES))('mm/*.c of Linux %s', (_, tree) => {
  const folder = join(tree ?? '', 'mm')
  const files = tree === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.c'))

  it.skipIf(tree === undefined)(
    'has at least 99.7 % of its functions clean, and each found by its braces',
    () => {
      let functions = 0
      let clean = 0
      let expected = 0
      const missing: string[] = []
      for (const name of files) {
        const text = readFileSync(join(folder, name), 'utf8')
        const choices = [undefined, (c: string) => !/^!defined|__cplusplus/.test(c), () => false]
        const units = choices.map(
          (decide) => parseC(parser, name, text, decide === undefined ? {} : { decide }).unit,
        )
        const first = units[0]?.declarations ?? []
        clean += first.filter(({ kind }) => kind === 'function').length
        functions += first.filter(
          (one) => one.kind === 'function' || (one.kind === 'error' && one.inFunction !== null),
        ).length
        const found = new Set(
          units.flatMap((unit) =>
            unit.declarations.flatMap((one) => (one.kind === 'function' ? [one.name] : [])),
          ),
        )
        for (const one of findFunctions(text)) {
          expected++
          if (!found.has(one.name)) missing.push(`${name}:${one.startLine} ${one.name}`)
        }
      }
      expect(functions).toBeGreaterThan(4000)
      expect(clean / functions).toBeGreaterThanOrEqual(0.997)
      expect(missing.length / expected, missing.slice(0, 20).join(' ')).toBeLessThan(0.003)
    },
  )

  it.skipIf(tree === undefined)('prints to what parses back', () => {
    const different: string[] = []
    let printed = 0
    for (const name of files) {
      const { unit, typedefs } = parseC(parser, name, readFileSync(join(folder, name), 'utf8'))
      const types = [...typedefs].map((type) => `typedef int ${type};\n`)
      for (const one of unit.declarations) {
        if (one.kind === 'macro' || one.kind === 'error') continue
        printed++
        const again = parseC(parser, name, `${types.join('')}${printExternal(one)}`).unit.declarations
        const same = JSON.stringify(essence(again.slice(types.length))) === JSON.stringify([essence(one)])
        if (!same) different.push(`${name}:${one.span.line}`)
      }
    }
    expect(different.length / Math.max(1, printed), different.slice(0, 20).join(' ')).toBeLessThan(0.001)
  })
})

describe('programs that csmith makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kreplay-csmith-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const run = (command: string, ...words: string[]) =>
    spawnSync(command, words, { encoding: 'utf8', timeout: 20_000 })

  it.skipIf(!hasCsmith)('are printed as programs that do the same', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const at = (suffix: string): string => join(folder, `${seed}${suffix}`)
      writeCsmithProgram(seed, at('.c'), folder)
      run('gcc', '-w', `-I${CSMITH_INCLUDE}`, '-E', at('.c'), '-o', at('.i'))
      const { unit, diagnostics } = parseC(parser, at('.i'), readFileSync(at('.i'), 'utf8'), {
        isType: () => false,
      })
      expect(diagnostics).toEqual([])
      const printed = spawnSync('gcc', ['-w', '-O1', '-x', 'c', '-', '-o', at('.printed')], {
        input: printUnit(unit),
      })
      expect(printed.status, `seed ${seed}: ${printed.stderr}`).toBe(0)
      run('gcc', '-w', '-O1', at('.i'), '-o', at('.plain'))
      const [plain, own] = ['.plain', '.printed'].map((suffix) =>
        spawnSync(at(suffix), { encoding: 'utf8', timeout: 5000 }),
      )
      expect([own?.status, own?.stdout], `seed ${seed}`).toEqual([plain?.status, plain?.stdout])
    }
  })
})
