import type { Diagnostic } from '../base/index.js'
import { buildThreads, type Thread } from './build-threads.js'
import { givenTrailers } from './given-trailers.js'
import type { Message } from './message.js'
import { isAnswer, parseSubject, type Subject } from './parse-subject.js'
import { fillPartialReroll } from './partial-reroll.js'
import type { FollowUp, Series } from './series.js'
import { walkTree } from './thread-tree.js'

/**
 * The series in a thread, or in a heap of mails (which is threaded first), in the order they were posted. Patches are
 * put together by version and count, and by author where two series would claim one number. A cover letter without
 * patches of its version is given to the patches that answer it; a mail that is no patch by its subject but is
 * answered by the whole series is its cover. Replies go to the patch they answer.
 */
export function collectSeries(input: Thread | readonly Message[]): readonly Series[] {
  const threads = isThread(input) ? [input] : buildThreads(input)
  return threads.flatMap((thread) => seriesOfThread(thread))
}

/** A mail with its subject read and its place in the thread. */
export interface Posted {
  readonly message: Message
  readonly subject: Subject
  readonly parent: Posted | null
  readonly order: number
}

/** A series while it is put together. */
export interface Draft {
  version: number
  readonly count: number
  readonly slots: (Posted | null)[]
  cover: Posted | null
  readonly extra: Posted[]
  readonly duplicates: Posted[]
  rerolled: number[]
  basedOn: Draft | null
}

function isThread(input: Thread | readonly Message[]): input is Thread {
  return 'root' in input
}

function seriesOfThread(thread: Thread): Series[] {
  const posts = postedMails(thread)
  const isPosted = (post: Posted): boolean => post.subject.isPatch && !isAnswer(post.message, post.subject)
  // By date: an answer can be dated before what it answers only if a clock is wrong.
  const patches = posts
    .filter(isPosted)
    .sort((one, other) => compareDates(one, other) || one.order - other.order)
  const drafts: Draft[] = []
  for (const post of patches.filter((one) => one.subject.index !== 0)) place(drafts, post)
  for (const post of patches.filter((one) => one.subject.index === 0)) placeCover(drafts, post)
  for (const draft of drafts) if (draft.cover === null) draft.cover = nakedCover(draft)
  for (const draft of drafts) fillPartialReroll(draft, drafts)
  if (drafts.length === 0) return [looseSeries(posts)]
  const owners = new Map<Posted, { draft: Draft; patch: number | null }>()
  for (const draft of drafts) claim(draft, owners)
  const followUps = assignFollowUps(posts, owners, drafts)
  return drafts.map((draft) => finish(draft, followUps.get(draft) ?? []))
}

function postedMails(thread: Thread): Posted[] {
  const posts: Posted[] = []
  // The nearest mail at hand above each depth of the walk.
  const above: (Posted | null)[] = []
  for (const { node, depth } of walkTree(thread.root)) {
    const parent = depth === 0 ? null : (above[depth - 1] ?? null)
    if (node.message === null) above[depth] = parent
    else {
      const subject = parseSubject(node.message.subject)
      const post: Posted = { message: node.message, subject, parent, order: posts.length }
      posts.push(post)
      above[depth] = post
    }
  }
  return posts
}

function place(drafts: Draft[], post: Posted): void {
  const count = post.subject.count ?? 1
  const index = post.subject.index ?? 1
  const fitting = drafts.filter((draft) => draft.version === post.subject.version && draft.count === count)
  if (index > count) {
    const extended = bestDraft(fitting, post)
    if (extended !== null) extended.extra.push(post)
    else drafts.push(newDraft(post, count, null))
    return
  }
  const free = fitting.filter(
    (draft) => draft.slots[index - 1] === null && (count > 1 || sameTitle(draft, post)),
  )
  const draft = bestDraft(free, post)
  if (draft !== null) {
    draft.slots[index - 1] = post
    return
  }
  const repeated = fitting.find((one) => one.slots[index - 1]?.subject.title === post.subject.title)
  if (repeated !== undefined && !post.subject.isResend) repeated.duplicates.push(post)
  else drafts.push(newDraft(post, count, index))
}

/** Among series with room for a patch: one that hangs below the same mail, else one of the same author. */
function bestDraft(drafts: readonly Draft[], post: Posted): Draft | null {
  const sibling = drafts.find((draft) =>
    members(draft).some((one) => one === post.parent || one.parent === post.parent),
  )
  if (sibling !== undefined) return sibling
  const author = personOf(post)
  return drafts.find((draft) => members(draft).some((one) => personOf(one) === author)) ?? null
}

