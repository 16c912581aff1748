/**
 * Turns what a builder collected into code: blocks that can't be reached are left out, jumps to jumps are
 * shortened, labels become indices, and each branch learns where its two ways meet.
 */
import type { Instruction, Place, Way } from '../../machine/index.js'
import type { BlockLabel, Pending, PendingInstruction } from './code-builder.js'
import { immediatePostdominators } from './postdominators.js'

interface Block {
  readonly body: { readonly instruction: PendingInstruction; readonly place: Place }[]
}

export interface Assembled {
  readonly code: readonly Instruction[]
  readonly places: readonly Place[]
  readonly passed: readonly Passed[]
}

/** A jump that was left out, by the line it stood in, and a way through the code that leads over it. */
export interface Passed {
  readonly line: number
  readonly way: Way
}

export function assemble(pending: readonly Pending[]): Assembled {
  const { blocks, blockOf } = split(pending)
  const follow = shortcuts(blocks, blockOf)
  const passed: Passed[] = []
  const passes = (label: BlockLabel, way: Way): void => {
    for (const line of linesOver(label, blocks, blockOf)) passed.push({ line, way })
  }
  const order = reachable(blocks, follow)
  const number = new Map(order.map((block, i) => [block, i]))
  const successors = order.map((block) =>
    targets(blocks[block]).map((label) => number.get(follow(label)) ?? 0),
  )
  const joins = immediatePostdominators(successors)

  // A jump to the block that comes next is left out.
  const starts: number[] = []
  let size = 0
  for (const [i, block] of order.entries()) {
    starts.push(size)
    const body = blocks[block]?.body ?? []
    size += body.length - (fallsThrough(body, follow, order[i + 1]) ? 1 : 0)
  }
  const code: Instruction[] = []
  const places: Place[] = []
  for (const [i, block] of order.entries()) {
    const body = blocks[block]?.body ?? []
    const at = (label: BlockLabel): number => starts[number.get(follow(label)) ?? 0] ?? 0
    const kept = fallsThrough(body, follow, order[i + 1]) ? body.slice(0, -1) : body
    const dropped = kept.length < body.length ? body.at(-1) : undefined
    const lastLine = kept.at(-1)?.place.line
    if (dropped?.instruction.op === 'jump' && lastLine !== undefined) {
      const way: Way = { line: lastLine, branch: null }
      passed.push({ line: dropped.place.line, way })
      passes(dropped.instruction.to, way)
    }
    for (const { instruction, place } of kept) {
      const join = joins[i]
      const { line } = place
      if (instruction.op === 'branch') {
        const index = code.length
        passes(instruction.whenTrue, { line, branch: { index, answer: true } })
        passes(instruction.whenFalse, { line, branch: { index, answer: false } })
      } else if (instruction.op === 'jump') passes(instruction.to, { line, branch: null })
      code.push(
        instruction.op === 'branch'
          ? {
              ...instruction,
              whenTrue: at(instruction.whenTrue),
              whenFalse: at(instruction.whenFalse),
              join: join === null || join === undefined ? null : (starts[join] ?? null),
            }
          : instruction.op === 'jump'
            ? { op: 'jump', to: at(instruction.to) }
            : instruction,
      )
      places.push(place)
    }
  }
  return { code, places, passed }
}

function split(pending: readonly Pending[]): { blocks: Block[]; blockOf: Map<BlockLabel, number> } {
  const blocks: Block[] = [{ body: [] }]
  const blockOf = new Map<BlockLabel, number>()
  for (const item of pending) {
    if (item.kind === 'label') {
      if ((blocks.at(-1)?.body.length ?? 0) > 0) blocks.push({ body: [] })
      blockOf.set(item.label, blocks.length - 1)
    } else {
      blocks.at(-1)?.body.push(item)
      if (isEnd(item.instruction)) blocks.push({ body: [] })
    }
  }
  return { blocks, blockOf }
}

function isEnd({ op }: PendingInstruction): boolean {
  return op === 'branch' || op === 'jump' || op === 'return'
}

/** The block that a label leads to at last, through blocks that only jump on. */
function shortcuts(
  blocks: readonly Block[],
  blockOf: ReadonlyMap<BlockLabel, number>,
): (label: BlockLabel) => number {
  const known = new Map<BlockLabel, number>()
  return (label) => {
    const found = known.get(label)
    if (found !== undefined) return found
    const seen = new Set<number>()
    let block = blockOf.get(label) ?? 0
    for (;;) {
      const only = blocks[block]?.body[0]?.instruction
      if (only?.op !== 'jump' || seen.has(block)) break
      seen.add(block)
      block = blockOf.get(only.to) ?? 0
    }
    known.set(label, block)
    return block
  }
}

/** Lines of the jumps that stand alone between a label and the block that it leads to at last. */
function linesOver(
  label: BlockLabel,
  blocks: readonly Block[],
  blockOf: ReadonlyMap<BlockLabel, number>,
): number[] {
  const lines: number[] = []
  const seen = new Set<number>()
  let block = blockOf.get(label) ?? 0
  for (;;) {
    const only = blocks[block]?.body[0]
    if (only?.instruction.op !== 'jump' || seen.has(block)) return lines
    seen.add(block)
    lines.push(only.place.line)
    block = blockOf.get(only.instruction.to) ?? 0
  }
}

function targets(block: Block | undefined): readonly BlockLabel[] {
  const last = block?.body.at(-1)?.instruction
  if (last?.op === 'jump') return [last.to]
  if (last?.op === 'branch') return [last.whenTrue, last.whenFalse]
  return []
}

/** Blocks that can be reached, in the order of the text. */
function reachable(blocks: readonly Block[], follow: (label: BlockLabel) => number): number[] {
  const seen = new Set([0])
  const stack = [0]
  for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
    for (const label of targets(blocks[block])) {
      const next = follow(label)
      if (!seen.has(next)) {
        seen.add(next)
        stack.push(next)
      }
    }
  }
  return [...seen].sort((a, b) => a - b)
}

function fallsThrough(
  body: Block['body'],
  follow: (label: BlockLabel) => number,
  next: number | undefined,
): boolean {
  const last = body.at(-1)?.instruction
  return last?.op === 'jump' && next !== undefined && follow(last.to) === next
}
