import { field } from './layout.js'
import { underText } from './model-groups.js'
import { createPaint } from './paint.js'
import { type Screen, section } from './screen.js'
import { singleLine } from './single-line.js'
import type { Finding, Verdict } from './types.js'
import { headline, MEANING, VERDICTS } from './verdict.js'
import { needsText, placeText, reachText, scenarioText, sideText } from './wording.js'

/** What a verdict's word means. Ends in a newline. */
export function explainVerdict(verdict: Verdict, width = 80): string {
  const { when, needs, advice } = MEANING[verdict]
  const at = { indent: 2, gutter: 12, width }
  return text([
    verdict,
    ...field('given', `when ${when}`, at),
    ...field('needs', needs, at),
    ...field('next', advice, at),
    ...field(
      'severity',
      `${VERDICTS.indexOf(verdict) + 1} of ${VERDICTS.length}: ${VERDICTS.join(' > ')}`,
      at,
    ),
  ])
}

/**
 * Why a finding has the verdict it has: what was seen on each side, how far it was looked, what it hangs on. `models`
 * are those that it stands under, where that is more than its own.
 */
export function explainFinding(
  finding: Finding,
  options: { readonly width?: number; readonly color?: boolean; readonly models?: readonly string[] } = {},
): string {
  const safe = singleLine(finding)
  const width = Math.max(60, options.width ?? 80)
  const screen: Screen = { width, paint: createPaint(options.color ?? false), verbose: true }
  const at = { indent: 2, gutter: 12, width }
  const { when, needs, advice } = MEANING[safe.verdict]
  return text([
    ...section(`${safe.verdict}: ${headline(safe)}`, screen),
    ...field('in', placeText(safe), at),
    ...field('under', underText({ finding: safe, models: options.models ?? [safe.model] }), at),
    ...field('scenario', scenarioText(safe), at),
    ...field('asked', safe.property, at),
    ...field('before', sideText(safe.before), at),
    ...field('after', sideText(safe.after), at),
    '',
    ...field('verdict', `${safe.verdict} is given when ${when}`, at),
    ...field('it needs', needs, at),
    ...field('premise', needsText(safe) || 'nothing special', at),
    ...field('reach', reachText(safe), at),
    ...(safe.premise.inTree === null ? [] : field('scanned', safe.premise.inTree.scanned, at)),
    ...(safe.reach === 'unknown' ? [] : (safe.premise.inTree?.blind ?? [])).flatMap((one) =>
      field('not seen', one, at),
    ),
    ...(safe.notes ?? []).flatMap((note) => field('note', note, at)),
    ...field('next', advice, at),
    ...(safe.witness === null ? [] : ['', `  ${safe.witness.command}`]),
  ])
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
