import type { Diagnostic } from '../base/index.js'
import { adoptLooseMails } from './loose-mails.js'
import type { Message } from './message.js'
import { type Growing, growing, hang, type ThreadNode, walkTree } from './thread-tree.js'

/**
 * Mails that belong together. `messages` are those at hand in reading order (parents first, siblings by date, then by
 * place in the input). `guessed` counts mails whose place follows from subject, author, time or quoted text because
 * they carry no references. `diagnostics` names duplicates that were left out and mails that are missing.
 */
export interface Thread {
  readonly root: ThreadNode
  readonly messages: readonly Message[]
  readonly missing: readonly string[]
  readonly guessed: number
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Threads by In-Reply-To and References (after Zawinski's algorithm, https://www.jwz.org/doc/threading.html, with a
 * mail's own parent taken before what others' references imply); then the fall-backs for mails without references.
 * Threads come by the date of their first mail. The same mails in the same order give the same threads.
 */
export function buildThreads(messages: readonly Message[]): readonly Thread[] {
  const byId = new Map<string, Growing>()
  const nodes: Growing[] = []
  const duplicates = new Map<Growing, Message[]>()
  for (const message of messages) {
    const known = message.messageId === null ? undefined : byId.get(message.messageId)
    if (known !== undefined) {
      duplicates.set(known, [...(duplicates.get(known) ?? []), message])
      continue
    }
    const node = growing(message.messageId, message, nodes.length)
    nodes.push(node)
    if (message.messageId !== null) byId.set(message.messageId, node)
  }
  const real = nodes.length
  for (let index = 0; index < real; index++) linkParent(nodes, index, byId)
  for (let index = 0; index < real; index++) linkReferences(nodes, index, byId)
  const guessed = adoptLooseMails(nodes)
  const useful = usefulNodes(nodes)
  const roots = nodes.filter((node) => node.parent === null && useful.has(node))
  const threads = roots.map((root) => finish(root, useful, guessed, duplicates))
  return threads.sort((one, other) => compareDates(firstDate(one), firstDate(other)))
}

/** A mail's own claim: In-Reply-To, or the last reference, or the nearest of them that is at hand. */
function linkParent(nodes: Growing[], index: number, byId: Map<string, Growing>): void {
  const node = nodes[index]
  if (node === undefined || node.message === null) return
  const { inReplyTo, references } = node.message
  const claims = inReplyTo === null ? [] : [inReplyTo]
  for (let at = references.length - 1; at >= 0; at--) {
    const id = references[at]
    if (id !== undefined) claims.push(id)
  }
  const atHand = claims.find((id) => byId.get(id)?.message != null && id !== node.messageId)
  const parentId = atHand ?? claims.find((id) => id !== node.messageId)
  if (parentId !== undefined) hang(node, nodeFor(parentId, nodes, byId))
}

/** What references imply about mails that are not at hand: each is the parent of the next. */
function linkReferences(nodes: Growing[], index: number, byId: Map<string, Growing>): void {
  const message = nodes[index]?.message
  if (message == null) return
  let before: Growing | null = null
  for (const id of message.references) {
    const existing = byId.get(id)
    // A mail that is missing and names no tie between known ones adds nothing.
    const node = existing ?? nodeFor(id, nodes, byId)
    if (before !== null && node.message === null) hang(node, before)
    before = node
  }
}

function nodeFor(id: string, nodes: Growing[], byId: Map<string, Growing>): Growing {
  const known = byId.get(id)
  if (known !== undefined) return known
  const node = growing(id, null, nodes.length)
  nodes.push(node)
  byId.set(id, node)
  return node
}

/** Mails at hand and everything above them. A missing mail without answers says nothing. */
function usefulNodes(nodes: readonly Growing[]): ReadonlySet<Growing> {
  const useful = new Set<Growing>()
  for (const node of nodes) {
    if (node.message === null) continue
    for (let at: Growing | null = node; at !== null && !useful.has(at); at = at.parent) useful.add(at)
  }
  return useful
}

function finish(
  top: Growing,
  useful: ReadonlySet<Growing>,
  guessed: ReadonlySet<Growing>,
  duplicates: ReadonlyMap<Growing, readonly Message[]>,
): Thread {
  let guesses = 0
  const diagnostics: Diagnostic[] = []
  const order: Growing[] = []
  const stack = [withoutEmptyTop(top, useful)]
  const root = stack[0]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    order.push(node)
    if (guessed.has(node)) guesses++
    for (const duplicate of duplicates.get(node) ?? []) diagnostics.push(duplicateNote(node, duplicate))
    for (const child of node.children) stack.push(child)
  }
  // Children come before parents in the reverse order, so that each node is built from finished ones.
  const built = new Map<Growing, ThreadNode>()
  for (let index = order.length - 1; index >= 0; index--) {
    const node = order[index]
    if (node !== undefined) built.set(node, build(node, built))
  }
  const tree = (root === undefined ? undefined : built.get(root)) ?? EMPTY
  const walked = walkTree(tree)
  const missing = walked.flatMap(({ node }) =>
    node.message === null && node.messageId !== null ? [node.messageId] : [],
  )
  if (missing.length > 0) diagnostics.push(incompleteNote(missing, order))
  return {
    root: tree,
    messages: walked.flatMap(({ node }) => (node.message === null ? [] : [node.message])),
    missing,
    guessed: guesses,
    diagnostics,
  }
}