function newDraft(post: Posted, count: number, index: number | null): Draft {
  const slots: (Posted | null)[] = Array.from({ length: Math.min(count, MAX_COUNT) }, () => null)
  const draft: Draft = {
    version: post.subject.version,
    count: slots.length,
    slots,
    cover: null,
    extra: [],
    duplicates: [],
    rerolled: [],
    basedOn: null,
  }
  if (index === null || index > slots.length) draft.extra.push(post)
  else slots[index - 1] = post
  return draft
}

/** `[PATCH 1/99999]` must not cost memory; the kernel's longest series are in the hundreds. */
const MAX_COUNT = 5000

function placeCover(drafts: Draft[], cover: Posted): void {
  const below = drafts.filter(
    (draft) => draft.cover === null && members(draft).some((one) => one.parent === cover),
  )
  const exact = below.find(
    (draft) => draft.version === cover.subject.version && draft.count === cover.subject.count,
  )
  const related =
    exact ??
    below.find((draft) => draft.count === cover.subject.count) ??
    below.find((draft) => draft.version === cover.subject.version) ??
    drafts.find(
      (draft) =>
        draft.cover === null &&
        draft.version === cover.subject.version &&
        draft.count === cover.subject.count,
    )
  if (related !== undefined) {
    related.cover = cover
    // The cover's version is the author's word for the whole series when the patches carry none.
    if (
      cover.subject.versionWritten &&
      !members(related).some((one) => one !== cover && one.subject.versionWritten)
    ) {
      related.version = cover.subject.version
    }
    return
  }
  const draft = newDraft(cover, cover.subject.count ?? 0, null)
  draft.extra.length = 0
  draft.cover = cover
  drafts.push(draft)
}

/** A mail that is no patch and that two or more patches answer directly, by the same author. */
function nakedCover(draft: Draft): Posted | null {
  const patches = draft.slots.filter((slot) => slot !== null)
  const parent = patches[0]?.parent ?? null
  if (parent === null || patches.length < 2 || parent.subject.isPatch || parent.subject.isReply) return null
  const common = patches.every((patch) => patch.parent === parent && personOf(patch) === personOf(parent))
  return common ? parent : null
}

function claim(draft: Draft, owners: Map<Posted, { draft: Draft; patch: number | null }>): void {
  if (draft.cover !== null) owners.set(draft.cover, { draft, patch: 0 })
  draft.slots.forEach((slot, index) => {
    // A patch that a partial reroll took over keeps belonging to the revision it was sent in.
    if (slot !== null && !owners.has(slot)) owners.set(slot, { draft, patch: index + 1 })
  })
}

/** Each remaining mail goes to the series of the nearest patch above it; without one, to the series it names. */
function assignFollowUps(
  posts: readonly Posted[],
  owners: Map<Posted, { draft: Draft; patch: number | null }>,
  drafts: readonly Draft[],
): Map<Draft, FollowUp[]> {
  const followUps = new Map<Draft, FollowUp[]>()
  // Parents stand before children, so one look at the parent is enough.
  for (const post of posts) {
    if (owners.has(post)) continue
    const above = post.parent === null ? undefined : owners.get(post.parent)
    const owner = above ?? named(post, drafts)
    owners.set(post, owner)
    const list = followUps.get(owner.draft) ?? []
    list.push({ message: post.message, subject: post.subject, patch: owner.patch })
    followUps.set(owner.draft, list)
  }
  return followUps
}

function named(post: Posted, drafts: readonly Draft[]): { draft: Draft; patch: number | null } {
  for (const draft of drafts) {
    const index = draft.slots.findIndex((slot) => slot?.subject.title === post.subject.title)
    if (index >= 0 && draft.version === post.subject.version) return { draft, patch: index + 1 }
  }
  const first =
    drafts.find((draft) => draft.extra.includes(post) || draft.duplicates.includes(post)) ?? drafts[0]
  if (first === undefined) throw new Error('a follow-up needs a series')
  return { draft: first, patch: null }
}

