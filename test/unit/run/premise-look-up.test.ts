/** A whole run with a tree: each finding says who in the tree meets its premise. */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { explainFinding, formatMarkdown, formatTerminal } from '../../../src/report/index.js'
import { runThread } from '../../../src/run/index.js'
import { fixture, REPLAY_TIMEOUT, replayed, theFinding } from '../../support/replayed.js'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

it(
  'with the fixture tree what takes both callbacks is latent, and what any walker meets is shown',
  async () => {
    const path = fixture('pagewalk-lock.mbox')
    const tree = { name: 'fixtures/tree', cwd: PROJECT }
    const { report } = await runThread({ inputs: [{ kind: 'path', path }], tree })
    const regressed = report.findings.filter(({ verdict }) => verdict === 'regressed')
    expect(regressed.length).toBeGreaterThan(0)
    for (const { reach, premise } of regressed) {
      expect(reach).toBe('latent')
      expect(premise.inTree?.scanned).toContain(
        '3 tables of struct mm_walk_ops: 0 set pmd_entry, 3 set pte_entry',
      )
    }
    const locks = theFinding(report, {
      verdict: 'changed',
      property: 'locks held in pte_entry (callbacks: pte, both)',
    })
    expect(locks.reach).toBe('shown')
    expect(locks.premise.inTree?.found.join()).toContain(
      'wp_walk_ops (mm/mapping_dirty.c:50) in wp_mapping_range()',
    )
    const fixed = theFinding(report, { verdict: 'fixed' })
    expect(fixed.reach).toBe('unknown')
    expect(fixed.premise.inTree?.blind.join()).toContain('ptep_modify_prot_start()')

    const text = formatTerminal(report, {
      width: 100,
      color: false,
      all: false,
      verbose: true,
      diagnostics: false,
    })
    expect(text).toContain('latent: nothing in fixtures/tree meets this')
    expect(text).toMatch(/scanned +8 files; 3 tables of struct mm_walk_ops/)
    expect(formatMarkdown(report)).toContain('reach latent: nothing in fixtures/tree meets this')
    expect(explainFinding(locks)).toMatch(/reach +shown in fixtures\/tree: gather_walk_ops/)

    // Nothing but reach and premise depends on the tree.
    const { report: without } = await replayed(path)
    expect(without.findings.map(({ verdict, property }) => `${verdict} ${property}`).sort()).toEqual(
      report.findings.map(({ verdict, property }) => `${verdict} ${property}`).sort(),
    )
    expect(without.findings.every(({ premise }) => premise.inTree === null)).toBe(true)
    expect(without.findings.every(({ reach }) => reach !== 'shown')).toBe(true)
  },
  REPLAY_TIMEOUT,
)
