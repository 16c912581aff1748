/**
 * Lifts every function in mm/ of a kernel tree, and says what stands in the way of the others. Trees are named
 * by KREPLAY_LINUX_6_1 and KREPLAY_LINUX_6_12, or on the command line:
 *   node bench/lift.js [--arch x86|arm64] [--dir mm] [--list] [TREE…]
 * --list names each function that is not lifted. Needs `npm run build`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createEnvironment, Layouts, liftFunction, parseC } from '../dist/lift/index.js'
import { boundNames, kernelLiftOptions } from '../dist/match/index.js'
import { ARM64, X86_64 } from '../dist/mm/index.js'
import { loadCParser } from '../dist/run/c-parser.js'
import { kernelConfig } from '../dist/run/kernel-config.js'

const words = process.argv.slice(2)
const option = (name) => {
  const at = words.indexOf(name)
  return at < 0 ? null : words.splice(at, 2)[1]
}
const profile = option('--arch') === 'arm64' ? ARM64 : X86_64
const arch = profile === ARM64 ? 'arm64' : 'x86'
const dir = option('--dir') ?? 'mm'
const lists = words.includes('--list')
const given = words.filter((word) => !word.startsWith('--'))
const trees = given.length > 0 ? given : [process.env.KREPLAY_LINUX_6_1, process.env.KREPLAY_LINUX_6_12]
const NOTHING_CHANGED = new Set()

const parser = await loadCParser()
for (const tree of trees) if (tree !== undefined && existsSync(tree)) measure(tree)

function measure(tree) {
  const read = (path) => {
    try {
      return readFileSync(join(tree, path), 'utf8')
    } catch {
      return null
    }
  }
  const label = `${tree.split('/').pop()}.${arch}.${dir}`
  const print = (bench, value, unit, note) =>
    console.log(
      JSON.stringify({
        bench: `lift.${label}.${bench}`,
        value,
        unit,
        ...(note === undefined ? {} : { note }),
      }),
    )
  const begun = process.cpuUsage()
  const { keep, scalarTypes } = boundNames(profile, NOTHING_CHANGED)
  const environment = createEnvironment({
    read,
    arch,
    config: kernelConfig(profile),
    wordBits: profile.wordBits,
    parser,
    keep,
    scalarTypes,
  })
  const options = kernelLiftOptions(profile, new Layouts({ wordBits: profile.wordBits }), NOTHING_CHANGED)
  const counts = { functions: 0, parsed: 0, lifted: 0, instructions: 0, unknown: 0, calls: 0, opaque: 0 }
  const times = { scope: 0, parse: 0, lift: 0 }
  const causes = new Map()
  const failed = (cause, where) => {
    causes.set(cause, [...(causes.get(cause) ?? []), where])
    if (lists) console.error(`${where}: ${cause}`)
  }
  const timed = (what, run) => {
    const start = performance.now()
    const result = run()
    times[what] += performance.now() - start
    return result
  }
  for (const name of readdirSync(join(tree, dir)).filter((file) => file.endsWith('.c'))) {
    const path = `${dir}/${name}`
    const scope = timed('scope', () => environment.scopeFor(path, read(path)))
    const { unit } = timed('parse', () => parseC(parser, path, scope.activeText, scope.parseOptions))
    for (const declaration of unit.declarations) {
      if (declaration.kind === 'error' && declaration.inFunction !== null) {
        counts.functions++
        failed(`parse: ${declaration.message}`, `${path}:${declaration.span.line}`)
      }
      if (declaration.kind !== 'function') continue
      counts.functions++
      counts.parsed++
      const lifted = timed('lift', () =>
        liftFunction(declaration, path, scope.at(declaration.span.line), options),
      )
      if (!lifted.ok) {
        const { construct, line } = lifted.error
        failed(construct, `${path}:${line} ${declaration.name}`)
        continue
      }
      counts.lifted++
      const { ir, notes, callees } = lifted.value
      counts.instructions += ir.code.length
      const lines = new Set(
        notes.filter(({ text }) => /unknown|not known/.test(text)).map(({ line }) => line),
      )
      counts.unknown += ir.places.filter(({ line }) => lines.has(line)).length
      const isOpaque = new Set(
        callees
          .filter(({ name: callee, path: file }) => file === null && !keep(callee))
          .map((callee) => callee.name),
      )
      for (const instruction of ir.code) {
        if (instruction.op === 'call-pointer') counts.calls++
        if (instruction.op !== 'call') continue
        counts.calls++
        if (isOpaque.has(instruction.target)) counts.opaque++
      }
    }
  }
  const used = process.cpuUsage(begun)
  const share = (part, whole) => Math.round((10_000 * part) / Math.max(1, whole)) / 100
  print('functions', counts.functions, 'functions')
  print('parsed', share(counts.parsed, counts.functions), '%')
  print('lifted', share(counts.lifted, counts.functions), '%')
  print('instructions', counts.instructions, 'instructions')
  print('instructions on lines of unknown type', share(counts.unknown, counts.instructions), '%')
  print('calls without a definition or primitive', share(counts.opaque, counts.calls), '% of calls')
  for (const [what, time] of Object.entries(times)) print(what, Math.round(time), 'ms')
  print('processor', Math.round((used.user + used.system) / 1000), 'ms')
  for (const [cause, where] of [...causes].sort((a, b) => b[1].length - a[1].length)) {
    print(`not lifted: ${cause}`, where.length, 'functions', where.slice(0, 3).join(', '))
  }
}
