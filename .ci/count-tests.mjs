// count-tests.mjs REPORT STATUS: prints "PASSED FAILED" of a vitest JSON report. A run that ended badly and
// has no failed test (a file that does not load, an error outside tests) counts as one failure.
import { readFileSync } from 'node:fs'

const [path = '', status = '1'] = process.argv.slice(2)
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'))
const unloaded = testResults.filter(
  ({ status: ended, assertionResults }) =>
    ended === 'failed' && !assertionResults.some(({ status: one }) => one === 'failed'),
).length
const counted = numFailedTests + unloaded
const failed = counted === 0 && status !== '0' ? 1 : counted
process.stdout.write(`${numPassedTests} ${failed}\n`)
