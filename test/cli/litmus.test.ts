/** `kreplay litmus` with the real pipeline, on tests in a folder of their own. */
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { runLitmus } from '../../src/run/index.js'
import { BUILT, runBuilt } from '../support/built.js'
import { messagePassing, storeBuffering } from '../support/litmus-texts.js'
import { type CliOptions, type CliResult, cli } from '../support/run-cli.js'

let folder = ''

function litmus(line: string, options: CliOptions = {}): Promise<CliResult> {
  const words = line === '' ? [] : line.split(' ')
  return cli(['litmus', ...words], { cwd: folder, pipeline: { runLitmus }, ...options })
}

const stated = (result: string, text: string): string => text.replace('{}', `(* Result: ${result} *)\n{}`)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kreplay-'))
  const file = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  mkdirSync(join(folder, 'tests', 'deep'), { recursive: true })
  mkdirSync(join(folder, 'empty'))
  file('sb.litmus', stated('Sometimes', storeBuffering()))
  file('wrong.litmus', stated('Never', storeBuffering()))
  file('bare.litmus', storeBuffering('smp_mb();'))
  file('broken.litmus', 'C broken\n{}\nP0(int *x) { kfree(x); }\n')
  file('ppc.litmus', 'PPC one\n{}\n')
  file(
    'race.litmus',
    stated('Never DATARACE', messagePassing('*data = 1; *ready = 1;', 'r0 = *ready; r1 = *data;')),
  )
  file('wild.litmus', 'C wild {} P0(int **p) { int *r0 = *p; int r1 = *r0; } exists (0:r1=0)')
  file('tests/b.litmus', stated('Never', storeBuffering('smp_mb();')))
  file('tests/a.litmus', stated('Sometimes', storeBuffering()))
  file('tests/deep/c.litmus', stated('Sometimes', storeBuffering()))
  file('tests/notes.txt', 'no test')
  symlinkSync('.', join(folder, 'tests', 'deep', 'round'))
  file('list', '# tests\n\n  tests/b.litmus\ntests/deep\nnowhere.litmus\n')
})

