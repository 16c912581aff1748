/**
 * The texts before and after of every file of a series. The file of the id that the mail names comes first,
 * then what an earlier patch of the series leaves, then the commit that the mail names as its base, then the
 * tree's own file at the path, if the hunks stand in it. Where the tree has the file as it is after the
 * patch, the patch is taken back from it.
 */
import { type Diagnostic, decodeFile, isObjectId, type ObjectFormat, type Result } from '../base/index.js'
import {
  type FileDiff,
  type FileImages,
  fileDiagnostics,
  type ImageSource,
  isBlobOf,
  nameTrouble,
  type Patch,
  type ProvedFile,
  proveFile,
  wholeContent,
} from '../patch/index.js'
import type { KernelTree } from '../tree/index.js'

/** A patch whose files were read beside the texts they change. `images` stand beside `patch.files`. */
export interface ImagedPatch {
  readonly patch: Patch
  readonly images: readonly FileImages[]
}

/** What is searched: the patches of one series in order, null for one that is missing. */
export interface ImageRequest {
  readonly patches: readonly (Patch | null)[]
  /** Where images are looked for; null to have only those that the patches themselves hold. */
  readonly tree: KernelTree | null
  /** The commit that the series says it applies to. */
  readonly baseCommit: string | null
  /** What to call the mail of each patch in a diagnostic. */
  readonly sources: readonly string[]
}

/** Finds the images; a file without any keeps its diff as it was read, and a diagnostic says why. */
export async function findImages(
  request: ImageRequest,
  diagnostics: Diagnostic[],
): Promise<readonly (ImagedPatch | null)[]> {
  const { patches, tree } = request
  const lineages = lineagesOf(patches)
  if (tree !== null) {
    const expected = await tree.expect([...new Set(lineages.flatMap((steps) => steps.flatMap(pathsOf)))])
    if (!expected.ok) diagnostics.push(expected.error)
  }
  const base = await baseTree(request, diagnostics)
  const found = new Map<FileDiff, Found>()
  for (const steps of lineages) {
    const search = new Lineage(steps, tree, base)
    for (const [step, one] of await search.run()) found.set(step.file, one)
    diagnostics.push(...search.diagnostics)
  }
  return patches.map((patch, at) => {
    if (patch === null) return null
    const source = request.sources[at] ?? 'text'
    const images: FileImages[] = []
    const lacking: Diagnostic[] = []
    const files = patch.files.map((file) => {
      const one = found.get(file)
      images.push(one?.images ?? NO_IMAGES)
      if (tree !== null && one !== undefined && one.images.how.by === 'none') {
        lacking.push(withoutImage(file, one.images.how.text, source))
      }
      return one?.file ?? file
    })
    const said = [...settle(patch, files, source), ...lacking]
    return { patch: { ...patch, files, diagnostics: said }, images }
  })
}

/** The commit of a `base-commit:` line, as `git format-patch --base` and b4 write it. */
export function baseCommitIn(bodies: readonly string[]): string | null {
  for (const body of bodies) {
    const id = /^base-commit: ([0-9a-f]{40}(?:[0-9a-f]{24})?)\s*$/m.exec(body)?.[1]
    if (id !== undefined) return id
  }
  return null
}

/** Why no text was found where no tree was given. */
export const WITHOUT_TREE = 'no tree was given'

const NO_IMAGES: FileImages = {
  before: null,
  after: null,
  how: { by: 'none', reversed: false, offsets: [], text: 'not looked for' },
}

interface Found {
  readonly file: FileDiff
  readonly images: FileImages
}

/** One change of a file, with its place in the series. */
interface Step {
  readonly file: FileDiff
  /** Number of the patch in the series, from 1. */
  readonly number: number
  /** A patch between this one and the one before it is missing. */
  readonly isBehindGap: boolean
}

function pathsOf({ file }: Step): readonly string[] {
  const paths = file.previousPath === null ? [file.path] : [file.previousPath, file.path]
  return paths.filter((path) => nameTrouble(path) === null)
}

/** The changes of a series by file, a renamed file being the same. Binary and combined diffs have no lines. */
function lineagesOf(patches: readonly (Patch | null)[]): readonly (readonly Step[])[] {
  const open = new Map<string, Step[]>()
  const all: Step[][] = []
  let gap = 0
  for (const [at, patch] of patches.entries()) {
    if (patch === null) gap = at + 1
    for (const file of patch?.files ?? []) {
      if (file.kind === 'binary' || file.kind === 'combined' || file.path === '') continue
      const from = file.previousPath ?? file.path
      const known = file.kind === 'copied' ? undefined : open.get(from)
      const last = known?.[known.length - 1]?.number ?? 0
      const step = { file, number: at + 1, isBehindGap: gap > last }
      const steps = known ?? []
      if (known === undefined) all.push(steps)
      steps.push(step)
      if (file.kind !== 'copied') open.delete(from)
      open.set(file.path, steps)
    }
  }
  return all
}

