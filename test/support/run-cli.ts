/** Drives a command line without a process: streams are strings, the pipeline is whatever the test wants. */
import { main, type Pipeline } from '../../src/cli/index.js'
import type { Report } from '../../src/report/index.js'
import type { RunRequest, RunResult, StepRequest } from '../../src/run/index.js'
import { pagewalkReport } from './sample-reports.js'

export interface CliOptions {
  readonly stdin?: string
  /** Standard input is a terminal: nothing is read from it. */
  readonly interactive?: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly pipeline?: Partial<Pipeline>
  readonly interrupted?: boolean
  readonly tty?: boolean
}

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `kreplay` with these words. */
export async function cli(words: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  const code = await main({
    argv: words,
    stdin: Object.assign(chunks(options.stdin ?? ''), { isTTY: options.interactive === true }),
    stdout: { write: (text) => (stdout += text), isTTY: options.tty === true, columns: 80 },
    stderr: { write: (text) => (stderr += text), isTTY: options.tty === true, columns: 80 },
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    pipeline: async () => ({ ...fakePipeline(), ...options.pipeline }),
    interrupted: () => options.interrupted === true,
    now: () => 0,
  })
  return { code, stdout, stderr }
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text)
}

/** What a run of `report` ended as. */
export function ended(report: Report, change: Partial<RunResult> = {}): RunResult {
  return { report, read: true, hasPatch: true, replayed: true, ...change }
}

/** A pipeline that answers everything with the pagewalk sample. */
export function fakePipeline(): Pipeline {
  return {
    runThread: async () => ended(pagewalkReport),
    parseThread: async () => ended({ ...pagewalkReport, findings: [] }),
    compareRevisions: async ({ first, second }) => {
      const { findings, summary } = pagewalkReport
      const revision = { subject: 'a patch', date: '2026-07-10', patches: 1, summary }
      return {
        ok: true,
        value: {
          schemaVersion: 1,
          first: { ...revision, label: `v${first.revision ?? 1}` },
          second: { ...revision, label: `v${second.revision ?? 1}` },
          tree: null,
          arch: ['x86-64'],
          model: ['sc'],
          scope: '1 thread',
          functions: [],
          findings,
          summary,
          files: ['mm/pagewalk.c'],
          verdicts: [],
          diagnostics: [],
        },
      }
    },
    list: (what) => ({
      what,
      columns: ['name', 'text'],
      rows: [
        [`${what}-1`, 'first'],
        [`${what}-second`, 'second'],
      ],
    }),
    exploreScenario: (request) => ({
      ok: true,
      value: {
        scenario: request.scenario,
        implementation: request.implementations[0] ?? 'walk_pte_range@v5.4',
        arch: 'x86-64',
        model: 'sc',
        coverage: { kind: 'exhaustive' },
        executions: 41,
        blocked: 2,
        behaviours: [{ count: 40, schedule: 'a4b4', facts: ['returns 0', 'pte_entry called 4 times'] }],
        hazards: [
          { kind: 'lost-update', count: 1, schedule: 'a3b4a1', text: 'the swap entry is overwritten' },
        ],
        notes: ['4 entries per table'],
      },
    }),
    stepThrough: async (request) => ({
      ok: true,
      value: {
        title: `replay of ${request.scenario}`,
        scenario: request.scenario,
        side: request.side,
        schedule: request.schedule,
        steps: pagewalkReport.findings[4]?.witness?.steps ?? [],
        hazards: ['the lock and the table are taken from a pmd that is none'],
      },
    }),
    runLitmus: async () => ({
      ok: true,
      value: {
        model: 'lkmm',
        tests: [],
        summary: { tests: 0, asStated: 0, otherwise: 0, notStated: 0, unreadable: 0, undecided: 0 },
        finished: true,
      },
    }),
    findCallers: async ({ name, tree }) => ({
      ok: true,
      value: {
        callers: { name, tree: tree.name, files: 7, mentioning: 0, functions: [], tables: [], blind: [] },
        diagnostics: [],
      },
    }),
    liftFrom: async ({ what }) => ({
      ok: false,
      error: { severity: 'error', code: 'unreadable', message: `there is no C file at ${what}` },
    }),
    ablate: async ({ target, tree }) => ({
      ok: true,
      value: {
        schemaVersion: 1,
        target: target === undefined ? 'a patch' : `${target.path}:${target.function}`,
        tree: tree?.name ?? '',
        functions: [],
        diagnostics: [],
      },
    }),
    stepAblated: async ({ scenario, side, schedule }) => ({
      ok: true,
      value: { title: 'a walk', scenario, side, schedule, steps: [], hazards: [] },
    }),
    fingerprint: async () => ({
      rows: [
        {
          path: 'mm/pagewalk.c',
          name: 'walk_pte_range',
          side: 'before',
          kind: 'function',
          hash: 'abc',
          implementation: null,
        },
      ],
      diagnostics: [],
    }),
    loadPlugins: async () => ({ ok: true, value: [] }),
  }
}

/** A pipeline that remembers what it was asked. */
export function recording(): {
  readonly requests: (RunRequest | StepRequest)[]
  readonly pipeline: Partial<Pipeline>
} {
  const requests: (RunRequest | StepRequest)[] = []
  const fake = fakePipeline()
  return {
    requests,
    pipeline: {
      runThread: (request) => {
        requests.push(request)
        return fake.runThread(request)
      },
      stepThrough: (request) => {
        requests.push(request)
        return fake.stepThrough(request)
      },
    },
  }
}
