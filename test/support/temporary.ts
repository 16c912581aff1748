import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder with these files that is gone after the test. */
export function temporaryFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kreplay-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFiles(folder, files)
  return folder
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

/** Runs git in a folder, whatever the user's configuration; gives what it printed. */
export function git(folder: string, ...words: readonly string[]): string {
  const settings = [
    'user.name=Ada',
    'user.email=ada@example.org',
    'core.autocrlf=false',
    'commit.gpgsign=false',
  ]
  return execFileSync('git', [...settings.flatMap((setting) => ['-c', setting]), ...words], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_DATE: '2024-03-04T12:00:00Z',
      GIT_COMMITTER_DATE: '2024-03-04T12:00:00Z',
      LC_ALL: 'C',
    },
  })
}

/** A repository whose commits are these states of its files, one after the other. */
export function temporaryRepository(
  ...states: readonly Readonly<Record<string, string | Uint8Array>>[]
): string {
  const folder = temporaryFolder()
  git(folder, 'init', '-q', '-b', 'main')
  for (const [at, files] of states.entries()) {
    writeFiles(folder, files)
    git(folder, 'add', '-A')
    git(folder, 'commit', '-q', '--allow-empty', '-m', `State ${at + 1}`, '-m', 'What for.')
  }
  return folder
}
