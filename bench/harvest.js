/**
 * What the headers of a kernel tree say about the names in its mm/, and how fast. Trees are named by
 * KREPLAY_LINUX_6_1 and KREPLAY_LINUX_6_12, or on the command line:
 *   node bench/harvest.js [--config FILE] [--arch x86|arm64|…] [--list] [TREE…]
 * Without --config the configuration is what the tree's defconfig and Kconfig give, or, in a part of a tree
 * without them, the arch profile's. --list names what is not found. Needs `npm run build`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createEnvironment, defaultConfig, parseC, readKernelConfig } from '../dist/lift/index.js'
import { ARM64, X86_64 } from '../dist/mm/index.js'
import { loadCParser } from '../dist/run/c-parser.js'
import { kernelConfig } from '../dist/run/kernel-config.js'

const words = process.argv.slice(2)
const option = (name) => {
  const at = words.indexOf(name)
  return at < 0 ? null : words.splice(at, 2)[1]
}
const configFile = option('--config')
const onlyArch = option('--arch')
const lists = words.includes('--list')
const given = words.filter((word) => !word.startsWith('--'))
const trees = given.length > 0 ? given : [process.env.KREPLAY_LINUX_6_1, process.env.KREPLAY_LINUX_6_12]

const parser = await loadCParser()
for (const tree of trees) {
  if (tree === undefined || !existsSync(tree)) continue
  for (const profile of [X86_64, ARM64]) {
    const arch = profile.name.replace(/-.*/, '')
    if (onlyArch !== null && onlyArch !== arch) continue
    if (existsSync(join(tree, 'arch', arch, 'include'))) harvest(tree, arch, configOf(profile, tree, arch))
  }
}

function configOf(profile, tree, arch) {
  if (configFile === null) {
    const read = (path) => (existsSync(join(tree, path)) ? readFileSync(join(tree, path), 'utf8') : null)
    return defaultConfig({ read, arch, wordBits: 64 }) ?? kernelConfig(profile)
  }
  const text = configFile.endsWith('.xz')
    ? execFileSync('xzcat', [configFile], { encoding: 'utf8', maxBuffer: 1 << 28 })
    : readFileSync(configFile, 'utf8')
  return readKernelConfig(text)
}

