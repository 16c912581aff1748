/**
 * The shapes that weak memory is discussed in, each with what stands between the accesses, and whether the model
 * lets all reads see what they see in it. The expectations were checked with herd7 7.58 under both versions of
 * the model.
 */

type Expected = 'allowed' | 'forbidden'

export interface Shape {
  readonly name: string
  /** Bodies of the processes, in litmus C; all globals are parameters of each. */
  readonly threads: readonly string[]
  readonly exists: string
  readonly later: Expected
  /** Under Linux 6.1. */
  readonly earlier: Expected
  readonly flags: readonly string[]
}

const GLOBALS = [
  'int *x, int *y, int *z, int *w',
  'spinlock_t *l, spinlock_t *m',
  'struct srcu_struct *s, struct srcu_struct *t',
].join(', ')

/** The shape as a litmus test. */
export function litmusOf({ name, threads, exists }: Shape): string {
  const processes = threads.map((body, i) => `P${i}(${GLOBALS}) { int r0; int r1; int r2; int r3; ${body} }`)
  return `C ${name.replaceAll(/[^\w+.-]/g, '_')}\n{}\n${processes.join('\n')}\nexists (${exists})\n`
}

const W = (cell: string, value: number | string = 1): string => `WRITE_ONCE(*${cell}, ${value});`
const R = (register: string, cell: string): string => `${register} = READ_ONCE(*${cell});`
const release = (cell: string, value: number | string = 1): string => `smp_store_release(${cell}, ${value});`
const acquire = (register: string, cell: string): string => `${register} = smp_load_acquire(${cell});`
const plainW = (cell: string, value: number | string = 1): string => `*${cell} = ${value};`
const plainR = (register: string, cell: string): string => `${register} = *${cell};`
/** What is read at an address, or stored, that depends on a register. */
const at = (cell: string, register: string): string => `(${cell} + (${register} & 0))`
const of = (register: string, value = 1): string => `(${register} & 0) + ${value}`
const when = (condition: string, body: string): string => `if (${condition}) { ${body} }`
const [mb, rmb, wmb, barrier] = ['smp_mb();', 'smp_rmb();', 'smp_wmb();', 'barrier();']
const lock = (name = 'l'): string => `spin_lock(${name});`
const unlock = (name = 'l'): string => `spin_unlock(${name});`
const locked = (body: string, name = 'l'): string => `${lock(name)} ${body} ${unlock(name)}`
const reading = (body: string): string => `rcu_read_lock(); ${body} rcu_read_unlock();`
const srcu = (body: string, domain = 's'): string =>
  `r3 = srcu_read_lock(${domain}); ${body} srcu_read_unlock(${domain}, r3);`
const [sync, syncSrcu] = ['synchronize_rcu();', 'synchronize_srcu(s);']

const both = (value: Expected): readonly [Expected, Expected] => [value, value]
const allowed = both('allowed')
const forbidden = both('forbidden')
/** Since the dependencies and the atomics of later kernels. */
const onlyEarlier: readonly [Expected, Expected] = ['forbidden', 'allowed']

type Line = readonly [
  name: string,
  threads: readonly string[],
  expected: readonly [Expected, Expected],
  flags?: readonly string[],
]

function shapes(exists: string, lines: readonly Line[]): Shape[] {
  return lines.map(([name, threads, [later, earlier], flags = []]) => ({
    name,
    threads,
    exists,
    later,
    earlier,
    flags,
  }))
}

