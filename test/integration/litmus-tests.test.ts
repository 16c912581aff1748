/**
 * The kernel's own litmus tests, read from its sources: verdict and numbers under both versions of the model.
 * KREPLAY_LINUX_6_1 and KREPLAY_LINUX_6_12 name unpacked kernel sources; without them this is skipped, visibly.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatOutcome, judge, writeLitmus } from '../../src/litmus/index.js'
import { built, outcome, parsed } from '../support/litmus-texts.js'

const TREES = { '6.1': process.env['KREPLAY_LINUX_6_1'], '6.12': process.env['KREPLAY_LINUX_6_12'] }
const FOLDERS = ['tools/memory-model/litmus-tests', 'Documentation/litmus-tests']

/**
 * What herd7 7.58 counts with the model of Linux 6.12: verdict, consistent executions that meet the condition,
 * those that do not, final states.
 */
const EXPECTED: Readonly<Record<string, string>> = {
  'atomic/Atomic-RMW+mb__after_atomic-is-stronger-than-acquire': 'Never 0 3 3',
  'atomic/Atomic-RMW-ops-are-atomic-WRT-atomic_set': 'Never 0 2 1',
  'atomic/cmpxchg-fail-ordered-1': 'Never 0 3 3',
  'atomic/cmpxchg-fail-ordered-2': 'Never 0 3 3',
  'atomic/cmpxchg-fail-unordered-1': 'Sometimes 1 3 4',
  'atomic/cmpxchg-fail-unordered-2': 'Sometimes 1 3 4',
  'locking/DCL-broken': 'Sometimes 2 4 6',
  'locking/DCL-fixed': 'Never 0 4 4',
  'locking/RM-broken': 'Never 0 0 0',
  'locking/RM-fixed': 'Never 0 1 1',
  'rcu/RCU+sync+free': 'Never 0 2 2',
  'rcu/RCU+sync+read': 'Never 0 3 3',
  'CoRR+poonceonce+Once': 'Never 0 3 3',
  'CoRW+poonceonce+Once': 'Never 0 3 3',
  'CoWR+poonceonce+Once': 'Never 0 3 3',
  'CoWW+poonceonce': 'Never 0 1 1',
  'IRIW+fencembonceonces+OnceOnce': 'Never 0 15 15',
  'IRIW+poonceonces+OnceOnce': 'Sometimes 1 15 16',
  'ISA2+pooncelock+pooncelock+pombonce': 'Never 0 7 7',
  'ISA2+poonceonces': 'Sometimes 1 7 8',
  'ISA2+pooncerelease+poacquirerelease+poacquireonce': 'Never 0 7 7',
  'LB+fencembonceonce+ctrlonceonce': 'Never 0 2 2',
  'LB+poacquireonce+pooncerelease': 'Never 0 3 3',
  'LB+poonceonces': 'Sometimes 1 3 4',
  'LB+unlocklockonceonce+poacquireonce': 'Never 0 3 3',
  'MP+fencewmbonceonce+fencermbonceonce': 'Never 0 3 3',
  'MP+onceassign+derefonce': 'Never 0 2 2',
  'MP+polockmbonce+poacquiresilsil': 'Never 0 9 7',
  'MP+polockonce+poacquiresilsil': 'Sometimes 1 11 8',
  'MP+polocks': 'Never 0 3 3',
  'MP+poonceonces': 'Sometimes 1 3 4',
  'MP+pooncerelease+poacquireonce': 'Never 0 3 3',
  'MP+porevlocks': 'Never 0 3 3',
  'MP+unlocklockonceonce+fencermbonceonce': 'Never 0 3 3',
  'R+fencembonceonces': 'Never 0 3 3',
  'R+poonceonces': 'Sometimes 1 3 4',
  'S+fencewmbonceonce+poacquireonce': 'Never 0 3 3',
  'S+poonceonces': 'Sometimes 1 3 4',
  'SB+fencembonceonces': 'Never 0 3 3',
  'SB+poonceonces': 'Sometimes 1 3 4',
  'SB+rfionceonce-poonceonces': 'Sometimes 1 3 4',
  'WRC+poonceonces+Once': 'Sometimes 1 7 8',
  'WRC+pooncerelease+fencermbonceonce+Once': 'Never 0 7 7',
  'Z6.0+pooncelock+poonceLock+pombonce': 'Never 0 7 7',
  'Z6.0+pooncelock+pooncelock+pombonce': 'Sometimes 1 7 8',
  'Z6.0+pooncerelease+poacquirerelease+fencembonceonce': 'Sometimes 1 7 8',
  'dep+plain': 'Never 0 2 1',
}

/** Where the model of Linux 6.1 answers otherwise. */
const EXPECTED_6_1: Readonly<Record<string, string>> = {
  // Dependencies are not carried through memory there.
  'dep+plain': 'Sometimes 1 2 2',
}

/** The tests of a tree: their names below the folders, and their texts. */
function testsIn(tree: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const folder of FOLDERS) {
    const path = join(tree, folder)
    if (!existsSync(path)) continue
    for (const file of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.litmus')) continue
      found.set(file.replaceAll('\\', '/').replace(/\.litmus$/, ''), readFileSync(join(path, file), 'utf8'))
    }
  }
  return found
}

function figures(text: string, model: string): string {
  const { verdict, complete, positive, negative, states } = outcome(text, model)
  return `${verdict} ${positive} ${negative} ${states.length}${complete ? '' : ' incomplete'}`
}

for (const [version, tree] of Object.entries(TREES)) {
  const name = `the litmus tests of Linux ${version}`
  if (tree === undefined) {
    describe.skip(`${name} (KREPLAY_LINUX_${version.replace('.', '_')} is not set)`, () => {
      it('are read from a kernel tree', () => {})
    })
    continue
  }
  const tests = [...testsIn(tree)]
  describe(name, () => {
    it('are all there', () => {
      expect(tests.length).toBeGreaterThan(30)
      expect(tests.map(([test]) => test).filter((test) => EXPECTED[test] === undefined)).toEqual([])
    })

    it.each(tests)('%s under lkmm', (test, text) => {
      expect(figures(text, 'lkmm')).toBe(EXPECTED[test])
    })

    it.each(tests)('%s under lkmm-6.1', (test, text) => {
      expect(figures(text, 'lkmm-6.1')).toBe(EXPECTED_6_1[test] ?? EXPECTED[test])
    })

    it.each(tests)('%s comes out as its comment states', (_, text) => {
      expect(judge(parsed(text).stated, outcome(text, 'lkmm'))).toBe('as stated')
    })

    it.each(tests)('%s comes out alike without its comment', (_, text) => {
      const bare = text.replace(/Result:/g, 'Outcome:')
      expect(parsed(bare).stated).toBe(null)
      expect(outcome(bare, 'lkmm')).toEqual(outcome(text, 'lkmm'))
    })

    it.each(tests)('%s is the same when written and read again', (_, text) => {
      const { test, program, functions } = built(text)
      const written = writeLitmus({ name: test.name, comment: [], program, functions, question: test })
      const again = written.ok ? written.value : written.error.message
      expect(formatOutcome(parsed(again), outcome(again, 'lkmm'))).toBe(
        formatOutcome(test, outcome(text, 'lkmm')),
      )
    })
  })
}