describe('kreplay litmus', () => {
  test('prints a test as herd7 does, and a summary', async () => {
    const { code, stdout, stderr } = await litmus('sb.litmus')
    expect(stdout.split('\n')).toEqual([
      'Test store-buffering Allowed',
      'States 4',
      '0:r0=0; 1:r0=0;',
      '0:r0=0; 1:r0=1;',
      '0:r0=1; 1:r0=0;',
      '0:r0=1; 1:r0=1;',
      'Ok',
      'Witnesses',
      'Positive: 1 Negative: 3',
      'Condition exists (0:r0=0 /\\ 1:r0=0)',
      'Observation store-buffering Sometimes 1 3',
      '',
      'Summary 1 test under lkmm: 1 as stated, 0 otherwise, 0 without a stated result, 0 unreadable, 0 undecided',
      '',
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  test.each([
    ['lkmm', 'Sometimes 1 3', 0],
    ['lkmm-6.1', 'Sometimes 1 3', 0],
    ['tso', 'Sometimes', 0],
    ['sc', 'Never', 1],
  ])('under %s', async (model, observation, code) => {
    const result = await litmus(`--model ${model} sb.litmus`)
    expect(result.stdout).toContain(`Observation store-buffering ${observation}`)
    expect(result.code).toBe(code)
  })

  test('names the tests that come out otherwise, and exits 1', async () => {
    const { code, stdout } = await litmus('wrong.litmus race.litmus')
    expect(stdout).toContain('1 as stated, 1 otherwise')
    expect(stdout).toContain('Otherwise store-buffering stated Never, found Sometimes (wrong.litmus)\n')
    expect(code).toBe(1)
  })

  test('says a verdict that does not depend on what is stated', async () => {
    const blocks = await Promise.all(['sb', 'wrong'].map((name) => litmus(`${name}.litmus`)))
    const [one, other] = blocks.map(({ stdout }) => stdout.replace(/^(?:Summary|Otherwise) .*\n/gm, ''))
    expect(one).toBe(other)
  })

  test('takes the tests of a folder in order, at any depth, and no link', async () => {
    const { code, stdout } = await litmus('tests --json')
    const { tests } = JSON.parse(stdout) as { tests: { file: string; verdict: string }[] }
    expect(tests.map(({ file, verdict }) => [file, verdict])).toEqual([
      ['tests/a.litmus', 'Sometimes'],
      ['tests/b.litmus', 'Never'],
      ['tests/deep/c.litmus', 'Sometimes'],
    ])
    expect(code).toBe(0)
  })

  test('takes a list of files and folders; one that is not there does not stop the others', async () => {
    const { code, stdout, stderr } = await litmus('@list')
    expect(stdout).toContain(
      'Summary 3 tests under lkmm: 2 as stated, 0 otherwise, 0 without a stated result, 1 unreadable',
    )
    expect(stderr).toContain('cannot read nowhere.litmus')
    expect(code).toBe(3)
  })

  test.each(['-', ''])('reads standard input for %j', async (line) => {
    const { code, stdout } = await litmus(line, { stdin: storeBuffering() })
    expect(stdout).toContain('Observation store-buffering Sometimes 1 3')
    expect(stdout).toContain('1 without a stated result')
    expect(code).toBe(0)
  })

  test('names line and column of what it cannot read, and runs the others', async () => {
    const { code, stdout, stderr } = await litmus('broken.litmus ppc.litmus bare.litmus')
    expect(stderr).toContain('broken.litmus:3:14: error: kfree is not known [litmus-unknown-macro]')
    expect(stderr).toContain('ppc.litmus:1:1: error: a test of PPC')
    expect(stdout).toContain('Observation store-buffering Never 0 3')
    expect(stdout).toContain('1 without a stated result, 2 unreadable')
    expect(code).toBe(3)
  })

  test('says which executions it left out', async () => {
    const { stderr } = await litmus('wild.litmus --model sc')
    expect(stderr).toContain('wild.litmus: warning: P0 follows 0x0; nothing lies there')
  })

  test('says that there was nothing to run', async () => {
    const { code, stdout } = await litmus('empty')
    expect(stdout).toBe(
      'Summary 0 tests under lkmm: 0 as stated, 0 otherwise, 0 without a stated result, 0 unreadable, 0 undecided\n',
    )
    expect(code).toBe(4)
  })

  test('a test without time is undecided', async () => {
    let time = 0
    const late: typeof runLitmus = (request, control) =>
      runLitmus(request, { ...control, now: () => (time += 1000) })
    const { code, stdout } = await litmus('bare.litmus --timeout 1', { pipeline: { runLitmus: late } })
    expect(stdout).toContain('Timeout store-buffering no verdict')
    expect(stdout).not.toContain('Observation')
    expect(stdout).toContain('1 undecided')
    expect(code).toBe(5)
  })

  test('an interruption is 130, and what was found is printed', async () => {
    const { code, stdout } = await litmus('sb.litmus', { interrupted: true })
    expect(stdout).toContain('Interrupted: there are more tests')
    expect(code).toBe(130)
  })

  test('JSON has every test', async () => {
    const { stdout } = await litmus('-f json race.litmus broken.litmus')
    const report = JSON.parse(stdout) as { tests: Record<string, unknown>[]; summary: unknown }
    expect(report.tests[0]).toMatchObject({
      kind: 'run',
      file: 'race.litmus',
      name: 'message-passing',
      quantifier: 'exists',
      condition: 'exists (1:r0=1 /\\ 1:r1=0)',
      stated: 'Never DATARACE',
      judgement: 'as stated',
      complete: true,
      flags: ['data-race'],
      troubles: [],
    })
    expect(report.tests[1]).toMatchObject({ kind: 'unreadable', file: 'broken.litmus' })
    expect(report.summary).toEqual({
      tests: 2,
      asStated: 1,
      otherwise: 0,
      notStated: 0,
      unreadable: 1,
      undecided: 0,
    })
  })

  test('JSON can go to a file beside the text', async () => {
    const { code, stdout } = await litmus('-f text -f json=out.json sb.litmus')
    expect(stdout).toContain('Observation')
    expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'))).toMatchObject({
      model: 'lkmm',
      finished: true,
    })
    expect(code).toBe(0)
  })

  test.each([
    ['--model nonsense sb.litmus', 'there is no memory model called nonsense'],
    ['--model sc --model tso sb.litmus', '--model cannot be sc tso'],
    ['--timeout soon sb.litmus', '--timeout cannot be soon'],
    ['--jobs 0 sb.litmus', '--jobs cannot be 0'],
    ['--jobs 1000 sb.litmus', '--jobs cannot be 1000'],
    ['--format sarif sb.litmus', '--format cannot be sarif'],
    ['--arch x86-64 sb.litmus', 'litmus does not take --arch'],
  ])('%s is a usage error', async (line, message) => {
    const { code, stderr } = await litmus(line)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  test('without a test at a terminal is a usage error, not a hang', async () => {
    const { code, stderr } = await litmus('', { interactive: true })
    expect(stderr).toContain('no litmus test is named')
    expect(code).toBe(2)
  })

  test.skipIf(!BUILT)('gives the same in several workers (skipped without dist/)', async () => {
    const words = [
      'litmus',
      join(folder, 'tests'),
      join(folder, 'broken.litmus'),
      join(folder, 'race.litmus'),
    ]
    const alone = await runBuilt(words)
    const shared = await runBuilt([...words, '--jobs', '3'])
    expect(shared).toEqual(alone)
    expect(alone.code).toBe(3)
  })
})
