/** The verdicts: their order, the words they are said in, and what each one needs (DESIGN.md section 6). */
import type { Finding, Verdict } from './types.js'
import { aboutText, valueText } from './wording.js'

/** All verdicts, the most severe first. */
export const VERDICTS: readonly Verdict[] = [
  'regressed',
  'changed',
  'inconclusive',
  'unmapped',
  'fixed',
  'same',
  'pre-existing',
]

/** True for the name of a verdict. */
export function isVerdict(word: string): word is Verdict {
  return VERDICTS.some((verdict) => verdict === word)
}

/** 0 is the most severe. */
export function severityRank(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict)
}

/** A verdict's meaning: when it is given, what it needs, and what to do with it. */
export interface VerdictMeaning {
  readonly when: string
  readonly needs: string
  readonly advice: string
}

/** What each verdict means, for `kreplay why`. */
export const MEANING: Readonly<Record<Verdict, VerdictMeaning>> = {
  regressed: {
    when: 'a hazard is possible after the patch and was not before',
    needs: 'an execution of the after version that shows it, and every execution of the before version',
    advice: 'Replay it with `kreplay step`, then ask whether any caller meets what it needs.',
  },
  changed: {
    when: 'something that callers or other CPUs can observe differs, and no hazard is involved',
    needs: 'an execution that shows the difference',
    advice: 'Ask whether the patch says so, and whether the callers expect it.',
  },
  inconclusive: {
    when: 'a bound was reached, a changed line was never run, a callee is opaque, or an implementation was matched by name only',
    needs: 'nothing: it is the absence of an answer, and not a pass',
    advice: 'Raise --budget, or add the implementation that is missing.',
  },
  unmapped: {
    when: 'a changed function has no implementation that stands for its text',
    needs: 'nothing: the function was not run',
    advice: 'See `kreplay fingerprint` and `kreplay list functions`.',
  },
  fixed: {
    when: 'a hazard was possible before the patch and is not after',
    needs: 'an execution of the before version that shows it, and every execution of the after version',
    advice: 'Compare it with what the patch claims to fix.',
  },
  same: {
    when: 'both versions behave identically in every scenario',
    needs: 'every execution of both versions, with all changed lines run',
    advice: 'It holds within the scope the report names, and not beyond.',
  },
  'pre-existing': {
    when: 'a hazard is possible before and after the patch alike',
    needs: 'an execution on each side',
    advice: 'The patch is not to blame; it is shown with --all.',
  },
}

const LEAD: Readonly<Record<Verdict, string>> = {
  regressed: 'newly possible',
  changed: '',
  inconclusive: 'undecided',
  unmapped: 'not replayed',
  fixed: 'no longer possible',
  same: 'no difference found',
  'pre-existing': 'possible before and after',
}

/** A finding in one sentence: `newly possible: page-table walk through an empty pmd`. */
export function headline(finding: Finding): string {
  const lead = LEAD[finding.verdict]
  const summary = summaryText(finding)
  return lead === '' || summary.startsWith(lead) ? summary : `${lead}: ${summary}`
}

/** The same with the function it is about: `walk_pmd_range: splits with both callbacks: 1 -> 0`. */
export function title(finding: Finding): string {
  const name = finding.function
  return name === '' || name === '(unnamed)' ? headline(finding) : `${name}: ${headline(finding)}`
}

/** The same beside the verdict's word, which `newly possible` and the like would only repeat. */
export function shortTitle(finding: Finding): string {
  const name = finding.function
  return name === '' || name === '(unnamed)' ? summaryText(finding) : `${name}: ${summaryText(finding)}`
}

/** The summary; of an observation also for which scenarios it holds, and its values in words. */
function summaryText(finding: Finding): string {
  const { summary, before, after } = finding
  const { topic, where } = aboutText(finding)
  if (summary !== `${topic}: ${before.value} -> ${after.value}`) return summary
  const change = `${valueText(before.value ?? '')} -> ${valueText(after.value ?? '')}`
  return `${[topic, where].filter((part) => part !== '').join(' ')}: ${change}`
}