/** Two threads store, then read what the other stores. */
const SB = (between: string, other = between): string[] => [
  `${W('x')} ${between} ${R('r0', 'y')}`,
  `${W('y')} ${other} ${R('r0', 'x')}`,
]
const storeBuffering = shapes('0:r0=0 /\\ 1:r0=0', [
  ['SB', SB(''), allowed],
  ['SB+mbs', SB(mb), forbidden],
  ['SB+mb+po', SB(mb, ''), allowed],
  ['SB+mb+rmb', SB(mb, rmb), allowed],
  ['SB+wmbs', SB(wmb), allowed],
  ['SB+barriers', SB(barrier), allowed],
  [
    'SB+release-acquires',
    [`${release('x')} ${acquire('r0', 'y')}`, `${release('y')} ${acquire('r0', 'x')}`],
    allowed,
  ],
  [
    'SB+store-mbs',
    ['smp_store_mb(*x, 1); r0 = READ_ONCE(*y);', 'smp_store_mb(*y, 1); r0 = READ_ONCE(*x);'],
    forbidden,
  ],
  ['SB+xchgs', [`r1 = xchg(x, 1); ${R('r0', 'y')}`, `r1 = xchg(y, 1); ${R('r0', 'x')}`], forbidden],
  [
    'SB+xchg-relaxeds',
    [`r1 = xchg_relaxed(x, 1); ${R('r0', 'y')}`, `r1 = xchg_relaxed(y, 1); ${R('r0', 'x')}`],
    allowed,
  ],
  [
    'SB+xchg-acquires',
    [`r1 = xchg_acquire(x, 1); ${R('r0', 'y')}`, `r1 = xchg_acquire(y, 1); ${R('r0', 'x')}`],
    allowed,
  ],
  ['SB+cmpxchgs of a third cell', SB('r1 = cmpxchg(z, 0, 1);', 'r1 = cmpxchg(w, 0, 1);'), forbidden],
  ['SB+failed cmpxchgs', SB('r1 = cmpxchg(z, 7, 1);', 'r1 = cmpxchg(w, 7, 1);'), allowed],
  ['SB+add_unless', SB('r1 = atomic_add_unless(z, 1, 7);', 'r1 = atomic_add_unless(w, 1, 7);'), forbidden],
  [
    'SB+failed add_unless',
    SB('r1 = atomic_add_unless(z, 1, 0);', 'r1 = atomic_add_unless(w, 1, 0);'),
    allowed,
  ],
  ['SB+incs', SB('atomic_inc(z);', 'atomic_inc(w);'), allowed],
  [
    'SB+incs-after_atomic',
    SB('atomic_inc(z); smp_mb__after_atomic();', 'atomic_inc(w); smp_mb__after_atomic();'),
    forbidden,
  ],
  [
    'SB+before_atomic-incs',
    SB('smp_mb__before_atomic(); atomic_inc(z);', 'smp_mb__before_atomic(); atomic_inc(w);'),
    forbidden,
  ],
  [
    'SB+inc-before_atomics',
    SB('atomic_inc(z); smp_mb__before_atomic();', 'atomic_inc(w); smp_mb__before_atomic();'),
    allowed,
  ],
  ['SB+before_atomics', SB('smp_mb__before_atomic();'), allowed],
  [
    // A cmpxchg that fails is an atomic to stand beside, if nothing more.
    'SB+before_atomic-failed cmpxchgs',
    SB('smp_mb__before_atomic(); r1 = cmpxchg_relaxed(z, 7, 1);'),
    forbidden,
  ],
  [
    'SB+after_atomic-failed cmpxchgs',
    SB('r1 = cmpxchg_relaxed(z, 7, 1); smp_mb__after_atomic();'),
    forbidden,
  ],
  ['SB+locks', [locked(`${W('x')} ${R('r0', 'y')}`), locked(`${W('y')} ${R('r0', 'x')}`)], forbidden],
  ['SB+two locks', [locked(`${W('x')} ${R('r0', 'y')}`), locked(`${W('y')} ${R('r0', 'x')}`, 'm')], allowed],
  ['SB+lock-unlocks between', SB(`${lock()} ${unlock()}`), forbidden],
  [
    'SB+lock-unlocks between, of two locks',
    SB(`${lock()} ${unlock()}`, `${lock('m')} ${unlock('m')}`),
    allowed,
  ],
  [
    'SB+after_spinlocks',
    SB(
      `${lock()} smp_mb__after_spinlock(); ${unlock()}`,
      `${lock('m')} smp_mb__after_spinlock(); ${unlock('m')}`,
    ),
    forbidden,
  ],
  [
    'SB+unlock-locks',
    [
      `${lock()} ${W('x')} ${unlock()} ${lock()} ${R('r0', 'y')} ${unlock()}`,
      `${lock('m')} ${W('y')} ${unlock('m')} ${lock('m')} ${R('r0', 'x')} ${unlock('m')}`,
    ],
    allowed,
  ],
  [
    'SB+unlock-lock-after_unlock_locks',
    [
      `${lock()} ${W('x')} ${unlock()} ${lock()} smp_mb__after_unlock_lock(); ${R('r0', 'y')} ${unlock()}`,
      `${lock('m')} ${W('y')} ${unlock('m')} ${lock('m')} smp_mb__after_unlock_lock(); ${R('r0', 'x')} ${unlock('m')}`,
    ],
    forbidden,
  ],
  ['SB+syncs', SB(sync), forbidden],
  ['SB+sync+rcu', [SB(sync)[0] as string, reading(SB('')[1] as string)], forbidden],
  ['SB+mb+rcu', [SB(mb)[0] as string, reading(SB('')[1] as string)], allowed],
  ['SB+sync-srcu+srcu', [SB(syncSrcu)[0] as string, srcu(SB('')[1] as string)], forbidden],
  ['SB+sync-srcu+srcu of another', [SB(syncSrcu)[0] as string, srcu(SB('')[1] as string, 't')], allowed],
  ['SB+sync-srcu+rcu', [SB(syncSrcu)[0] as string, reading(SB('')[1] as string)], allowed],
  ['SB+sync+srcu', [SB(sync)[0] as string, srcu(SB('')[1] as string)], allowed],
])

