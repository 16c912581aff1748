/** Litmus tests written for kreplay's own tests, and short ways to run them. */
import { MEMORY_MODELS, type MemoryModel, SC } from '../../src/explore/index.js'
import {
  buildLitmus,
  evaluateLitmus,
  formatOutcome,
  type LitmusOutcome,
  type LitmusProgram,
  type LitmusTest,
  parseLitmus,
} from '../../src/litmus/index.js'

/** The memory model of this name. */
export function modelNamed(name: string): MemoryModel {
  return MEMORY_MODELS.find((model) => model.name === name) ?? SC
}

export function parsed(text: string): LitmusTest {
  const test = parseLitmus(text, 'own.litmus')
  if (!test.ok) throw new Error(JSON.stringify(test.error))
  return test.value
}

/** `line:column: code: message` of the diagnostic that a test is refused with, by parser or compiler. */
export function refused(text: string): string {
  const test = parseLitmus(text, 'own.litmus')
  const built = test.ok ? buildLitmus(test.value, 'own.litmus') : test
  if (built.ok) return 'accepted'
  const { code, message, place } = built.error
  return `${place?.line ?? '?'}:${place?.column ?? '?'}: ${code}: ${message}`
}

export function built(text: string): LitmusProgram {
  const program = buildLitmus(parsed(text), 'own.litmus')
  if (!program.ok) throw new Error(JSON.stringify(program.error))
  return program.value
}

/** Runs a test without a bound. */
export function outcome(text: string, model = 'sc'): LitmusOutcome {
  return evaluateLitmus(built(text), { model: modelNamed(model), now: () => 0, limit: null })
}

/** The block that is printed for a test. */
export function block(text: string, model = 'sc'): string {
  return formatOutcome(parsed(text), outcome(text, model))
}

/** The states of a test, as they are printed. */
export function states(text: string, model = 'sc'): string[] {
  return outcome(text, model).states.map((state) =>
    Object.entries(state)
      .map(([location, value]) => `${location}=${value}`)
      .join(' '),
  )
}

/** The register r0 of a test whose one process is `body`, over globals x, y and z, in all states. */
export function r0(body: string, initial = ''): string {
  const text = `C one\n{ ${initial} }\nP0(int *x, int *y, int *z) { int r0; ${body} }\nexists (0:r0=0)`
  return states(text)
    .map((state) => state.replace('0:r0=', ''))
    .join(' ')
}

/** Store buffering with these accesses between the two of each process. */
export function storeBuffering(between = ''): string {
  return `C store-buffering
{}
P0(int *x, int *y) { int r0; WRITE_ONCE(*x, 1); ${between} r0 = READ_ONCE(*y); }
P1(int *x, int *y) { int r0; WRITE_ONCE(*y, 1); ${between} r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
`
}

/** Message passing: the body of the writer, and that of the reader. */
export function messagePassing(writer: string, reader: string, head = ''): string {
  return `C message-passing
${head}
{}
P0(int *data, int *ready) { ${writer} }
P1(int *data, int *ready) { int r0; int r1; ${reader} }
exists (1:r0=1 /\\ 1:r1=0)
`
}
