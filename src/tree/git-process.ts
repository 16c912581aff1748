/**
 * Runs git to read, and only to read. A repository's own configuration can name programs (hooks, file system
 * monitors, external diffs, text conversion, filters, transports of a partial clone): none of them is run.
 */
import { spawn } from 'node:child_process'
import { fail, ok, type Result } from '../base/index.js'
import { treeTrouble } from './types.js'

/** Where a repository is, and what git is run with. */
export interface Repository {
  /** The folder git is run in: the work tree, or the repository itself when it is bare. */
  readonly folder: string
  /** What the user called it. */
  readonly name: string
  readonly environment: Readonly<Record<string, string>>
  /** `-c` options found necessary for this repository, such as filters switched off. */
  readonly settings: readonly string[]
}

/** What of the surroundings git gets: where programs and the user's configuration are. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'TMPDIR',
  'SYSTEMROOT',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
]

const SETTINGS = [
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.hooksPath=/dev/null',
  'protocol.allow=never',
  'log.showSignature=false',
  'log.mailmap=false',
  'core.quotePath=true',
  'gc.auto=0',
  'maintenance.auto=false',
]

/** The environment for git: nothing that points it elsewhere (`GIT_DIR` stands in every hook), nothing that asks. */
export function gitEnvironment(
  given: Readonly<Record<string, string | undefined>>,
  ceiling: string,
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const name of PASSED_ON) {
    const value = given[name]
    if (value !== undefined) environment[name] = value
  }
  return {
    ...environment,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_CEILING_DIRECTORIES: ceiling,
  }
}

/** The words before git's command. */
export function gitWords(repository: Repository): string[] {
  const settings = [...SETTINGS, ...repository.settings].flatMap((setting) => ['-c', setting])
  return ['--no-pager', ...settings, '-C', repository.folder]
}

/** What one command printed. */
export interface GitOutput {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** More output than this is not held: a diff of a whole tree has a tenth of it. */
const LARGEST_OUTPUT = 512 * 1024 * 1024

/** Runs one git command to its end. Fails with `git-missing` or `tree-unreadable`; an exit code is no failure. */
export function runGit(repository: Repository, words: readonly string[]): Promise<Result<GitOutput>> {
  return new Promise((settle) => {
    const child = spawn('git', [...gitWords(repository), ...words], {
      env: repository.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const chunks: Buffer[] = []
    let size = 0
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= LARGEST_OUTPUT) chunks.push(chunk)
      else child.kill()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 10_000) stderr += chunk.toString('utf8')
    })
    child.on('error', (error) => settle(fail(gitMissing(error, repository.name))))
    child.on('close', (code) => {
      if (size > LARGEST_OUTPUT) {
        settle(fail(treeTrouble('tree-unreadable', `git ${words[0]} prints too much`, repository.name)))
      } else settle(ok({ code: code ?? 1, stdout: Buffer.concat(chunks), stderr }))
    })
  })
}

/** As `runGit`, where an exit code other than 0 is a failure that tells what git said. */
export async function gitText(repository: Repository, words: readonly string[]): Promise<Result<string>> {
  const output = await runGit(repository, words)
  if (!output.ok) return output
  if (output.value.code !== 0) return fail(gitFailed(repository.name, words, output.value.stderr))
  return ok(output.value.stdout.toString('utf8'))
}

/** What git complained of. */
export function gitFailed(name: string, words: readonly string[], stderr: string) {
  const said = stderr.trim().split('\n')[0] ?? ''
  const hint = said.includes('dubious ownership')
    ? 'the repository belongs to somebody else; `git config --global --add safe.directory` allows it'
    : undefined
  return treeTrouble('tree-unreadable', `git ${words[0]} failed: ${said}`, name, hint)
}

export function gitMissing(error: Error, name: string) {
  return treeTrouble(
    'git-missing',
    `git cannot be run: ${error.message}`,
    name,
    'a repository is read with git; a plain folder of sources needs none',
  )
}
