import { describe, expect, test } from 'vitest'
import { formatMarkdown, formatReply, formatTerminal } from '../../../src/report/index.js'
import { SAMPLES } from '../../support/sample-reports.js'

describe.each(SAMPLES)('the %s report', (name, report) => {
  test('looks like this on a terminal', async () => {
    await expect(formatTerminal(report)).toMatchFileSnapshot(`../../golden/terminal-${name}.golden.txt`)
  })

  test('looks like this in markdown', async () => {
    await expect(formatMarkdown(report)).toMatchFileSnapshot(`../../golden/markdown-${name}.golden.txt`)
  })

  test('looks like this as a reply', async () => {
    await expect(formatReply(report)).toMatchFileSnapshot(`../../golden/reply-${name}.golden.txt`)
  })
})

test('with --all and --verbose the pagewalk report shows everything it holds', async () => {
  const [, report] = SAMPLES[0] ?? ['', undefined]
  if (report === undefined) throw new Error('no sample')
  const text = formatTerminal(report, { all: true, verbose: true, width: 100 })
  await expect(text).toMatchFileSnapshot('../../golden/terminal-pagewalk-verbose.golden.txt')
})
