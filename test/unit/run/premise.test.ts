/** Who in a tree meets what a scenario needs: shown, latent or unknown, and why. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parsePatch } from '../../../src/patch/index.js'
import type { Finding } from '../../../src/report/index.js'
import { lookUpPremises, withPremises } from '../../../src/run/premise.js'
import { Scanner } from '../../../src/run/scan.js'
import type { SeriesPatch } from '../../../src/run/series-lines.js'
import { PAGEWALK_SUITE, PTE_READ_SUITE, type Scenario } from '../../../src/suite/index.js'
import { openTree } from '../../../src/tree/index.js'
import { temporaryFolder } from '../../support/temporary.js'

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url))

/** A kernel with nobody who walks. */
const KERNEL = {
  Kbuild: 'obj-y += mm/\n',
  'mm/Kconfig':
    'config TRANSPARENT_HUGEPAGE\n\tbool "x"\nconfig ARCH_ENABLE_THP_MIGRATION\n\tbool\nconfig X86_PAE\n\tbool "y"\n',
  'include/linux/pagewalk.h': 'struct mm_walk_ops {\n\tint x;\n};\n',
  'mm/pagewalk.c':
    'int walk_page_range(struct mm_struct *mm, const struct mm_walk_ops *ops)\n{\n\tmmap_assert_locked(mm);\n\treturn 0;\n}\n' +
    'int walk_page_mapping(struct address_space *mapping, const struct mm_walk_ops *ops)\n{\n\tlockdep_assert_held(&mapping->i_mmap_rwsem);\n\treturn 0;\n}\n',
  'mm/huge.c':
    'void zap_huge_pmd(void)\n{\n}\nvoid __split_huge_pmd(void)\n{\n\tzap_huge_pmd();\n}\nvoid try_to_unmap_one(void)\n{\n\t__split_huge_pmd();\n}\nvoid f(void)\n{\n\ttry_to_unmap_one();\n}\n',
}

const LOOKS = 'static int look_pmd(pmd_t *pmd, struct mm_walk *walk)\n{\n\treturn 0;\n}\n'

/** A file with a table of these members, and a walk with it. */
function walker(
  members: string,
  before = 'mmap_read_lock(mm);',
  walk = 'walk_page_range(mm, &t);',
  pmd = LOOKS,
): string {
  return (
    pmd +
    'static int look_pte(pte_t *pte, unsigned long addr)\n{\n\treturn pte_none(*pte);\n}\n' +
    'static int change_pte(pte_t *pte, unsigned long addr)\n{\n\tset_pte_at(mm, addr, pte, pte_wrprotect(*pte));\n\treturn 0;\n}\n' +
    'static int swap_pte(pte_t *pte, unsigned long addr)\n{\n\tif (pte_none(*pte))\n\t\treturn 0;\n\texchange(pte);\n\treturn 0;\n}\n' +
    `static const struct mm_walk_ops t = { ${members} };\nvoid caller(struct mm_struct *mm)\n{\n\t${before}\n\t${walk}\n}\n`
  )
}

const BOTH = '.pmd_entry = look_pmd, .pte_entry = look_pte'

function scenario(id: string): Scenario {
  const found = [...PAGEWALK_SUITE.scenarios, ...PTE_READ_SUITE.scenarios].find((one) => one.id === id)
  if (found === undefined) throw new Error(`no scenario is called ${id}`)
  return found
}

async function look(folder: string, scenarios: readonly string[], series: readonly SeriesPatch[] = []) {
  const tree = await openTree(folder, { environment: process.env, cwd: '/' })
  if (!tree.ok) throw new Error(tree.error.message)
  const scanner = await Scanner.open(tree.value, series)
  if (!scanner.ok) throw new Error(scanner.error.message)
  const asked = scenarios.map(scenario)
  const premises = await lookUpPremises(scanner.value, asked)
  tree.value.close()
  if (!premises.ok) throw new Error(premises.error.message)
  const answer = premises.value.of(asked)
  if (answer === null) throw new Error('nothing was asked')
  const { reach, inTree } = answer
  return { reach, scanned: inTree.scanned, found: inTree.found.join(' | '), blind: inTree.blind.join(' | ') }
}

const ZAP = 'pagewalk/x86-64/read/both/huge-anon/zap'
const ZAP_FILE = 'pagewalk/x86-64/read/both/huge-file/zap'
const SPLIT_UNDER_WRITE = 'pagewalk/x86-64/write/both/huge-anon/split'
const QUIET = 'pagewalk/x86-64/quiet/both/huge-anon'
const WRITES_BACK = 'pagewalk/x86-64/read/pte/read-modify-write/swap-out'
const COLLAPSE = 'pagewalk/x86-64/i_mmap/both/table/collapse'

