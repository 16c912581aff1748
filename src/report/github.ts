import { type ModelGroup, modelGroups, underText } from './model-groups.js'
import { placeOf } from './place-of.js'
import { singleLine } from './single-line.js'
import type { Finding, Report } from './types.js'
import { headline } from './verdict.js'
import { needsText } from './wording.js'

/**
 * GitHub workflow commands, one per finding, whatever its memory models, that a reviewer should see beside the diff: `error` for a regression,
 * `warning` for a change, `notice` for what is latent or has no conclusive verdict.
 */
export function formatGithub(report: Report): string {
  return modelGroups(singleLine(report).findings)
    .flatMap((group) => {
      const level = levelOf(group.finding)
      return level === null ? [] : [command(level, group)]
    })
    .join('')
}

function levelOf(finding: Finding): 'error' | 'warning' | 'notice' | null {
  switch (finding.verdict) {
    case 'regressed':
      return finding.reach === 'latent' ? 'notice' : 'error'
    case 'changed':
      return finding.reach === 'latent' ? 'notice' : 'warning'
    case 'inconclusive':
    case 'unmapped':
      return 'notice'
    default:
      return null
  }
}

function command(level: string, group: ModelGroup): string {
  const { finding } = group
  const { path, line } = placeOf(finding)
  const properties = [`file=${property(path)}`]
  if (line !== null) properties.push(`line=${line}`)
  properties.push(`title=${property(`kreplay: ${finding.verdict} in ${finding.function}`)}`)
  const needs = needsText(finding)
  const under = underText(group)
  const more = [needs === '' ? '' : `needs ${needs}`, under === '' ? '' : `under ${under}`]
  const said = more.filter((part) => part !== '').join('; ')
  const message = said === '' ? headline(finding) : `${headline(finding)} (${said})`
  return `::${level} ${properties.join(',')}::${data(message)}\n`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** Makes text harmless to a workflow runner: no line of it is read as a command. */
export function withoutWorkflowCommands(text: string): string {
  return text.replace(/^([^\S\n]*)(?=::|##\[)/gm, '$1\\')
}