function finish(draft: Draft, followUps: readonly FollowUp[]): Series {
  const mails = members(draft)
  const own = mails.filter((post) => draft.basedOn === null || !members(draft.basedOn).includes(post))
  const first = draft.cover ?? own[0] ?? mails[0] ?? null
  const missing = draft.slots.flatMap((slot, index) => (slot === null ? [index + 1] : []))
  const title = first?.subject.title ?? ''
  return {
    kind: 'posted',
    title,
    version: draft.version,
    count: draft.count,
    isRfc: own.some((post) => post.subject.isRfc),
    isResend: own.some((post) => post.subject.isResend),
    author: first?.message.from ?? null,
    date: own.map((post) => post.message.date).find((date) => date !== null) ?? null,
    cover: draft.cover?.message ?? null,
    patches: draft.slots.map((slot) => slot?.message ?? null),
    missing,
    rerolled: draft.rerolled,
    basedOn: draft.basedOn === null ? null : basis(draft.basedOn),
    trailers: givenTrailers(followUps),
    followUps,
    diagnostics: notes(draft, missing, title, first),
  }
}

function basis(draft: Draft): { version: number; title: string } {
  const first = members(draft)[0]
  return { version: draft.version, title: first?.subject.title ?? '' }
}

function notes(draft: Draft, missing: readonly number[], title: string, first: Posted | null): Diagnostic[] {
  const found: Diagnostic[] = []
  const place = first === null ? {} : { place: first.message.source }
  if (missing.length > 0) {
    const shown = missing.slice(0, 20).map((index) => `[${index}/${draft.count}]`)
    if (missing.length > shown.length) shown.push('…')
    found.push({
      severity: 'error',
      code: 'series-incomplete',
      message: `missing ${shown.join(' ')} of v${draft.version} "${title}"`,
      ...place,
      hint: 'give the whole thread, or add the missing mails to the input',
    })
  }
  for (const post of draft.extra) {
    found.push({
      severity: 'warning',
      code: 'series-number-beyond-count',
      message: `"${post.message.subject}" has a number beyond its count; it is kept as a follow-up`,
      place: post.message.source,
    })
  }
  for (const post of draft.duplicates) {
    found.push({
      severity: 'note',
      code: 'series-patch-repeated',
      message: `"${post.message.subject}" was sent more than once; the first is used`,
      place: post.message.source,
    })
  }
  if (draft.rerolled.length > 0) {
    found.push({
      severity: 'note',
      code: 'series-partial-reroll',
      message:
        `v${draft.version} sends only ${draft.rerolled.map((index) => `${index}/${draft.count}`).join(', ')} again; ` +
        `the others are those of v${draft.basedOn?.version ?? 1}`,
      ...place,
    })
  }
  return found
}

/** A thread in which no subject announces a patch: all its mails are follow-ups, and may still hold one. */
function looseSeries(posts: readonly Posted[]): Series {
  const first = posts[0]
  const subject = first?.subject
  return {
    kind: 'loose',
    title: subject?.title ?? '',
    version: subject?.version ?? 1,
    count: subject?.count ?? 0,
    isRfc: subject?.isRfc ?? false,
    isResend: subject?.isResend ?? false,
    author: first?.message.from ?? null,
    date: posts.map((post) => post.message.date).find((date) => date !== null) ?? null,
    cover: null,
    patches: [],
    missing: [],
    rerolled: [],
    basedOn: null,
    trailers: givenTrailers(posts.map((post) => ({ ...post, patch: post.subject.index }))),
    followUps: posts.map((post) => ({
      message: post.message,
      subject: post.subject,
      patch: post.subject.index,
    })),
    diagnostics: first === undefined || subject === undefined ? [] : looseNotes(first.message, subject),
  }
}

function looseNotes(message: Message, subject: Subject): Diagnostic[] {
  if (!subject.isPatch) return []
  return [
    {
      severity: 'note',
      code: 'series-not-in-input',
      message: `only answers to "${subject.prefix} ${subject.title}" are in the input, not the patch itself`,
      place: message.source,
    },
  ]
}

/** Cover and patches that were posted, in order. */
export function members(draft: Draft): Posted[] {
  const mails: Posted[] = draft.cover === null ? [] : [draft.cover]
  for (const slot of draft.slots) if (slot !== null) mails.push(slot)
  return mails
}

function sameTitle(draft: Draft, post: Posted): boolean {
  return members(draft).some((one) => one.subject.title === post.subject.title)
}

/** The address, or the name where the archive hid it. */
function personOf(post: Posted): string {
  const from = post.message.from
  if (from === null) return ''
  return (from.obfuscated || from.address === null ? from.name : from.address).toLowerCase()
}

function compareDates(one: Posted, other: Posted): number {
  const left = one.message.date ?? ''
  const right = other.message.date ?? ''
  return left < right ? -1 : left > right ? 1 : 0
}
