import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT } from '../../report/index.js'
import type { Context } from '../context.js'

const NAMES = ['kreplay.config.mjs', 'kreplay.config.json']

/** `kreplay init`: a configuration file to start from. A file that is there is never touched. */
export async function init(context: Context): Promise<number> {
  const { surroundings, output } = context
  for (const name of NAMES) {
    if (await exists(join(surroundings.cwd, name))) {
      output.say(`kreplay: ${name} is here already; left as it is\n`)
      return EXIT.ok
    }
  }
  try {
    await writeFile(join(surroundings.cwd, 'kreplay.config.mjs'), TEMPLATE, { flag: 'wx' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    output.diagnose({
      severity: 'error',
      code: 'cannot-write',
      message: `cannot write kreplay.config.mjs: ${why}`,
    })
    return EXIT.usage
  }
  output.say('kreplay: wrote kreplay.config.mjs\n')
  return EXIT.ok
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

const TEMPLATE = `// Read by kreplay when it is started in this folder.
// Plugins are plain objects: import { definePlugin } from 'kreplay', or name the files that export them.
export default {
  plugins: [
    // './my-plugin.mjs',
  ],
}
`
