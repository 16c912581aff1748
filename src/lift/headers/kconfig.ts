/**
 * A configuration where none is given: what the architecture's defconfig gives when Kconfig's defaults,
 * dependencies and selects are worked out, as `make defconfig` would, with a current gcc that passes every test
 * of the toolchain. What a tree's Kconfig files do not define is not set.
 */
import {
  type Conditional,
  type Kconfig,
  type KconfigExpression,
  type KconfigSymbol,
  readKconfig,
} from './kconfig-file.js'
import type { TreeReader } from './library.js'
import { readKernelConfig } from './predefined.js'

export interface DefaultConfigOptions {
  readonly read: TreeReader
  /** The folder below arch/. */
  readonly arch: string
  readonly wordBits: 32 | 64
  /** Values that hold whatever Kconfig says, by name with prefix. */
  readonly stated?: Readonly<Record<string, string>>
  /** Values that somebody would give when asked, by name with prefix; default: the architecture's defconfig. */
  readonly answers?: Readonly<Record<string, string>>
}

/** The toolchain, as Kconfig's own tests would find it. */
const TOOLCHAIN: Readonly<Record<string, string>> = {
  CONFIG_CC_IS_GCC: 'y',
  CONFIG_GCC_VERSION: '120200',
  CONFIG_CC_IS_CLANG: 'n',
  CONFIG_CLANG_VERSION: '0',
  CONFIG_AS_IS_GNU: 'y',
  CONFIG_AS_IS_LLVM: 'n',
  CONFIG_AS_VERSION: '24000',
  CONFIG_LD_IS_BFD: 'y',
  CONFIG_LD_IS_LLD: 'n',
  CONFIG_LD_VERSION: '24000',
  CONFIG_LLD_VERSION: '0',
  CONFIG_RUST_IS_AVAILABLE: 'n',
  CONFIG_CC_HAS_SANITIZE_TYPE: 'n',
}

/** Where `make defconfig` starts, by the architecture's folder. */
const DEFCONFIGS: Readonly<Record<string, readonly string[]>> = {
  'x86-64': ['x86_64_defconfig'],
  'x86-32': ['i386_defconfig'],
  'powerpc-64': ['ppc64_defconfig', 'ppc64le_defconfig'],
  'powerpc-32': ['pmac32_defconfig'],
  'arm-32': ['multi_v7_defconfig', 'defconfig'],
}

/** The configuration, names that are `n` left out; null where the tree has no Kconfig for the architecture. */
export function defaultConfig(options: DefaultConfigOptions): Record<string, string> | null {
  const { read, arch, wordBits } = options
  if (read('Kconfig') === null || read(`arch/${arch}/Kconfig`) === null) return null
  const kconfig = readKconfig(read, 'Kconfig', {
    SRCARCH: arch,
    ARCH: arch === 'x86' ? (wordBits === 64 ? 'x86_64' : 'i386') : arch,
    srctree: '.',
    KERNELVERSION: '',
    CC_VERSION_TEXT: 'gcc 12.2.0',
    '32BIT': wordBits === 32 ? 'y' : '',
  })
  const names = [...(DEFCONFIGS[`${arch}-${wordBits}`] ?? []), 'defconfig']
  const texts = names.map((name) => read(`arch/${arch}/configs/${name}`))
  const answers = options.answers ?? readKernelConfig(texts.find((text) => text !== null) ?? '')
  const toolchain = wordBits === 64 ? { ...TOOLCHAIN, CONFIG_CC_HAS_INT128: 'y' } : TOOLCHAIN
  return kconfigValues(kconfig, answers, { ...toolchain, ...options.stated })
}

type Tristate = 0 | 1 | 2

/** A symbol that selects or implies another. */
interface Reverse {
  readonly by: KconfigSymbol
  readonly entry: Conditional<string>
}

const WORDS = ['n', 'm', 'y'] as const