/** A thread stores two cells, another reads them the other way round. */
const MP = (between: string, reader: string): string[] => [`${W('x')} ${between} ${W('y')}`, reader]
const readBoth = (between: string): string => `${R('r0', 'y')} ${between} ${R('r1', 'x')}`
const messagePassing = shapes('1:r0=1 /\\ 1:r1=0', [
  ['MP', MP('', readBoth('')), allowed],
  ['MP+wmb+rmb', MP(wmb, readBoth(rmb)), forbidden],
  ['MP+wmb+mb', MP(wmb, readBoth(mb)), forbidden],
  ['MP+wmb+wmb', MP(wmb, readBoth(wmb)), allowed],
  ['MP+rmb+rmb', MP(rmb, readBoth(rmb)), allowed],
  ['MP+wmb+po', MP(wmb, readBoth('')), allowed],
  ['MP+po+rmb', MP('', readBoth(rmb)), allowed],
  ['MP+wmb+barrier', MP(wmb, readBoth(barrier)), allowed],
  ['MP+release+acquire', [`${W('x')} ${release('y')}`, `${acquire('r0', 'y')} ${R('r1', 'x')}`], forbidden],
  ['MP+release+po', [`${W('x')} ${release('y')}`, readBoth('')], allowed],
  ['MP+wmb+acquire of the second', MP(wmb, `${R('r0', 'y')} ${acquire('r1', 'x')}`), allowed],
  ['MP+release of the first+rmb', [`${release('x')} ${W('y')}`, readBoth(rmb)], allowed],
  ['MP+wmb+addr', MP(wmb, `${R('r0', 'y')} ${R('r1', at('x', 'r0'))}`), forbidden],
  ['MP+wmb+ctrl', MP(wmb, `${R('r0', 'y')} ${when('r0 == 1', R('r1', 'x'))}`), allowed],
  ['MP+wmb+ctrl-rmb', MP(wmb, `${R('r0', 'y')} ${when('r0 == 1', `${rmb} ${R('r1', 'x')}`)}`), forbidden],
  ['MP+wmb+ctrl-mb', MP(wmb, `${R('r0', 'y')} ${when('r0 == 1', `${mb} ${R('r1', 'x')}`)}`), forbidden],
  [
    'MP+wmb+data-rfi-addr',
    MP(wmb, `${R('r0', 'y')} ${W('z', of('r0'))} ${R('r2', 'z')} ${R('r1', at('x', 'r2'))}`),
    forbidden,
  ],
  [
    'MP+wmb+addr-rfi-addr',
    MP(wmb, `${R('r0', 'y')} ${W(at('z', 'r0'))} ${R('r2', 'z')} ${R('r1', at('x', 'r2'))}`),
    forbidden,
  ],
  [
    'MP+wmb+ctrl-rfi-addr',
    MP(wmb, `${R('r0', 'y')} ${when('r0 == 1', W('z'))} ${R('r2', 'z')} ${R('r1', at('x', 'r2'))}`),
    allowed,
  ],
  [
    'MP+wmb+data-plain-rfi-addr',
    MP(wmb, `${R('r0', 'y')} ${plainW('z', of('r0'))} ${plainR('r2', 'z')} ${R('r1', at('x', 'r2'))}`),
    onlyEarlier,
  ],
  [
    // What is stored by an exchange does not depend on what it takes out.
    'MP+wmb+xchg-rfi-addr',
    MP(wmb, `r0 = xchg_relaxed(y, 2); ${R('r2', 'y')} ${R('r1', at('x', 'r2'))}`),
    allowed,
  ],
  [
    'MP+wmb+cmpxchg-rfi-addr',
    MP(wmb, `r0 = cmpxchg_relaxed(y, 1, 2); ${R('r2', 'y')} ${R('r1', at('x', 'r2'))}`),
    allowed,
  ],
  [
    'MP+wmb+add-rfi-addr',
    MP(wmb, `r0 = atomic_fetch_add_relaxed(2, y); ${R('r2', 'y')} ${R('r1', at('x', 'r2'))}`),
    forbidden,
  ],
  ['MP+wmb+xchg', MP(wmb, `r0 = xchg(y, 2); ${R('r1', 'x')}`), forbidden],
  ['MP+wmb+xchg_acquire', MP(wmb, `r0 = xchg_acquire(y, 2); ${R('r1', 'x')}`), forbidden],
  ['MP+wmb+xchg_relaxed', MP(wmb, `r0 = xchg_relaxed(y, 2); ${R('r1', 'x')}`), allowed],
  ['MP+wmb+failed cmpxchg_acquire', MP(wmb, `r0 = cmpxchg_acquire(y, 0, 2); ${R('r1', 'x')}`), allowed],
  ['MP+wmb+failed cmpxchg', MP(wmb, `r0 = cmpxchg(y, 0, 2); ${R('r1', 'x')}`), allowed],
  [
    'MP+xchg_release+acquire',
    [`${W('x')} r2 = xchg_release(y, 1);`, `${acquire('r0', 'y')} ${R('r1', 'x')}`],
    forbidden,
  ],
  [
    'MP+xchg_acquire+acquire',
    [`${W('x')} r2 = xchg_acquire(y, 1);`, `${acquire('r0', 'y')} ${R('r1', 'x')}`],
    allowed,
  ],
  ['MP+inc+acquire', [`${W('x')} atomic_inc(y);`, `${acquire('r0', 'y')} ${R('r1', 'x')}`], allowed],
  [
    'MP+wmb-inc+acquire',
    [`${W('x')} ${wmb} atomic_inc(y);`, `${acquire('r0', 'y')} ${R('r1', 'x')}`],
    forbidden,
  ],
  [
    // smp_rmb() does not order the reads of atomics that return nothing.
    'MP+wmb+rmb behind inc',
    [`${W('x')} ${wmb} ${W('y')}`, `${R('r0', 'y')} atomic_inc(z); ${rmb} ${R('r1', 'x')}`],
    forbidden,
  ],
  ['MP+locks', [locked(`${W('x')} ${W('y')}`), locked(readBoth(''))], forbidden],
  ['MP+lock+po', [locked(`${W('x')} ${W('y')}`), readBoth('')], allowed],
  [
    'MP+unlock-lock+rmb',
    [`${lock()} ${W('x')} ${unlock()} ${lock()} ${W('y')} ${unlock()}`, readBoth(rmb)],
    forbidden,
  ],
  [
    'MP+unlock-lock of another+rmb',
    [`${lock()} ${W('x')} ${unlock()} ${lock('m')} ${W('y')} ${unlock('m')}`, readBoth(rmb)],
    forbidden,
  ],
  ['MP+unlock+rmb', [`${lock()} ${W('x')} ${unlock()} ${W('y')}`, readBoth(rmb)], allowed],
  ['MP+lock between+rmb', [`${W('x')} ${lock()} ${W('y')} ${unlock()}`, readBoth(rmb)], allowed],
  ['MP+sync+rcu', [`${W('x')} ${sync} ${W('y')}`, reading(readBoth(''))], forbidden],
  ['MP+wmb+rcu', MP(wmb, reading(readBoth(''))), allowed],
  [
    'MP+sync+two rcu',
    [`${W('x')} ${sync} ${W('y')}`, `${reading(R('r0', 'y'))} ${reading(R('r1', 'x'))}`],
    forbidden,
  ],
  [
    'MP+sync+nested rcu',
    [
      `${W('x')} ${sync} ${W('y')}`,
      `rcu_read_lock(); ${reading(R('r0', 'y'))} ${R('r1', 'x')} rcu_read_unlock();`,
    ],
    forbidden,
  ],
  ['MP+sync-srcu+srcu', [`${W('x')} ${syncSrcu} ${W('y')}`, srcu(readBoth(''))], forbidden],
  ['MP+sync-srcu+srcu of another', [`${W('x')} ${syncSrcu} ${W('y')}`, srcu(readBoth(''), 't')], allowed],
  [
    'MP+wmb+srcu-after_srcu_read_unlock',
    MP(wmb, `${srcu(R('r0', 'y'))} smp_mb__after_srcu_read_unlock(); ${R('r1', 'x')}`),
    onlyEarlier,
  ],
  [
    'MP+trylocks',
    [locked(`${W('x')} ${W('y')}`), `r2 = spin_trylock(l); ${when('r2', `${readBoth('')} ${unlock()}`)}`],
    forbidden,
  ],
  [
    'MP+lock+failed trylock',
    [
      locked(`${W('x')} ${wmb} ${W('y')}`),
      `r2 = spin_trylock(l); ${when('r2', unlock())} ${when('r2 == 0', readBoth(''))}`,
    ],
    allowed,
  ],
  [
    'MP+plain payload',
    [`${plainW('x')} ${release('y')}`, `${acquire('r0', 'y')} r1 = 1; ${when('r0 == 1', plainR('r1', 'x'))}`],
    forbidden,
  ],
  [
    'MP+plain payload, read in any case',
    [`${plainW('x')} ${release('y')}`, `${acquire('r0', 'y')} ${plainR('r1', 'x')}`],
    forbidden,
    ['data-race'],
  ],
  [
    'MP+all plain',
    [`${plainW('x')} ${plainW('y')}`, `${plainR('r0', 'y')} ${plainR('r1', 'x')}`],
    allowed,
    ['data-race'],
  ],
  ['MP+plain flag', [`${W('x')} ${wmb} ${plainW('y')}`, readBoth(rmb)], allowed, ['data-race']],
])

