/** Changes of C of our own, in a git repository of their own: what a run of the work tree finds. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../../src/report/index.js'
import { type RunRequest, runThread } from '../../src/run/index.js'
import { temporaryFolder } from './temporary.js'

export interface LiftedChange {
  readonly report: Report
  /** What is found, but for what is possible on both sides. */
  readonly told: Report['findings']
  readonly request: RunRequest
}

/** What is found of a file of C whose text changes; `executions` bounds each scenario. */
export async function liftedChange(before: string, after: string, executions = 1000): Promise<LiftedChange> {
  const repository = temporaryFolder()
  const path = join(repository, 'mm/changed.c')
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...words], {
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    })
  mkdirSync(join(repository, 'mm'))
  mkdirSync(join(repository, 'include'))
  writeFileSync(path, before)
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'base')
  writeFileSync(path, after)
  const request: RunRequest = {
    inputs: [{ kind: 'work-tree' }],
    tree: { name: repository, cwd: repository },
    budget: { executions },
  }
  const { report } = await runThread(request)
  const told = report.findings.filter(({ verdict }) => verdict !== 'pre-existing')
  return { report, told, request }
}
