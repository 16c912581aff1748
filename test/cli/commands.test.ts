import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Pipeline } from '../../src/cli/index.js'
import { formatJson } from '../../src/report/index.js'
import type { Exploration, ExploreRequest } from '../../src/run/index.js'
import { cli, ended, fakePipeline, recording } from '../support/run-cli.js'
import { moveReport, noPatchReport, pagewalkReport, partialReport } from '../support/sample-reports.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kreplay-'))
  writeFileSync(join(folder, 'thread.mbox'), 'From x\n')
  writeFileSync(join(folder, 'report.json'), formatJson(pagewalkReport))
})
const inFolder = (name: string): string => readFileSync(join(folder, name), 'utf8')

describe('kreplay run', () => {
  test('is the default command and prints the report', async () => {
    const { code, stdout } = await cli(['thread.mbox'], { cwd: folder })
    expect(stdout).toContain('newly possible: page-table walk through an empty pmd')
    expect(code).toBe(1)
  })

  test('keeps diagnostics off standard output', async () => {
    const { stdout, stderr } = await cli(['thread.mbox'], { cwd: folder })
    expect(stdout).not.toContain('markers-lost')
    expect(stderr).toContain('pagewalk.mbox:412: warning: 23 context lines')
  })

  test.each([
    ['a change only', moveReport, {}, 0],
    ['no patch', noPatchReport, { hasPatch: false, replayed: false }, 4],
    ['unreadable', noPatchReport, { read: false, hasPatch: false, replayed: false }, 3],
    ['interrupted', partialReport, {}, 130],
    ['an open verdict', { ...partialReport, incomplete: false }, {}, 5],
  ])('with %s gives its exit code', async (_, report, change, code) => {
    const result = await cli(['thread.mbox'], {
      cwd: folder,
      pipeline: { runThread: async () => ended(report, change) },
    })
    expect(result.code).toBe(code)
  })

  test.each([
    ['a pure move', moveReport, 0],
    ['a regression', pagewalkReport, 1],
  ])('--expect same is a gate: %s', async (_, report, code) => {
    const pipeline = { runThread: async () => ended(report, {}) }
    expect((await cli(['--expect', 'same', 'thread.mbox'], { cwd: folder, pipeline })).code).toBe(code)
  })

  test('stopped by the user is 130 though a regression was found', async () => {
    expect((await cli(['thread.mbox'], { cwd: folder, interrupted: true })).code).toBe(130)
  })

  test.each([[['-']], [[]], [['-m', '-']]])('reads standard input for %j', async (words) => {
    const { requests, pipeline } = recording()
    await cli(words, { stdin: 'From mail\n', pipeline })
    const [input] = requests[0]?.inputs ?? []
    expect(input?.kind === 'bytes' && Buffer.from(input.bytes).toString()).toBe('From mail\n')
  })

  test('without a thread at a terminal is a usage error, not a hang', async () => {
    const { code, stderr } = await cli([], { interactive: true })
    expect(code).toBe(2)
    expect(stderr).toContain('no thread is named')
  })

  test('keeps a thread’s name as it is typed', async () => {
    const { requests, pipeline } = recording()
    await cli(['run', '0042', '1e3'], { cwd: '/somewhere', pipeline })
    expect(requests[0]?.inputs).toEqual([
      { kind: 'path', path: '/somewhere/0042' },
      { kind: 'path', path: '/somewhere/1e3' },
    ])
  })

  test('hands every option to the pipeline', async () => {
    const { requests, pipeline } = recording()
    writeFileSync(join(folder, 'kconfig'), 'CONFIG_A=y\n# CONFIG_B is not set\n')
    const line =
      'run -v 3 --patch 1-2,5 --function f,g --arch x86-64 --model sc --config SMP=y --config kconfig --before f@1 ' +
      '--after f@2 --name-only --loads once --without zap --budget executions=10,seconds=2 --seed 7 --hunt 9 thread.mbox'
    await cli(line.split(' '), { cwd: folder, pipeline })
    expect(requests[0]).toMatchObject({
      revision: 3,
      patches: [1, 2, 5],
      functions: ['f', 'g'],
      arch: ['x86-64'],
      model: ['sc'],
      config: { CONFIG_SMP: 'y', CONFIG_A: 'y', CONFIG_B: 'n' },
      before: ['f@1'],
      after: ['f@2'],
      nameOnly: true,
      loads: 'once',
      without: ['zap'],
      budget: { executions: 10, seconds: 2 },
      seed: 7,
      hunt: 9,
    })
  })

  test('tells the pipeline how a witness is asked for again', async () => {
    const { requests, pipeline } = recording()
    await cli('-v 2 --loads each -f json thread.mbox'.split(' '), { cwd: folder, pipeline })
    expect(requests[0]?.commandArguments).toEqual(['--use-version', '2', '--loads', 'each', 'thread.mbox'])
  })

  test.each([
    '--patch x t',
    '--patch 3-1 t',
    '-v 0 t',
    '-v two t',
    '--seed -1 t',
    '--budget 5 t',
    '--budget executions=0 t',
    '--loads twice t',
    '--fail-on bad t',
    '--expect different t',
    '--expect same --fail-on changed t',
    '-f nothing t',
    '-f html t',
    '-f json -f markdown t',
    '-f json= t',
    '--config A= t',
    '--config missing.config t',
    '--nonsense t',
    '--arch',
  ])('%s is a usage error that runs nothing', async (line) => {
    const { requests, pipeline } = recording()
    const { code, stdout, stderr } = await cli(line.split(' '), { cwd: folder, pipeline })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/error: .* \[(usage|usage-format|usage-fail-on|usage-config|config-unreadable)\]/)
    expect(requests).toEqual([])
  })

  test('a mistyped command is not taken for a thread', async () => {
    const { code, stderr } = await cli(['lst'], { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean `kreplay list`?')
  })

  test('a mistyped option is guessed', async () => {
    expect((await cli(['--verbos', 'thread.mbox'], { cwd: folder })).stderr).toContain(
      'did you mean --verbose?',
    )
  })

  test('something thrown inside is a bug, said so, and 70', async () => {
    const { code, stderr } = await cli(['thread.mbox'], {
      cwd: folder,
      pipeline: { runThread: () => Promise.reject(new Error('off\u001b[2J by one')) },
    })
    expect(code).toBe(70)
    expect(stderr).toContain('this is a bug in kreplay')
    expect(stderr).not.toContain('\u001b')
  })

  test('a plugin that cannot be loaded is a usage error', async () => {
    const error = { severity: 'error', code: 'plugin', message: 'no such file' } as const
    const { code } = await cli(['thread.mbox'], {
      cwd: folder,
      pipeline: { loadPlugins: async () => ({ ok: false, error }) },
    })
    expect(code).toBe(2)
  })
})

describe('output', () => {
  test('--json is the report and nothing else on standard output', async () => {
    const { stdout } = await cli(['--json', 'thread.mbox'], { cwd: folder })
    expect(JSON.parse(stdout)).toEqual(pagewalkReport)
  })

  test('-f with a file writes there, and the terminal report still goes to the screen', async () => {
    const { stdout } = await cli('-f json=r.json -f sarif=r.sarif thread.mbox'.split(' '), { cwd: folder })
    expect(stdout).toContain('newly possible')
    expect(JSON.parse(inFolder('r.json'))).toEqual(pagewalkReport)
    expect(JSON.parse(inFolder('r.sarif')).version).toBe('2.1.0')
  })

  test('-o takes the place of standard output', async () => {
    const { stdout } = await cli('-o out.txt thread.mbox'.split(' '), { cwd: folder })
    expect(stdout).toBe('')
    expect(inFolder('out.txt')).toContain('newly possible')
  })

  test('an output that cannot be written does not take the others along', async () => {
    const { stdout, stderr, code } = await cli(
      '-f json=no/such/folder/r.json -f junit=r.xml thread.mbox'.split(' '),
      { cwd: folder },
    )
    expect(stderr).toContain('[cannot-write]')
    expect(stdout).toContain('newly possible')
    expect(inFolder('r.xml')).toContain('<testsuites')
    expect(code).toBe(1)
  })

  test('an output that cannot be written is not a success', async () => {
    const pipeline = { runThread: async () => ended(moveReport) }
    expect((await cli('-f json=no/such/r.json thread.mbox'.split(' '), { cwd: folder, pipeline })).code).toBe(
      2,
    )
    expect((await cli('-o no/such/r.txt thread.mbox'.split(' '), { cwd: folder, pipeline })).code).toBe(2)
  })

  test('is plain without a terminal, coloured on one, plain again with NO_COLOR or --no-color', async () => {
    const csi = '\u001b['
    expect((await cli(['thread.mbox'], { cwd: folder })).stdout).not.toContain(csi)
    expect((await cli(['thread.mbox'], { cwd: folder, tty: true })).stdout).toContain(csi)
    expect(
      (await cli(['thread.mbox'], { cwd: folder, tty: true, env: { NO_COLOR: '1' } })).stdout,
    ).not.toContain(csi)
    expect((await cli(['--no-color', 'thread.mbox'], { cwd: folder, tty: true })).stdout).not.toContain(
      escape,
    )
    expect((await cli(['--color', 'thread.mbox'], { cwd: folder })).stdout).toContain(csi)
  })

  test('escapes what a hostile mail puts into its subject', async () => {
    const pipeline = { runThread: async () => ended(partialReport) }
    const { stdout, stderr } = await cli(['thread.mbox'], { cwd: folder, pipeline })
    expect(stdout).toContain('\\x1b[2J')
    expect(stdout + stderr).not.toMatch(/[\u001b\u202e\u0007]/)
  })

  test('in GitHub Actions annotates, and lets no line of a mail do so', async () => {
    const env = { GITHUB_ACTIONS: 'true' }
    const { stdout, stderr } = await cli(['thread.mbox'], { cwd: folder, env })
    expect(stderr).toMatch(/^::error file=mm\/pagewalk\.c,line=13/m)
    expect(stdout).not.toMatch(/^\s*::/m)
    const source = { ...pagewalkReport.source, subject: '::error::owned' }
    const hostile = await cli(['thread.mbox'], {
      cwd: folder,
      env,
      pipeline: { runThread: async () => ended({ ...pagewalkReport, source }) },
    })
    expect(hostile.stdout).not.toMatch(/^\s*::/m)
  })

  test('-f github prints commands that the runner obeys, once', async () => {
    const { stdout, stderr } = await cli('-f github thread.mbox'.split(' '), {
      cwd: folder,
      env: { GITHUB_ACTIONS: 'true' },
    })
    expect(stdout).toMatch(/^::error file=/m)
    expect(stderr).not.toMatch(/^::/m)
  })

  test('counts notes, and prints them with --verbose', async () => {
    const pipeline = { runThread: async () => ended(partialReport) }
    expect((await cli(['thread.mbox'], { cwd: folder, pipeline })).stderr).toContain(
      '1 note more with --verbose',
    )
    expect((await cli(['--verbose', 'thread.mbox'], { cwd: folder, pipeline })).stderr).toContain(
      'note: CONFIG_X86_PAE=y',
    )
  })
})

describe('kreplay parse', () => {
  test('shows the patch and its proofs, without findings', async () => {
    const { stdout, code } = await cli(['parse', 'thread.mbox'], { cwd: folder })
    expect(stdout).toContain('mm/pagewalk.c: 3 hunks; base not checked; leading blanks inferred')
    expect(stdout).not.toContain('regressed')
    expect(code).toBe(0)
  })
  test('of a mail without a patch is 4, of an unreadable one 3', async () => {
    const parse = (change: object) =>
      cli(['parse', 'thread.mbox'], {
        cwd: folder,
        pipeline: { parseThread: async () => ended(noPatchReport, change) },
      })
    expect((await parse({ hasPatch: false })).code).toBe(4)
    expect((await parse({ read: false, hasPatch: false })).code).toBe(3)
  })
})

describe('kreplay list', () => {
  test('prints one table', async () => {
    expect((await cli(['list', 'models'])).stdout).toBe(
      'name           text\nmodels-1       first\nmodels-second  second\n',
    )
  })
  test('without a word prints all of them', async () => {
    expect((await cli(['list'])).stdout).toContain('simplifications:')
  })
  test('of something unknown guesses', async () => {
    const { code, stderr } = await cli(['list', 'archss'])
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean archs?')
  })
  test('--json is the listing', async () => {
    expect(JSON.parse((await cli(['list', 'archs', '--json'])).stdout).what).toBe('archs')
  })
})

test('kreplay explore shows how far was looked, hazards, behaviours', async () => {
  const { stdout } = await cli(['explore', 'pagewalk/pte-table', 'walk_pte_range@v5.5'])
  expect(stdout).toContain('pagewalk/pte-table: walk_pte_range@v5.5; x86-64, sc')
  expect(stdout).toContain('exhaustive, 41 executions; 2 executions blocked')
  expect(stdout).toContain('lost-update  a3b4a1')
})

describe('kreplay explore under several models', () => {
  const asked = async (...words: string[]) => {
    const requests: ExploreRequest[] = []
    const exploreScenario: Pipeline['exploreScenario'] = (request) => {
      requests.push(request)
      const explored = fakePipeline().exploreScenario(request)
      return explored.ok ? { ok: true, value: { ...explored.value, model: request.model ?? 'sc' } } : explored
    }
    const result = await cli(['explore', 'pagewalk/pte-table', ...words], { pipeline: { exploreScenario } })
    return { ...result, requests }
  }
  test('gives one answer after the other, as JSON a list', async () => {
    const { stdout } = await asked('--model', 'sc,tso')
    expect(stdout).toMatch(/x86-64, sc\n[\s\S]*x86-64, tso\n/)
    const json = JSON.parse(
      (await asked('--model', 'sc', '--model', 'tso', '--json')).stdout,
    ) as Exploration[]
    expect(json.map(({ model }) => model)).toEqual(['sc', 'tso'])
  })
  test('is one object for one model', async () => {
    expect(JSON.parse((await asked('--json')).stdout)).toMatchObject({ model: 'sc' })
  })
  test('all are those that are listed', async () => {
    const { requests } = await asked('--model', 'all')
    expect(requests.map(({ model }) => model)).toEqual(['models-1', 'models-second'])
  })
  test('passes on what is to be passed over, and what plain accesses are', async () => {
    const { requests } = await asked('--without', 'fence@299,retry@302', '--plain', 'as-written')
    expect(requests).toMatchObject([{ without: ['fence@299', 'retry@302'], plain: 'as-written' }])
  })
})

describe('--model and --plain', () => {
  const requested = async (...words: string[]) => {
    const { requests, pipeline } = recording()
    const { code, stderr } = await cli(['run', 'thread.mbox', ...words], { cwd: folder, pipeline })
    return { code, stderr, request: requests[0] }
  }
  test('take a list, one by one or with commas', async () => {
    const { request } = await requested('--model', 'sc,tso', '--model', 'lkmm')
    expect(request?.model).toEqual(['sc', 'tso', 'lkmm'])
    expect((await requested()).request).not.toHaveProperty('model')
  })
  test('stand in the line that replays a witness, the models apart, which each finding has for itself', async () => {
    const { request } = await requested('--model', 'sc', '--plain', 'as-written')
    expect(request?.plain).toBe('as-written')
    expect(request?.commandArguments?.join(' ')).toContain('--plain as-written')
    expect(request?.commandArguments).not.toContain('--model')
  })
  test('refuse what they cannot be', async () => {
    const { code, stderr } = await requested('--plain', 'torn')
    expect(code).toBe(2)
    expect(stderr).toContain('once or as-written')
  })
})

describe('kreplay step', () => {
  test('replays the finding that a report’s number or id names', async () => {
    for (const reference of ['1', '9c41d7e2']) {
      const { requests, pipeline } = recording()
      const { stdout, code } = await cli(['step', 'report.json', reference], { cwd: folder, pipeline })
      expect(requests[0]).toMatchObject({
        scenario: 'pagewalk/both-callbacks-zap',
        side: 'after',
        schedule: 'a4b5a7',
      })
      expect(stdout).toContain('replay of pagewalk/both-callbacks-zap')
      expect(code).toBe(0)
    }
  })

  test('replays the line that a report prints', async () => {
    const { requests, pipeline } = recording()
    const line = pagewalkReport.findings[4]?.witness?.command ?? ''
    const { stdout } = await cli(line.split(' ').slice(1), { cwd: folder, pipeline })
    expect(requests[0]).toMatchObject({
      scenario: 'pagewalk/both-callbacks-zap',
      side: 'after',
      schedule: 'a4b5a7',
    })
    expect(stdout).toContain('hazard: the lock and the table are taken from a pmd that is none')
  })

  test('shows the recorded steps, and says so, when the thread is gone', async () => {
    const error = { severity: 'error', code: 'mail-unreadable', message: 'gone' } as const
    const { stdout, stderr } = await cli(['step', 'report.json', '1'], {
      cwd: folder,
      pipeline: { stepThrough: async () => ({ ok: false, error }) },
    })
    expect(stdout).toContain('pmdp_huge_get_and_clear')
    expect(stderr).toContain('[not-replayed]')
  })

  test('warns when the replay takes other steps', async () => {
    const other = { title: 't', scenario: 's', side: 'after', schedule: 'a1', steps: [], hazards: [] }
    const { stderr } = await cli(['step', 'report.json', '1'], {
      cwd: folder,
      pipeline: { stepThrough: async () => ({ ok: true, value: other }) },
    })
    expect(stderr).toContain('[replay-differs]')
  })

  test('loads no plugin that a report names, and runs no other command', async () => {
    const files: (string | undefined)[] = []
    const [first] = pagewalkReport.findings.slice(4)
    if (first?.witness == null) throw new Error('no witness')
    const command = `kreplay step --config-file evil.mjs --scenario s --side after --schedule a1 t`
    const findings = [{ ...first, witness: { ...first.witness, command } }]
    writeFileSync(join(folder, 'evil.json'), formatJson({ ...pagewalkReport, findings }))
    await cli(['step', 'evil.json', '1'], {
      cwd: folder,
      pipeline: {
        loadPlugins: async (_, file) => {
          files.push(file)
          return { ok: true, value: [] }
        },
      },
    })
    expect(files).toEqual([undefined])
  })

  test.each([
    ['report.json 99', 2],
    ['report.json 4', 2],
    ['missing.json 1', 3],
    ['thread.mbox 1', 3],
    ['report.json', 2],
    ['--scenario s --side up --schedule a1 t', 2],
    ['--scenario s t', 2],
  ])('%s is %i', async (line, code) => {
    expect((await cli(['step', ...line.split(' ')], { cwd: folder })).code).toBe(code)
  })
})

describe('kreplay render', () => {
  test('writes any format from a report, from standard input too', async () => {
    expect((await cli(['render', 'report.json', '-f', 'markdown'], { cwd: folder })).stdout).toMatch(
      /^# \\\[PATCH\\\] mm/,
    )
    expect((await cli(['render', '-', '--json'], { stdin: formatJson(pagewalkReport) })).stdout).toBe(
      formatJson(pagewalkReport),
    )
  })
  test('of something else is 3', async () => {
    const { code, stderr } = await cli(['render', 'thread.mbox'], { cwd: folder })
    expect(code).toBe(3)
    expect(stderr).toContain('thread.mbox: error: this is no JSON, so no report [report-not-json]')
  })
})

test('kreplay reply prints a mail and sends nothing', async () => {
  const { stdout, code } = await cli(['reply', 'report.json'], { cwd: folder })
  expect(stdout).toMatch(/^Subject: Re: \[PATCH\] mm: pagewalk/)
  expect(code).toBe(0)
})

test('kreplay reply --no-quote quotes nothing', async () => {
  expect((await cli(['reply', '--no-quote', 'report.json'], { cwd: folder })).stdout).not.toMatch(/^>/m)
})

describe('kreplay why', () => {
  test('explains a word', async () => {
    expect((await cli(['why', 'inconclusive'])).stdout).toContain('a bound was reached')
  })
  test('explains a finding', async () => {
    const { stdout } = await cli(['why', 'report.json', '1'], { cwd: folder })
    expect(stdout).toContain('impossible (exhaustive, 41 executions)')
    expect(stdout).toContain('callers not looked for')
  })
  test('guesses a mistyped word', async () => {
    expect((await cli(['why', 'regresed'])).stderr).toContain('did you mean regressed?')
  })
})

describe('kreplay check', () => {
  test('reads a message and prints b4’s array, exit code 0 whatever it says', async () => {
    const { stdout, code } = await cli(['check'], { stdin: 'From: x\n' })
    expect(JSON.parse(stdout)[0]).toMatchObject({ tool: 'kreplay', status: 'fail' })
    expect(code).toBe(0)
  })
  test('says so in the array when the message cannot be read', async () => {
    const runThread = async () => ended(noPatchReport, { read: false, hasPatch: false })
    const { stdout } = await cli(['check'], { stdin: 'x', pipeline: { runThread } })
    expect(JSON.parse(stdout)[0]).toMatchObject({ status: 'fail', summary: 'the message cannot be read' })
  })
})

test('kreplay fingerprint prints a table, and 4 when there is nothing', async () => {
  expect((await cli(['fingerprint', 'thread.mbox'], { cwd: folder })).stdout).toMatch(
    /mm\/pagewalk\.c +walk_pte_range +before +function +abc +-/,
  )
  const nothing = { fingerprint: async () => ({ rows: [], diagnostics: [] }) }
  expect((await cli(['fingerprint', 'thread.mbox'], { cwd: folder, pipeline: nothing })).code).toBe(4)
})

describe('kreplay init', () => {
  test('writes a configuration that can be imported', async () => {
    await cli(['init'], { cwd: folder })
    const config = await import(join(folder, 'kreplay.config.mjs'))
    expect(config.default).toEqual({ plugins: [] })
  })
  test.each(['kreplay.config.mjs', 'kreplay.config.json'])('never touches a %s', async (name) => {
    writeFileSync(join(folder, name), 'mine')
    const { stderr } = await cli(['init'], { cwd: folder })
    expect(inFolder(name)).toBe('mine')
    expect(stderr).toContain(`${name} is here already`)
  })
})

describe('kreplay completion', () => {
  test('follows $SHELL unless a shell is named', async () => {
    expect((await cli(['completion'], { env: { SHELL: '/bin/zsh' } })).stdout).toMatch(/^#compdef kreplay/)
    expect((await cli(['completion', 'bash'], { env: { SHELL: '/bin/zsh' } })).stdout).toContain(
      'complete -o filenames -F _kreplay kreplay',
    )
  })
  test('refuses other shells', async () => {
    expect((await cli(['completion', 'fish'])).code).toBe(2)
  })
})
