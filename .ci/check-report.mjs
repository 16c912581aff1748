// check-report.mjs REPORT: "ok - …" or "not ok - …" for each thing that a run on pagewalk-lock.mbox must find.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const { findings, diagnostics } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const plain = findings.filter(({ reach }) => reach !== 'latent')
const latent = findings.filter(({ reach }) => reach === 'latent')

/** True if a finding that is not latent has this verdict and property, whatever facet it is told for. */
const found = (verdict, property, more = () => true) =>
  plain.some((one) => one.verdict === verdict && one.property.startsWith(property) && more(one))
const values = (before, after) => (one) =>
  one.before.value?.startsWith(before) === true && one.after.value?.startsWith(after) === true
const needsReload = ({ premise }) => premise.needs.some((need) => need.includes('loads the same entry again'))

check('regressed: a pmd that is none is walked as a table', found('regressed', 'walk of a non-table (none)'))
check('and nothing else regressed that is not latent', count(plain, 'regressed') === 1)
check('fixed: a stale pte is no longer written back', found('fixed', 'lost update (pte)'))
check(
  'changed: locks held in pte_entry, none to PTL',
  found('changed', 'locks held in pte_entry', values('none', 'PTL')),
)
check('changed: splits, 1 to 0', found('changed', 'splits', values('1', '0')))
check('changed: pte_entry calls, 512 to 0', found('changed', 'pte_entry calls', values('512', '0')))
check(
  'latent and kept apart: what needs a second load of the entry',
  count(latent, 'regressed') > 0 && latent.every(needsReload) && !plain.some(needsReload),
)
check('every side was explored exhaustively', findings.every(isExhaustive))
check(
  'every regression replays by the command it gives',
  findings.some(isRegressed) && findings.filter(isRegressed).every(replays),
)
check('no error was diagnosed', !diagnostics.some(({ severity }) => severity === 'error'))

function check(name, holds) {
  process.stdout.write(`${holds ? 'ok' : 'not ok'} - ${name}\n`)
}

function count(list, verdict) {
  return list.filter((one) => one.verdict === verdict).length
}

function isExhaustive({ before, after }) {
  return before.coverage.kind === 'exhaustive' && after.coverage.kind === 'exhaustive'
}

function isRegressed({ verdict }) {
  return verdict === 'regressed'
}

function replays({ kind, witness }) {
  const [, ...words] = witness?.command.split(' ') ?? []
  const { status, stdout } = spawnSync(process.execPath, ['bin/kreplay.js', ...words], { encoding: 'utf8' })
  return status === 0 && stdout.includes(`hazard: ${kind}`)
}
