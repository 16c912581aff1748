import { expect, it } from 'vitest'
import { definePlugin, defineReimplementation, runThread } from '../../../src/index.js'
import { EXIT, exitCodeOf, parseFailOn } from '../../../src/report/index.js'
import { fixture } from '../../support/replayed.js'

const path = fixture('lockless-move.mbox')

/** A reader that ends in an error of its own. */
function failing(version: string) {
  return defineReimplementation(
    { path: 'mm/gup.c', name: 'gup_get_pte', version, release: '5.4', identities: [] },
    // biome-ignore lint/correctness/useYield: it never gets that far
    function* () {
      throw new Error('a cell went missing')
    },
  )
}

it('what other suites found stands where one ends in an error, which is said and is exit code 70', async () => {
  const plugin = definePlugin({ name: 'failing', reimplementations: [failing('one'), failing('two')] })
  const inputs = [{ kind: 'path' as const, path }]
  const plain = await runThread({ inputs, arch: ['x86-64', 'x86-pae'] })
  const cut = await runThread({
    inputs,
    arch: ['x86-64', 'x86-pae'],
    before: ['gup_get_pte@one'],
    after: ['gup_get_pte@two'],
    plugins: [{ name: 'failing', plugin }],
  })
  const verdicts = ({ report }: typeof plain, name: string) =>
    report.findings.filter((one) => one.function !== name).map(({ verdict, summary }) => [verdict, summary])
  expect(cut.report.diagnostics).toContainEqual(
    expect.objectContaining({
      code: 'bug',
      message: expect.stringMatching(/ptep_get_lockless.*a cell went missing/s),
    }),
  )
  expect(verdicts(plain, 'ptep_get_lockless')).not.toEqual([])
  expect(verdicts(cut, 'ptep_get_lockless')).toEqual(verdicts(plain, 'ptep_get_lockless'))
  const failOn = parseFailOn('regressed')
  if (!failOn.ok) throw new Error(failOn.error.message)
  const ending = { ...cut, interrupted: false, failOn: failOn.value, allowInconclusive: false }
  expect(exitCodeOf(ending)).toBe(EXIT.bug)
})
