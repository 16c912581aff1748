/** Names for a written test: C identifiers that neither C, nor herd's grammar, nor a primitive has taken. */
import { MACROS } from './macros.js'

const RESERVED = new Set(
  (
    'if else while do for return goto switch case break continue sizeof ' +
    'int char short long void signed unsigned const volatile struct bool ' +
    'lock unlock atomic regions exists forall final with locations filter not and true false observed Observed ' +
    'fault Fault tag TAG attrs Attrs oa PTE TTD PA NOP nop'
  ).split(' '),
)

/** Herd takes `pte_x` for the page-table entry of x, and has such names for tags and addresses too. */
const HERDS_OWN = /^(?:pte|phy|tag|ttd|pa|attrs)_/i

/** Gives out each identifier once. */
export class Names {
  readonly #taken: Set<string>

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken)
  }

  /** One that knows the same names and goes on by itself. */
  copy(): Names {
    return new Names(this.#taken)
  }

  /** `wanted` as far as it can be had: `pte:A[3].low` becomes `v_pte_A_3_low`. */
  take(wanted: string): string {
    const plain = wanted.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '')
    const base = /^[A-Za-z]/.test(plain) && !HERDS_OWN.test(plain) ? plain : `v_${plain}`
    let name = base
    for (let i = 1; !this.#isFree(name); i++) name = `${base}_${i}`
    this.#taken.add(name)
    return name
  }

  /** True if nothing has this name, and something can. */
  #isFree(name: string): boolean {
    return (
      !this.#taken.has(name) &&
      !RESERVED.has(name) &&
      !MACROS.has(name) &&
      !/^P\d+$/.test(name) &&
      !name.endsWith('_t')
    )
  }
}