/** Two threads read, then store what the other reads. */
const LB = (first: string, second: string): string[] => [
  `${R('r0', 'x')} ${first}`,
  `${R('r0', 'y')} ${second}`,
]
const loadBuffering = shapes('0:r0=1 /\\ 1:r0=1', [
  ['LB', LB(W('y'), W('x')), allowed],
  ['LB+datas', LB(W('y', of('r0')), W('x', of('r0'))), forbidden],
  ['LB+data+po', LB(W('y', of('r0')), W('x')), allowed],
  ['LB+addrs', LB(W(at('y', 'r0')), W(at('x', 'r0'))), forbidden],
  ['LB+ctrls', LB(when('r0 == 1', W('y')), when('r0 == 1', W('x'))), forbidden],
  [
    'LB+ctrls that come to nothing',
    LB(when('r0 == 0', W('z')) + W('y'), when('r0 == 0', W('w')) + W('x')),
    allowed,
  ],
  ['LB+ctrl+data', LB(when('r0 == 1', W('y')), W('x', 'r0')), forbidden],
  [
    'LB+ctrl in both branches',
    LB(`if (r0 == 1) { ${W('y')} } else { ${W('y')} }`, W('x', of('r0'))),
    forbidden,
  ],
  ['LB+mbs', LB(mb + W('y'), mb + W('x')), forbidden],
  ['LB+wmbs', LB(wmb + W('y'), wmb + W('x')), allowed],
  ['LB+rmbs', LB(rmb + W('y'), rmb + W('x')), allowed],
  ['LB+acquires', [`${acquire('r0', 'x')} ${W('y')}`, `${acquire('r0', 'y')} ${W('x')}`], forbidden],
  ['LB+releases', LB(release('y'), release('x')), forbidden],
  ['LB+acquire+data', [`${acquire('r0', 'x')} ${W('y')}`, `${R('r0', 'y')} ${W('x', of('r0'))}`], forbidden],
  ['LB+acquire+po', [`${acquire('r0', 'x')} ${W('y')}`, `${R('r0', 'y')} ${W('x')}`], allowed],
  [
    'LB+data through memory',
    LB(`${plainW('z', of('r0'))} ${plainR('r2', 'z')} ${W('y', of('r2'))}`, mb + W('x')),
    onlyEarlier,
  ],
  [
    'LB+data through memory, marked',
    LB(`${W('z', of('r0'))} ${R('r2', 'z')} ${W('y', of('r2'))}`, mb + W('x')),
    forbidden,
  ],
  [
    'LB+data through memory, then ctrl',
    LB(`${plainW('z', of('r0'))} ${plainR('r2', 'z')} ${when('r2 == 1', W('y'))}`, mb + W('x')),
    onlyEarlier,
  ],
  [
    'LB+addr into memory, then data',
    LB(`${plainW(at('z', 'r0'))} ${plainR('r2', 'z')} ${W('y', of('r2'))}`, mb + W('x')),
    allowed,
  ],
  ['LB+overwritten', LB(`${W('y', of('r0', 2))} ${W('y')}`, mb + W('x')), forbidden],
  [
    'LB+read and overwritten',
    [`${R('r0', 'x')} ${mb} ${W('y')}`, `${R('r0', 'y')} ${W('y', 2)} ${release('x')}`],
    forbidden,
  ],
  ['LB+addr-wmb behind plain', LB(`${plainW(at('z', 'r0'))} ${wmb} ${W('y')}`, mb + W('x')), forbidden],
  ['LB+plain addr', LB(`${plainW(at('z', 'r0'))} ${W('y')}`, mb + W('x')), allowed],
  [
    'LB+failed cmpxchg_acquire+acquire',
    ['r0 = cmpxchg_acquire(x, 0, 1); ' + W('y'), `${acquire('r0', 'y')} ${W('x')}`],
    allowed,
  ],
  [
    'LB+cmpxchg_acquire+acquire',
    ['r0 = cmpxchg_acquire(x, 1, 2); ' + W('y'), `${acquire('r0', 'y')} ${W('x')}`],
    forbidden,
  ],
  [
    'LB+acquires+plain stores',
    [`${acquire('r0', 'x')} ${plainW('y')}`, `${acquire('r0', 'y')} ${plainW('x')}`],
    allowed,
    ['data-race'],
  ],
  [
    'LB+acquires+one plain store',
    [`${acquire('r0', 'x')} ${plainW('y')}`, `${acquire('r0', 'y')} ${W('x')}`],
    forbidden,
    ['data-race'],
  ],
  [
    'LB+unlock-locks',
    [
      `${lock()} ${R('r0', 'x')} ${unlock()} ${lock()} ${W('y')} ${unlock()}`,
      `${R('r0', 'y')} ${mb} ${W('x')}`,
    ],
    forbidden,
  ],
  ['LB+rcu+sync', [reading(LB(W('y'), '')[0] as string), `${R('r0', 'y')} ${sync} ${W('x')}`], forbidden],
  ['LB+rcus', [reading(LB(W('y'), '')[0] as string), reading(LB('', W('x'))[1] as string)], allowed],
])