describe('a premise is shown', () => {
  it.each([
    ['a caller with both callbacks that holds the lock for reading', ZAP, walker(BOTH)],
    ['a lock that the table names', ZAP, walker(`${BOTH}, .walk_lock = PGWALK_RDLOCK`, '')],
    [
      'a table in a variable',
      ZAP,
      walker(BOTH, 'mmap_read_lock(mm);', 'const struct mm_walk_ops *ops = &t;\n\twalk_page_range(mm, ops);'),
    ],
    [
      'a member under the switch that is needed',
      ZAP,
      walker('.pmd_entry = look_pmd,\n#ifdef CONFIG_TRANSPARENT_HUGEPAGE\n.pte_entry = look_pte,\n#endif\n'),
    ],
    ['the lock for writing, where that is needed', SPLIT_UNDER_WRITE, walker(BOTH, 'mmap_write_lock(mm);')],
    ['any lock, where nobody else runs', QUIET, walker(BOTH, '')],
    [
      'a walk of a mapping, where nobody else runs',
      QUIET,
      walker(BOTH, '', 'walk_page_mapping(mapping, &t);'),
    ],
    [
      'a walk of a mapping, under which no less goes on',
      ZAP_FILE,
      walker(BOTH, 'i_mmap_lock_read(mapping);', 'walk_page_mapping(mapping, &t);'),
    ],
    ['a callback that stores what it read', WRITES_BACK, walker('.pte_entry = change_pte')],
  ])('%s', async (_, id, text) => {
    const answer = await look(temporaryFolder({ ...KERNEL, 'mm/walker.c': text }), [id])
    expect(answer).toMatchObject({ reach: 'shown', blind: '' })
    expect(answer.found).toMatch(/^t \(mm\/walker\.c:\d+\) in caller\(\)$/)
  })

  it('by a caller in the series', async () => {
    const hunk = walker(BOTH).split('\n').slice(0, -1)
    const diff = `---\n\ndiff --git a/mm/new.c b/mm/new.c\nnew file mode 100644\n--- /dev/null\n+++ b/mm/new.c\n@@ -0,0 +1,${hunk.length} @@\n${hunk.map((line) => `+${line}\n`).join('')}`
    const { files } = parsePatch(`Text.\n${diff}-- \n2.40\n`)
    const answer = await look(temporaryFolder(KERNEL), [ZAP], [{ label: 'patch 3', files }])
    expect(answer.reach).toBe('shown')
    expect(answer.found).toMatch(/^t \(mm\/new\.c:\d+, which patch 3 adds\) in caller\(\)$/)
  })

  it('where any of the scenarios that show a finding is met', async () => {
    const folder = temporaryFolder({ ...KERNEL, 'mm/walker.c': walker(BOTH, 'mmap_write_lock(mm);') })
    expect(await look(folder, [ZAP])).toMatchObject({ reach: 'latent' })
    const answer = await look(folder, [ZAP, SPLIT_UNDER_WRITE])
    expect(answer).toMatchObject({ reach: 'shown' })
    expect(answer.found).toContain(`in the scenario ${SPLIT_UNDER_WRITE}`)
  })
})

