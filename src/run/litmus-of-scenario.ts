/** A scenario as a litmus test, for checking it with another tool. */
import { ok, type Result } from '../base/index.js'
import { ENDED, unfold } from '../explore/index.js'
import { type Location, type Proposition, writeLitmus } from '../litmus/index.js'
import { DEFAULT_THREAD_OPTIONS, type Omission } from '../machine/index.js'
import type { Built } from '../suite/index.js'

/**
 * The text of the test: what the threads do `without` some parts, every way they can go. Executions in which a thread does not come
 * to its end (a loop that would go round again) are filtered out; the states show all that was read. Error:
 * `litmus-unwritable`, for a scenario that does more than the format has words for.
 */
export function litmusOf(
  built: Built,
  name: string,
  about: readonly string[],
  without: readonly Omission[] = [],
): Result<string> {
  const unfolded = unfold(built.program, { ...DEFAULT_THREAD_OPTIONS, without })
  if (!unfolded.ok) return unfolded
  const functions = unfolded.value
  const ended = functions.map(
    (_, process): Proposition => ({
      kind: 'is',
      location: registerOf(process, ENDED),
      value: { kind: 'number', value: 1n },
    }),
  )
  const reads = functions.flatMap((fn, process) =>
    fn.registers
      .filter((register) => register.startsWith('r'))
      .map((register) => registerOf(process, register)),
  )
  const all: Proposition = { kind: 'and', of: ended }
  const text = writeLitmus({
    name,
    comment: about,
    program: built.program,
    functions,
    question: { quantifier: 'exists', condition: all, filter: all, locations: reads },
  })
  return text.ok ? ok(text.value) : text
}

function registerOf(process: number, name: string): Location {
  return { kind: 'register', process, name }
}
