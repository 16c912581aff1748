/** An archive of more mails than a call can have arguments: all are read. */
import { expect, it } from 'vitest'
import { parseText } from '../../support/replayed.js'

it('200,000 mails and no patch are no patch found in 200,000 mails', async () => {
  const mail = 'From a@example.org Mon Mar  4 11:00:00 2024\nFrom: a@example.org\nSubject: s\n\nx\n\n'
  const { report } = await parseText(mail.repeat(200_000))
  expect(report.diagnostics.find(({ code }) => code === 'no-patch')?.message).toMatch(/200000 mails/)
})
