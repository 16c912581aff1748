/**
 * Runs C programs on the interpreter and compares what they print and return with the native binary.
 *
 *   node bench/conformance.js --csmith 1-500     programs of csmith (Debian: csmith, libcsmith-dev), by seed
 *   node bench/conformance.js --dir DIR          every .c file of a folder: beside `x.c.expected` as c-testsuite
 *                                                has it, else exit status 0 as GCC's torture set has it
 *   --list                                       one line for each program
 *   --include TEXT                               only files whose path contains it
 *   --limit N                                    jumps backwards and calls after which a run counts as timeout
 *
 * A program that the native binary does not finish in 2 s is left out; with --csmith the next seed takes its
 * place. Without arguments it runs a few seeds, if csmith is there. Needs gcc.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { loadCParser } from '../dist/run/c-parser.js'
import { runCProgram } from '../dist/run/c-program/run-c-program.js'

// csmith leaves a file of its own wherever it runs, even for --version.
const CSMITH_FLAGS = ['--no-float', '--no-bitfields', '--no-packed-struct', '--no-unions', '--no-volatiles']
const CSMITH_INCLUDE = ['-I/usr/include/csmith', '-I/usr/include']
const NATIVE_LIMIT = 2_000

const options = readOptions(process.argv.slice(2))
const scratch = mkdtempSync(join(tmpdir(), 'conformance-'))
const parser = await loadCParser()
const tally = new Map()
const causes = new Map()
const totals = { programs: 0, instructions: 0, seconds: 0 }

try {
  if (options.csmith !== null) runCsmith(options.csmith)
  if (options.dir !== null) runFolder(options.dir)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
report()

function readOptions(args) {
  const found = { csmith: null, dir: null, list: false, include: '', limit: 200_000_000 }
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--list') found.list = true
    else if (args[i] === '--csmith') found.csmith = args[++i].split('-').map(Number)
    else if (args[i] === '--dir') found.dir = args[++i]
    else if (args[i] === '--include') found.include = args[++i]
    else if (args[i] === '--limit') found.limit = Number(args[++i])
    else throw new Error(`unknown argument ${args[i]}`)
  }
  if (found.csmith === null && found.dir === null) {
    const hasCsmith = spawnSync('csmith', ['--version'], { cwd: tmpdir() }).status === 0
    if (hasCsmith) found.csmith = [1, 5]
  }
  return found
}

function runCsmith([first, last = first]) {
  const wanted = last - first + 1
  let next = last + 1
  for (let i = 0; i < wanted; i++) {
    let seed = first + i
    while (!runSeed(seed)) seed = next++
  }
}

/** False if the native binary does not end in time. */
function runSeed(seed) {
  const path = join(scratch, `csmith-${seed}.c`)
  const made = spawnSync('csmith', ['--seed', String(seed), ...CSMITH_FLAGS], {
    cwd: scratch,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (made.status !== 0) throw new Error(`csmith --seed ${seed} failed: ${made.stderr}`)
  writeFileSync(path, made.stdout)
  const native = runNative(path, CSMITH_INCLUDE)
  if (native.kind === 'timeout') {
    count('native timeout, replaced', `seed ${seed}`)
    return false
  }
  compare(`seed ${seed}`, path, CSMITH_INCLUDE, native)
  return true
}

function runFolder(dir) {
  for (const path of cFiles(dir)) {
    const name = relative(dir, path)
    if (!path.includes(options.include)) continue
    const expected = existsSync(`${path}.expected`) ? readFileSync(`${path}.expected`) : null
    const native = runNative(path, [])
    if (native.kind === 'timeout') count('native timeout', name)
    else if (native.kind === 'failed') count('native compiler fails', name)
    else if (expected === null && native.status !== 0) count('native binary fails', name)
    else compare(name, path, [], expected === null ? native : { ...native, stdout: expected, status: 0 })
  }
}

function cFiles(dir) {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
}

function runNative(path, include) {
  const binary = join(scratch, 'native')
  const compiled = spawnSync('gcc', ['-O0', '-w', '-std=gnu11', ...include, path, '-o', binary, '-lm'], {
    encoding: 'utf8',
  })
  if (compiled.status !== 0) return { kind: 'failed' }
  const ran = spawnSync(binary, [], {
    timeout: NATIVE_LIMIT,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 28,
    cwd: scratch,
  })
  if (ran.error?.code === 'ETIMEDOUT' || ran.signal === 'SIGKILL') return { kind: 'timeout' }
  return { kind: 'ran', stdout: ran.stdout, status: ran.status, signal: ran.signal }
}

function compare(name, path, include, native) {
  const text = preprocess(path, include)
  const began = performance.now()
  let result
  try {
    result = runCProgram(parser, name, text, { operations: options.limit })
  } catch (error) {
    count('crash of ours', name, String(error.message ?? error).split('\n')[0])
    return
  }
  const seconds = (performance.now() - began) / 1000
  totals.programs++
  totals.seconds += seconds
  if (result.kind === 'unsupported') {
    const [first] = result.problems
    count('unsupported', name, `${first.stage}: ${first.construct}`, `line ${first.line} ${first.function}`)
    return
  }
  const { run, output } = result
  totals.instructions += run.instructions
  const figures = `${run.instructions} instructions, ${seconds.toFixed(2)} s`
  if (run.end === 'exhausted') {
    count('timeout', name, 'operations', figures)
    return
  }
  if (run.end === 'hazard') {
    const { hazard } = run
    const isAbort = native.signal === 'SIGABRT' && (hazard.kind === 'abort' || hazard.kind === 'assertion')
    const sameOutput = Buffer.compare(native.stdout, output) === 0
    if (isAbort && sameOutput) count('same', name, undefined, figures)
    else count('different', name, `${hazard.kind}: ${hazard.text}`, `${hazard.function}:${hazard.line}`)
    return
  }
  if (run.status !== native.status) {
    count('different', name, 'exit status', `ours ${run.status}, native ${native.status ?? native.signal}`)
  } else if (Buffer.compare(native.stdout, output) !== 0) {
    count('different', name, 'output', firstDifference(native.stdout, Buffer.from(output)))
  } else count('same', name, undefined, figures)
}

function preprocess(path, include) {
  const flags = ['-E', '-P', '-std=gnu11', '-D__NO_CTYPE', '-U_FORTIFY_SOURCE', ...include]
  const made = spawnSync('gcc', [...flags, path], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (made.status !== 0) throw new Error(`gcc -E ${path} failed: ${made.stderr}`)
  return made.stdout
}

function firstDifference(native, ours) {
  const left = native.toString('latin1').split('\n')
  const right = ours.toString('latin1').split('\n')
  const at = left.findIndex((line, i) => line !== right[i])
  return `line ${at + 1}: native ${JSON.stringify(left[at])}, ours ${JSON.stringify(right[at])}`
}

function count(kind, name, cause, detail) {
  tally.set(kind, (tally.get(kind) ?? 0) + 1)
  if (cause !== undefined) {
    const key = `${kind}: ${cause}`
    causes.set(key, [...(causes.get(key) ?? []), name])
  }
  if (options.list || (kind !== 'same' && cause !== undefined)) {
    console.error(`${kind.padEnd(12)} ${name}  ${cause ?? ''}  ${detail ?? ''}`)
  }
}

function report() {
  const figure = (bench, value, unit, note) =>
    console.log(JSON.stringify(note === undefined ? { bench, value, unit } : { bench, value, unit, note }))
  for (const [kind, value] of [...tally].sort()) figure(`conformance: ${kind}`, value, 'programs')
  for (const [cause, names] of [...causes].sort((a, b) => b[1].length - a[1].length)) {
    figure(`conformance: ${cause}`, names.length, 'programs', names.slice(0, 5).join(' '))
  }
  if (totals.programs === 0) return
  figure('conformance: instructions', totals.instructions, 'instructions')
  figure('conformance: time', Number(totals.seconds.toFixed(1)), 's', 'parsing, lowering and running')
}
