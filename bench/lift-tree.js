/**
 * Lifting all functions of mm/ of a real kernel: `node bench/lift-tree.js [TREE [.config]]`, after `npm run build`.
 * Without a tree, that of KREPLAY_LINUX_6_1, and nothing where that is not set. Seconds are of processor time.
 */
import { readKconfig } from '../dist/cli/kconfig.js'
import { liftFrom } from '../dist/run/index.js'

const [tree = process.env.KREPLAY_LINUX_6_1, file = process.env.KREPLAY_CONFIG] = process.argv.slice(2)
if (tree !== undefined) {
  const cwd = process.cwd()
  const config = await readKconfig(file === undefined ? [] : [file], cwd)
  const before = process.cpuUsage()
  const answer = await liftFrom({
    what: 'mm',
    cwd,
    tree: { name: tree, cwd },
    config: config.ok ? config.value : {},
  })
  const used = process.cpuUsage(before)
  if (!answer.ok) throw new Error(answer.error.message)
  const { compiled, parsed, lifted, instructions, assumed, calls } = answer.value
  const all = calls.bound + calls.defined + calls.pointer + calls.opaque
  print('lift-tree: mm functions', compiled, 'functions')
  print('lift-tree: mm parsed', (100 * parsed) / compiled, '%')
  print('lift-tree: mm lifted', (100 * lifted) / compiled, '%')
  print('lift-tree: mm of unknown type', (100 * assumed) / instructions, '%')
  print('lift-tree: mm opaque calls', (100 * calls.opaque) / all, '%')
  print('lift-tree: mm processor time', (used.user + used.system) / 1e6, 's')
  print('lift-tree: peak memory', process.resourceUsage().maxRSS / 1024, 'MiB')
}

function print(bench, value, unit) {
  console.log(JSON.stringify({ bench, value: Math.round(value * 100) / 100, unit }))
}
