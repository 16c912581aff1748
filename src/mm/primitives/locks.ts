/** Locks, interrupt and RCU state, barriers. */
import type { Bool, Proc } from '../../machine/index.js'
import { definePrimitive } from './primitive.js'

export const spin_lock = definePrimitive(
  'spin_lock',
  { contract: 'takes the lock, waits while another thread holds it' },
  (k, lock) => k.lock(lock),
)

export const spin_unlock = definePrimitive(
  'spin_unlock',
  { contract: 'releases a lock the thread holds', locks: 'the lock' },
  (k, lock) => k.unlock(lock),
)

export const spin_trylock = definePrimitive(
  'spin_trylock',
  { contract: 'takes the lock if it is free; returns whether it did' },
  function* (_k, lock): Proc<Bool> {
    return (yield { op: 'trylock', lock }) as Bool
  },
)

export const spin_is_locked = definePrimitive(
  'spin_is_locked',
  { contract: 'looks whether somebody holds the lock' },
  function* (_k, lock): Proc<Bool> {
    return (yield { op: 'is-locked', lock }) as Bool
  },
)

export const spin_lock_irqsave = definePrimitive(
  'spin_lock_irqsave',
  { contract: 'turns interrupts of this CPU off, then takes the lock' },
  function* (k, lock) {
    yield* k.local_irq_save()
    yield* k.lock(lock)
  },
)

export const spin_unlock_irqrestore = definePrimitive(
  'spin_unlock_irqrestore',
  {
    contract: 'releases the lock, then undoes what spin_lock_irqsave() did to interrupts',
    locks: 'the lock',
  },
  function* (k, lock) {
    yield* k.unlock(lock)
    yield* k.local_irq_restore()
  },
)

export const rcu_read_lock = definePrimitive(
  'rcu_read_lock',
  { contract: 'enters a read-side section; nests' },
  function* () {
    yield { op: 'rcu-lock' }
  },
)

export const rcu_read_unlock = definePrimitive(
  'rcu_read_unlock',
  { contract: 'leaves a read-side section' },
  function* () {
    yield { op: 'rcu-unlock' }
  },
)

export const synchronize_rcu = definePrimitive(
  'synchronize_rcu',
  {
    contract:
      'waits until every other thread was outside read-side and interrupt-off sections once; may sleep',
    simplifications: ['rcu-grace-periods'],
  },
  function* (k) {
    yield* k.observe('synchronize_rcu', '', { sleeps: true })
    yield* k.gracePeriod('rcu')
  },
)

export const local_irq_save = definePrimitive(
  'local_irq_save',
  { contract: 'turns interrupts of this CPU off; an IPI to it waits' },
  function* () {
    yield { op: 'irq-save' }
  },
)

export const local_irq_restore = definePrimitive(
  'local_irq_restore',
  { contract: 'undoes local_irq_save' },
  function* () {
    yield { op: 'irq-restore' }
  },
)

export const lockdep_assert_irqs_disabled = definePrimitive(
  'lockdep_assert_irqs_disabled',
  { contract: 'warns if interrupts of this CPU are on' },
  function* (k) {
    if (k.thread.irqDepth > 0) return
    yield* k.hazard(
      'assertion failed',
      'interrupts are on',
      'lockdep_assert_irqs_disabled(), and they are on',
    )
  },
)

export const smp_mb = definePrimitive('smp_mb', { contract: 'full barrier' }, function* (k) {
  yield* k.fence('mb')
})

export const smp_rmb = definePrimitive('smp_rmb', { contract: 'orders loads' }, function* (k) {
  yield* k.fence('rmb')
})

export const smp_wmb = definePrimitive('smp_wmb', { contract: 'orders stores' }, function* (k) {
  yield* k.fence('wmb')
})

export const might_sleep = definePrimitive(
  'might_sleep',
  { contract: 'the caller may sleep here: a hazard in atomic context' },
  function* (k, what) {
    yield* k.observe('might_sleep', what, { sleeps: true })
  },
)

export const cond_resched = definePrimitive(
  'cond_resched',
  { contract: 'a voluntary preemption point: a hazard in atomic context' },
  function* (k) {
    yield* k.observe('cond_resched', '', { sleeps: true })
  },
)
