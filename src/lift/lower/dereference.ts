/** Following pointers. */
import type { Lowering } from './lowering.js'
import type { Place, Value } from './value.js'

/** What a pointer points to. */
export function derefPlace(l: Lowering, pointer: Value): Place {
  const { type } = pointer
  if (type.kind === 'pointer') return { kind: 'memory', type: type.to, at: pointer }
  if (type.kind === 'unknown') {
    l.note(`what ${type.name} points to is not known, assumed u64`)
    return { kind: 'memory', type: { kind: 'unknown', name: `*${type.name}` }, at: pointer }
  }
  return l.fail('a dereference of what is no pointer')
}
