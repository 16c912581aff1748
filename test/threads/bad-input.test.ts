/** Input that is no thread, or a damaged or hostile one: its exit code, what is said of it, and what is kept. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/index.js'
import * as pipeline from '../../src/run/index.js'
import { fixtureText, REPLAY_TIMEOUT } from '../support/replayed.js'
import { type CliResult, cli } from '../support/run-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'kreplay-bad-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs kreplay on a file with this content, report and all. */
async function run(
  content: string | Uint8Array,
  ...options: string[]
): Promise<CliResult & { readonly report: Report }> {
  const path = join(folder, 'input')
  writeFileSync(path, content)
  const result = await cli(['run', path, '--json', ...options], { pipeline })
  return { ...result, report: JSON.parse(result.stdout) as Report }
}

const codesOf = ({ report }: { readonly report: Report }): string[] =>
  report.diagnostics.map(({ code }) => code)
const comments = () => fixtureText('pagewalk-comments.mbox')
const CALM = { timeout: REPLAY_TIMEOUT }

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

/** Nothing of what was read reaches a terminal as a control character, and nothing is called a bug. */
function isClean({ code, stdout, stderr }: CliResult): void {
  expect(code).not.toBe(70)
  expect(stderr).not.toMatch(/this is a bug/)
  expect(stderr).not.toMatch(CONTROL)
  expect(stdout).not.toMatch(CONTROL)
}

describe('no thread at all', () => {
  it('a file that is not there is 3', async () => {
    const { code, stderr } = await cli(['run', join(folder, 'absent')], { pipeline })
    expect(code).toBe(3)
    expect(stderr).toMatch(/absent/)
    expect(stderr).toMatch(/error: .*\[.+\]/)
  })

  it('a file that is not there loses nothing of the others', CALM, async () => {
    const path = join(folder, 'comments')
    writeFileSync(path, comments())
    const { code, stdout, stderr } = await cli(['run', join(folder, 'absent'), path, '--json'], { pipeline })
    expect((JSON.parse(stdout) as Report).functions).toHaveLength(2)
    expect(stderr).toMatch(/absent/)
    expect(code).toBe(0)
  })

  it('an empty file is 4 and says that no patch is in it', async () => {
    const result = await run('')
    isClean(result)
    expect(result.code).toBe(4)
    expect(result.stderr).toMatch(/no patch found in 0 mails|empty/)
    expect(result.report.findings).toEqual([])
  })

  it('blank lines are 4', async () => {
    expect((await run('\n\n   \n')).code).toBe(4)
  })

  it('a binary file is refused with its reason', async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * 197 + (i >> 3)) & 255)
    const result = await run(bytes)
    isClean(result)
    expect([3, 4]).toContain(result.code)
    expect(result.stderr).toMatch(/error: /)
    expect([result.report.patches, result.report.findings]).toEqual([[], []])
  })

  it('a program is refused too', async () => {
    const elf = new Uint8Array(2048)
    elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
    const result = await run(elf)
    isClean(result)
    expect([3, 4]).toContain(result.code)
  })

  it('a broken gzip file is refused with its reason', async () => {
    const result = await run(Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4]))
    isClean(result)
    expect([3, 4]).toContain(result.code)
    expect(result.stderr).toMatch(/gzip data are damaged/)
  })

  it('prose is 4', async () => {
    const result = await run('From: a@example.org\nSubject: hello\n\nNo patch here.\n')
    expect(result.code).toBe(4)
    expect(result.stderr).toMatch(/no patch found in 1 mail/)
  })
})

