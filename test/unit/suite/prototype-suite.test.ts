/** Suites made from prototypes, for functions written out in the intermediate representation. */
import { describe, expect, it } from 'vitest'
import { forEachExecution, SC } from '../../../src/explore/index.js'
import type { Callable, IrFunction } from '../../../src/machine/index.js'
import { liftedImplementation, parsePrototype } from '../../../src/mm/index.js'
import { type Observation, opaqueCallees, prototypeSuite } from '../../../src/suite/index.js'
import { binary, branch, ir, returns } from '../../support/programs/ir.js'
import { callC, loadAt, member, storeAt, unit, VMA, withObjects } from '../../support/programs/lifted.js'

/** The suite of a function, and what one of its scenarios shows. */
function made(text: string, fn: IrFunction, arch = 'x86-64') {
  const { name, ...prototype } = parsePrototype(text)
  const implementation = liftedImplementation(unit([[text, fn]], [VMA]), name, {
    version: 'lifted',
    release: '6.12',
    identities: [],
    config: {},
    notes: [],
  })
  const suite = prototypeSuite({ path: 'mm/here.c', name, prototype, arch })
  const find = (wanted: string): Callable | undefined => (wanted === name ? implementation : undefined)
  const resolve = (wanted: string): Callable => {
    const found = find(wanted)
    if (found === undefined) throw new Error(`no ${wanted}`)
    return found
  }
  const shows = (
    id: string,
  ): { readonly seen: readonly Observation[]; readonly opaque: readonly string[] } => {
    const scenario = suite.scenarios.find((one) => one.id === `${name}/${arch}/${id}`)
    if (scenario === undefined) throw new Error(`no ${id}: ${suite.scenarios.map((one) => one.id).join(' ')}`)
    const built = scenario.build({ resolve, find, release: '6.12' })
    const seen = new Map<string, Observation>()
    const opaque = new Set<string>()
    forEachExecution(built.program, { model: SC }, (execution) => {
      const observation = built.observe(execution)
      seen.set(JSON.stringify(observation), observation)
      for (const callee of opaqueCallees(execution.events)) opaque.add(callee)
      return true
    })
    return { seen: [...seen.values()], opaque: [...opaque] }
  }
  return { suite, shows }
}

describe('a function on a pmd', () => {
  const text = 'int has_ptes(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned int flags)'
  const fn = withObjects(
    ir(
      'has_ptes',
      ['vma', 'pmd', 'addr', 'flags'],
      [
        ...member('mm', 'vma', VMA, 'vm_mm'),
        callC('pte', 'pte_offset_map_lock', ['mm', 'pmd', 'addr', 'ptl']),
        branch('pte', 'mapped', 'none', null),
        'mapped:',
        loadAt('entry', 'pte'),
        binary('write', 'flags', '&', 1),
        branch('write', 'clean', 'done', null),
        'clean:',
        callC('new', 'pte_mkclean', ['entry']),
        callC(null, 'set_pte_at', ['mm', 'addr', 'pte', 'new']),
        callC(null, 'note_change', ['vma', 'addr'], ['struct vm_area_struct *', 'unsigned long']),
        'done:',
        loadAt('lock', 'ptl'),
        callC(null, 'pte_unmap_unlock', ['pte', 'lock']),
        returns(1),
        'none:',
        returns(0),
      ],
      { path: 'mm/here.c' },
    ),
    { ptl: 8 },
  )
  const { suite, shows } = made(text, fn)

  it('meets every state of a pmd, alone and beside what may happen to it', () => {
    const worlds = new Set(suite.scenarios.map(({ facets }) => facets['world']))
    expect([...worlds]).toEqual(['table', 'none', 'huge', 'migration', 'devmap'])
    const beside = suite.scenarios.filter(({ facets }) => facets['world'] === 'huge')
    expect(beside.map(({ facets }) => facets['actor'])).toEqual(['none', 'zap', 'split', 'migrate'])
  })

  it('shows each outcome of what is not known, with its events', () => {
    const { seen, opaque } = shows('quiet/table')
    expect(seen.map((one) => [one['return value'], one['opaque calls']])).toEqual([
      ['1', 'none'],
      ['1', expect.stringMatching(/^note_change\(vma, 0x[0-9a-f]+\)$/)],
    ])
    expect(seen.map((one) => one['lock operations'])).toEqual(Array(2).fill('lock PTL, unlock PTL'))
    expect(opaque).toEqual(['note_change'])
    expect(shows('quiet/huge').seen).toMatchObject([{ 'return value': '0', 'lock operations': 'none' }])
  })

  it('shows what an actor makes different', () => {
    const { seen } = shows('actor/none/fault-table')
    expect(new Set(seen.map((one) => one['return value']))).toEqual(new Set(['0', '1']))
  })
})

describe('a function on one entry', () => {
  const text = 'pte_t dirty_of_block(pte_t *ptep, pte_t orig)'
  const fn = ir(
    'dirty_of_block',
    ['ptep', 'orig'],
    [
      binary('next', 'ptep', '+', 8),
      loadAt('other', 'next'),
      binary('both', 'orig', '|', 'other'),
      returns('both'),
    ],
  )

  it('gets an entry inside what may be a block, and the value that it holds', () => {
    const { shows } = made(text, fn, 'arm64')
    const DIRTY = 1n << 55n
    const value = (layout: string) => BigInt(shows(`quiet/${layout}`).seen[0]?.['return value'] ?? 0)
    expect(value('none')).toBe(0n)
    expect(value('block') & DIRTY).toBe(0n)
    expect(value('block-one-dirty') & DIRTY).toBe(DIRTY)
  })
})

it('arguments that nobody knows are objects and values that are decided when looked at', () => {
  const text = 'int count(struct page **pages, int *nr, bool wanted)'
  const fn = ir(
    'count',
    ['pages', 'nr', 'wanted'],
    [branch('wanted', 'yes', 'no', null), 'yes:', storeAt('pages', 0), returns(1), 'no:', returns(0)],
  )
  const { shows } = made(text, fn)
  expect(shows('quiet').seen).toMatchObject([
    { 'return value': '0', 'stores to objects': 'none' },
    { 'return value': '1', 'stores to objects': '*pages = 0' },
  ])
})

it('a result that is not known is told by its name, and not decided for that', () => {
  const text = 'int asks(unsigned long key)'
  const fn = ir(
    'asks',
    ['key'],
    [
      callC('r', 'answer_of', ['key'], ['unsigned long'], 'int', {
        kind: 'integer',
        type: { bits: 32, signed: true },
        values: [],
      }),
      returns('r'),
    ],
  )
  expect(
    made(text, fn)
      .shows('quiet')
      .seen.map((one) => one['return value']),
  ).toEqual(['answer_of(key)'])
})
