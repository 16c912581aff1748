import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { formatJson } from '../../src/report/index.js'
import { pagewalkReport } from '../support/sample-reports.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = join(root, 'bin/kreplay.js')
const built = existsSync(join(root, 'dist/cli/index.js'))

test('without dist/ the program says what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kreplay-'))
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin/kreplay.js'), '--help'], {
    encoding: 'utf8',
  })
  expect(stderr).toContain('npm ci')
  expect(status).toBe(70)
})

describe.skipIf(!built)('the built program (skipped without dist/)', () => {
  const kreplay = (
    words: readonly string[],
    input = '',
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [bin, ...words], { encoding: 'utf8', input })

  test('prints help and its version', () => {
    expect(kreplay(['--help']).stdout).toContain('kreplay run [thread..]')
    expect(kreplay(['--version']).stdout).toMatch(/^kreplay \d+\.\d+\.\d+\n$/)
  })

  test('exits 2 for a usage error, never with yargs’ 1', () => {
    expect(kreplay(['--nonsense']).status).toBe(2)
    expect(kreplay(['render']).status).toBe(2)
  })

  test('reads a report from a pipe', () => {
    const { status, stdout } = kreplay(['render', '-'], formatJson(pagewalkReport))
    expect(stdout).toContain('newly possible')
    expect(status).toBe(0)
  })

  test('ends quietly when the reader of its output goes away', async () => {
    const steps = Array.from({ length: 20_000 }, (_, index) => ({
      ...pagewalkReport.findings[4]?.witness?.steps[0],
      step: index,
    }))
    const text = formatJson({ ...pagewalkReport, findings: [], diagnostics: [] }).replace(
      '"simplifications": [',
      `"padding": ${JSON.stringify(steps)}, "simplifications": [`,
    )
    const child = spawn(process.execPath, [bin, 'render', '-', '--json'])
    let stderr = ''
    child.stderr.on('data', (data) => (stderr += data))
    child.stdout.once('data', () => child.stdout.destroy())
    child.stdin.end(text)
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })
})
