/** csmith, Debian's generator of C programs. It leaves a file of its own wherever it runs, even for `--version`. */
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'

export const CSMITH_INCLUDE = '/usr/include/csmith'

const FLAGS = ['--no-float', '--no-bitfields', '--no-packed-struct', '--no-unions', '--no-volatiles']

export const hasCsmith = spawnSync('csmith', ['--version'], { cwd: tmpdir() }).status === 0

/** Writes the program of a seed to `path`, with the working directory in `folder`. */
export function writeCsmithProgram(seed: number, path: string, folder: string): void {
  spawnSync('csmith', ['--seed', String(seed), ...FLAGS, '-o', path], { cwd: folder, timeout: 20_000 })
}