describe('a premise is latent', () => {
  it.each([
    ['nobody walks at all', ZAP, '', ''],
    [
      'one callback in one table, one in another',
      ZAP,
      `${walker('.pmd_entry = look_pmd')}${walker('.pte_entry = look_pte').replaceAll(/\bt\b/g, 'u')}`,
      '',
    ],
    ['a callback that is set to nothing', ZAP, walker('.pmd_entry = NULL, .pte_entry = look_pte'), ''],
    ['a table that nobody uses', ZAP, walker(BOTH, '', ''), 'nothing that was seen uses it'],
    ['the lock held for writing', ZAP, walker(BOTH, 'mmap_write_lock(mm);'), 'it holds mmap_lock(write)'],
    [
      'a table that asks for it',
      ZAP,
      walker(`${BOTH}, .walk_lock = PGWALK_WRLOCK`, ''),
      'its .walk_lock is PGWALK_WRLOCK',
    ],
    [
      'another way to walk',
      ZAP,
      walker(BOTH, 'mmap_read_lock(mm);', 'walk_page_range_novma(mm, &t);'),
      'it goes to walk_page_range_novma()',
    ],
    [
      'a switch that excludes what is needed',
      ZAP,
      `#ifndef CONFIG_TRANSPARENT_HUGEPAGE\n${walker(BOTH)}#endif\n`,
      'it is there only under !CONFIG_TRANSPARENT_HUGEPAGE',
    ],
    [
      'a walk of a mapping, in memory of no mapping',
      ZAP,
      walker(BOTH, 'i_mmap_lock_read(mapping);', 'walk_page_mapping(mapping, &t);'),
      'it goes to walk_page_mapping()',
    ],
    [
      'a callback that only looks',
      WRITES_BACK,
      walker('.pte_entry = look_pte'),
      'look_pte() does not store to its entry',
    ],
    ['a walk under another lock', COLLAPSE, walker(BOTH), 'it goes to walk_page_range()'],
  ])('%s', async (_, id, text, near) => {
    const answer = await look(temporaryFolder({ ...KERNEL, 'mm/walker.c': text }), [id])
    expect(answer).toMatchObject({ reach: 'latent', blind: '' })
    expect(answer.found).toContain(near)
  })

  it('where the caller is of another architecture', async () => {
    const answer = await look(temporaryFolder({ ...KERNEL, 'arch/s390/mm/gmap.c': walker(BOTH) }), [ZAP])
    expect(answer).toMatchObject({ reach: 'latent', blind: '' })
    expect(answer.found).toContain('it is of s390 alone')
    const own = await look(temporaryFolder({ ...KERNEL, 'arch/x86/mm/gmap.c': walker(BOTH) }), [ZAP])
    expect(own).toMatchObject({ reach: 'shown' })
  })

  it('where no kernel of the tree can be configured so', async () => {
    const folder = temporaryFolder({
      ...KERNEL,
      'mm/Kconfig': 'config SWAP\n\tbool\n',
      'mm/walker.c': walker(BOTH),
    })
    expect(await look(folder, [ZAP])).toMatchObject({
      reach: 'latent',
      found: 'no Kconfig file has TRANSPARENT_HUGEPAGE',
    })
  })

  it('in the fixture tree: three tables, none with both callbacks', async () => {
    expect(await look(`${FIXTURES}tree`, [ZAP])).toEqual({
      reach: 'latent',
      scanned:
        '8 files; 3 tables of struct mm_walk_ops: 0 set pmd_entry, 3 set pte_entry, 0 set pmd_entry and pte_entry',
      found: '',
      blind: '',
    })
  })

  it('where the series takes the only caller away', async () => {
    const text = walker(BOTH)
    const folder = temporaryFolder({ ...KERNEL, 'mm/walker.c': text })
    expect((await look(folder, [ZAP])).reach).toBe('shown')
    const lines = text.split('\n')
    const at = lines.findIndex((line) => line.includes('walk_page_range(')) + 1
    const hunk = ` ${lines[at - 2]}\n-${lines[at - 1]}\n }\n`
    const diff = `---\n\ndiff --git a/mm/walker.c b/mm/walker.c\n--- a/mm/walker.c\n+++ b/mm/walker.c\n@@ -${at - 1},3 +${at - 1},2 @@\n${hunk}`
    const { files } = parsePatch(`Text.\n${diff}-- \n2.40\n`)
    expect((await look(folder, [ZAP], [{ label: 'patch 1', files }])).reach).toBe('latent')
  })
})

