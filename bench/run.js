/**
 * Runs every other program in this folder, one after another, and prints its figures beside the stored
 * baseline. `node bench/run.js [name…]` runs only those named, `--save` stores the figures as the baseline.
 * Never gates: the exit code is 0 whatever the figures are. A program prints lines of JSON,
 * `{ bench, value, unit, note? }`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = new URL('./', import.meta.url)
const baselineFile = new URL('baseline.json', folder)
const save = process.argv.includes('--save')
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

const baseline = existsSync(baselineFile) ? JSON.parse(readFileSync(baselineFile, 'utf8')) : {}
const figures = {}

const programs = readdirSync(folder)
  .filter((name) => name.endsWith('.js') && name !== 'run.js')
  .filter((name) => named.length === 0 || named.includes(basename(name, '.js')))
  .sort()

for (const program of programs) {
  console.log(`\n${program}`)
  const path = fileURLToPath(new URL(program, folder))
  const child = spawnSync(process.execPath, [path], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (child.status !== 0) console.log(`  failed with ${child.status ?? child.signal}\n${child.stderr}`)
  for (const line of (child.stdout ?? '').split('\n')) show(line)
}

if (save) {
  const all = { ...baseline, ...figures }
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(baselineFile, `${JSON.stringify(sorted, null, 2)}\n`)
  console.log(`\nstored ${Object.keys(figures).length} figures in ${basename(fileURLToPath(baselineFile))}`)
}

function show(line) {
  const figure = parse(line)
  if (figure === null) {
    if (line.trim() !== '') console.log(`  ${line}`)
    return
  }
  const { bench, value, unit, note } = figure
  const key = `${bench} [${unit}]`
  figures[key] = value
  const known = baseline[key]
  const change = known === undefined ? 'new' : known === value ? '=' : `${percent(value, known)} of ${known}`
  console.log(
    `  ${bench.padEnd(50)} ${String(value).padStart(12)} ${unit.padEnd(14)} ${change}${note === undefined ? '' : `  (${note})`}`,
  )
}

function parse(line) {
  try {
    const figure = JSON.parse(line)
    return typeof figure?.bench === 'string' && typeof figure.value === 'number' ? figure : null
  } catch {
    return null
  }
}

function percent(value, known) {
  return known === 0 ? '?' : `${Math.round((100 * value) / known)} %`
}