async function baseTree(
  { tree, baseCommit }: ImageRequest,
  diagnostics: Diagnostic[],
): Promise<KernelTree | null> {
  if (tree === null || tree.history === null || baseCommit === null) return null
  const base = await tree.at(baseCommit)
  if (!base.ok) {
    diagnostics.push(base.error)
    return null
  }
  if (base.value === null) {
    diagnostics.push({
      severity: 'note',
      code: 'base-commit-absent',
      message: `the series says it applies to ${baseCommit.slice(0, 12)}, which ${tree.describe().name} has not`,
    })
  }
  return base.value
}

/** A text that a step may start from, and how it was come by. */
interface Start {
  readonly text: string
  readonly isBlob: boolean
  readonly by: ImageSource['by']
  readonly where: string
}

/** All changes of one file, looked at together. */
class Lineage {
  readonly diagnostics: Diagnostic[] = []
  readonly #steps: readonly Step[]
  readonly #tree: KernelTree | null
  readonly #base: KernelTree | null
  readonly #format: ObjectFormat
  readonly #found = new Map<Step, Found>()

  constructor(steps: readonly Step[], tree: KernelTree | null, base: KernelTree | null) {
    this.#steps = steps
    this.#tree = tree
    this.#base = base
    this.#format = tree?.format ?? 'sha1'
  }

  async run(): Promise<ReadonlyMap<Step, Found>> {
    for (const [at, step] of this.#steps.entries()) {
      const found = (await this.#forward(step, at)) ?? (await this.#inTree(step))
      this.#found.set(step, found)
    }
    await this.#backward()
    return this.#found
  }

  /** From the text before, where one is known for sure or left by the patch before. */
  async #forward(step: Step, at: number): Promise<Found | null> {
    for await (const start of this.#startsOf(step, at)) {
      const proved = this.#prove(step.file, 'before', start)
      if (proved.ok) return foundIn(proved.value, start, false)
    }
    return null
  }

  async *#startsOf(step: Step, at: number): AsyncGenerator<Start> {
    const { file } = step
    const chained = this.#leftBy(step, at)
    if (chained !== null && isBlobOf(chained.text, file.preBlob, this.#format))
      yield { ...chained, isBlob: true }
    const blob = await this.#blob(file.preBlob, step)
    if (blob !== null) yield blob
    if (file.kind === 'added' && chained === null) {
      yield { text: '', isBlob: true, by: 'text', where: 'the patch creates the file' }
    }
    const whole = file.kind === 'removed' && file.certificate.base === 'blob' ? wholeContent(file) : null
    if (whole !== null)
      yield { text: whole, isBlob: true, by: 'text', where: 'the patch holds the whole file' }
    if (chained !== null && !step.isBehindGap) yield chained
    if (this.#base !== null && at === 0) {
      const text = await this.#read(this.#base, file.previousPath ?? file.path)
      const revision = this.#base.describe().revision?.slice(0, 12) ?? ''
      if (text !== null)
        yield { text, isBlob: false, by: 'base-commit', where: `${file.path} in ${revision}` }
    }
    if (chained !== null && step.isBehindGap) yield chained
  }

  /** What the step before leaves. */
  #leftBy(step: Step, at: number): Start | null {
    const previous = this.#steps[at - 1]
    if (previous === undefined || step.file.kind === 'copied') return null
    const found = this.#found.get(previous)
    if (found === undefined || found.images.after === null) return null
    const where = `left by patch ${previous.number} of the series`
    return { text: found.images.after, isBlob: false, by: 'series', where }
  }

