import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fail, ok, type Result } from '../base/index.js'
import type { Input } from '../run/index.js'
import { COMMAND_NAMES } from './command-table.js'
import type { Context } from './context.js'
import { similar } from './similar.js'
import type { Source } from './surroundings.js'

/** The threads named: `-m` first, then the arguments; `-`, or nothing and a pipe, is standard input. */
export async function readInputs(
  context: Context,
  named: readonly string[],
): Promise<Result<readonly Input[]>> {
  const { invocation, surroundings } = context
  const words = [...invocation.options.all('use-local-mbox'), ...named]
  const dirty = invocation.options.flag('dirty') === true
  if (words.length === 0 && !dirty) {
    if (surroundings.stdin.isTTY === true) {
      return fail({
        severity: 'error',
        code: 'usage',
        message: 'no thread is named',
        hint: 'name a file, a maildir or - for standard input; `kreplay --help` tells more',
      })
    }
    words.push('-')
  }
  const typo = invocation.named ? undefined : mistypedCommand(words, surroundings.cwd)
  if (typo !== undefined) {
    return fail({
      severity: 'error',
      code: 'usage',
      message: `there is no command and no file ${words[0]}`,
      hint: `did you mean \`kreplay ${typo}\`?`,
    })
  }
  let standard: Uint8Array | null = null
  const inputs: Input[] = dirty ? [{ kind: 'work-tree' }] : []
  const tree = invocation.options.last('tree')
  for (const word of words) {
    if (word === '-') {
      standard ??= await readAll(surroundings.stdin)
      inputs.push({ kind: 'bytes', name: '-', bytes: standard })
    } else if (tree !== undefined && named.includes(word) && !existsSync(resolve(surroundings.cwd, word))) {
      // What is no file may be a commit of the repository: it says itself if it is not.
      inputs.push({ kind: 'commits', range: word })
    } else inputs.push({ kind: 'path', path: resolve(surroundings.cwd, word) })
  }
  return ok(inputs)
}

/** `kreplay lst` most likely means `kreplay list`, unless there is a file of that name. */
function mistypedCommand(words: readonly string[], cwd: string): string | undefined {
  const [first = ''] = words
  if (!/^[a-z]+$/.test(first) || existsSync(resolve(cwd, first))) return undefined
  return similar(first, COMMAND_NAMES)
}

/** Everything a stream has. */
export async function readAll(stream: Source): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return Buffer.concat(chunks)
}

/** The text of a file the user named, `-` for standard input. Error: `unreadable`. */
export async function readText(context: Context, name: string): Promise<Result<string>> {
  const { stdin, cwd } = context.surroundings
  try {
    if (name === '-') return ok(Buffer.from(await readAll(stdin)).toString('utf8'))
    return ok(await readFile(resolve(cwd, name), 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return fail({ severity: 'error', code: 'unreadable', message: `cannot read ${name}: ${why}` })
  }
}
