/**
 * Real changes: two point releases of a kernel differ in files of mm/, and the difference of each goes through
 * tree, proof, match and lift, as a patch from a mail would. `node bench/point-releases.js BEFORE AFTER [.config]`,
 * after `npm run build`; without arguments KREPLAY_LINUX_6_12_EARLIER and KREPLAY_LINUX_6_12, and nothing where
 * they are not set. Prints a row for each changed function, and the sums as figures. The differences are made
 * here by git and kept nowhere.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readKconfig } from '../dist/cli/kconfig.js'
import { parseThread } from '../dist/run/index.js'

const [before = process.env.KREPLAY_LINUX_6_12_EARLIER, after = process.env.KREPLAY_LINUX_6_12, file] =
  process.argv.slice(2)
if (before !== undefined && after !== undefined) await compare(resolve(before), resolve(after))

async function compare(before, after) {
  const config = await readKconfig(file === undefined ? [] : [file], process.cwd())
  const start = process.cpuUsage()
  const { report } = await parseThread({
    inputs: [{ kind: 'bytes', name: 'difference', bytes: differenceOf(before, after) }],
    tree: { name: before, cwd: process.cwd() },
    config: config.ok ? config.value : {},
  })
  const used = process.cpuUsage(start)
  const files = report.patches.flatMap((patch) => patch.files)
  const proofs = new Map(files.map(({ path, certificate }) => [path, certificate]))
  const functions = report.functions.filter(({ kind }) => kind === 'function')
  for (const fn of functions) {
    const { base = 'none', added = 'none' } = proofs.get(fn.path) ?? {}
    console.log([fn.path, fn.name, fn.change.join('+'), `${base}, ${added}`, outcomeOf(fn)].join(' | '))
  }
  const changed = functions.filter(({ change }) => !change.includes('added') && !change.includes('removed'))
  const lifted = changed.filter((fn) => fn.before !== null && fn.after !== null)
  const proved = files.filter(({ certificate }) => certificate.added === 'post-blob')
  print('point-releases: files', files.length, 'files')
  print('point-releases: proved by blob id', proved.length, 'files')
  print('point-releases: functions changed on both sides', changed.length, 'functions')
  print('point-releases: of those lifted on both sides', lifted.length, 'functions')
  print('point-releases: processor time', Math.round((used.user + used.system) / 1e4) / 100, 's')
}

/** Lifted, with the opaque callees; or why not. */
function outcomeOf({ change, before, after, notes }) {
  const opaque = notes.find((note) => note.startsWith('opaque callees'))?.replace(/^.*?: /, '')
  if (change.includes('added') || change.includes('removed')) return 'on one side only'
  if (before !== null && after !== null) return opaque === undefined ? 'lifted' : `lifted; opaque: ${opaque}`
  return (
    notes.find((note) => note.startsWith('not lifted')) ??
    (change.includes('comment-only') ? 'comments' : 'no')
  )
}

/** What git says of the two folders, with whole blob ids and the kernel's own paths. */
function differenceOf(before, after) {
  const folder = mkdtempSync(join(tmpdir(), 'kreplay-point-releases-'))
  try {
    symlinkSync(before, join(folder, 'a'))
    symlinkSync(after, join(folder, 'b'))
    const words = ['diff', '--no-index', '--full-index', '--no-prefix', '-M', '--no-color', 'a/mm/', 'b/mm/']
    const made = spawnSync('git', words, { cwd: folder, maxBuffer: 1 << 28 })
    if (made.status !== 0 && made.status !== 1) throw new Error(`git diff failed: ${made.stderr}`)
    return made.stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function print(bench, value, unit) {
  console.log(JSON.stringify({ bench, value, unit }))
}
