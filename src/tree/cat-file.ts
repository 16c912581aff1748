/** One `git cat-file --batch` for as long as the tree is open: blobs by id, in the order they are asked for. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fail, ok, type Result } from '../base/index.js'
import { LARGEST_FILE } from './folder-tree.js'
import { gitMissing, gitWords, type Repository } from './git-process.js'
import { treeTrouble } from './types.js'

/** An object as git has it. */
export interface GitObject {
  readonly id: string
  readonly type: string
  readonly bytes: Uint8Array
}

type Settle = (result: Result<GitObject | null>) => void

/** Reads objects. `read` answers null for an id that is missing or names several blobs. */
export class CatFile {
  readonly #repository: Repository
  #child: ChildProcessWithoutNullStreams | null = null
  #waiting: Settle[] = []
  #chunks: Buffer[] = []
  #held = 0
  /** Bytes that the header at the front needs with it; 0 while no header has been read. */
  #wanted = 0

  constructor(repository: Repository) {
    this.#repository = repository
  }

  /** The object of an id, 7 to 64 hex digits. */
  read(id: string): Promise<Result<GitObject | null>> {
    if (!/^[0-9a-f]{4,64}$/.test(id)) return Promise.resolve(ok(null))
    return new Promise((settle) => {
      const child = this.#start()
      this.#waiting.push(settle)
      child.stdin.write(`${id}\n`)
    })
  }

  /** Ends the process. */
  close(): void {
    this.#child?.stdin.end()
    this.#child = null
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child !== null) return this.#child
    const words = [...gitWords(this.#repository), '-c', 'core.disambiguate=blob', 'cat-file', '--batch']
    const child = spawn('git', words, { env: this.#repository.environment, windowsHide: true })
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk))
    child.stderr.on('data', () => {})
    child.stdin.on('error', () => {})
    child.on('error', (error) => this.#fail(fail(gitMissing(error, this.#repository.name))))
    child.on('close', () => {
      if (this.#child === child) this.#child = null
      this.#fail(fail(treeTrouble('tree-unreadable', 'git cat-file ended too early', this.#repository.name)))
    })
    this.#child = child
    return child
  }

  #fail(result: Result<GitObject | null>): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#chunks = []
    this.#held = 0
    this.#wanted = 0
    for (const settle of waiting) settle(result)
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    while (this.#held >= this.#wanted && this.#waiting.length > 0) {
      const all = this.#chunks.length === 1 ? (this.#chunks[0] ?? chunk) : Buffer.concat(this.#chunks)
      const end = all.indexOf(0x0a)
      if (end === -1) {
        this.#chunks = [all]
        return
      }
      const header = all.toString('latin1', 0, end)
      const match = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(header)
      const size = match === null ? 0 : Number(match[3])
      const next = match === null ? end + 1 : end + 1 + size + 1
      if (all.length < next) {
        this.#chunks = [all]
        this.#wanted = next
        return
      }
      const bytes = Uint8Array.prototype.slice.call(all, end + 1, end + 1 + size)
      this.#chunks = [all.subarray(next)]
      this.#held = all.length - next
      this.#wanted = 1
      const settle = this.#waiting.shift()
      if (match === null) settle?.(ok(null))
      else if (size > LARGEST_FILE) {
        settle?.(fail(treeTrouble('file-too-large', `${match[1]} has ${size} bytes`, this.#repository.name)))
      } else settle?.(ok({ id: match[1] ?? '', type: match[2] ?? '', bytes }))
    }
  }
}
