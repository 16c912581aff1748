/** Kconfig values from the command line: single assignments, and `.config` files as the kernel writes them. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fail, ok, type Result } from '../base/index.js'

export type Kconfig = Readonly<Record<string, string>>

/** `--config` in the order given: later values win. Errors: `usage-config`, `config-unreadable`, `config-invalid`. */
export async function readKconfig(values: readonly string[], cwd: string): Promise<Result<Kconfig>> {
  const config = new Map<string, string>()
  for (const value of values) {
    const assignment = /^([A-Za-z]\w*)=(.*)$/s.exec(value)
    const read =
      assignment === null
        ? await readConfigFile(value, cwd)
        : assigned(assignment[1] ?? '', assignment[2] ?? '')
    if (!read.ok) return read
    for (const [name, setting] of Object.entries(read.value)) config.set(name, setting)
  }
  return ok(Object.fromEntries(config))
}

function assigned(name: string, value: string): Result<Kconfig> {
  if (value === '') {
    return fail({
      severity: 'error',
      code: 'usage-config',
      message: `--config ${name}= has no value`,
      hint: 'y, n, m, a number or a text',
    })
  }
  return ok({ [name.startsWith('CONFIG_') ? name : `CONFIG_${name}`]: unquoted(value) })
}

async function readConfigFile(file: string, cwd: string): Promise<Result<Kconfig>> {
  try {
    return parseKconfig(await readFile(resolve(cwd, file), 'utf8'), file)
  } catch (error) {
    return fail({
      severity: 'error',
      code: 'config-unreadable',
      message: `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
      hint: '--config takes NAME=value or the path of a .config file',
    })
  }
}

/** The text of a `.config`: `CONFIG_A=y`, `# CONFIG_B is not set` (which is `n`), comments. */
export function parseKconfig(text: string, source: string): Result<Kconfig> {
  const config = new Map<string, string>()
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    const unset = /^# (CONFIG_\w+) is not set$/.exec(line)
    const set = /^(CONFIG_\w+)=(.*)$/.exec(line)
    if (unset?.[1] !== undefined) config.set(unset[1], 'n')
    else if (set?.[1] !== undefined) config.set(set[1], unquoted(set[2] ?? ''))
    else if (line !== '' && !line.startsWith('#')) {
      return fail({
        severity: 'error',
        code: 'config-invalid',
        message: 'this is no line of a .config file',
        place: { source, line: index + 1 },
        hint: 'it should read CONFIG_NAME=value or # CONFIG_NAME is not set',
      })
    }
  }
  return ok(Object.fromEntries(config))
}

function unquoted(value: string): string {
  const quoted = /^"(.*)"$/.exec(value)
  return quoted?.[1] === undefined ? value : quoted[1].replace(/\\(.)/g, '$1')
}
