/** Locks that a function's text shows at a call. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factsOf } from '../../../../src/lift/index.js'

/** The locks at the call of `visit` in a function of this body: held, and behind a `?` those held perhaps. */
function at(body: string, head = 'static int around(struct mm_struct *mm)'): string {
  const text = `${head}\n{\n${body}\n}\n`
  const { calls } = factsOf({ path: 'mm/a.c', text }, { functions: ['visit'], structs: [], members: [] })
  const locks = calls[0]?.locks
  if (locks === null || locks === undefined) return 'unknown'
  const shown = (list: typeof locks.held, mark: string): string[] =>
    list.map(({ lock, mode }) => mark + lock + (mode === null ? '' : `(${mode})`))
  return [...shown(locks.held, ''), ...shown(locks.perhaps, '?')].join(' ')
}

describe('the locks at a call', () => {
  it.each([
    ['nothing', 'visit();', ''],
    ['taken', 'mmap_read_lock(mm); visit(); mmap_read_unlock(mm);', 'mmap_lock(read)'],
    ['released', 'mmap_read_lock(mm); mmap_read_unlock(mm); visit();', ''],
    ['the same lock of another', 'mmap_read_lock(mm); up_read(&other->mmap_lock); visit();', ''],
    ['as an older kernel spells it', 'down_write(&mm->mmap_sem); visit();', 'mmap_lock(write)'],
    ['downgraded', 'mmap_write_lock(mm); mmap_write_downgrade(mm); visit();', 'mmap_lock(read)'],
    ['of a mapping', 'i_mmap_lock_read(mapping); visit();', 'i_mmap_rwsem(read)'],
    ['as a semaphore', 'down_read(&mapping->i_mmap_rwsem); visit();', 'i_mmap_rwsem(read)'],
    [
      'given back on the way out',
      'mmap_read_lock(mm); if (!vma) { mmap_read_unlock(mm); return 0; } visit();',
      'mmap_lock(read)',
    ],
    [
      'without braces',
      'mmap_read_lock(mm); if (!vma) goto out; visit(); out: mmap_read_unlock(mm);',
      'mmap_lock(read)',
    ],
    [
      'given back under a condition',
      'mmap_read_lock(mm); if (early) mmap_read_unlock(mm); visit();',
      '?mmap_lock(read)',
    ],
    ['taken under a condition', 'if (!locked) mmap_read_lock(mm); visit();', '?mmap_lock(read)'],
    ['on both ways', 'if (w) mmap_write_lock(mm); else mmap_write_lock(mm); visit();', 'mmap_lock(write)'],
    ['in two modes', 'if (w) mmap_write_lock(mm); else mmap_read_lock(mm); visit();', 'mmap_lock'],
    ['killable', 'if (mmap_read_lock_killable(mm)) return -EINTR; visit();', 'mmap_lock(read)'],
    [
      'killable, kept',
      'err = mmap_write_lock_killable(mm); if (err) return err; visit();',
      'mmap_lock(write)',
    ],
    ['tried, and not had', 'if (!mmap_read_trylock(mm)) return 0; visit();', 'mmap_lock(read)'],
    ['tried, and had', 'if (mmap_read_trylock(mm)) { visit(); }', 'mmap_lock(read)'],
    ['tried, and gone', 'if (mmap_read_trylock(mm)) { mmap_read_unlock(mm); } visit();', ''],
    [
      'in a loop',
      'do { mmap_read_lock(mm); visit(); mmap_read_unlock(mm); } while (more());',
      'mmap_lock(read)',
    ],
    ['behind a loop', 'mmap_read_lock(mm); for (i = 0; i < n; i++) step(i); visit();', 'mmap_lock(read)'],
    [
      'left by break',
      'for (;;) { mmap_read_lock(mm); if (x) break; mmap_read_unlock(mm); } visit();',
      'mmap_lock(read)',
    ],
    [
      'behind an iterator',
      'for_each_vma(iter, vma) { spin_lock(&a->lock); spin_unlock(&a->lock); } visit();',
      '',
    ],
    ['in an iterator', 'spin_lock(&a->lock); for_each_vma(iter, vma) visit(vma);', 'lock'],
    [
      'in a switch',
      'mmap_read_lock(mm); switch (x) { case 1: mmap_read_unlock(mm); return; case 2: break; } visit();',
      'mmap_lock(read)',
    ],
    [
      'brought by goto',
      'mmap_read_lock(mm); if (x) goto in; mmap_read_unlock(mm); return; in: visit();',
      'mmap_lock(read)',
    ],
    ['as an argument of another', 'mmap_read_lock(mm); WARN_ON(visit(mm) < 0);', 'mmap_lock(read)'],
    ['in a condition', 'mmap_read_lock(mm); if (a && visit(mm)) return 1;', 'mmap_lock(read)'],
    ['asserted', 'mmap_assert_locked(mm); visit();', 'mmap_lock'],
    [
      'asserted by lockdep',
      'lockdep_assert_held_write(&mapping->i_mmap_rwsem); visit();',
      'i_mmap_rwsem(write)',
    ],
    [
      'asserted as before there were words for it',
      'VM_BUG_ON_MM(!rwsem_is_locked(&mm->mmap_sem), mm); visit();',
      'mmap_lock',
    ],
    ['interrupts too', 'spin_lock_irqsave(&q->lock, flags); visit();', 'lock interrupts off'],
    ['interrupts alone', 'local_irq_save(flags); visit(); local_irq_restore(flags);', 'interrupts off'],
    [
      'page tables',
      'pte = pte_offset_map_lock(mm, pmd, addr, &ptl); visit(); pte_unmap_unlock(pte, ptl);',
      'page-table lock',
    ],
    [
      'page tables, given back',
      'pte = pte_offset_map_lock(mm, pmd, addr, &ptl); pte_unmap_unlock(pte, ptl); visit();',
      '',
    ],
    ['a guard', 'guard(mutex)(&a->mutex); visit();', 'mutex'],
    ['a guard of a block', '{ guard(rwsem_read)(&mm->mmap_lock); } visit();', ''],
    ['a scoped guard', 'scoped_guard(spinlock, &a->lock) { visit(); }', 'lock'],
    ['behind a scoped guard', 'scoped_guard(spinlock, &a->lock) { step(); } visit();', ''],
    [
      'under an #if',
      '#ifdef CONFIG_A\nmmap_read_lock(mm);\n#else\nmmap_write_lock(mm);\nvisit();\n#endif',
      'mmap_lock(write)',
    ],
    [
      'behind an #if with an #else: those of the first branch',
      '#ifdef CONFIG_A\nmmap_read_lock(mm);\n#else\nspin_lock(&a->lock);\n#endif\nvisit();',
      'mmap_lock(read)',
    ],
    [
      'behind an #if 0',
      '#if 0\nmmap_read_lock(mm);\n#else\nmmap_write_lock(mm);\n#endif\nvisit();',
      'mmap_lock(write)',
    ],
    ['in a comment', '/* mmap_read_lock(mm); */ visit("mmap_read_lock(mm)");', ''],
  ])('%s', (_, body, locks) => {
    expect(at(body)).toBe(locks)
  })

  it('are also what the head declares', () => {
    expect(at('visit();', 'static void end(struct rq *rq) __releases(rq->lock)')).toBe('lock')
    expect(at('visit();', 'static void in(void) __must_hold(RCU)')).toBe('rcu')
  })

  it('are unknown where a function is nested beyond reason', () => {
    expect(at(`${'if (x) {'.repeat(500)} visit(); ${'}'.repeat(500)}`)).toBe('unknown')
  })

  it('are not looked for in a function that does nothing else', () => {
    const text = `void f(void)\n{\n${'#if A\n\tvisit();\n#endif\n'.repeat(20_000)}}\n`
    const { calls } = factsOf({ path: 'mm/a.c', text }, { functions: ['visit'], structs: [], members: [] })
    expect(calls).toHaveLength(20_000)
    expect(calls.at(-1)?.locks).toBeNull()
  })

  it('can be asked of any text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      ';',
      'if',
      'else',
      'for',
      'do',
      'while',
      'switch',
      'case 1:',
      'x:',
      'goto x;',
      'break;',
      'visit();',
      'mmap_read_lock(mm)',
      'mmap_read_unlock(mm);',
      'guard(mutex)(&m);',
      '\n#if A\n',
      '\n#else\n',
      '\n#endif\n',
      '"',
      '/*',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(typeof at(pieces.join(' '))).toBe('string')
      }),
    )
  })
})
