import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import type { CommandName } from './command-table.js'
import type { Run } from './context.js'
import type { Surroundings } from './surroundings.js'

/**
 * One command line from words to exit code (report/exit-code.ts lists the codes). Never throws: what is thrown
 * inside is a bug, is said so, and is 70. Modules are loaded when they are needed, so that `--help` is quick.
 */
export async function main(surroundings: Surroundings): Promise<number> {
  try {
    const { parseArguments } = await import('./arguments.js')
    const parsed = parseArguments(surroundings.argv, await version())
    if (!parsed.ok) return await refuse(surroundings, parsed.error)
    const request = parsed.value
    if (request.kind === 'print') {
      surroundings.stdout.write(request.text)
      return 0
    }
    const { createOutput } = await import('./output.js')
    const { options } = request
    const output = createOutput(surroundings, { file: options.last('output'), color: options.flag('color') })
    const run = await loadCommand(request.command)
    const code = await run({ invocation: request, surroundings, output })
    const written = await output.finish()
    return written || (code !== 0 && code !== 5) ? code : 2
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const { printable } = await import('../base/index.js')
    surroundings.stderr.write(`kreplay: error: this is a bug in kreplay [bug]\n${printable(what)}\n`)
    return 70
  }
}

async function refuse(surroundings: Surroundings, diagnostic: Diagnostic): Promise<number> {
  const { createOutput } = await import('./output.js')
  createOutput(surroundings, { file: undefined, color: undefined }).diagnose(diagnostic)
  return 2
}

async function loadCommand(name: CommandName): Promise<Run> {
  switch (name) {
    case 'run':
      return (await import('./commands/run.js')).run
    case 'parse':
      return (await import('./commands/parse.js')).parse
    case 'list':
      return (await import('./commands/list.js')).list
    case 'explore':
      return (await import('./commands/explore.js')).explore
    case 'step':
      return (await import('./commands/step.js')).step
    case 'litmus':
      return (await import('./commands/litmus.js')).litmus
    case 'lift':
      return (await import('./commands/lift.js')).lift
    case 'ablate':
      return (await import('./commands/ablate.js')).ablate
    case 'compare':
      return (await import('./commands/compare.js')).compare
    case 'callers':
      return (await import('./commands/callers.js')).callers
    case 'render':
      return (await import('./commands/render.js')).render
    case 'reply':
      return (await import('./commands/reply.js')).reply
    case 'why':
      return (await import('./commands/why.js')).why
    case 'check':
      return (await import('./commands/check.js')).check
    case 'fingerprint':
      return (await import('./commands/fingerprint.js')).fingerprint
    case 'init':
      return (await import('./commands/init.js')).init
    case 'completion':
      return (await import('./commands/completion.js')).completion
  }
}

/** The version in package.json, which lies beside both src/ and dist/. */
async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  const read = versionIn(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  return read.ok ? read.value : 'unknown'
}

function versionIn(text: string): Result<string, null> {
  const data: unknown = JSON.parse(text)
  if (typeof data !== 'object' || data === null || !('version' in data)) return fail(null)
  return typeof data.version === 'string' ? ok(data.version) : fail(null)
}