const writes = [
  ...shapes('1:r0=0 /\\ y=2', [
    ['R', [`${W('x')} ${W('y')}`, `${W('y', 2)} ${R('r0', 'x')}`], allowed],
    ['R+mbs', [`${W('x')} ${mb} ${W('y')}`, `${W('y', 2)} ${mb} ${R('r0', 'x')}`], forbidden],
    ['R+wmb+mb', [`${W('x')} ${wmb} ${W('y')}`, `${W('y', 2)} ${mb} ${R('r0', 'x')}`], allowed],
    ['R+mb+wmb', [`${W('x')} ${mb} ${W('y')}`, `${W('y', 2)} ${wmb} ${R('r0', 'x')}`], allowed],
    ['R+release+mb', [`${W('x')} ${release('y')}`, `${W('y', 2)} ${mb} ${R('r0', 'x')}`], allowed],
  ]),
  ...shapes('1:r0=1 /\\ x=2', [
    ['S', [`${W('x', 2)} ${W('y')}`, `${R('r0', 'y')} ${W('x')}`], allowed],
    ['S+wmb+data', [`${W('x', 2)} ${wmb} ${W('y')}`, `${R('r0', 'y')} ${W('x', of('r0'))}`], forbidden],
    [
      'S+wmb+ctrl',
      [`${W('x', 2)} ${wmb} ${W('y')}`, `${R('r0', 'y')} ${when('r0 == 1', W('x'))}`],
      forbidden,
    ],
    ['S+wmb+po', [`${W('x', 2)} ${wmb} ${W('y')}`, `${R('r0', 'y')} ${W('x')}`], allowed],
    ['S+release+acquire', [`${W('x', 2)} ${release('y')}`, `${acquire('r0', 'y')} ${W('x')}`], forbidden],
    ['S+po+data', [`${W('x', 2)} ${W('y')}`, `${R('r0', 'y')} ${W('x', of('r0'))}`], allowed],
  ]),
  ...shapes('x=2 /\\ y=2', [
    ['2+2W', [`${W('x', 2)} ${W('y')}`, `${W('y', 2)} ${W('x')}`], allowed],
    ['2+2W+mbs', [`${W('x', 2)} ${mb} ${W('y')}`, `${W('y', 2)} ${mb} ${W('x')}`], forbidden],
    ['2+2W+wmbs', [`${W('x', 2)} ${wmb} ${W('y')}`, `${W('y', 2)} ${wmb} ${W('x')}`], allowed],
    ['2+2W+releases', [`${W('x', 2)} ${release('y')}`, `${W('y', 2)} ${release('x')}`], allowed],
    ['2+2W+mb+wmb', [`${W('x', 2)} ${mb} ${W('y')}`, `${W('y', 2)} ${wmb} ${W('x')}`], allowed],
  ]),
]