describe('a premise is unknown', () => {
  it.each([
    [
      'a lock that the caller does not show',
      ZAP,
      walker(BOTH, ''),
      'whether caller() is called with mmap_lock(read)',
    ],
    [
      'a member that is assigned at run time',
      ZAP,
      'void f(struct mm_walk_ops *o)\n{\n\to->pte_entry = g;\n}\n',
      'o->pte_entry is assigned at run time (mm/walker.c:3)',
    ],
    [
      'a table that is filled at run time',
      ZAP,
      'static struct mm_walk_ops late;\n',
      'late is filled at run time (mm/walker.c:1)',
    ],
    [
      'a table that a macro makes',
      ZAP,
      'static struct mm_walk_ops made = WALK_OPS(f);\n',
      'made is made by WALK_OPS(f)',
    ],
    [
      'members that a macro sets',
      ZAP,
      walker('WALK_COMMON(f), .pmd_entry = look_pmd'),
      'members of t come from the macro WALK_COMMON',
    ],
    [
      'a table that is put away',
      ZAP,
      walker(BOTH, '', 'walk->ops = &t;'),
      'where t goes, stored in walk->ops at mm/walker.c:25',
    ],
    [
      'a callback that hands its entry on',
      WRITES_BACK,
      walker('.pte_entry = swap_pte'),
      'what swap_pte() does through exchange()',
    ],
    [
      'a pmd_entry that says how to go on',
      ZAP,
      walker(
        BOTH,
        'mmap_read_lock(mm);',
        'walk_page_range(mm, &t);',
        LOOKS.replace('return 0', 'walk->action = ACTION_CONTINUE'),
      ),
      'when look_pmd() sets walk->action',
    ],
    [
      'a pmd_entry that may say how to go on',
      ZAP,
      walker(
        BOTH,
        'mmap_read_lock(mm);',
        'walk_page_range(mm, &t);',
        LOOKS.replace('return 0', 'return decide(walk)'),
      ),
      'whether look_pmd() sets walk->action',
    ],
    [
      'a pmd_entry of another file',
      ZAP,
      walker(BOTH, 'mmap_read_lock(mm);', 'walk_page_range(mm, &t);', ''),
      'whether look_pmd() sets walk->action',
    ],
    [
      'a callback that nobody describes',
      'pagewalk/x86-64/read/pte/sleep/swap-out',
      walker('.pte_entry = look_pte'),
      'a pte_entry that does this: sleep',
    ],
    [
      'what the other thread does',
      'pagewalk/x86-64/read/both/huge-anon/migrate',
      walker(BOTH),
      'who does this: page migration',
    ],
  ])('%s', async (_, id, text, blind) => {
    const answer = await look(temporaryFolder({ ...KERNEL, 'mm/walker.c': text }), [id])
    expect(answer.reach).toBe('unknown')
    expect(answer.blind).toContain(blind)
  })

  it.each([
    ['a part of a kernel', { Kbuild: 'obj-y += mm/ fs/\n' }, 'folders that are not in the tree: fs'],
    ['no Makefile', { Kbuild: '' }, 'no Makefile or Kbuild at the root'],
    [
      'another kernel',
      { 'include/linux/pagewalk.h': '' },
      'struct mm_walk_ops, which the tree does not define',
    ],
    ['assembly', { 'mm/entry.S': '\tcall walk_page_range\n' }, 'mm/entry.S:1 names walk_page_range'],
  ])('where nobody meets it in %s', async (_, change, blind) => {
    const answer = await look(temporaryFolder({ ...KERNEL, ...change }), [ZAP])
    expect(answer.reach).toBe('unknown')
    expect(answer.blind).toContain(blind)
  })

  it('where callers of a lockless getter are all there is to see', async () => {
    const text =
      'pte_t ptep_get_lockless(pte_t *p)\n{\n\treturn *p;\n}\nint look(pte_t *p)\n{\n\tlocal_irq_save(flags);\n\treturn pte_none(ptep_get_lockless(p));\n}\n'
    const folder = temporaryFolder({ ...KERNEL, 'mm/gup.c': text })
    const id = (interrupts: string, caller: string) =>
      `pte-read/x86-pae/none-to-B/irqs-${interrupts}/${caller}`
    expect(await look(folder, [id('off', 'look')])).toMatchObject({
      reach: 'shown',
      found: 'look() (mm/gup.c:8)',
    })
    expect(await look(folder, [id('on', 'look')])).toMatchObject({
      reach: 'latent',
      found: 'look() (mm/gup.c:8), but look() has interrupts off',
    })
    expect(await look(folder, [id('off', 'gup-like')])).toMatchObject({ reach: 'unknown' })
  })
})

describe('findings', () => {
  const finding = (change: Partial<Finding>): Finding => {
    const empty = { holds: 'never', count: 0, executions: 0, coverage: { kind: 'exhaustive' } } as const
    return {
      id: 'a',
      verdict: 'regressed',
      kind: 'k',
      reach: 'unknown',
      function: 'f',
      path: 'mm/a.c',
      scenario: ZAP,
      property: 'p',
      arch: 'x86-64',
      model: 'sc',
      config: {},
      premise: { needs: ['n'], inTree: null },
      summary: 's',
      before: empty,
      after: empty,
      witness: null,
      ...change,
    }
  }
  const inTree = { tree: 't', scanned: '1 file', found: ['x'], blind: [] }
  const premises = { of: () => ({ reach: 'shown', inTree }) as const }
  const changed = (change: Partial<Finding>) => withPremises([finding(change)], [scenario(ZAP)], premises)[0]

  it('are given what was found', () => {
    expect(changed({})).toEqual(finding({ reach: 'shown', premise: { needs: ['n'], inTree } }))
  })

  it('that only a reload brings about stay latent whoever calls', () => {
    expect(changed({ reach: 'latent' })).toMatchObject({ reach: 'latent', premise: { inTree } })
  })

  it.each(['same', 'unmapped'] as const)('that are %s have no premise', (verdict) => {
    expect(changed({ verdict })).toEqual(finding({ verdict }))
  })
})

it('what a scenario says a tree can answer is among its needs', () => {
  for (const { id, needs, treeNeeds } of [...PAGEWALK_SUITE.scenarios, ...PTE_READ_SUITE.scenarios]) {
    for (const need of treeNeeds ?? []) {
      // What no reader needs to be told of is told only where it stays open.
      if (!['unseen', 'member-is', 'sets-action'].includes(need.kind)) expect(needs, id).toContain(need.need)
    }
  }
})
