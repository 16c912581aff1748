/** The program as users run it: bin/kreplay.js over dist/. Tests that need it are skipped without dist/. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

/** True once the program was built, as `npm ci` does. */
export const BUILT = existsSync(`${PROJECT}dist/cli/index.js`)

export interface BuiltResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built kreplay in a folder of the project. Its width is that of a pipe. */
export function runBuilt(words: readonly string[], folder = '.'): Promise<BuiltResult> {
  const child = spawn(process.execPath, [`${PROJECT}bin/kreplay.js`, ...words], {
    cwd: `${PROJECT}${folder}`,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GITHUB_ACTIONS: '', NO_COLOR: '1' },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}