const EMPTY: ThreadNode = { messageId: null, message: null, children: [] }

/** Of a chain of missing mails above the thread only the last one stays: the one that is answered. */
function withoutEmptyTop(top: Growing, useful: ReadonlySet<Growing>): Growing {
  let root = top
  for (;;) {
    const below = root.children.filter((child) => useful.has(child))
    const only = below[0]
    if (root.message !== null || only === undefined || only.message !== null || below.length > 1) return root
    root = only
  }
}

function build(node: Growing, built: ReadonlyMap<Growing, ThreadNode>): ThreadNode {
  const children: { node: ThreadNode; date: string | null; order: number }[] = []
  for (const child of node.children) {
    const done = built.get(child)
    if (done === undefined || (done.message === null && done.children.length === 0)) continue
    children.push({ node: done, date: dateOf(done), order: child.order })
  }
  children.sort((one, other) => compareDates(one.date, other.date) || one.order - other.order)
  return { messageId: node.messageId, message: node.message, children: children.map((child) => child.node) }
}

function dateOf(node: ThreadNode): string | null {
  return node.message?.date ?? node.children[0]?.message?.date ?? null
}

function firstDate(thread: Thread): string | null {
  return thread.messages.find((message) => message.date !== null)?.date ?? null
}

/** Unknown dates last; a bare day counts as its start. */
function compareDates(one: string | null, other: string | null): number {
  if (one === other) return 0
  if (one === null) return 1
  if (other === null) return -1
  return one < other ? -1 : 1
}

function incompleteNote(missing: readonly string[], order: readonly Growing[]): Diagnostic {
  const shown = missing.slice(0, 5).map((id) => `<${id}>`)
  const place = order.find((node) => node.message !== null)?.message?.source
  const note: Diagnostic = {
    severity: 'warning',
    code: 'thread-incomplete',
    message: `the thread refers to mails that are not in the input: ${shown.join(', ')}${missing.length > 5 ? ', …' : ''}`,
  }
  return place === undefined ? note : { ...note, place }
}

function duplicateNote(kept: Growing, duplicate: Message): Diagnostic {
  const first = kept.message?.source
  const same = kept.message?.body === duplicate.body
  return {
    severity: 'note',
    code: 'mail-duplicate',
    message:
      `<${duplicate.messageId ?? ''}> is there twice (first at ${first?.source ?? ''}:${first?.line ?? 1}); ` +
      (same ? 'the texts are equal' : 'the texts differ, and the first is used'),
    place: duplicate.source,
  }
}
