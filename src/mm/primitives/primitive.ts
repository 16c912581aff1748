/** What an entry of the table of primitives holds. */
import type { Callable, Proc } from '../../machine/index.js'
import type { Kernel } from '../kernel.js'
import type { PrimitiveSignatures } from '../signatures.js'
import type { SimplificationId } from '../simplification.js'

/** A simulated piece of the kernel, called under its C name. */
export interface Primitive extends Callable {
  readonly path: null
  readonly role: 'primitive'
  /** What it does and returns, and since which release. */
  readonly contract: string
  /** Locks the caller must hold, in words; `-` for none. */
  readonly locks: string
  readonly simplifications: readonly SimplificationId[]
}

type Signature<N extends keyof PrimitiveSignatures> = PrimitiveSignatures[N]

interface Description {
  readonly contract: string
  readonly locks?: string
  readonly simplifications?: readonly SimplificationId[]
}

/** A primitive with the prototype that `PrimitiveSignatures` gives its name. */
export function definePrimitive<N extends keyof PrimitiveSignatures>(
  name: N,
  description: Description,
  body: (k: Kernel, ...args: Parameters<Signature<N>>) => Proc<ReturnType<Signature<N>>>,
): Primitive {
  return {
    name,
    path: null,
    role: 'primitive',
    contract: description.contract,
    locks: description.locks ?? '-',
    simplifications: description.simplifications ?? [],
    body,
  }
}
