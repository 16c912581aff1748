import { digest } from './digest.js'
import { DEFAULT_FAIL_ON, type FailOn, failsOn } from './exit-code.js'
import { singleLine } from './single-line.js'
import type { Finding, Report } from './types.js'
import { headline } from './verdict.js'
import { needsText, reachText, sideText } from './wording.js'

/**
 * JUnit XML, one test case per finding: a failure if it counts for `failOn`, skipped if it has no conclusive
 * verdict, passed otherwise. A run without findings is one skipped case, for nothing was tested.
 */
export function formatJunit(report: Report, failOn: FailOn = DEFAULT_FAIL_ON): string {
  const safe = singleLine(report)
  const cases = safe.findings.map((finding) => testCase(finding, failOn))
  const known = new Set(safe.findings.map((finding) => `${finding.path}\n${finding.function}`))
  for (const { why, items } of digest(safe).notReplayed) {
    for (const { path, name } of items)
      if (!known.has(`${path}\n${name}`)) cases.push(skipped(path, name, why))
  }
  if (cases.length === 0) cases.push(skipped('kreplay', 'replay', digest(safe).answer))
  const failures = safe.findings.filter((finding) => failsOn(finding, failOn)).length
  const skips = cases.filter((text) => text.includes('<skipped')).length
  const counts = `tests="${cases.length}" failures="${failures}" skipped="${skips}" errors="0"`
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kreplay" ${counts}>`,
    `  <testsuite name="${xml(safe.source.subject)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`
}

function testCase(finding: Finding, failOn: FailOn): string {
  const name = `${finding.function}: ${finding.property} [${finding.scenario}, ${finding.arch}, ${finding.model}]`
  const open = `    <testcase classname="${xml(finding.path)}" name="${xml(name)}"`
  const details = [
    headline(finding),
    `before: ${sideText(finding.before)}`,
    `after: ${sideText(finding.after)}`,
    `needs: ${needsText(finding) || 'nothing special'}`,
    `reach: ${reachText(finding)}`,
    finding.witness === null ? '' : finding.witness.command,
  ]
  const body = xml(details.filter((line) => line !== '').join('\n'))
  const message = xml(headline(finding))
  if (failsOn(finding, failOn)) {
    return `${open}><failure type="${finding.verdict}" message="${message}">${body}</failure></testcase>`
  }
  if (finding.verdict === 'inconclusive' || finding.verdict === 'unmapped') {
    return `${open}><skipped message="${message}"/></testcase>`
  }
  return `${open}><system-out>${body}</system-out></testcase>`
}

function skipped(path: string, name: string, why: string): string {
  return `    <testcase classname="${xml(path)}" name="${xml(name)}"><skipped message="${xml(why)}"/></testcase>`
}

/** Escaped for XML 1.0; noncharacters, which it cannot hold at all, become U+FFFD. */
function xml(text: string): string {
  return text
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
