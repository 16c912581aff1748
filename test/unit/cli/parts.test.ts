import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../../src/cli/arguments.js'
import { parseKconfig } from '../../../src/cli/kconfig.js'
import { numberList, wholeNumber } from '../../../src/cli/numbers.js'
import { createProgress } from '../../../src/cli/progress.js'
import { similar } from '../../../src/cli/similar.js'
import type { Progress } from '../../../src/run/index.js'
import { cli } from '../../support/run-cli.js'

test('any words are understood or refused, never thrown at', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      '-',
      '--',
      '-f',
      '--json',
      'run',
      'step',
      '__proto__',
      '--__proto__=x',
      '--constructor',
      '-m',
      '--arch=',
      '--no-json',
    ),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const parsed = parseArguments(words, '1')
      if (!parsed.ok) expect(parsed.error.code).toBe('usage')
    }),
    { numRuns: 200 },
  )
})

describe('numbers', () => {
  test('a list of patches', () => {
    expect(numberList('5,1-3,2')).toEqual([1, 2, 3, 5])
  })
  test.each(['', '1-', '3-1', 'a', '1,,2', '99999', '-1'])('%s is no list of patches', (text) => {
    expect(numberList(text)).toBeNull()
  })
  test.each(['', '-1', '1.5', '1e3', '0x10', '9'.repeat(16)])('%s is no whole number', (text) => {
    expect(wholeNumber(text, 0)).toBeNull()
  })
})

describe('a .config file', () => {
  test('is read with what is not set', () => {
    const text =
      '#\n# Automatically generated\n#\nCONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D="a \\"b\\""\r\nCONFIG_E=0x10\n'
    const read = parseKconfig(text, '.config')
    expect(read.ok && read.value).toEqual({
      CONFIG_A: 'y',
      CONFIG_B: 'm',
      CONFIG_C: 'n',
      CONFIG_D: 'a "b"',
      CONFIG_E: '0x10',
    })
  })
  test('of another kind is refused with its line', () => {
    const read = parseKconfig('CONFIG_A=y\nhello\n', 'x')
    expect(!read.ok && read.error.place).toEqual({ source: 'x', line: 2 })
  })
})

test.each([
  ['verbos', 'verbose'],
  ['formt', 'format'],
  ['zzz', undefined],
])('%s is similar to %s', (word, expected) => {
  expect(similar(word, ['verbose', 'format', 'all'])).toBe(expected)
})

describe('progress', () => {
  const explore = (done: number): Progress => ({ phase: 'explore', done, total: 12, label: 'pte\u001b[2J' })
  function shown(isTTY: boolean, verbose: boolean): string {
    let text = ''
    let time = 0
    const progress = createProgress({
      stream: { write: (part) => (text += part), isTTY, columns: 40 },
      verbose,
      now: () => (time += 50),
    })
    for (let done = 0; done < 4; done++) progress.show(explore(done))
    progress.clear()
    return text
  }

  test('on a terminal is one line, not rewritten too often, and gone at the end', () => {
    const text = shown(true, false)
    expect(text.split('explore').length - 1).toBe(2)
    expect(text.endsWith('\r\u001b[K')).toBe(true)
    expect(text).not.toContain('\u001b[2J')
  })
  test('without a terminal is silent, or with --verbose one line per phase', () => {
    expect(shown(false, false)).toBe('')
    expect(shown(false, true)).toBe('kreplay: explore\n')
  })
})

test('bash understands its completion script and completes commands and options with it', async () => {
  const { stdout } = await cli(['completion', 'bash'])
  const complete = (words: string): string[] => {
    const script = `${stdout}
COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _kreplay; printf '%s\\n' "\${COMPREPLY[@]}"`
    return spawnSync('bash', ['-c', script], { encoding: 'utf8', cwd: '/' }).stdout.trim().split('\n')
  }
  expect(complete('kreplay fing')).toContain('fingerprint')
  expect(complete('kreplay step --sch')).toEqual(['--schedule'])
  expect(complete('kreplay list mo')).toEqual(['models'])
  expect(complete('kreplay run -f mar')).toEqual(['markdown'])
})
