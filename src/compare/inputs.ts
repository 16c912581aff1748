/**
 * The answers that came from outside in an execution. Before and after may ask for different ones: then what one
 * side does at its answers is compared with what the other does at all answers that do not contradict them.
 */

/** True if no question that both inputs answer is answered differently; inputs are as `inputOf` spells them. */
export function agree(left: string, right: string): boolean {
  if (left === right || left === '' || right === '') return true
  const answers = answersIn(right)
  for (const [key, value] of answersIn(left)) {
    const other = answers.get(key)
    if (other !== undefined && other !== value) return false
  }
  return true
}

const PARSED = new Map<string, ReadonlyMap<string, string>>()
const MOST_PARSED = 20_000

function answersIn(input: string): ReadonlyMap<string, string> {
  const known = PARSED.get(input)
  if (known !== undefined) return known
  if (PARSED.size >= MOST_PARSED) PARSED.clear()
  const answers = new Map<string, string>()
  for (const answer of input.split('\n')) {
    const at = answer.lastIndexOf('=')
    answers.set(answer.slice(0, at), answer.slice(at + 1))
  }
  PARSED.set(input, answers)
  return answers
}