  /** The tree's own file: as it is before the change, or as it is after it. */
  async #inTree(step: Step): Promise<Found> {
    const { file } = step
    const tree = this.#tree
    if (tree === null) return without(file, WITHOUT_TREE)
    const { name } = tree.describe()
    const after = await this.#blob(file.postBlob, step)
    if (after !== null) {
      const proved = this.#prove(file, 'after', after)
      if (proved.ok) return foundIn(proved.value, after, true)
    }
    const before = file.previousPath ?? file.path
    const fits: Found[] = []
    const reasons: string[] = []
    for (const [side, path] of [
      ['before', before],
      ['after', file.path],
    ] as const) {
      const text = await this.#read(tree, path)
      if (text === null) {
        reasons.push(`${name} has no ${path}`)
        continue
      }
      const start: Start = { text, isBlob: false, by: 'hunks', where: `${path} of ${name}` }
      const proved = this.#prove(file, side, start)
      if (!proved.ok) reasons.push(proved.error.message)
      else if (side === 'before' && isThere(proved.value, text)) {
        reasons.push(`most lines that the patch adds stand in ${path} of ${name} already`)
      } else fits.push(foundIn(proved.value, start, side === 'after'))
    }
    // A hunk may also fit where it does not belong: the side that is nearer to what the headers say is right.
    fits.sort((one, other) => driftOf(one) - driftOf(other))
    return fits[0] ?? without(file, [...new Set(reasons)].slice(0, 1).join('; '))
  }

  /**
   * In a tree that has the whole series, a file is as the last patch leaves it: so the patches are taken back
   * one after the other from the last.
   */
  async #backward(): Promise<void> {
    for (let at = this.#steps.length - 2; at >= 0; at--) {
      const step = this.#steps[at]
      const next = this.#steps[at + 1]
      if (step === undefined || next === undefined || next.isBehindGap || next.file.kind === 'copied')
        continue
      const later = this.#found.get(next)
      const own = this.#found.get(step)
      if (later === undefined || !later.images.how.reversed || later.images.before === null) continue
      if (own !== undefined && own.images.how.by !== 'none' && !own.images.how.reversed) continue
      const { before } = later.images
      const start: Start = {
        text: before,
        isBlob: isBlobOf(before, step.file.postBlob, this.#format),
        by: 'series',
        where: `what patch ${next.number} of the series changes`,
      }
      const proved = this.#prove(step.file, 'after', start)
      if (proved.ok) this.#found.set(step, foundIn(proved.value, start, true))
    }
  }

  #prove(file: FileDiff, side: 'before' | 'after', { text, isBlob }: Start): Result<ProvedFile> {
    return proveFile(file, { side, text, isBlob, format: this.#format })
  }

  /** The file of an id: from the repository, or at one of the paths. */
  async #blob(id: string | null, step: Step): Promise<Start | null> {
    if (this.#tree === null || !isObjectId(id)) return null
    const blob = await this.#tree.blob(id, pathsOf(step))
    if (!blob.ok) {
      this.diagnostics.push(blob.error)
      return null
    }
    if (blob.value === null) return null
    const { name } = this.#tree.describe()
    const { path, bytes } = blob.value
    const where = path === null ? `the blob ${id} in ${name}` : `${path} of ${name}, which is the blob ${id}`
    return { text: decodeFile(bytes), isBlob: true, by: 'blob', where }
  }

  async #read(tree: KernelTree, path: string): Promise<string | null> {
    if (nameTrouble(path) !== null) return null
    const bytes = await tree.read(path)
    if (bytes.ok) return bytes.value === null ? null : decodeFile(bytes.value)
    this.diagnostics.push(bytes.error)
    return null
  }
}

/** Lines shorter than this say nothing about whether a patch was applied. */
const TELLING = 12

/**
 * Most lines that a diff adds, and does not take from elsewhere, stand in the text already: it was applied, and
 * the file changed since, so that it cannot be taken back; its context may fit a second time.
 */
function isThere({ file, offsets }: ProvedFile, text: string): boolean {
  if (offsets.every((offset) => offset === 0)) return false
  const lines = new Set(text.split('\n').map((line) => line.trim()))
  const removed = new Set<string>()
  const added: string[] = []
  for (const line of file.hunks.flatMap((hunk) => hunk.lines)) {
    if (line.op === 'removed') removed.add(line.text.trim())
    if (line.op === 'added' && line.text.trim().length >= TELLING) added.push(line.text.trim())
  }
  const fresh = added.filter((line) => !removed.has(line))
  return fresh.length > 1 && fresh.filter((line) => lines.has(line)).length * 2 > fresh.length
}

/** How far hunks stand from one another in another way than their headers say. */
function driftOf({ images }: Found): number {
  let last = 0
  let drift = 0
  for (const offset of images.how.offsets) {
    drift += Math.abs(offset - last)
    last = offset
  }
  return drift
}

function foundIn(proved: ProvedFile, start: Start, reversed: boolean): Found {
  const { before, after, offsets } = proved
  const moved = [...new Set(offsets.filter((offset) => offset !== 0))]
  const lines = moved.length === 1 && Math.abs(moved[0] ?? 0) === 1 ? 'line' : 'lines'
  const away = moved.length === 0 ? '' : `; hunks off by ${moved.join(', ')} ${lines}`
  const back = reversed ? 'it has the patch already, which was taken back' : ''
  const text = `${start.where}${back === '' ? '' : `: ${back}`}${away}`
  return { file: proved.file, images: { before, after, how: { by: start.by, reversed, offsets, text } } }
}

function without(file: FileDiff, text: string): Found {
  return {
    file,
    images: { before: null, after: null, how: { by: 'none', reversed: false, offsets: [], text } },
  }
}

function withoutImage(file: FileDiff, why: string, source: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'pre-image-missing',
    message: `${file.path}: the text that the patch changes was not found: ${why}`,
    place: { source, line: file.line },
    hint: 'another tree, or another revision of it, may have it',
  }
}

/** The patch's diagnostics, those of its files as they are now. */
function settle(patch: Patch, files: readonly FileDiff[], source: string): readonly Diagnostic[] {
  const stale = new Set<string>()
  const fresh: Diagnostic[] = []
  for (const [at, file] of patch.files.entries()) {
    const now = files[at]
    if (now === undefined || now === file) continue
    for (const one of fileDiagnostics(file, source)) stale.add(JSON.stringify(one))
    fresh.push(...fileDiagnostics(now, source))
  }
  if (stale.size === 0 && fresh.length === 0) return patch.diagnostics
  return [...patch.diagnostics.filter((one) => !stale.has(JSON.stringify(one))), ...fresh]
}