/** The value of every symbol that is set. */
export function kconfigValues(
  kconfig: Kconfig,
  answers: Readonly<Record<string, string>>,
  stated: Readonly<Record<string, string>>,
): Record<string, string> {
  const { symbols } = kconfig
  const values = new Map<string, string>()
  const busy = new Set<string>()
  const selectedBy = new Map<string, Reverse[]>()
  const impliedBy = new Map<string, Reverse[]>()
  for (const symbol of symbols.values()) {
    for (const [list, all] of [
      [symbol.selects, selectedBy],
      [symbol.implies, impliedBy],
    ] as const) {
      for (const entry of list) all.set(entry.value, [...(all.get(entry.value) ?? []), { by: symbol, entry }])
    }
  }

  const tristate = (word: string): Tristate => (word === 'y' ? 2 : word === 'm' ? 1 : 0)
  const least = (...all: Tristate[]): Tristate => Math.min(...all) as Tristate
  const most = (...all: Tristate[]): Tristate => Math.max(0, ...all) as Tristate

  const holds = (expression: KconfigExpression | null): Tristate => {
    if (expression === null) return 2
    switch (expression.kind) {
      case 'word':
        return tristate(
          expression.isQuoted || !symbols.has(expression.text)
            ? wordValue(expression.text)
            : valueOfSymbol(expression.text),
        )
      case 'not':
        return (2 - holds(expression.of)) as Tristate
      case 'and':
        return least(holds(expression.left), holds(expression.right))
      case 'or':
        return most(holds(expression.left), holds(expression.right))
      case 'compare':
        return compare(expression.operator, operand(expression.left), operand(expression.right)) ? 2 : 0
    }
  }
  /** A word that names no symbol of the tree: a constant, or a symbol that is stated all the same. */
  const wordValue = (word: string): string => stated[`CONFIG_${word}`] ?? word
  const operand = (word: string): string =>
    /^["']/.test(word) ? word.slice(1, -1) : symbols.has(word) ? valueOfSymbol(word) : wordValue(word)

  const chosen = (symbol: KconfigSymbol): string | null => {
    const { choice } = symbol
    if (choice === null) return null
    const isVisible = (name: string): boolean => {
      const member = symbols.get(name)
      return member !== undefined && visibility(member) > 0
    }
    const answered = choice.members.find((name) => answers[`CONFIG_${name}`] === 'y' && isVisible(name))
    if (answered !== undefined) return answered
    for (const { value, condition } of choice.defaults) {
      if (value.kind === 'word' && holds(condition) > 0 && isVisible(value.text)) return value.text
    }
    return choice.members.find(isVisible) ?? null
  }

  const dependencies = (symbol: KconfigSymbol): Tristate => most(...symbol.depends.map(holds))
  const visibility = (symbol: KconfigSymbol): Tristate =>
    most(...symbol.prompts.map((entry) => counts(symbol, entry)))
  /** How far an entry counts: under its own condition, and what its place depends on. */
  const counts = (symbol: KconfigSymbol, entry: Conditional<unknown>): Tristate =>
    least(holds(entry.condition), holds(symbol.depends[entry.place] ?? null))

  const valueOfSymbol = (name: string): string => {
    const fixed = stated[`CONFIG_${name}`]
    if (fixed !== undefined) return fixed
    const known = values.get(name)
    if (known !== undefined) return known
    const symbol = symbols.get(name)
    // Kconfig has no rings; what would be one is not set.
    if (symbol === undefined || busy.has(name)) return 'n'
    busy.add(name)
    const value = calculated(symbol)
    busy.delete(name)
    values.set(name, value)
    return value
  }

  const calculated = (symbol: KconfigSymbol): string => {
    const answer = answers[`CONFIG_${symbol.name}`]
    const visible = visibility(symbol)
    if (symbol.type === 'int' || symbol.type === 'hex' || symbol.type === 'string') {
      if (answer !== undefined && answer !== 'n' && visible > 0) return answer
      const fallback = dependencies(symbol) === 0 ? undefined : firstDefault(symbol)
      return fallback === undefined ? '' : operandOf(fallback, symbol.type)
    }
    if (symbol.choice !== null) return visible > 0 && chosen(symbol) === symbol.name ? 'y' : 'n'
    const depends = dependencies(symbol)
    let value: Tristate = 0
    if (answer !== undefined && visible > 0) value = least(tristate(answer), visible)
    else {
      const found = firstDefault(symbol)
      if (found !== undefined) value = least(holds(found), depends)
      value = most(value, least(reverse(impliedBy.get(symbol.name)), depends))
    }
    value = most(value, reverse(selectedBy.get(symbol.name)))
    if (value === 1 && (symbol.type === 'bool' || valueOfSymbol('MODULES') !== 'y')) value = 2
    return WORDS[value]
  }
  const reverse = (list: readonly Reverse[] | undefined): Tristate =>
    most(...(list ?? []).map(({ by, entry }) => least(tristate(valueOfSymbol(by.name)), counts(by, entry))))
  const firstDefault = (symbol: KconfigSymbol): KconfigExpression | undefined =>
    symbol.defaults.find((entry) => counts(symbol, entry) > 0)?.value
  const operandOf = (expression: KconfigExpression, type: string): string => {
    if (expression.kind !== 'word') return ''
    const text = expression.isQuoted ? expression.text : operand(expression.text)
    return type === 'string' ? `"${text}"` : text
  }

  const result: Record<string, string> = {}
  for (const name of symbols.keys()) {
    const value = valueOfSymbol(name)
    if (value !== 'n' && value !== '') result[`CONFIG_${name}`] = value
  }
  for (const [name, value] of Object.entries(stated)) if (value !== 'n') result[name] = value
  return result
}

function compare(operator: string, left: string, right: string): boolean {
  const numbers = [left, right].map(Number)
  const areNumbers = left !== '' && right !== '' && numbers.every((number) => !Number.isNaN(number))
  const order = areNumbers ? (numbers[0] ?? 0) - (numbers[1] ?? 0) : left < right ? -1 : left > right ? 1 : 0
  switch (operator) {
    case '=':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    default:
      return order >= 0
  }
}
