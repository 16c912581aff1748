import { safeJson } from './json.js'
import { placeOf } from './place-of.js'
import { singleLine } from './single-line.js'
import type { Finding, Report, Step, Verdict } from './types.js'
import { headline, MEANING } from './verdict.js'
import { needsText, reachText, sideText } from './wording.js'

/** SARIF 2.1.0: one result per finding, its witness as a code flow with one thread flow per thread. */
export function formatSarif(report: Report): string {
  const safe = singleLine(report)
  const kinds = [...new Set(safe.findings.map((finding) => finding.kind || 'finding'))].sort()
  return safeJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kreplay',
            version: safe.tool.version,
            rules: kinds.map((kind) => ({ id: kind, shortDescription: { text: kind } })),
          },
        },
        invocations: [{ executionSuccessful: safe.incomplete !== true }],
        results: safe.findings.map((finding) => result(finding, kinds, safe.options.model.length > 1)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  })
}

/** A level goes with `fail` only; what is fixed or the same has passed. */
const OUTCOME: Readonly<Record<Verdict, { readonly kind: string; readonly level: string }>> = {
  regressed: { kind: 'fail', level: 'error' },
  changed: { kind: 'fail', level: 'warning' },
  inconclusive: { kind: 'open', level: 'none' },
  unmapped: { kind: 'notApplicable', level: 'none' },
  fixed: { kind: 'pass', level: 'none' },
  same: { kind: 'pass', level: 'none' },
  'pre-existing': { kind: 'fail', level: 'note' },
}

function result(finding: Finding, kinds: readonly string[], manyModels: boolean): object {
  const kind = finding.kind || 'finding'
  const outcome = OUTCOME[finding.verdict]
  const level = outcome.level === 'error' && finding.reach === 'latent' ? 'note' : outcome.level
  const { path, line } = placeOf(finding)
  const text = [
    headline(finding) + (manyModels ? ` (under ${finding.model})` : ''),
    `before: ${sideText(finding.before)}`,
    `after: ${sideText(finding.after)}`,
    needsText(finding) === '' ? '' : `needs: ${needsText(finding)}`,
    `reach: ${reachText(finding)}`,
  ]
  return {
    ruleId: kind,
    ruleIndex: kinds.indexOf(kind),
    kind: outcome.kind,
    level,
    message: { text: text.filter((part) => part !== '').join('. ') },
    locations: [
      { ...location(path, line), logicalLocations: [{ name: finding.function, kind: 'function' }] },
    ],
    partialFingerprints: { 'kreplayFinding/v1': finding.id },
    ...codeFlows(finding),
    properties: {
      verdict: finding.verdict,
      meaning: MEANING[finding.verdict].when,
      reach: finding.reach,
      scenario: finding.scenario,
      arch: finding.arch,
      model: finding.model,
      ...(finding.contradicts === undefined ? {} : { claim: finding.contradicts }),
      ...(finding.witness === null ? {} : { replay: finding.witness.command }),
    },
  }
}

function location(path: string, line: number | null): { readonly physicalLocation?: object } {
  if (path === '') return {}
  const artifactLocation = { uri: path.split('/').map(encodeURIComponent).join('/') }
  return { physicalLocation: { artifactLocation, ...(line === null ? {} : { region: { startLine: line } }) } }
}

function codeFlows(finding: Finding): { readonly codeFlows?: readonly object[] } {
  const steps = finding.witness?.steps ?? []
  if (steps.length === 0) return {}
  const threads = [...new Set(steps.map((step) => step.thread))]
  const threadFlows = threads.map((thread) => ({
    id: thread === '' ? 'thread' : thread,
    locations: steps.filter((step) => step.thread === thread).map(flowLocation),
  }))
  return { codeFlows: [{ threadFlows }] }
}

function flowLocation(step: Step): object {
  const match = /^(.+):(\d+)$/.exec(step.at ?? '')
  const line = Number(match?.[2] ?? 0)
  const text = step.hazard === undefined ? step.text : `${step.text}: ${step.hazard}`
  return {
    executionOrder: step.step,
    nestingLevel: step.depth,
    location: {
      ...location(match?.[1] ?? '', line < 1 ? null : line),
      message: { text: text === '' ? step.operation : text },
    },
    importance: step.hazard === undefined ? 'important' : 'essential',
  }
}
