/**
 * The answers that came from outside in an execution. Before and after may ask for different ones: then what one
 * side does at its answers is compared with what the other does at all answers that do not contradict them.
 */

/** True if no question that both inputs answer is answered differently; inputs are as `inputOf` spells them. */
export function agree(left: string, right: string): boolean {
  if (left === right || left === '' || right === '') return true
  const answers = answersIn(right)
  for (const [key, answered] of answersIn(left)) {
    const other = answers.get(key)
    if (other === undefined) continue
    if (answered.whole !== null && other.whole !== null && answered.whole !== other.whole) return false
    const contradicts = answered.parts.some((part) => !fits(part, other))
    if (contradicts || other.parts.some((part) => !fits(part, answered))) return false
  }
  return true
}

/**
 * True if two observed texts say the same once the answers to both inputs are put for the values that they were
 * given for: one side may hand on a value that the other one looks at.
 */
export function saysSame(left: string, leftInput: string, right: string, rightInput: string): boolean {
  if (left === right) return true
  return settled(left, rightInput) === settled(right, leftInput)
}

/** The text with the names of values that another input has an answer for replaced by that answer. */
function settled(text: string, input: string): string {
  let settledText = text
  for (const [key, { whole }] of answersIn(input)) {
    const value =
      whole === null ? undefined : (SPELLED.get(whole) ?? (numberIn(whole) === null ? undefined : whole))
    if (value === undefined || !settledText.includes(key)) continue
    settledText = settledText.replaceAll(/^\w+$/.test(key) ? new RegExp(`\\b${key}\\b`, 'g') : key, value)
  }
  return settledText
}

const SPELLED: ReadonlyMap<string, string> = new Map([
  ['true', '1'],
  ['false', '0'],
])

/** What was answered of a value: all of it, or bits under masks. */
interface Answered {
  whole: string | null
  readonly parts: Part[]
}

interface Part {
  readonly mask: bigint
  readonly bits: bigint
}

/**
 * True if bits of a value do not contradict what else was answered of it. Bits that were asked for alone are not
 * asked for again: an answer of the whole is of the others.
 */
function fits({ mask, bits }: Part, { whole, parts }: Answered): boolean {
  const value = whole === null ? null : numberIn(whole)
  const alone = parts.reduce((all, part) => all | part.mask, 0n)
  const rest = mask & ~alone
  if (value !== null && (value & rest) !== (bits & rest)) return false
  return parts.every((other) => (other.mask & mask & (other.bits ^ bits)) === 0n)
}

/** The number that an answer spells; null for an object and its like. */
function numberIn(answer: string): bigint | null {
  if (answer === 'NULL') return 0n
  if (!/^-?(\d+|0x[0-9a-f]+)$/.test(answer)) return null
  return answer.startsWith('-') ? BigInt.asUintN(64, -BigInt(answer.slice(1))) : BigInt(answer)
}

const PARSED = new Map<string, ReadonlyMap<string, Answered>>()
const MOST_PARSED = 20_000

function answersIn(input: string): ReadonlyMap<string, Answered> {
  const known = PARSED.get(input)
  if (known !== undefined) return known
  if (PARSED.size >= MOST_PARSED) PARSED.clear()
  const answers = new Map<string, Answered>()
  for (const answer of input.split('\n')) {
    const at = answer.lastIndexOf('=')
    const [, value = '', mask] = /^(.*) & (0x[0-9a-f]+|\d+)$/s.exec(answer.slice(0, at)) ?? []
    const key = mask === undefined ? answer.slice(0, at) : value
    const known = answers.get(key) ?? { whole: null, parts: [] }
    answers.set(key, known)
    if (mask === undefined) known.whole = answer.slice(at + 1)
    else known.parts.push({ mask: BigInt(mask), bits: numberIn(answer.slice(at + 1)) ?? 0n })
  }
  PARSED.set(input, answers)
  return answers
}
