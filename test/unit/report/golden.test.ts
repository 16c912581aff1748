import { describe, expect, test } from 'vitest'
import { formatTerminal } from '../../../src/report/index.js'
import { SAMPLES } from '../../support/sample-reports.js'

describe.each(SAMPLES)('the %s report', (name, report) => {
  test('looks like this on a terminal', async () => {
    await expect(formatTerminal(report)).toMatchFileSnapshot(`../../golden/terminal-${name}.golden.txt`)
  })
})
