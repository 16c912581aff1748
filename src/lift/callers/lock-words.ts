/**
 * The kernel's words for taking, releasing and asserting locks. What is not here is not seen, which is said of every
 * lock context: it is what the text shows.
 */

/** A lock in the words of its users: `mmap_lock`, `i_mmap_rwsem`, `ptl`, `rcu`, `interrupts off`. */
export interface Lock {
  readonly lock: string
  /** Null for a lock that has no modes, or where the text does not say. */
  readonly mode: 'read' | 'write' | null
  /** Whose lock, as written: `mm`, `&mapping->i_mmap_rwsem`; empty for those there is one of. */
  readonly object: string
}

/**
 * What a call does to locks. `try` gives nonzero, `killable` zero when the lock is taken. `assert` says that somebody
 * holds it already.
 */
export interface LockWord extends Lock {
  readonly does: 'take' | 'try' | 'killable' | 'release' | 'downgrade' | 'assert'
}

/** What a call means for locks; empty for any other function. `args` are its arguments as text. */
export function lockWords(name: string, args: readonly string[]): LockWord[] {
  return fixed(name, args) ?? worded(name, args) ?? []
}

/** A function that is nobody else's word: name, then what it does, the lock, the mode, and which argument names it. */
type Row = readonly [LockWord['does'], string, Lock['mode'], number | null]

const FIXED: Readonly<Record<string, Row>> = {
  mmap_assert_locked: ['assert', 'mmap_lock', null, 0],
  mmap_assert_write_locked: ['assert', 'mmap_lock', 'write', 0],
  mmap_write_downgrade: ['downgrade', 'mmap_lock', 'read', 0],
  vma_start_write: ['take', 'vma lock', 'write', 0],
  vma_assert_write_locked: ['assert', 'vma lock', 'write', 0],
  vma_assert_locked: ['assert', 'vma lock', null, 0],
  i_mmap_assert_locked: ['assert', 'i_mmap_rwsem', null, 0],
  i_mmap_assert_write_locked: ['assert', 'i_mmap_rwsem', 'write', 0],
  rcu_read_lock: ['take', 'rcu', null, null],
  rcu_read_unlock: ['release', 'rcu', null, null],
  local_irq_save: ['take', 'interrupts off', null, null],
  local_irq_disable: ['take', 'interrupts off', null, null],
  local_irq_restore: ['release', 'interrupts off', null, null],
  local_irq_enable: ['release', 'interrupts off', null, null],
  lockdep_assert_irqs_disabled: ['assert', 'interrupts off', null, null],
  preempt_disable: ['take', 'preemption off', null, null],
  preempt_enable: ['release', 'preemption off', null, null],
  pte_offset_map_lock: ['take', 'page-table lock', null, 3],
  pte_alloc_map_lock: ['take', 'page-table lock', null, 3],
  get_locked_pte: ['take', 'page-table lock', null, 2],
  pte_unmap_unlock: ['release', 'page-table lock', null, 1],
  folio_lock: ['take', 'folio lock', null, 0],
  folio_trylock: ['try', 'folio lock', null, 0],
  folio_unlock: ['release', 'folio lock', null, 0],
  lock_page: ['take', 'page lock', null, 0],
  trylock_page: ['try', 'page lock', null, 0],
  unlock_page: ['release', 'page lock', null, 0],
}

function fixed(name: string, args: readonly string[]): LockWord[] | null {
  const row = Object.hasOwn(FIXED, name) ? FIXED[name] : undefined
  if (row === undefined) return null
  const [does, lock, mode, at] = row
  return [{ does, lock, mode, object: at === null ? '' : withoutAddress(args[at] ?? '') }]
}

