/**
 * A kernel in a tar archive, compressed or not. A compressed archive has no random access, so it is gone
 * through as a stream: the first time all names are noted, and of the contents only those are kept that were
 * asked for by then, the rest of their folders, and what nearly every patch to mm/ needs besides (mm/ and
 * the headers), up to a bound. What is asked for later and was not kept costs another pass, which ends as
 * soon as everything wanted is found; reads that wait at the same time share one.
 */
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { pipeline, Readable, Writable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { blobAtPaths, LARGEST_FILE } from './folder-tree.js'
import { type OnFile, TarReader } from './read-tar.js'
import { Finds, type FoundFiles, holdsOneOf, type Wants } from './search.js'
import { refusePath } from './tree-path.js'
import { type FoundBlob, type KernelTree, type TreeDescription, treeTrouble } from './types.js'

export type Compression = 'none' | 'gzip' | 'xz' | 'zstd' | 'bzip2'

/** How an archive is compressed, by its name; null when it is no archive. */
export function compressionOf(path: string): Compression | null {
  const ending = /\.(tar|tar\.gz|tgz|tar\.xz|txz|tar\.zst|tar\.bz2)$/.exec(path.toLowerCase())?.[1]
  return ending === undefined ? null : (ENDINGS[ending] ?? null)
}

const ENDINGS: Readonly<Record<string, Compression>> = {
  tar: 'none',
  'tar.gz': 'gzip',
  tgz: 'gzip',
  'tar.xz': 'xz',
  txz: 'xz',
  'tar.zst': 'zstd',
  'tar.bz2': 'bzip2',
}

/** Kept from the first pass on, because a replay asks for them sooner or later. */
const KEPT = /^(?:mm|include|arch\/(?:x86|arm64|s390|powerpc)\/include)\//
/** Contents held at most, in bytes; what was asked for by name is held beyond it. */
const LARGEST_CACHE = 192 * 1024 * 1024
/** An archive that unpacks to more is no kernel. */
const LARGEST_ARCHIVE = 32 * 1024 * 1024 * 1024

export class ArchiveTree implements KernelTree {
  readonly format = 'sha1'
  readonly history = null
  readonly #path: string
  readonly #name: string
  readonly #compression: Compression
  readonly #environment: Readonly<Record<string, string>>
  /** Names of all files, as they stand in the archive; null before the first pass. */
  #names: ReadonlySet<string> | null = null
  /** The folder that all files are in, with a slash; empty when there is none. */
  #top = ''
  readonly #kept = new Map<string, Uint8Array>()
  #held = 0
  #wanted = new Set<string>()
  #running: Promise<Diagnostic | null> | null = null

  private constructor(
    path: string,
    name: string,
    compression: Compression,
    environment: Readonly<Record<string, string>>,
  ) {
    this.#path = path
    this.#name = name
    this.#compression = compression
    this.#environment = environment
  }

  /** Nothing is read yet. */
  static open(
    path: string,
    name: string,
    compression: Compression,
    environment: Readonly<Record<string, string | undefined>>,
  ): Result<ArchiveTree> {
    const search = environment['PATH']
    return ok(new ArchiveTree(path, name, compression, search === undefined ? {} : { PATH: search }))
  }

  describe(): TreeDescription {
    return { kind: 'archive', name: this.#name, revision: null }
  }

  async read(path: string): Promise<Result<Uint8Array | null>> {
    const refused = refusePath(path, this.#name)
    if (refused !== null) return fail(refused)
    const trouble = await this.#have([path])
    return trouble === null ? ok(this.#kept.get(path) ?? null) : fail(trouble)
  }

  async list(under: string, suffix: string): Promise<Result<readonly string[]>> {
    const refused = under === '' ? null : refusePath(under, this.#name)
    if (refused !== null) return fail(refused)
    const trouble = await this.#have([])
    if (trouble !== null) return fail(trouble)
    const folder = this.#top + (under === '' ? '' : `${under}/`)
    return ok(
      [...(this.#names ?? [])]
        .filter((name) => name.startsWith(folder) && name.endsWith(suffix))
        .map((name) => name.slice(this.#top.length))
        .sort(),
    )
  }

  /** A pass of its own. */
  async search(words: readonly string[], wants: Wants): Promise<Result<FoundFiles>> {
    const names = new Set<string>()
    const holds = holdsOneOf(words)
    const finds = new Finds()
    const trouble = await this.#stream((name, size) => {
      names.add(name)
      if (!wants(name.slice(name.indexOf('/') + 1)) && !wants(name)) return false
      if (size > LARGEST_FILE) {
        finds.unread.push(name)
        return false
      }
      return (bytes) => {
        if (holds(bytes)) finds.add(name, bytes)
      }
    })
    if (trouble !== null) return fail(trouble)
    // Only now is it known whether all files are in one folder.
    const top = topOf(names)
    const below = (name: string): string => name.slice(top.length)
    const result = finds.result([...names].filter((name) => wants(below(name))).length)
    return ok({
      ...result,
      found: result.found
        .map(({ path, bytes }) => ({ path: below(path), bytes }))
        .filter(({ path }) => wants(path)),
      unread: result.unread.map(below),
    })
  }

  async blob(id: string, paths: readonly string[]): Promise<Result<FoundBlob | null>> {
    return blobAtPaths(this, id, paths)
  }

  async expect(paths: readonly string[]): Promise<Result<null>> {
    const trouble = await this.#have(paths.filter((path) => refusePath(path, this.#name) === null))
    return trouble === null ? ok(null) : fail(trouble)
  }

  async at(): Promise<Result<KernelTree | null>> {
    return ok(null)
  }

  close(): void {
    this.#kept.clear()
  }

  /** Goes through the archive until all of these paths that exist are kept. */
  async #have(paths: readonly string[]): Promise<Diagnostic | null> {
    for (;;) {
      const names = this.#names
      const lacking = paths.filter(
        (path) => !this.#kept.has(path) && (names === null || names.has(this.#top + path)),
      )
      if (lacking.length === 0 && names !== null) return null
      for (const path of lacking) this.#wanted.add(path)
      // Whoever asks in the same turn joins the pass.
      this.#running ??= Promise.resolve().then(() => this.#pass())
      const trouble = await this.#running
      if (trouble !== null) return trouble
    }
  }

  async #pass(): Promise<Diagnostic | null> {
    const wanted = this.#wanted
    this.#wanted = new Set()
    const trouble = this.#names === null ? await this.#firstPass(wanted) : await this.#laterPass(wanted)
    this.#running = null
    return trouble
  }

  async #firstPass(wanted: ReadonlySet<string>): Promise<Diagnostic | null> {
    const folders = new Set([...wanted].map((path) => path.slice(0, path.lastIndexOf('/') + 1)))
    const names = new Set<string>()
    const contents = new Map<string, Uint8Array>()
    const trouble = await this.#stream((name, size) => {
      names.add(name)
      const below = name.slice(name.indexOf('/') + 1)
      const asked = wanted.has(name) || wanted.has(below)
      const folder = below.slice(0, below.lastIndexOf('/') + 1)
      const useful = KEPT.test(below) || KEPT.test(name) || folders.has(folder)
      const fits = this.#held + size <= LARGEST_CACHE
      if (!(asked || (useful && fits)) || size > LARGEST_FILE) return false
      this.#held += size
      return (bytes) => contents.set(name, bytes)
    })
    if (trouble !== null) return trouble
    this.#names = names
    this.#top = topOf(names)
    for (const [name, bytes] of contents) this.#kept.set(name.slice(this.#top.length), bytes)
    return null
  }

  async #laterPass(wanted: Set<string>): Promise<Diagnostic | null> {
    return this.#stream((name, size) => {
      const path = name.slice(this.#top.length)
      if (!wanted.has(path)) return wanted.size === 0 ? 'stop' : false
      if (size > LARGEST_FILE) {
        wanted.delete(path)
        return false
      }
      return (bytes) => {
        this.#kept.set(path, bytes)
        wanted.delete(path)
      }
    })
  }

  /** One pass. `choose` says of each file whether its content is wanted, or that enough was seen. */
  #stream(
    choose: (name: string, size: number) => false | 'stop' | ((bytes: Uint8Array) => void),
  ): Promise<Diagnostic | null> {
    let stopped = false
    const onFile: OnFile = (raw, size) => {
      const chosen = stopped ? false : choose(raw.replace(/^(?:\.\/)+/, ''), size)
      if (chosen === 'stop') stopped = true
      if (chosen === 'stop' || chosen === false) return null
      const parts: Uint8Array[] = []
      return { push: (part) => parts.push(part.slice()), end: () => chosen(concat(parts)) }
    }
    const reader = new TarReader(onFile)
    let seen = 0
    const source = this.#unpacked()
    return new Promise((settle) => {
      const sink = new Writable({
        write: (chunk: Uint8Array, _, next) => {
          seen += chunk.length
          reader.push(chunk)
          const enough = stopped || reader.trouble !== null || seen > LARGEST_ARCHIVE
          next(enough ? new Error(ENOUGH) : null)
        },
      })
      pipeline(source.stream, sink, (error) => {
        source.stop()
        if (stopped) settle(null)
        else if (reader.trouble !== null) settle(this.#trouble(reader.trouble))
        else if (seen > LARGEST_ARCHIVE) settle(this.#trouble('it unpacks to too much'))
        else if (error != null) settle(this.#trouble(source.said() || error.message))
        else settle(reader.isComplete() ? null : this.#trouble('it ends too early'))
      })
    })
  }

  #unpacked(): Unpacked {
    if (this.#compression === 'none' || this.#compression === 'gzip') {
      const file = createReadStream(this.#path, { highWaterMark: 1 << 20 })
      if (this.#compression === 'none') return { stream: file, stop: () => file.destroy(), said: () => '' }
      const gunzip = createGunzip({ chunkSize: 1 << 18 })
      file.on('error', (error) => gunzip.destroy(error))
      return { stream: file.pipe(gunzip), stop: () => file.destroy(), said: () => '' }
    }
    // Archives of kernels are compressed in blocks, which xz can unpack side by side.
    const threads = this.#compression === 'xz' ? ['-T0'] : []
    const child = spawn(this.#compression, ['-dc', ...threads, '--', this.#path], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 1000) said += chunk.toString('utf8')
    })
    // The stream ends well only if the program did.
    const ended = new Promise<void>((settle, refuse) => {
      child.on('error', (error) => refuse(error))
      child.on('close', (code) => {
        if (code === 0) settle()
        else refuse(new Error(`${this.#compression} exits with ${code}`))
      })
    })
    ended.catch(() => {})
    async function* bytes(): AsyncGenerator<Buffer> {
      yield* child.stdout
      await ended
    }
    return { stream: Readable.from(bytes()), stop: () => child.kill(), said: () => said.trim() }
  }

  #trouble(why: string): Diagnostic {
    const hint = why.includes('ENOENT') ? `${this.#compression} is needed to read this archive` : undefined
    return treeTrouble('tree-unreadable', `cannot read the archive: ${why}`, this.#name, hint)
  }
}

const ENOUGH = 'enough was seen'

interface Unpacked {
  readonly stream: NodeJS.ReadableStream
  readonly stop: () => void
  /** What the program complained of. */
  readonly said: () => string
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
}

/** Folders of a kernel, which are no folder around one. */
const OF_A_KERNEL = /^(?:arch|block|crypto|drivers|fs|include|init|ipc|kernel|lib|mm|net|security|tools)\/$/

/** The folder that all files of an archive stand in: the archive of a kernel has one, an archive made by hand none. */
function topOf(names: ReadonlySet<string>): string {
  let top: string | null = null
  for (const name of names) {
    const first = name.slice(0, name.indexOf('/') + 1)
    if (first === '' || (top !== null && first !== top)) return ''
    top = first
  }
  return top === null || OF_A_KERNEL.test(top) ? '' : top
}
