/**
 * Real changes: two point releases of a kernel differ in files of mm/, and the difference of each goes through
 * tree, proof, match and lift, as a patch from a mail would. `node bench/point-releases.js BEFORE AFTER [.config]`,
 * after `npm run build`; without arguments KREPLAY_LINUX_6_12_EARLIER and KREPLAY_LINUX_6_12, and nothing where
 * they are not set. Prints a row for each changed function, and the sums as figures. The differences are made
 * here by git and kept nowhere.
 *
 * With `--run executions=N,seconds=N` what is lifted on both sides is run too, in suites made from its prototypes and
 * within these bounds of a scenario and of a function: a row says the verdicts, the executions of each side that ran to
 * their ends (of a thread alone, one for each input), the bound that was reached, and the seconds.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readKconfig } from '../dist/cli/kconfig.js'
import { parseThread, runThread } from '../dist/run/index.js'

const words = process.argv.slice(2)
const runs = words.indexOf('--run')
const budget = runs < 0 ? null : budgetOf(words.splice(runs, 2)[1] ?? '')
const [before = process.env.KREPLAY_LINUX_6_12_EARLIER, after = process.env.KREPLAY_LINUX_6_12, file] = words
if (before !== undefined && after !== undefined) await compare(resolve(before), resolve(after))

async function compare(before, after) {
  const config = await readKconfig(file === undefined ? [] : [file], process.cwd())
  const start = process.cpuUsage()
  const request = {
    inputs: [{ kind: 'bytes', name: 'difference', bytes: differenceOf(before, after) }],
    tree: { name: before, cwd: process.cwd() },
    config: config.ok ? config.value : {},
  }
  const times = timesOfFunctions()
  const { report } =
    budget === null ? await parseThread(request) : await runThread({ ...request, budget }, times.control)
  const used = process.cpuUsage(start)
  const files = report.patches.flatMap((patch) => patch.files)
  const proofs = new Map(files.map(({ path, certificate }) => [path, certificate]))
  const functions = report.functions.filter(({ kind }) => kind === 'function')
  const found = new Map()
  for (const finding of report.findings) {
    const key = `${finding.path} ${finding.function}`
    found.set(key, [...(found.get(key) ?? []), finding])
  }
  for (const fn of functions) {
    const { base = 'none', added = 'none' } = proofs.get(fn.path) ?? {}
    console.log([fn.path, fn.name, fn.change.join('+'), `${base}, ${added}`, outcomeOf(fn)].join(' | '))
    const own = found.get(`${fn.path} ${fn.name}`) ?? []
    if (budget !== null && fn.before !== null && fn.after !== null && own.length > 0) {
      console.log(`    ${shownOf(own)}; ${times.secondsOf(fn.name)} s`)
    }
  }
  const changed = functions.filter(({ change }) => !change.includes('added') && !change.includes('removed'))
  const lifted = changed.filter((fn) => fn.before !== null && fn.after !== null)
  const proved = files.filter(({ certificate }) => certificate.added === 'post-blob')
  print('point-releases: files', files.length, 'files')
  print('point-releases: proved by blob id', proved.length, 'files')
  print('point-releases: functions changed on both sides', changed.length, 'functions')
  print('point-releases: of those lifted on both sides', lifted.length, 'functions')
  if (budget !== null) {
    for (const [verdict, count] of verdictsOf(found)) print(`point-releases: ${verdict}`, count, 'functions')
    print('point-releases: memory', Math.round(process.resourceUsage().maxRSS / 1024), 'MiB')
  }
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

/** Verdicts of one function's findings, executions and the bound that was reached. */
function shownOf(findings) {
  const most = (side) => Math.max(...findings.map((finding) => finding[side].executions))
  const bounds = new Set(
    findings.flatMap(({ before, after }) =>
      [before, after].flatMap(({ coverage }) => (coverage.kind === 'bounded' ? [coverage.by] : [])),
    ),
  )
  const verdicts = new Map()
  for (const { verdict } of findings) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  return [
    [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', '),
    `executions ${most('before')} before, ${most('after')} after`,
    bounds.size === 0 ? 'no bound' : `bound: ${[...bounds].join(' and ')}`,
  ].join('; ')
}

/** How many functions have which verdict as their gravest. */
function verdictsOf(found) {
  const order = ['regressed', 'changed', 'inconclusive', 'unmapped', 'fixed', 'same', 'pre-existing']
  const counts = new Map()
  for (const findings of found.values()) {
    const gravest = order.find((one) => findings.some(({ verdict }) => verdict === one))
    counts.set(gravest, (counts.get(gravest) ?? 0) + 1)
  }
  return counts
}

/** Where a run's time goes: a scenario's name begins with that of its function. */
function timesOfFunctions() {
  const own = new Map()
  let last = performance.now()
  let name = ''
  const control = {
    now: () => performance.now(),
    onProgress: ({ phase, label }) => {
      const now = performance.now()
      own.set(name, (own.get(name) ?? 0) + now - last)
      last = now
      if (phase === 'explore') name = label.split('/')[0]
      else if (phase !== 'compare') name = ''
    },
  }
  return { control, secondsOf: (wanted) => Math.round((own.get(wanted) ?? 0) / 100) / 10 }
}

/** `executions=1000,seconds=5`. */
function budgetOf(text) {
  const pairs = text.split(',').map((part) => part.split('='))
  return Object.fromEntries(pairs.map(([name, number]) => [name, Number(number)]))
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