const coherence = [
  ...shapes('1:r0=1 /\\ 1:r1=0', [
    ['CoRR', [W('x'), `${R('r0', 'x')} ${R('r1', 'x')}`], forbidden],
    ['CoRR+plain', [plainW('x'), `${plainR('r0', 'x')} ${plainR('r1', 'x')}`], forbidden, ['data-race']],
    ['CoRR+add', [W('x'), `${R('r0', 'x')} r1 = atomic_fetch_add_relaxed(2, x);`], forbidden],
  ]),
  ...shapes('0:r0=2', [
    ['CoWR', [`${W('x')} ${R('r0', 'x')}`, W('x', 2)], allowed],
    ['CoRW', [`${R('r0', 'x')} ${W('x', 2)}`], forbidden],
  ]),
  ...shapes('x=1', [
    ['CoWW', [`${W('x')} ${W('x', 2)}`], forbidden],
    ['CoRW2', [`${R('r0', 'x')} ${when('r0 == 1', W('x', 2))}`, W('x')], allowed],
    ['two incs', ['atomic_inc(x);', 'atomic_inc(x);'], forbidden],
    [
      'two returned adds',
      ['r0 = atomic_add_return_relaxed(1, x);', 'r0 = atomic_fetch_add_release(1, x);'],
      forbidden,
    ],
    [
      'two stored sums',
      [`${R('r0', 'x')} ${W('x', 'r0 + 1')}`, `${R('r0', 'x')} ${W('x', 'r0 + 1')}`],
      allowed,
    ],
  ]),
  ...shapes('0:r0=0 /\\ 1:r0=0', [
    ['two xchgs', ['r0 = xchg_relaxed(x, 1);', 'r0 = xchg_relaxed(x, 1);'], forbidden],
    ['two cmpxchgs', ['r0 = cmpxchg(x, 0, 1);', 'r0 = cmpxchg(x, 0, 1);'], forbidden],
  ]),
  ...shapes('0:r0=1 /\\ 1:r0=1', [
    ['two trylocks that get it', ['r0 = spin_trylock(l);', 'r0 = spin_trylock(l);'], forbidden],
    [
      'two trylocks that get it in turn',
      [`r0 = spin_trylock(l); ${when('r0', unlock())}`, `r0 = spin_trylock(l); ${when('r0', unlock())}`],
      allowed,
    ],
  ]),
  ...shapes('0:r0=0', [
    ['is_locked inside', [`${lock()} r0 = spin_is_locked(l); ${unlock()}`], forbidden],
    ['trylock inside', [`${lock()} r0 = spin_trylock(l); ${unlock()}`], allowed],
  ]),
]

