import { expect, test } from 'vitest'
import { formatJson } from '../../src/report/index.js'
import { cli } from '../support/run-cli.js'
import { pagewalkReport } from '../support/sample-reports.js'

/** What the smaller commands show: one file each, to be read by a person. */
test.each([
  ['parse', ['parse', '-', '--verbose']],
  ['explore', ['explore', 'pagewalk/pte-table']],
  ['step', ['step', '-', '1']],
  ['why-word', ['why', 'regressed']],
  ['why-finding', ['why', '-', '1']],
  ['list', ['list']],
  ['check', ['check', '-']],
  ['zsh-completion', ['completion', 'zsh']],
])('kreplay %s looks like this', async (name, words) => {
  const { stdout } = await cli(words, { stdin: formatJson(pagewalkReport) })
  await expect(stdout).toMatchFileSnapshot(`../golden/command-${name}.golden.txt`)
})
