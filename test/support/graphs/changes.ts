/** Small changes of programs that can only forbid executions. */
import type { Access } from '../../../src/machine/index.js'
import type { GraphText, Statement } from './language.js'

type Body = readonly Statement[]

/** The text with the statement at one more place, for every place there is. */
export function* inserted(text: GraphText, statement: Statement): Generator<GraphText> {
  yield* inEachThread(text, (body) => insertedIn(body, statement))
}

/** The text with one access marked one step stronger, for every access and every step that there is. */
export function* marked(text: GraphText): Generator<GraphText> {
  yield* inEachThread(text, markedIn)
}

function* inEachThread(
  { threads }: GraphText,
  changes: (body: Body) => Iterable<Body>,
): Generator<GraphText> {
  for (const [i, body] of threads.entries()) {
    for (const changed of changes(body)) yield { threads: threads.with(i, changed) }
  }
}

function* insertedIn(body: Body, statement: Statement): Generator<Body> {
  for (let at = 0; at <= body.length; at++) yield body.toSpliced(at, 0, statement)
  yield* inside(body, (inner) => insertedIn(inner, statement))
}

function* markedIn(body: Body): Generator<Body> {
  for (const [at, statement] of body.entries()) {
    for (const stronger of strongerThan(statement)) yield body.with(at, stronger)
  }
  yield* inside(body, markedIn)
}

/** Changes of the bodies that statements have. */
function* inside(body: Body, changes: (inner: Body) => Iterable<Body>): Generator<Body> {
  for (const [at, statement] of body.entries()) {
    if (!('body' in statement)) continue
    for (const inner of changes(statement.body)) yield body.with(at, { ...statement, body: inner })
    if (!('otherwise' in statement)) continue
    for (const inner of changes(statement.otherwise)) yield body.with(at, { ...statement, otherwise: inner })
  }
}

function strongerThan(statement: Statement): readonly Statement[] {
  const steps: Readonly<Record<string, Partial<Record<Access, readonly Access[]>>>> = {
    load: { plain: ['once'], once: ['acquire'] },
    store: { plain: ['once'], once: ['release'] },
    rmw: { once: ['acquire', 'release'], acquire: ['mb'], release: ['mb'] },
  }
  if (!('access' in statement)) return []
  return (steps[statement.do]?.[statement.access] ?? []).map((access) => ({ ...statement, access }))
}