/** Three threads and more: what was seen is passed on. */
const WRC = (middle: string, last: string): string[] => [W('x'), middle, last]
const IRIW = (between: string): string[] => [
  W('x'),
  `${R('r0', 'x')} ${between} ${R('r1', 'y')}`,
  W('y'),
  `${R('r0', 'y')} ${between} ${R('r1', 'x')}`,
]
const cumulative = [
  ...shapes('1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0', [
    ['WRC', WRC(`${R('r0', 'x')} ${W('y')}`, readBoth('')), allowed],
    ['WRC+data+rmb', WRC(`${R('r0', 'x')} ${W('y', of('r0'))}`, readBoth(rmb)), allowed],
    ['WRC+data+mb', WRC(`${R('r0', 'x')} ${W('y', of('r0'))}`, readBoth(mb)), allowed],
    ['WRC+wmb+rmb', WRC(`${R('r0', 'x')} ${wmb} ${W('y')}`, readBoth(rmb)), allowed],
    ['WRC+release+rmb', WRC(`${R('r0', 'x')} ${release('y')}`, readBoth(rmb)), forbidden],
    [
      'WRC+release+addr',
      WRC(`${R('r0', 'x')} ${release('y')}`, `${R('r0', 'y')} ${R('r1', at('x', 'r0'))}`),
      forbidden,
    ],
    [
      'WRC+release+ctrl',
      WRC(`${R('r0', 'x')} ${release('y')}`, `${R('r0', 'y')} ${when('r0 == 1', R('r1', 'x'))}`),
      allowed,
    ],
    ['WRC+acquire+rmb', WRC(`${acquire('r0', 'x')} ${W('y')}`, readBoth(rmb)), allowed],
    [
      'WRC+mb+acquire',
      WRC(`${R('r0', 'x')} ${mb} ${W('y')}`, `${acquire('r0', 'y')} ${R('r1', 'x')}`),
      forbidden,
    ],
    [
      'WRC+lock+rmb',
      WRC(`${lock()} ${R('r0', 'x')} ${unlock()} ${lock()} ${W('y')} ${unlock()}`, readBoth(rmb)),
      allowed,
    ],
  ]),
  ...shapes('1:r0=1 /\\ 1:r1=0 /\\ 3:r0=1 /\\ 3:r1=0', [
    ['IRIW', IRIW(''), allowed],
    ['IRIW+rmbs', IRIW(rmb), allowed],
    ['IRIW+mbs', IRIW(mb), forbidden],
    ['IRIW+syncs', IRIW(sync), forbidden],
  ]),
  ...shapes('1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0', [
    [
      'ISA2',
      [`${W('x')} ${W('y')}`, `${R('r0', 'y')} ${W('z')}`, `${R('r0', 'z')} ${R('r1', 'x')}`],
      allowed,
    ],
    [
      'ISA2+wmb+data+rmb',
      [
        `${W('x')} ${wmb} ${W('y')}`,
        `${R('r0', 'y')} ${W('z', of('r0'))}`,
        `${R('r0', 'z')} ${rmb} ${R('r1', 'x')}`,
      ],
      allowed,
    ],
    [
      'ISA2+release+data+acquire',
      [
        `${W('x')} ${release('y')}`,
        `${R('r0', 'y')} ${W('z', of('r0'))}`,
        `${acquire('r0', 'z')} ${R('r1', 'x')}`,
      ],
      allowed,
    ],
    [
      'ISA2+wmb+release+addr',
      [
        `${W('x')} ${wmb} ${W('y')}`,
        `${R('r0', 'y')} ${release('z')}`,
        `${R('r0', 'z')} ${R('r1', at('x', 'r0'))}`,
      ],
      forbidden,
    ],
    [
      'ISA2+wmb+po+rmb',
      [`${W('x')} ${wmb} ${W('y')}`, `${R('r0', 'y')} ${W('z')}`, `${R('r0', 'z')} ${rmb} ${R('r1', 'x')}`],
      allowed,
    ],
    [
      'ISA2+locks',
      [
        locked(`${W('x')} ${W('y')}`),
        locked(`${R('r0', 'y')} ${W('z')}`),
        `${R('r0', 'z')} ${rmb} ${R('r1', 'x')}`,
      ],
      forbidden,
    ],
  ]),
  ...shapes('1:r0=1 /\\ z=2 /\\ 2:r0=0', [
    ['Z6.0', [`${W('x')} ${W('y')}`, `${R('r0', 'y')} ${W('z')}`, `${W('z', 2)} ${R('r0', 'x')}`], allowed],
    [
      'Z6.0+mbs',
      [`${W('x')} ${mb} ${W('y')}`, `${R('r0', 'y')} ${mb} ${W('z')}`, `${W('z', 2)} ${mb} ${R('r0', 'x')}`],
      forbidden,
    ],
    [
      'Z6.0+release+release+mb',
      [
        `${W('x')} ${release('y')}`,
        `${acquire('r0', 'y')} ${release('z')}`,
        `${W('z', 2)} ${mb} ${R('r0', 'x')}`,
      ],
      allowed,
    ],
    [
      'Z6.0+locks+mb',
      [
        locked(`${W('x')} ${W('y')}`),
        locked(`${R('r0', 'y')} ${W('z')}`),
        `${W('z', 2)} ${mb} ${R('r0', 'x')}`,
      ],
      allowed,
    ],
    [
      'Z6.0+locks-after_spinlock+mb',
      [
        locked(`${W('x')} ${W('y')}`),
        `${lock()} smp_mb__after_spinlock(); ${R('r0', 'y')} ${W('z')} ${unlock()}`,
        `${W('z', 2)} ${mb} ${R('r0', 'x')}`,
      ],
      forbidden,
    ],
  ]),
  ...shapes('0:r0=0 /\\ 1:r0=0 /\\ 2:r0=0', [
    [
      '3.SB+mbs',
      [
        `${W('x')} ${mb} ${R('r0', 'y')}`,
        `${W('y')} ${mb} ${R('r0', 'z')}`,
        `${W('z')} ${mb} ${R('r0', 'x')}`,
      ],
      forbidden,
    ],
    [
      '3.SB+mb+mb+wmb',
      [
        `${W('x')} ${mb} ${R('r0', 'y')}`,
        `${W('y')} ${mb} ${R('r0', 'z')}`,
        `${W('z')} ${wmb} ${R('r0', 'x')}`,
      ],
      allowed,
    ],
  ]),
  ...shapes('0:r0=1 /\\ 1:r0=1 /\\ 2:r0=1', [
    [
      '3.LB+datas',
      [
        `${R('r0', 'x')} ${W('y', of('r0'))}`,
        `${R('r0', 'y')} ${W('z', of('r0'))}`,
        `${R('r0', 'z')} ${W('x', of('r0'))}`,
      ],
      forbidden,
    ],
    [
      '3.LB+data+data+po',
      [
        `${R('r0', 'x')} ${W('y', of('r0'))}`,
        `${R('r0', 'y')} ${W('z', of('r0'))}`,
        `${R('r0', 'z')} ${W('x')}`,
      ],
      allowed,
    ],
  ]),
  ...shapes('2:r0=2 /\\ 2:r1=0', [
    [
      'MP+release-add+acquire',
      [
        `${W('x')} ${release('y')}`,
        'r0 = atomic_fetch_add_relaxed(1, y);',
        `${acquire('r0', 'y')} ${R('r1', 'x')}`,
      ],
      onlyEarlier,
    ],
    [
      'MP+release-inc+acquire',
      [`${W('x')} ${release('y')}`, 'atomic_inc(y);', `${acquire('r0', 'y')} ${R('r1', 'x')}`],
      onlyEarlier,
    ],
    [
      'MP+release-sum+acquire',
      [
        `${W('x')} ${release('y')}`,
        `${R('r0', 'y')} ${W('y', 'r0 + 1')}`,
        `${acquire('r0', 'y')} ${R('r1', 'x')}`,
      ],
      allowed,
    ],
  ]),
  ...shapes('3:r0=3 /\\ 3:r1=0', [
    [
      'MP+release-add-add+acquire',
      [
        `${W('x')} ${release('y')}`,
        'atomic_inc(y);',
        'atomic_inc(y);',
        `${acquire('r0', 'y')} ${R('r1', 'x')}`,
      ],
      onlyEarlier,
    ],
  ]),
  ...shapes('1:r0=1 /\\ 1:r1=0 /\\ 2:r0=1 /\\ 2:r1=0', [
    [
      'handing over a lock with after_unlock_lock',
      [
        locked(W('x')),
        `${lock()} smp_mb__after_unlock_lock(); ${R('r0', 'x')} ${R('r1', 'y')} ${unlock()}`,
        `${W('y')} ${mb} ${R('r1', 'x')} r0 = 1;`,
      ],
      forbidden,
    ],
  ]),
]

export const SHAPES: readonly Shape[] = [
  ...storeBuffering,
  ...messagePassing,
  ...loadBuffering,
  ...writes,
  ...coherence,
  ...cumulative,
]
