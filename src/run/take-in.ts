/** Step 1 and 2 of a run: read the inputs, find the series, take the patches out of its mails. */
import type { Diagnostic, Result } from '../base/index.js'
import {
  collectSeries,
  groupRevisions,
  type MailReading,
  type Message,
  parseSubject,
  type RevisionGroup,
  readMail,
  readMailPath,
  type Series,
  selectRevision,
} from '../mail/index.js'
import { type FileImages, type Patch, parsePatch } from '../patch/index.js'
import type { ReportFragment, ReportSource } from '../report/index.js'
import { type KernelTree, openTree } from '../tree/index.js'
import { baseCommitIn, findImages } from './find-images.js'
import { takeCommits, takeWorkTree } from './take-commits.js'
import type { Input, RunRequest } from './types.js'

/** A mail with a patch in it, and its place in its series. */
export interface TakenPatch {
  readonly message: Message
  readonly patch: Patch
  /** The texts before and after of each of its files, beside `patch.files`; left out when nobody looked. */
  readonly images?: readonly FileImages[]
  readonly index: number | null
  readonly count: number | null
  readonly version: number
  readonly trailers: readonly { readonly key: string; readonly value: string }[]
  /** Texts that earlier patches of the series leave, by path. */
  readonly series?: ReadonlyMap<string, string>
  /** The message of a commit; of a mail its own text is the message. */
  readonly words?: string
  /** The commit before the patch, where it is one of a repository. */
  readonly base?: string
}

export interface TakenIn {
  readonly source: ReportSource
  readonly patches: readonly TakenPatch[]
  /** Every mail of the inputs. */
  readonly messages: readonly Message[]
  readonly diagnostics: readonly Diagnostic[]
  /** At least one input could be read, and the tree, where one was named. */
  readonly read: boolean
  /** The tree that was named, open; whoever took in closes it. */
  readonly tree: KernelTree | null
}

/** Reads every input; one that cannot be read is a diagnostic, and the others still count. */
export async function takeIn(request: RunRequest): Promise<TakenIn> {
  const diagnostics: Diagnostic[] = []
  const tree = await treeOf(request)
  if (!tree.ok) {
    const source = sourceOf(request, 'none', [], [], [])
    return { source, patches: [], messages: [], diagnostics: [tree.error], read: false, tree: null }
  }
  const messages: Message[] = []
  let read = false
  let format = 'none'
  const committed: TakenPatch[] = []
  for (const input of request.inputs) {
    if (input.kind === 'commits' || input.kind === 'work-tree') {
      const taken = await fromRepository(input, request, tree.value, diagnostics)
      if (taken === null) continue
      read = true
      format = 'commit'
      committed.push(...taken)
      continue
    }
    const reading = await readInput(input)
    if (!reading.ok) {
      diagnostics.push(reading.error)
      continue
    }
    read = true
    format = reading.value.format
    // One by one: a large archive has more of both than a call can have arguments.
    for (const one of reading.value.diagnostics) diagnostics.push(one)
    for (const one of reading.value.messages) messages.push(one)
  }
  const groups = groupRevisions(collectSeries(messages).filter(({ kind }) => kind === 'posted'))
  const posted = await takePosted(groups, request, tree.value, diagnostics)
  // Where a series holds diffs, one that was not asked for is not taken instead.
  const narrowed = request.patches !== undefined || request.revision !== undefined
  const mailed =
    posted.length > 0 || (narrowed && groups.length > 0)
      ? posted
      : await takeLoose(messages, tree.value, diagnostics)
  const patches = [...mailed, ...committed]
  const fragments = patches.length > 0 ? [] : quotedFunctions(messages)
  const discusses = request.discuss === true && request.patches === undefined
  if (read && patches.length === 0 && request.inputs.every(isMail) && !discusses) {
    const notThere = request.patches !== undefined && groups.length > 0
    diagnostics.push(notThere ? noSuchPatch(request.patches) : noPatch(request, messages, fragments))
  }
  return {
    source: sourceOf(request, format, messages, patches, fragments),
    patches,
    messages,
    diagnostics: once(diagnostics),
    read,
    tree: tree.value,
  }
}

function isMail({ kind }: Input): boolean {
  return kind === 'path' || kind === 'bytes'
}

