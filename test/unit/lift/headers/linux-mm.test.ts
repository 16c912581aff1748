import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createEnvironment, type Expression, type FileScope, parseC } from '../../../../src/lift/index.js'
import { X86_64 } from '../../../../src/mm/index.js'
import { kernelConfig } from '../../../../src/run/kernel-config.js'
import { parser } from './tree.js'

const TREES = [
  ['KREPLAY_LINUX_6_1', process.env['KREPLAY_LINUX_6_1'], 'gup_pte_range'],
  ['KREPLAY_LINUX_6_12', process.env['KREPLAY_LINUX_6_12'], 'gup_fast_pte_range'],
] as const

const FILES = ['gup', 'memory', 'mmap', 'mprotect', 'mremap', 'pagewalk', 'rmap', 'vmscan']

describe.each(TREES)('the tree that %s names', (_, tree, twice) => {
  const read = (path: string): string | null => {
    try {
      return readFileSync(join(tree ?? '', path), 'utf8')
    } catch {
      return null
    }
  }
  const environment = createEnvironment({
    read,
    arch: 'x86',
    config: kernelConfig(X86_64),
    wordBits: 64,
    parser,
  })
  const scopeOf = (name: string): FileScope =>
    environment.scopeFor(`mm/${name}.c`, read(`mm/${name}.c`) ?? '')

  it.skipIf(tree === undefined)('has values for the constants that mm/ uses', () => {
    let uses = 0
    let found = 0
    let evaluated = 0
    for (const name of FILES) {
      const scope = scopeOf(name)
      const { unit } = parseC(parser, `mm/${name}.c`, scope.activeText, scope.parseOptions)
      for (const word of namesIn(unit.declarations)) {
        if (!/^[A-Z][A-Z0-9_]*[A-Z0-9]$/.test(word)) continue
        const macro = scope.macro(word)
        if (macro?.parameters) continue
        const value = scope.constant(word)
        uses++
        if (macro !== null || value !== null || scope.global(word) !== null || scope.prototype(word) !== null)
          found++
        if (value !== null) evaluated++
      }
    }
    expect(uses).toBeGreaterThan(1500)
    expect(found / uses).toBeGreaterThan(0.981)
    expect(evaluated / uses).toBeGreaterThan(0.922)
  })

  it.skipIf(tree === undefined)('says what everybody knows', () => {
    const scope = scopeOf('memory')
    expect(scope.constant('PAGE_SIZE')).toMatchObject({ value: 4096n, type: { bits: 64, signed: false } })
    expect(scope.constant('PMD_SHIFT')?.value).toBe(21n)
    expect(scope.constant('VM_FAULT_OOM')?.value).toBe(1n)
    expect(scope.constant('EINVAL')?.value).toBe(22n)
    expect(scope.evaluate('sizeof(pte_t)')?.value).toBe(8n)
    expect(scope.evaluate('sizeof(struct list_head)')?.value).toBe(16n)
    expect(scope.typeNamed('pgoff_t')).toMatchObject({ kind: 'integer', bits: 64, signed: false })
    expect(scope.prototype('vm_normal_page')).toMatchObject({
      returns: { kind: 'pointer', to: { name: 'page' } },
    })
    expect(scope.definition('pte_none')?.path).toBe('arch/x86/include/asm/pgtable.h')
    expect(scope.definition('folio_test_locked')?.path).toBe('include/linux/page-flags.h')
    expect(scope.effectsOf('spin_lock_irqsave')?.assigns).toEqual([1])
    const body = { kind: 'empty', span: { line: 1, column: 1, endLine: 1, endColumn: 2 } } as const
    expect(scope.expandIteration('list_for_each_entry(p, head, list)', body)).toMatchObject({
      kind: 'for',
      body,
    })
    expect(scope.walk.undecided).toEqual([])
  })

  it.skipIf(tree === undefined)('has the one of two functions of a name that is compiled', () => {
    const lines = (config: Record<string, string>): number[] => {
      const own = createEnvironment({ read, arch: 'x86', config, wordBits: 64, parser })
      const { main } = own.scopeFor('mm/gup.c', read('mm/gup.c') ?? '').walk
      return (main?.declared ?? []).flatMap(({ kind, name, piece }) =>
        kind === 'function' && name === twice ? [piece.line] : [],
      )
    }
    const config = kernelConfig(X86_64)
    const [with_, without] = [
      lines({ ...config, CONFIG_ARCH_HAS_PTE_SPECIAL: 'y' }),
      lines({ ...config, CONFIG_ARCH_HAS_PTE_SPECIAL: 'n' }),
    ]
    expect([with_.length, without.length]).toEqual([1, 1])
    expect(with_[0]).toBeLessThan(without[0] ?? 0)
  })
})

/** Names in expressions. */
function namesIn(tree: unknown): string[] {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one)
    else if (typeof node === 'object' && node !== null) {
      const expression = node as Partial<Expression>
      if (expression.kind === 'identifier' && expression.name !== undefined) found.push(expression.name)
      for (const [key, inner] of Object.entries(node)) if (key !== 'span') visit(inner)
    }
  }
  visit(tree)
  return found
}
