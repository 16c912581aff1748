import { isDiffCommand, isFileHeader } from './boundary.js'
import { readGitNames, readName, stripNames } from './file-name.js'
import type { FileKind } from './types.js'

/** What stands above the first hunk of a file. */
export interface FileHeader {
  readonly path: string
  readonly previousPath: string | null
  readonly kind: FileKind
  readonly preBlob: string | null
  readonly postBlob: string | null
  readonly beforeMode: string | null
  readonly afterMode: string | null
  /** Index of the first line behind the header. */
  readonly next: number
}

interface Extended {
  before: string | null
  after: string | null
  kind: FileKind
  preBlob: string | null
  postBlob: string | null
  beforeMode: string | null
  afterMode: string | null
}

/**
 * Reads `diff --git …`, its extended headers and the two names. Null when the line is prose: neither two
 * names nor any header line behind it.
 */
export function readGitHeader(texts: readonly string[], at: number): FileHeader | null {
  const line = texts[at] ?? ''
  let next = at + 1
  let names = readGitNames(line.trimEnd())
  if (names === null && (texts[next] ?? '').startsWith('b/')) {
    names = readGitNames(`${line.trimEnd()} ${texts[next] ?? ''}`)
    next++
  }
  const found: Extended = {
    before: null,
    after: null,
    kind: 'modified',
    preBlob: null,
    postBlob: null,
    beforeMode: null,
    afterMode: null,
  }
  const first = next
  while (readExtended(texts[next] ?? '', found)) next++
  const extended = next > first
  let named: { before: string; after: string } | null = null
  if (isFileHeader(texts, next)) {
    named = headerNames(texts, next)
    next += 2
  } else if ((texts[next] ?? '').startsWith('GIT binary patch')) {
    found.kind = 'binary'
    next = skipBinary(texts, next + 1)
  }
  if (named === null && names === null && !extended) return null
  if (named === null && !extended && found.kind !== 'binary') return null
  return finish(found, named, names, next)
}

/** Reads `--- name` and `+++ name`; the caller has checked that both are there. */
export function readPlainHeader(texts: readonly string[], at: number): FileHeader {
  const found: Extended = {
    before: null,
    after: null,
    kind: 'modified',
    preBlob: null,
    postBlob: null,
    beforeMode: null,
    afterMode: null,
  }
  return finish(found, headerNames(texts, at), null, at + 2)
}

function finish(
  found: Extended,
  named: { before: string; after: string } | null,
  git: { before: string; after: string } | null,
  next: number,
): FileHeader {
  const fromGit = git === null ? { before: '', after: '' } : stripNames(git.before, git.after)
  let before = found.before ?? fromGit.before
  let after = found.after ?? fromGit.after
  let kind = found.kind
  if (named !== null) {
    const plain = stripNames(named.before, named.after)
    if (plain.before === '/dev/null') kind = kind === 'modified' ? 'added' : kind
    else if (found.before === null) before = plain.before
    if (plain.after === '/dev/null') kind = kind === 'modified' ? 'removed' : kind
    else if (found.after === null) after = plain.after
  }
  if (kind === 'added' || before === '') before = after
  if (kind === 'removed' || after === '') after = before
  if (kind === 'modified' && named === null && found.beforeMode !== null && found.preBlob === null)
    kind = 'mode'
  const renamed = kind === 'renamed' || kind === 'copied' || (git !== null && before !== after)
  return {
    path: after,
    previousPath: renamed ? before : null,
    kind: kind === 'modified' && renamed ? 'renamed' : kind,
    preBlob: found.preBlob,
    postBlob: found.postBlob,
    beforeMode: found.beforeMode,
    afterMode: found.afterMode,
    next,
  }
}

function headerNames(texts: readonly string[], at: number): { before: string; after: string } {
  return { before: readName((texts[at] ?? '').slice(4)), after: readName((texts[at + 1] ?? '').slice(4)) }
}

/** Takes one extended header line into `found`; false when the line is none. */
function readExtended(line: string, found: Extended): boolean {
  switch (line.charCodeAt(0)) {
    case 0x69: // index 1234567..89abcde 100644
      return line.startsWith('index ') && readIndex(line, found)
    case 0x6f: // old mode
      if (!line.startsWith('old mode ')) return false
      found.beforeMode = line.slice(9).trim()
      return true
    case 0x6e: // new mode, new file mode
      if (line.startsWith('new file mode ')) {
        found.kind = 'added'
        found.afterMode = line.slice(14).trim()
        return true
      }
      if (!line.startsWith('new mode ')) return false
      found.afterMode = line.slice(9).trim()
      return true
    case 0x64: // deleted file mode, dissimilarity
      if (line.startsWith('dissimilarity index ')) return true
      if (!line.startsWith('deleted file mode ')) return false
      found.kind = 'removed'
      found.beforeMode = line.slice(18).trim()
      return true
    case 0x73:
      return line.startsWith('similarity index ')
    case 0x72: // rename from, rename to
      return readMove(line, 'rename ', 'renamed', found)
    case 0x63:
      return readMove(line, 'copy ', 'copied', found)
    case 0x42:
      if (!isBinaryLine(line)) return false
      found.kind = 'binary'
      return true
    default:
      return false
  }
}

/** `Binary files a/x and b/x differ`. */
export function isBinaryLine(line: string): boolean {
  return line.startsWith('Binary files ') && line.endsWith(' differ')
}

function readMove(line: string, word: string, kind: FileKind, found: Extended): boolean {
  if (line.startsWith(`${word}from `)) found.before = readName(line.slice(word.length + 5))
  else if (line.startsWith(`${word}to `)) found.after = readName(line.slice(word.length + 3))
  else return false
  found.kind = kind
  return true
}

function readIndex(line: string, found: Extended): boolean {
  const match = INDEX.exec(line)
  if (match === null) return false
  found.preBlob = match[1] ?? null
  found.postBlob = match[2] ?? null
  if (match[3] !== undefined) {
    found.beforeMode = match[3]
    found.afterMode = match[3]
  }
  return true
}

const INDEX = /^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))? *$/

/** The encoded lines of a `GIT binary patch` are not for us. */
function skipBinary(texts: readonly string[], from: number): number {
  let at = from
  while (/^(?:literal|delta) \d+ *$/.test(texts[at] ?? '')) {
    at++
    while (at < texts.length && texts[at] !== '' && !isDiffCommand(texts[at] ?? '')) at++
    if (texts[at] === '') at++
  }
  return at
}