/** Commits, or what the work tree changes, with the texts before and after; null where they cannot be read. */
async function fromRepository(
  input: Extract<Input, { kind: 'commits' | 'work-tree' }>,
  request: RunRequest,
  tree: KernelTree | null,
  diagnostics: Diagnostic[],
): Promise<TakenPatch[] | null> {
  if (tree === null) {
    diagnostics.push(withoutTree(input))
    return null
  }
  const found =
    input.kind === 'commits'
      ? await takeCommits(tree, input.range, diagnostics)
      : await takeWorkTree(tree, diagnostics)
  if (!found.ok) {
    diagnostics.push(found.error)
    return null
  }
  const taken: TakenPatch[] = []
  for (const { patch, base } of found.value) {
    if (request.patches !== undefined && patch.index !== null && !request.patches.includes(patch.index))
      continue
    const [imaged] = await findImages(
      { patches: [patch.patch], tree, baseCommit: base, sources: [patch.message.source.source] },
      diagnostics,
    )
    taken.push({
      ...patch,
      ...(imaged == null ? {} : { patch: imaged.patch, images: imaged.images }),
      ...(base === null ? {} : { base }),
    })
  }
  if (taken.length === 0 && input.kind === 'work-tree') {
    diagnostics.push({ severity: 'note', code: 'work-tree-clean', message: 'the work tree changes nothing' })
  }
  return taken
}

function withoutTree(input: Extract<Input, { kind: 'commits' | 'work-tree' }>): Diagnostic {
  const what = input.kind === 'commits' ? input.range : 'the work tree'
  return {
    severity: 'error',
    code: 'tree-missing',
    message: `${what} is of a repository, and none is named`,
    hint: 'name it with --tree',
  }
}

/** The tree that the request names, opened; null when it names none. */
export async function treeOf({ tree }: RunRequest): Promise<Result<KernelTree | null>> {
  if (tree === undefined) return { ok: true, value: null }
  return openTree(tree.name, { cwd: tree.cwd, environment: process.env })
}

/** A mail that was looked at twice, as a patch of a series and by itself, says what it says once. */
function once(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values()]
}

async function readInput(input: Extract<Input, { kind: 'path' | 'bytes' }>): Promise<Result<MailReading>> {
  if (input.kind === 'path') return readMailPath(input.path)
  return { ok: true, value: await readMail(input.bytes, input.name) }
}

/** The patches of the series in the inputs, the latest revision of each unless another was asked for. */
async function takePosted(
  groups: readonly RevisionGroup[],
  request: RunRequest,
  tree: KernelTree | null,
  diagnostics: Diagnostic[],
): Promise<TakenPatch[]> {
  const taken: TakenPatch[] = []
  for (const group of groups) {
    const selected = selectRevision(group, request.revision, request.rfc)
    if (!selected.ok) {
      diagnostics.push(selected.error)
      continue
    }
    diagnostics.push(...selected.value.diagnostics, ...earlierRevisions(group.revisions, selected.value))
    taken.push(...(await takeSeries(selected.value, request, tree, diagnostics)))
  }
  return taken
}

function earlierRevisions(revisions: readonly Series[], selected: Series): Diagnostic[] {
  if (revisions.length < 2) return []
  const others = revisions
    .filter((other) => other !== selected)
    .map((other) => `v${other.version}${other.isRfc ? ' (RFC)' : ''}`)
  return [
    {
      severity: 'note',
      code: 'revision-selected',
      message: `"${selected.title}": v${selected.version} is replayed; the input also holds ${others.join(', ')}`,
    },
  ]
}

