/** Programs of csmith, where it is installed, do on the interpreter what they do natively. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadCParser } from '../../../src/run/c-parser.js'
import { runCProgram } from '../../../src/run/c-program/run-c-program.js'
import { CSMITH_INCLUDE, hasCsmith, writeCsmithProgram } from '../../support/csmith.js'
import { temporaryFolder } from '../../support/temporary.js'

const hasTools = hasCsmith && spawnSync('gcc', ['--version']).status === 0
const SEEDS = Array.from({ length: 30 }, (_, i) => 1001 + i)

it.skipIf(!hasTools).each(SEEDS)('csmith --seed %i', async (seed) => {
  const folder = temporaryFolder()
  const source = join(folder, 'program.c')
  const binary = join(folder, 'program')
  writeCsmithProgram(seed, source, folder)
  spawnSync('gcc', ['-O0', '-w', `-I${CSMITH_INCLUDE}`, source, '-o', binary])
  const native = spawnSync(binary, [], { timeout: 2_000, encoding: 'utf8' })
  // Programs that do not end are common.
  if (native.status === null) return
  const { stdout } = spawnSync('gcc', ['-E', '-P', `-I${CSMITH_INCLUDE}`, source], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const result = runCProgram(await loadCParser(), 'program.c', stdout, { operations: 100_000_000 })
  expect(result.kind, readFileSync(source, 'utf8').slice(0, 200)).toBe('ran')
  if (result.kind !== 'ran') return
  expect(new TextDecoder().decode(result.output)).toBe(native.stdout)
  expect(result.run.status).toBe(native.status)
})
