import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Diagnostic, fail, ok, type Result } from '../base/index.js'
import { gunzip, isGzip } from './gunzip.js'
import type { DroppedLine, MailFormat, MailReading, Message } from './message.js'
import { readMail, readSingleMail } from './read-mail.js'

/**
 * All mails of a file (any format of `readMail`, gzipped too), of a maildir, or of a folder of files. An unreadable
 * path is an error; an unreadable file inside a folder only a diagnostic. Files are taken in the order of their
 * names, so the same folder always reads the same.
 */
export async function readMailPath(path: string): Promise<Result<MailReading>> {
  try {
    if (!(await stat(path)).isDirectory()) return ok(await readMail(await readFile(path), path))
    const entries = await readdir(path, { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    if (folders.includes('cur') || folders.includes('new')) return ok(await readMaildir(path, folders))
    const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    if (files.length === 0) {
      return fail(
        trouble('input-empty', path, 'the folder holds no files', 'give a maildir or a folder of mails'),
      )
    }
    return ok(await readFolder(files.map((file) => join(path, file.name)).sort()))
  } catch (error) {
    return fail(unreadable(path, error))
  }
}

interface Collected {
  readonly messages: Message[]
  readonly diagnostics: Diagnostic[]
  readonly dropped: DroppedLine[]
}

async function readMaildir(path: string, folders: readonly string[]): Promise<MailReading> {
  const all: Collected = { messages: [], diagnostics: [], dropped: [] }
  const files: string[] = []
  for (const folder of ['cur', 'new'].filter((name) => folders.includes(name))) {
    for (const name of await readdir(join(path, folder)))
      if (!name.startsWith('.')) files.push(join(path, folder, name))
  }
  // The unique name starts with the delivery time; whether a mail was seen (cur or new) must not change its place.
  files.sort((one, other) => compare(basename(one), basename(other)) || compare(one, other))
  for (const file of files) {
    try {
      let bytes: Buffer = await readFile(file)
      if (isGzip(bytes)) {
        const unpacked = await gunzip(bytes, { source: file }, all.diagnostics)
        if (!unpacked.ok) {
          all.diagnostics.push(unpacked.error)
          continue
        }
        bytes = unpacked.value
      }
      if (bytes.length === 0) all.diagnostics.push(trouble('input-empty', file, 'an empty file in a maildir'))
      else all.messages.push(await readSingleMail(bytes, file, 'maildir', all.diagnostics))
    } catch (error) {
      all.diagnostics.push(unreadable(file, error))
    }
  }
  if (files.length === 0) all.diagnostics.push(trouble('input-empty', path, 'the maildir is empty'))
  return { format: 'maildir', ...all }
}

async function readFolder(files: readonly string[]): Promise<MailReading> {
  const all: Collected = { messages: [], diagnostics: [], dropped: [] }
  let format: MailFormat | null = null
  for (const file of files) {
    try {
      const reading = await readMail(await readFile(file), file)
      for (const message of reading.messages) all.messages.push(message)
      all.diagnostics.push(...reading.diagnostics)
      all.dropped.push(...reading.dropped)
      if (reading.messages.length > 0) format ??= reading.format
    } catch (error) {
      all.diagnostics.push(unreadable(file, error))
    }
  }
  return { format: format ?? 'plain-text', ...all }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function unreadable(path: string, error: unknown): Diagnostic {
  const reason = error instanceof Error ? error.message : String(error)
  return trouble('input-unreadable', path, `cannot be read: ${reason}`)
}

function trouble(code: string, path: string, message: string, hint?: string): Diagnostic {
  const diagnostic: Diagnostic = { severity: 'error', code, message, place: { source: path } }
  return hint === undefined ? diagnostic : { ...diagnostic, hint }
}