/** All patches of a series are read, because each changes what the one before leaves; those asked for are taken. */
async function takeSeries(
  series: Series,
  request: RunRequest,
  tree: KernelTree | null,
  diagnostics: Diagnostic[],
): Promise<TakenPatch[]> {
  const isWanted = (at: number) => request.patches === undefined || request.patches.includes(at + 1)
  const said: Diagnostic[] = []
  const parsed = series.patches.map((message) => (message === null ? null : parse(message)))
  const imaged = await findImages(
    {
      patches: parsed,
      tree,
      baseCommit: baseCommitIn(
        [series.cover, ...series.patches].flatMap((mail) => (mail === null ? [] : [mail.body])),
      ),
      sources: series.patches.map((message) => message?.source.source ?? ''),
    },
    said,
  )
  const taken: TakenPatch[] = []
  const left = new Map<string, string>()
  for (const [i, message] of series.patches.entries()) {
    const one = imaged[i]
    const earlier = new Map(left)
    for (const [at, { path }] of (one?.patch.files ?? []).entries()) {
      const text = one?.images[at]?.after ?? null
      if (text !== null) left.set(path, text)
    }
    if (message === null || one == null || !isWanted(i)) continue
    for (const diagnostic of one.patch.diagnostics) diagnostics.push(diagnostic)
    if (one.patch.files.length === 0) {
      diagnostics.push({
        severity: 'warning',
        code: 'patch-without-diff',
        message: `"${message.subject}" is a patch by its subject and holds no diff`,
        place: message.source,
      })
      continue
    }
    const trailers = series.trailers.filter(({ patch: number }) => number === i + 1 || number === 0)
    const numbered = series.count > 1
    taken.push({
      message,
      patch: one.patch,
      images: one.images,
      ...(earlier.size === 0 ? {} : { series: earlier }),
      index: numbered ? i + 1 : null,
      count: numbered ? series.count : null,
      version: series.version,
      trailers: trailers.map(({ key, value }) => ({ key, value })),
    })
  }
  diagnostics.push(...said)
  return taken
}

/** Where no subject announces a patch: every mail that holds one, a reply too. */
async function takeLoose(
  messages: readonly Message[],
  tree: KernelTree | null,
  diagnostics: Diagnostic[],
): Promise<TakenPatch[]> {
  const taken: TakenPatch[] = []
  for (const message of messages) {
    const parsed = parse(message)
    const said: Diagnostic[] = []
    const request = {
      patches: [parsed],
      tree,
      baseCommit: baseCommitIn([message.body]),
      sources: [message.source.source],
    }
    const [imaged] = parsed.files.length === 0 ? [] : await findImages(request, said)
    const patch = imaged?.patch ?? parsed
    for (const one of patch.diagnostics) diagnostics.push(one)
    if (patch.files.length === 0) continue
    const { version } = parseSubject(message.subject)
    const images = imaged?.images ?? []
    taken.push({ message, patch, images, index: null, count: null, version, trailers: [] })
    diagnostics.push(...said, {
      severity: 'note',
      code: 'patch-in-reply',
      message: `the patch stands in "${message.subject}", which is no patch by its subject`,
      place: message.source,
    })
  }
  return taken
}

function parse(message: Message): Patch {
  return parsePatch(message.body, {
    source: message.source.source,
    firstLine: message.bodyLine,
    crossCheck: true,
  })
}

function quotedFunctions(messages: readonly Message[]): ReportFragment[] {
  return messages.flatMap((message) =>
    parsePatch(message.body, { firstLine: message.bodyLine }).functions.map(({ name, lines, complete }) => ({
      functions: [name],
      lines: lines.length,
      line: lines[0]?.line ?? message.bodyLine,
      complete,
    })),
  )
}

function noPatch(
  request: RunRequest,
  messages: readonly Message[],
  fragments: readonly ReportFragment[],
): Diagnostic {
  const names = fragments.flatMap(({ functions }) => functions)
  const quoted = names.length === 0 ? '' : `; quoted code of ${names.join(', ')} was found`
  const mails = `${messages.length} ${messages.length === 1 ? 'mail' : 'mails'}`
  return {
    severity: 'error',
    code: 'no-patch',
    message: `no patch found in ${mails}${quoted}`,
    ...(request.inputs[0] === undefined ? {} : { place: { source: nameOf(request.inputs[0]) } }),
  }
}

function noSuchPatch(numbers: readonly number[]): Diagnostic {
  return {
    severity: 'error',
    code: 'patch-unknown',
    message: `no series here has a patch ${numbers.join(' or ')}`,
  }
}

function nameOf(input: Input): string {
  switch (input.kind) {
    case 'path':
      return input.path
    case 'bytes':
      return input.name
    case 'commits':
      return input.range
    case 'work-tree':
      return 'work tree'
  }
}

function sourceOf(
  request: RunRequest,
  format: string,
  messages: readonly Message[],
  patches: readonly TakenPatch[],
  fragments: readonly ReportFragment[],
): ReportSource {
  const first = patches[0]?.message ?? messages[0]
  const input = request.inputs.map(nameOf).join(' ')
  return {
    kind: format,
    subject: first?.subject ?? '',
    messageId: first?.messageId ?? null,
    date: first?.date ?? null,
    ...(input === '' ? {} : { input }),
    ...(fragments.length === 0 ? {} : { fragments }),
  }
}
