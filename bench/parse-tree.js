// How much of a tree of C files parses, what is in the way of the rest, how fast, with how much memory.
//   node bench/parse-tree.js DIR…            all .c files below each folder
//   node bench/parse-tree.js --list DIR…     also each function that isn't clean, and why
//   node bench/parse-tree.js --headers DIR…  .h files too
// Functions are counted by lift's findFunctions, which looks at braces and knows nothing of the grammar.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { findFunctions, parseC } from '../dist/lift/index.js'
import { loadCParser } from '../dist/run/c-parser.js'

const options = process.argv.slice(2).filter((word) => word.startsWith('--'))
const places = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const suffix = options.includes('--headers') ? /\.[ch]$/ : /\.c$/

const files = places.flatMap((place) =>
  statSync(place).isDirectory()
    ? readdirSync(place, { recursive: true, encoding: 'utf8' })
        .filter((path) => suffix.test(path))
        .sort()
        .map((path) => join(place, path))
    : [place],
)
const parser = await loadCParser()
const causes = new Map()
let size = 0
let milliseconds = 0
let clean = 0
let inFile = 0
let expected = 0
let cleanFiles = 0
const missing = []
for (const path of files) {
  const text = readFileSync(path, 'utf8')
  size += text.length
  const before = process.cpuUsage()
  const { unit, diagnostics } = parseC(parser, path, text)
  const used = process.cpuUsage(before)
  milliseconds += (used.user + used.system) / 1000
  if (diagnostics.length === 0) cleanFiles++
  for (const { code, message, place } of diagnostics) {
    const cause = `${code}: ${message.replace(/^\w+: /, '').replace(/`[^`]*`/g, '`…`')}`
    causes.set(cause, (causes.get(cause) ?? 0) + 1)
    if (options.includes('--list')) console.log(`${path}:${place?.line}: ${message}`)
  }
  const functions = unit.declarations.filter(({ kind }) => kind === 'function')
  clean += functions.length
  inFile += functions.length
  inFile += unit.declarations.filter(({ kind, inFunction }) => kind === 'error' && inFunction !== null).length
  const names = new Set(functions.map(({ name }) => name))
  // What stands in the branch of an #if that isn't taken is looked for with the other branches taken.
  const all = findFunctions(text)
  if (!all.every(({ name }) => names.has(name))) {
    const other = parseC(parser, path, text, {
      decide: (condition) => !/^!defined|__cplusplus/.test(condition),
    })
    const third = parseC(parser, path, text, {
      decide: (condition) => /_H_*\b/.test(condition),
    })
    for (const { declarations } of [other.unit, third.unit]) {
      for (const one of declarations) if (one.kind === 'function') names.add(one.name)
    }
  }
  for (const { name, startLine } of all) {
    expected++
    if (!names.has(name)) missing.push(`${path}:${startLine}: ${name}`)
  }
}
const share = (part, whole) => `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`
console.log(`files       ${files.length}, ${share(cleanFiles, files.length)} without a diagnostic`)
console.log(`functions   ${inFile}, clean ${clean} (${share(clean, inFile)})`)
console.log(
  `by braces   ${expected}, found ${expected - missing.length} (${share(expected - missing.length, expected)})`,
)
console.log(
  `speed       ${(size / 1e6).toFixed(1)} MB in ${(milliseconds / 1000).toFixed(2)} s of processor time, ${(size / 1000 / milliseconds).toFixed(1)} MB/s`,
)
console.log(`peak RSS    ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
for (const [cause, count] of [...causes].sort((a, b) => b[1] - a[1]).slice(0, 40)) {
  console.log(`${String(count).padStart(11)} ${cause}`)
}
if (options.includes('--list')) for (const one of missing) console.log(`missing     ${one}`)