describe('a damaged mbox', () => {
  it('cut off in the middle of a hunk keeps the whole hunks and reports the cut one', CALM, async () => {
    const text = fixtureText('pagewalk-lock.mbox')
    const mail = text.slice(0, text.indexOf('\nFrom ', 1))
    const at = mail.indexOf('+\t\t} else {')
    expect(at).toBeGreaterThan(0)
    const cut = mail.slice(0, at)
    const result = await run(cut)
    isClean(result)
    expect([4, 5]).toContain(result.code)
    const [file] = result.report.patches[0]?.files ?? []
    expect(file?.missing.join()).toMatch(/mm\/pagewalk\.c at 64 \(static int walk_pmd_range/)
    expect(result.report.findings.filter(({ kind }) => kind === 'missing hunk')).toHaveLength(1)
    expect(result.report.summary).toMatchObject({ regressed: 0, fixed: 0, same: 0 })
  })

  it(
    'cut off before a hunk whose heading names its function: half of the patch is not run',
    CALM,
    async () => {
      const text = fixtureText('pagewalk-lock.mbox')
      const at = text.indexOf('\n', text.indexOf('@@ -53,18 '))
      const result = await run(text.slice(0, at + 1))
      isClean(result)
      expect(result.report.patches[0]?.files[0]?.missing).toHaveLength(1)
      expect(result.report.summary).toMatchObject({ regressed: 0, fixed: 0, changed: 0, same: 0 })
      expect([4, 5]).toContain(result.code)
    },
  )

  it('cut off in a header is no crash', async () => {
    const text = comments()
    for (const at of [1, 5, 40, 100, 200]) {
      const result = await run(text.slice(0, at))
      isClean(result)
      expect([3, 4]).toContain(result.code)
    }
  })

  it('cut off anywhere is never a finding', CALM, async () => {
    const text = comments()
    for (let at = 1; at < text.length - 60; at += 97) {
      const result = await run(text.slice(0, at))
      isClean(result)
      expect(
        result.report.findings.filter(({ verdict }) => /regressed|fixed|changed|same/.test(verdict)),
      ).toEqual([])
    }
  })
})

describe('wrong counts', () => {
  const wrong = (header: RegExp, by: string) => {
    const text = comments()
    expect(text).toMatch(header)
    return text.replace(header, by)
  }

  it.each([
    ['too many lines promised', /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@/m, '@@ -$1,99 +$3,99 @@'],
    ['too few lines promised', /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@/m, '@@ -$1,1 +$3,1 @@'],
    [
      'counts that no number holds',
      /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@/m,
      '@@ -$1,99999999999999999999 +$3,1 @@',
    ],
  ])('%s: flagged, and nothing crashes', CALM, async (_, header, by) => {
    const result = await run(wrong(header, by))
    isClean(result)
    const flagged = result.report.diagnostics.filter(({ severity }) => severity !== 'note')
    expect(flagged.length).toBeGreaterThan(0)
    for (const { certificate } of result.report.patches.flatMap(({ files }) => files))
      expect(certificate.added).not.toBe('post-blob')
  })
})

describe('hostile names', () => {
  const named = (name: string) => comments().replaceAll('mm/pagewalk.c', name)

  it.each([
    ['above the tree', '../../../etc/passwd'],
    ['absolute', '/etc/passwd'],
    ['in .git', '.git/hooks/pre-commit'],
  ])('%s: said, and nothing of it is replayed', CALM, async (_, name) => {
    const result = await run(named(name))
    isClean(result)
    expect(
      result.report.findings.filter(({ verdict }) => verdict !== 'unmapped' && verdict !== 'inconclusive'),
    ).toEqual([])
    expect(result.stderr).toMatch(/error|warning/)
  })

  it('with control characters are printed without them', CALM, async () => {
    const result = await run(named('mm/\u001b[31mpage\u202ewalk.c'))
    isClean(result)
  })
})

describe('terminal escapes', () => {
  const hostile = () =>
    comments()
      .replace(/^Subject: .*$/m, 'Subject: [PATCH] \u001b]0;owned\u0007\u001b[2J\u202Emm/pagewalk')
      .replace(/^From: .*$/m, 'From: "\u001b[31mAda" <ada@example.org>')

  it('in a subject reach neither stream, in any format', CALM, async () => {
    const path = join(folder, 'escapes')
    writeFileSync(path, hostile())
    for (const format of ['terminal', 'markdown', 'json', 'junit', 'sarif', 'github']) {
      const result = await cli(['run', path, '-f', format, '--verbose'], { pipeline })
      isClean(result)
      expect(result.code, format).toBe(0)
    }
  })

  it('in an encoded subject reach neither stream', CALM, async () => {
    const subject = `=?utf-8?B?${Buffer.from('[PATCH] \u001b[31mred').toString('base64')}?=`
    const path = join(folder, 'encoded')
    writeFileSync(path, comments().replace(/^Subject: .*$/m, `Subject: ${subject}`))
    for (const format of ['terminal', 'markdown'])
      isClean(await cli(['run', path, '-f', format], { pipeline }))
  })

  it('in the message of an unreadable file reach no stream', async () => {
    const result = await cli(['run', join(folder, '\u001b[31mabsent')], { pipeline })
    isClean(result)
    expect(result.code).toBe(3)
  })
})

describe('a mail too much', () => {
  it('of 5 MB on one line is read without hanging', CALM, async () => {
    const result = await run(`${comments()}\n${'a '.repeat(2_500_000)}`)
    isClean(result)
    expect(result.report.functions.map(({ name }) => name)).toEqual(['walk_pte_range', 'walk_pmd_range'])
  })

  it('that has a patch twice is replayed, and this is said or harmless', CALM, async () => {
    const result = await run(`${comments()}\n${comments()}`)
    isClean(result)
    expect(codesOf(result).filter((code) => code === 'no-patch')).toEqual([])
  })
})
