/**
 * C in the kernel's manner, made up: functions, comments, switches, labels, macros, strings, and now and then
 * what trips a reader of patches: lines that begin with an operator or with a dash of an enumeration.
 */
import type { Random } from './random.js'

const NOUNS = [
  'slot',
  'ring',
  'lane',
  'batch',
  'frame',
  'window',
  'credit',
  'region',
  'table',
  'token',
  'entry',
  'queue',
]
const VERBS = [
  'claim',
  'drop',
  'refill',
  'walk',
  'flush',
  'mark',
  'split',
  'merge',
  'probe',
  'settle',
  'drain',
  'wake',
]
const TYPES = ['int', 'unsigned long', 'bool', 'u32', 'struct lane *', 'struct ring *', 'size_t']
const PROSE = [
  'The caller holds the lock of the ring, so nobody else can move the head meanwhile.',
  'A lane that was drained may be refilled at once; see the comment above refill_lane().',
  'Do not sleep here: this runs from the timer as well as from the syscall path.',
  'We may race with a concurrent reader, which is fine because the token only grows.',
  'Note that the window is closed from both ends and can become empty at any time.',
]
const MESSAGES = [
  'lane %u stuck',
  'no credit left for %s',
  'unexpected state  %#lx',
  'giving up after %d tries',
]

/** The lines of a file of about `length` lines, without newlines. */
export function cSource(random: Random, length: number): string[] {
  const lines = [
    '// SPDX-License-Identifier: GPL-2.0',
    '#include <linux/lane.h>',
    '#include <linux/ring.h>',
    '',
  ]
  while (lines.length < length) {
    if (random.chance(12)) lines.push(...macro(random), '')
    if (random.chance(15)) lines.push(...structure(random), '')
    if (random.chance(40)) lines.push(...blockComment(random, ''))
    lines.push(...cFunction(random), '')
  }
  lines.pop()
  return lines
}

/** One to three statements at a depth, as an edit would insert them. */
export function statements(random: Random, depth: number): string[] {
  const lines: string[] = []
  for (let count = 1 + random.below(3); count > 0; count--) lines.push(...statement(random, depth, 1))
  return lines
}

function name(random: Random): string {
  return `${random.pick(VERBS)}_${random.pick(NOUNS)}`
}

function value(random: Random): string {
  const noun = random.pick(NOUNS)
  return random.pick([
    noun,
    `${noun}->${random.pick(NOUNS)}`,
    `${noun}.head`,
    '0',
    '-EINVAL',
    '1UL << 4',
    `&${noun}->lock`,
  ])
}

function call(random: Random): string {
  const values = Array.from({ length: 1 + random.below(4) }, () => value(random))
  return `${name(random)}(${values.join(', ')})`
}

function condition(random: Random): string {
  const one = random.pick([
    `${value(random)} == ${value(random)}`,
    `!${random.pick(NOUNS)}->busy`,
    call(random),
  ])
  return random.chance(25) ? `${one} && ${call(random)}` : one
}

function statement(random: Random, depth: number, nesting: number): string[] {
  const tabs = '\t'.repeat(depth)
  if (nesting > 0 && random.chance(35)) return block(random, depth, nesting)
  if (random.chance(1))
    return [`${tabs}${random.pick(NOUNS)} = ${value(random)}`, `${tabs}      - ${value(random)};`]
  if (random.chance(1)) return [`${tabs}return ${call(random)}`, `${tabs}       + ${value(random)};`]
  if (random.chance(10)) return [`${tabs}pr_warn("${random.pick(MESSAGES)}\\n", ${value(random)});`]
  if (random.chance(8)) return [`${tabs}/* ${random.pick(PROSE).slice(0, 30 + random.below(30))} */`]
  if (random.chance(8)) {
    const start = `${tabs}err = ${name(random)}(`
    return [
      `${start}${value(random)}, ${value(random)},`,
      `${align(start)}${value(random)}, ${value(random)});`,
    ]
  }
  return [
    `${tabs}${random.pick([`${random.pick(NOUNS)} = ${call(random)}`, call(random), `${random.pick(NOUNS)}->head++`])};`,
  ]
}