/** Families whose names say what they do: `mmap_read_lock_killable`, `down_write`, `spin_unlock_irqrestore`. */
function worded(name: string, args: readonly string[]): LockWord[] | null {
  const [first = '', second = ''] = args
  const owned = /^(mmap)_(read|write)_(try)?(un)?lock(_killable|_nested|_non_owner)?$/.exec(name)
  if (owned !== null) {
    const [, , mode, tries, un, how] = owned
    return [
      { does: deed(tries, un, how), lock: 'mmap_lock', mode: modeOf(mode), object: withoutAddress(first) },
    ]
  }
  const mapped = /^(i_mmap|anon_vma|hugetlb_vma)_(try)?(un)?lock_(read|write)$/.exec(name)
  if (mapped !== null) {
    const [, whose = '', tries, un, mode] = mapped
    const lock = whose === 'i_mmap' ? 'i_mmap_rwsem' : `${whose} lock`
    return [{ does: deed(tries, un), lock, mode: modeOf(mode), object: withoutAddress(first) }]
  }
  const rwsem =
    /^(down|up|downgrade)_(read|write)(_trylock|_killable|_interruptible|_nested|_non_owner)?$/.exec(name)
  if (rwsem !== null) {
    const [, verb, mode, how] = rwsem
    const downgrades = verb === 'downgrade'
    const does = downgrades
      ? 'downgrade'
      : deed(how === '_trylock' ? how : undefined, verb === 'up' ? verb : undefined, how)
    return [{ does, ...named(first), mode: downgrades ? 'read' : modeOf(mode) }]
  }
  const plain =
    /^(?:(?:raw_)?(spin)|(read|write)|(mutex))_(try)?(un)?lock(_irqsave|_irqrestore|_irq|_bh|_nested|_nest_lock|_killable|_interruptible|_io)?(_nested)?$/.exec(
      name,
    )
  if (plain !== null) {
    const [, , rw, , tries, un, how] = plain
    const does = deed(tries, un, how)
    const word: LockWord = { does, ...named(first), mode: rw === undefined ? null : modeOf(rw) }
    if (how?.startsWith('_irq') !== true) return [word]
    return [word, { does, lock: 'interrupts off', mode: null, object: '' }]
  }
  const asserted = /^lockdep_assert_held(_read|_write|_exclusive)?$/.exec(name)
  if (asserted !== null) {
    const mode = asserted[1] === undefined ? null : asserted[1] === '_read' ? 'read' : 'write'
    return [{ does: 'assert', ...named(first), mode }]
  }
  if (name === 'assert_spin_locked') return [{ does: 'assert', ...named(first), mode: null }]
  return /^(?:rwsem|spin|mutex)_is_(?:write_|read_)?locked$/.test(name) && second === ''
    ? [{ does: 'assert', ...named(first), mode: name.includes('write') ? 'write' : null }]
    : null
}

function deed(tries: string | undefined, un: string | undefined, how?: string): LockWord['does'] {
  if (un !== undefined) return 'release'
  if (tries !== undefined) return 'try'
  return how === '_killable' || how === '_interruptible' ? 'killable' : 'take'
}

function modeOf(word: string | undefined): Lock['mode'] {
  return word === 'read' || word === 'write' ? word : null
}

/** `guard(mutex)(&lock)` and its kin: the lock that a class of guards takes, null for classes that are no locks. */
export function guardedLock(guard: string, object: string): Lock | null {
  if (guard === 'rcu') return { lock: 'rcu', mode: null, object: '' }
  if (/^irq(save)?$/.test(guard)) return { lock: 'interrupts off', mode: null, object: '' }
  const mode =
    /^(?:rwsem|mmap|rwlock)_?(read|write)/.exec(guard)?.[1] ?? /^(read|write)_lock/.exec(guard)?.[1]
  if (guard.startsWith('mmap_'))
    return { lock: 'mmap_lock', mode: modeOf(mode), object: withoutAddress(object) }
  if (mode !== undefined) return { ...named(object), mode: modeOf(mode) }
  return /^(?:mutex|spinlock|raw_spinlock)/.test(guard) ? { ...named(object), mode: null } : null
}

/** The lock of `__must_hold(x)` and `__releases(x)`. */
export function annotatedLock(object: string): Lock {
  return object === 'RCU' || object === 'rcu'
    ? { lock: 'rcu', mode: null, object: '' }
    : { ...named(object), mode: null }
}

/** A lock called by its last member: `&mm->mmap_sem` is mm's mmap_lock, `ptl` is itself. */
function named(argument: string): Pick<Lock, 'lock' | 'object'> {
  const object = withoutAddress(argument)
  const member = /(?:->|\.)\s*(\w+)(?:\[[^\]]*\])?$/.exec(object)
  const [whole, name = object] = member ?? ['']
  if (name === 'mmap_sem' || name === 'mmap_lock') {
    return { lock: 'mmap_lock', object: object.slice(0, object.length - whole.length) }
  }
  if (name === 'ptl' || name.endsWith('_ptl')) return { lock: 'page-table lock', object }
  return { lock: name === '' ? 'a lock' : name, object }
}

function withoutAddress(argument: string): string {
  return argument.replace(/^[&(\s]+/, '').replace(/[)\s]+$/, (end) => (argument.includes('(') ? end : ''))
}
