/**
 * The part of a scenario's needs that a kernel tree can answer, as data: run/ looks it up, and says of a finding
 * whether somebody in the tree meets all of it.
 */

/** `need` is the need's words, as the report has them. One and the same caller must meet all of a scenario's. */
export type TreeNeed = { readonly need: string } & (
  | /** A table of callbacks that sets these members and leaves those. */
  {
      readonly kind: 'ops-table'
      readonly struct: string
      readonly sets: readonly string[]
      readonly leaves: readonly string[]
    }
  /** The table is handed to one of these functions. */
  | { readonly kind: 'entered-by'; readonly functions: readonly string[] }
  /** One of these functions is called. */
  | { readonly kind: 'called'; readonly functions: readonly string[] }
  /** The caller holds a lock, `mode` null where any will do; or one of those under which no less can go on. */
  | {
      readonly kind: 'holds'
      readonly lock: string
      readonly mode: 'read' | 'write' | null
      readonly orWeaker?: readonly string[]
    }
  /** Interrupts are off, or on, around the call. */
  | { readonly kind: 'interrupts'; readonly state: 'off' | 'on' }
  /** A member of the table is this function. */
  | { readonly kind: 'member-is'; readonly member: string; readonly function: string }
  /** The function that a member of the table is reads the entry it is given and stores to it. */
  | { readonly kind: 'writes-back'; readonly member: string }
  /** The function that a member of the table is says through `walk->action` how to go on, or does not. */
  | { readonly kind: 'sets-action'; readonly member: string; readonly sets: boolean }
  /** A Kconfig value that somebody can set. */
  | { readonly kind: 'config'; readonly name: string; readonly value: string }
  /** What another thread does is done by one of these functions, one of which is called by somebody. */
  | { readonly kind: 'done-by'; readonly functions: readonly string[] }
  /** Nothing that the text of a kernel shows by itself. */
  | { readonly kind: 'unseen' }
)
