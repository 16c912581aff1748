/** Whole threads through the pipeline, and the findings of their reports by what they say. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Finding, Report } from '../../src/report/index.js'
import { parseThread, type RunRequest, type RunResult, runThread } from '../../src/run/index.js'

/** The path of a thread under fixtures/threads. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/threads/${name}`, import.meta.url))
}

/** The text of a thread under fixtures/threads. */
export function fixtureText(name: string): string {
  return readFileSync(fixture(name), 'utf8')
}

/** For hooks that replay a thread: milliseconds, ample on a busy machine. */
export const REPLAY_TIMEOUT = 120_000

const kept = new Map<string, Promise<RunResult>>()

/** Replays a file with the default options; once per test file, as a run takes a second or more. */
export function replayed(path: string): Promise<RunResult> {
  const known = kept.get(path) ?? runThread({ inputs: [{ kind: 'path', path }] })
  kept.set(path, known)
  return known
}

/** Replays a text that is at hand. */
export function replayText(text: string | Uint8Array, change: Partial<RunRequest> = {}): Promise<RunResult> {
  return runThread({ inputs: [bytesOf(text)], ...change })
}

/** Reads and matches a text without exploring. */
export function parseText(text: string | Uint8Array, change: Partial<RunRequest> = {}): Promise<RunResult> {
  return parseThread({ inputs: [bytesOf(text)], ...change })
}

function bytesOf(text: string | Uint8Array) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return { kind: 'bytes', name: 'thread', bytes } as const
}

/** Members of a finding that are asked for by equality. */
export type Sought = Partial<
  Pick<Finding, 'verdict' | 'kind' | 'property' | 'reach' | 'function' | 'path' | 'scenario'>
>

/** The findings of which all of that is true. */
export function findingsOf(report: Report, sought: Sought): Finding[] {
  return report.findings.filter((finding) =>
    Object.entries(sought).every(([name, value]) => Reflect.get(finding, name) === value),
  )
}

/** The one finding of which all of that is true; throws with what there is when there is none or are several. */
export function theFinding(report: Report, sought: Sought): Finding {
  const found = findingsOf(report, sought)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  throw new Error(`${found.length} findings are ${JSON.stringify(sought)} among\n${said(report).join('\n')}`)
}

/** Every finding as `id verdict property`, in the order of the report. */
export function said(report: Report): string[] {
  return report.findings.map(({ id, verdict, property }) => `${id} ${verdict} ${property}`)
}

/** Names of the changed functions for which both sides have an implementation. */
export function resolvedOnBothSides(report: Report): string[] {
  return report.functions
    .filter(({ before, after }) => before !== null && after !== null)
    .map(({ name }) => name)
}

/** Codes of the diagnostics, in order. */
export function codes(report: Report): string[] {
  return report.diagnostics.map(({ code }) => code)
}