function harvest(tree, arch, config) {
  const read = (path) => {
    try {
      return readFileSync(join(tree, path), 'utf8')
    } catch {
      return null
    }
  }
  const files = readdirSync(join(tree, 'mm')).filter((name) => name.endsWith('.c'))
  const environment = createEnvironment({ read, arch, config, wordBits: 64, parser })
  const label = `${tree.split('/').pop()}.${arch}`
  const print = (bench, value, unit) =>
    console.log(JSON.stringify({ bench: `harvest.${label}.${bench}`, value, unit }))
  const share = (part, whole) => Math.round((10_000 * part) / Math.max(1, whole)) / 100

  let start = performance.now()
  let cpu = process.cpuUsage()
  const scopes = files.map((name) => [name, environment.scopeFor(`mm/${name}`, read(`mm/${name}`))])
  const used = process.cpuUsage(cpu)
  print('walk', Math.round(performance.now() - start), 'ms')
  print('walk.processor', Math.round((used.user + used.system) / 1000), 'ms')
  const variants = new Set(scopes.flatMap(([, scope]) => [...scope.walk.variants]))
  const macros = new Set(scopes.flatMap(([, scope]) => scope.walk.macros.filter(Boolean)))
  const kinds = {}
  for (const { declared } of variants) for (const { kind } of declared) kinds[kind] = (kinds[kind] ?? 0) + 1
  print('headers', new Set([...variants].map(({ path }) => path)).size - files.length, 'files')
  print('variants', variants.size, 'readings')
  print('macros', macros.size, 'macros')
  for (const [kind, count] of Object.entries(kinds).sort()) print(`declared.${kind}`, count, 'names')
  print(
    'undecided',
    scopes.reduce((sum, [, { walk }]) => sum + walk.undecided.length, 0),
    'conditions',
  )
  print('missing', environment.library.missing.size, 'includes')
  print('unmentioned', environment.library.unmentioned.size, 'Kconfig names')

  const missed = new Map()
  const miss = (what, name) => missed.set(`${what} ${name}`, (missed.get(`${what} ${name}`) ?? 0) + 1)
  const counts = {
    functions: 0,
    names: 0,
    found: 0,
    constants: 0,
    known: 0,
    evaluated: 0,
    types: 0,
    resolved: 0,
  }
  start = performance.now()
  cpu = process.cpuUsage()
  let parsing = 0
  for (const [name, scope] of scopes) {
    const before = performance.now()
    const { unit } = parseC(parser, `mm/${name}`, scope.activeText, scope.parseOptions)
    parsing += performance.now() - before
    for (const definition of unit.declarations) {
      if (definition.kind !== 'function') continue
      counts.functions++
      const uses = usesIn(definition, scope)
      for (const word of uses.names) {
        const isConstant = /^[A-Z][A-Z0-9_]*[A-Z0-9]$/.test(word) && !uses.called.has(word)
        const macro = scope.macro(word)
        const constant = isConstant && macro?.parameters == null ? scope.constant(word) : null
        const isFound =
          macro !== null ||
          constant !== null ||
          scope.global(word) !== null ||
          scope.prototype(word) !== null ||
          scope.constant(word) !== null
        // A member's name as a macro's argument (`container_of`) stands for nothing by itself.
        if (!isFound && uses.inMacros.has(word)) continue
        counts.names++
        if (isFound) counts.found++
        else miss('name', word)
        if (!isConstant || (macro !== null && macro.parameters !== null)) continue
        counts.constants++
        if (isFound) counts.known++
        if (constant !== null) counts.evaluated++
        else if (isFound) miss('constant', word)
      }
      for (const { kind, name: word } of uses.types) {
        const type = kind === 'named' ? scope.typeNamed(word) : scope.tagged(kind, word)
        counts.types++
        if (type !== null && (type.kind !== 'struct' || type.members() !== null)) counts.resolved++
        else miss('type', word)
      }
    }
  }
  const spent = process.cpuUsage(cpu)
  print('parse', Math.round(parsing), 'ms')
  print('look-up', Math.round(performance.now() - start - parsing), 'ms')
  print('parse and look-up.processor', Math.round((spent.user + spent.system) / 1000), 'ms')
  print('functions', counts.functions, 'functions')
  print('names', counts.names, 'uses')
  print('names.found', share(counts.found, counts.names), '%')
  print('constants', counts.constants, 'uses')
  print('constants.found', share(counts.known, counts.constants), '%')
  print('constants.evaluated', share(counts.evaluated, counts.constants), '%')
  print('types', counts.types, 'uses')
  print('types.resolved', share(counts.resolved, counts.types), '%')
  if (!lists) return
  console.log(
    [...missed]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 200)
      .map(([name, count]) => `${count} ${name}`)
      .join('\n'),
  )
  console.log(
    [...environment.library.missing].map(([target, from]) => `missing ${target} in ${from}`).join('\n'),
  )
  console.log(
    [...environment.library.diagnostics.values()]
      .map(({ code, message, place }) => `${code} ${place?.source}:${place?.line} ${message}`)
      .join('\n'),
  )
}

/** Names that a function uses and does not declare. */
function usesIn(definition, scope) {
  const locals = new Set(definition.parameters.map(({ name }) => name))
  const names = []
  const types = []
  const called = new Set()
  const inMacros = new Set()
  const declaredBy = (text) => {
    for (const word of text.match(/\w+/g)?.slice(1) ?? []) locals.add(word)
  }
  const visit = (node) => {
    if (Array.isArray(node)) for (const one of node) visit(one)
    else if (typeof node === 'object' && node !== null) {
      if (node.kind === 'declaration') for (const { name } of node.variables) locals.add(name)
      else if (node.kind === 'enum') for (const { name } of node.enumerators ?? []) locals.add(name)
      else if (node.kind === 'identifier') names.push(node.name)
      else if (node.kind === 'iteration') names.push(node.macro)
      else if (node.kind === 'label') locals.add(node.name)
      else if (node.kind === 'macro') {
        names.push(node.name)
        declaredBy(node.text)
      } else if (node.kind === 'named') types.push({ kind: 'named', name: node.name })
      else if (node.kind === 'struct' && node.tag !== null) types.push({ kind: 'struct', name: node.tag })
      else if (node.kind === 'call' && node.callee.kind === 'identifier') {
        called.add(node.callee.name)
        const macro = scope.macro(node.callee.name)
        if (macro !== null) for (const word of node.text.match(/\w+/g) ?? []) inMacros.add(word)
        if (macro !== null && scope.effectsOf(node.callee.name)?.opens) declaredBy(node.text)
      }
      if (node.kind === 'iteration') for (const word of node.text.match(/\w+/g) ?? []) inMacros.add(word)
      for (const [key, inner] of Object.entries(node)) if (key !== 'span') visit(inner)
    }
  }
  visit(definition)
  return {
    names: names.filter((name) => !locals.has(name) && !/^__builtin_|^__func__$|^__FUNCTION__$/.test(name)),
    types,
    called,
    inMacros,
  }
}
