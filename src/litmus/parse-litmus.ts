/** Reads a litmus test of the LKMM C format. */
import { fail, ok, type Result } from '../base/index.js'
import { parseProcess } from './parse-code.js'
import { parseHead } from './parse-head.js'
import { parseEnding, parseInitial } from './parse-state.js'
import { Scanner } from './scanner.js'
import type { LitmusTest, Process } from './syntax.js'

/**
 * The test in `text`; `source` names it in diagnostics. Errors: `litmus-not-c` for a test of another language,
 * `litmus-syntax` and `litmus-unsupported` with line and column.
 */
export function parseLitmus(text: string, source: string): Result<LitmusTest> {
  const scanner = new Scanner(text, source)
  const head = parseHead(text, source, (offset) => scanner.place(offset))
  if (!head.ok) return head
  const { name, doc, stated, end } = head.value
  scanner.switchTo('state', end)
  const initial = parseInitial(scanner)
  const processes: Process[] = []
  while (atProcess(scanner)) {
    const proc = parseProcess(scanner)
    if (proc.number !== processes.length) {
      const message = `P${proc.number} where P${processes.length} is expected`
      scanner.fail('litmus-syntax', message, proc.at, 'processes are P0, P1, … in order')
    }
    processes.push(proc)
  }
  if (processes.length === 0) scanner.unexpected('a process, `P0(…) { … }`,')
  const ending = parseEnding(scanner)
  if (scanner.error !== null) return fail(scanner.error)
  return ok({ name, doc, stated, initial, processes, ...ending })
}

function atProcess(scanner: Scanner): boolean {
  return /^P\d+$/.test(scanner.peek(scanner.at('void') ? 1 : 0).text)
}