/** Tabs and blanks up to the column behind `start`. */
function align(start: string): string {
  const columns = start.replaceAll('\t', '        ').length
  return '\t'.repeat(Math.floor(columns / 8)) + ' '.repeat(columns % 8)
}

function block(random: Random, depth: number, nesting: number): string[] {
  const tabs = '\t'.repeat(depth)
  const body = () => statement(random, depth + 1, nesting - 1)
  switch (random.below(6)) {
    case 0:
      return [`${tabs}if (${condition(random)})`, `${tabs}\treturn ${value(random)};`]
    case 1:
      return [
        `${tabs}if (${condition(random)}) {`,
        ...body(),
        ...body(),
        `${tabs}} else {`,
        ...body(),
        `${tabs}}`,
      ]
    case 2:
      return [`${tabs}for (i = 0; i < ${value(random)}; i++) {`, ...body(), ...body(), `${tabs}}`]
    case 3:
      return [`${tabs}do {`, ...body(), `${tabs}} while (${condition(random)});`]
    case 4:
      return [
        `${tabs}switch (${random.pick(NOUNS)}->state) {`,
        `${tabs}case LANE_${random.pick(NOUNS).toUpperCase()}:`,
        ...body(),
        `${tabs}\tbreak;`,
        `${tabs}default:`,
        `${tabs}\tgoto out;`,
        `${tabs}}`,
      ]
    default:
      return blockComment(random, tabs)
  }
}

function blockComment(random: Random, tabs: string): string[] {
  const lines = [`${tabs}/*`, `${tabs} * ${random.pick(PROSE)}`]
  if (random.chance(60)) lines.push(`${tabs} * ${random.pick(PROSE)}`)
  if (random.chance(15))
    lines.push(`${tabs} *`, `${tabs} *  - ${random.pick(PROSE)}`, `${tabs} *  + ${random.pick(NOUNS)}`)
  // Licence headers and old drivers have comments without stars.
  if (random.chance(2)) lines.push(`${tabs}   - ${random.pick(NOUNS)}s are counted twice`)
  lines.push(`${tabs} */`)
  return lines
}

function cFunction(random: Random): string[] {
  const kind = random.pick(['static int', 'int', 'static void', 'static inline bool', 'struct lane *'])
  const start = `${kind}${kind.endsWith('*') ? '' : ' '}${name(random)}(`
  const parameters = Array.from({ length: 1 + random.below(3) }, () => {
    const type = random.pick(TYPES)
    return `${type}${type.endsWith('*') ? '' : ' '}${random.pick(NOUNS)}`
  })
  const first = parameters.shift() ?? 'void'
  const heading =
    parameters.length > 1
      ? [`${start}${first},`, `${align(start)}${parameters.join(', ')})`]
      : [`${start}${[first, ...parameters].join(', ')})`]
  const lines = [...heading, '{', '\tint err = 0;']
  if (random.chance(50)) lines.push(`\tstruct ring *${random.pick(NOUNS)} = ${call(random)};`)
  lines.push('')
  for (let count = 2 + random.below(6); count > 0; count--) {
    lines.push(...statement(random, 1, 2))
    if (random.chance(25)) lines.push('')
  }
  if (random.chance(30)) lines.push('out:')
  lines.push('\treturn err;', '}')
  if (random.chance(20)) lines.push(`EXPORT_SYMBOL_GPL(${name(random)});`)
  return lines
}

function macro(random: Random): string[] {
  const upper = name(random).toUpperCase()
  if (random.chance(60)) return [`#define ${upper}\t\t${random.below(4096)}`]
  return [`#define ${upper}(x)\t\t\t\\`, `do {\t\t\t\t\t\\`, `\t${call(random)};\t\\`, '} while (0)']
}

function structure(random: Random): string[] {
  const lines = [`struct ${random.pick(NOUNS)}_state {`]
  for (let count = 2 + random.below(4); count > 0; count--)
    lines.push(`\tunsigned long\t${random.pick(NOUNS)};`)
  return [...lines, '};']
}
