import { printable } from '../base/index.js'
import { main } from './main.js'

/**
 * Runs kreplay as this process: the real streams, interrupts, and Node's own ways to die mapped to our codes.
 * Sets `process.exitCode` rather than exiting, so that everything written is flushed.
 */
export async function start(): Promise<void> {
  let interrupts = 0
  process.on('SIGINT', () => {
    interrupts++
    if (interrupts > 1) process.exit(130)
    process.stderr.write('\nkreplay: stopping after this scenario; interrupt again to quit now\n')
  })
  process.on('uncaughtException', (error) => {
    process.stderr.write(
      `kreplay: error: this is a bug in kreplay [bug]\n${printable(error.stack ?? error.message)}\n`,
    )
    process.exit(70)
  })
  // A reader that closed the pipe (`kreplay … | head`) has seen enough; that is no error of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  process.exitCode = await main({
    argv: process.argv.slice(2),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    pipeline: () => import('../run/index.js'),
    interrupted: () => interrupts > 0,
    now: () => performance.now(),
  })
}
