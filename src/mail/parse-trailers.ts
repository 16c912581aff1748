/** One trailer: `Reviewed-by: Some One <some@one>`. The key as written. */
export interface Trailer {
  readonly key: string
  readonly value: string
  /** Line in the body, from 1. */
  readonly line: number
}

/**
 * The trailers of a patch's message or of a review reply: unquoted lines `Key: value` before the `---` or the diff
 * whose key the kernel's process knows, wherever they stand (reviewers put them anywhere), and any other hyphenated
 * key inside a paragraph that holds a known one. Continuation lines are joined.
 */
export function parseTrailers(body: string): readonly Trailer[] {
  const trailers: Trailer[] = []
  let paragraph: (Trailer & { known: boolean })[] = []
  const flush = (): void => {
    const hasKnown = paragraph.some((one) => one.known)
    for (const { known, ...trailer } of paragraph) if (known || hasKnown) trailers.push(trailer)
    paragraph = []
  }
  let number = 0
  for (let at = 0; at < body.length; ) {
    let end = body.indexOf('\n', at)
    if (end < 0) end = body.length
    const line = body.slice(at, end)
    number++
    at = end + 1
    if (isEndOfMessage(line)) break
    if (line.trim() === '') {
      flush()
      continue
    }
    const last = paragraph[paragraph.length - 1]
    if (last !== undefined && /^[ \t]+\S/.test(line)) {
      paragraph[paragraph.length - 1] = { ...last, value: `${last.value} ${line.trim()}`.slice(0, MAX_VALUE) }
      continue
    }
    const match = line.length > MAX_VALUE ? null : TRAILER.exec(line)
    if (match === null) {
      // Prose ends a block of trailers, except a bracketed remark such as "[mhocko: fixed typo]".
      if (!line.startsWith('[') && !/^#/.test(line)) flush()
      continue
    }
    const key = match[1] ?? ''
    const known = isKnown(key)
    if (known || key.includes('-'))
      paragraph.push({ key, value: (match[2] ?? '').trim(), line: number, known })
  }
  flush()
  return trailers
}

/** True for keys by which a person vouches for a patch, which a reply may add (b4's rule: `…-by`, not `Signed-off`). */
export function isReviewTrailer(key: string): boolean {
  const lower = key.toLowerCase()
  return lower.endsWith('-by') && lower !== 'signed-off-by' && lower !== 'co-developed-by'
}

const MAX_VALUE = 1000
const TRAILER = /^([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]+(\S.*)$/

const KNOWN = new Set([
  'fixes',
  'link',
  'closes',
  'cc',
  'bug',
  'bugzilla',
  'message-id',
  'message-link',
  'change-id',
])

function isKnown(key: string): boolean {
  const lower = key.toLowerCase()
  return lower.endsWith('-by') || KNOWN.has(lower)
}

function isEndOfMessage(line: string): boolean {
  return (
    line === '---' || /^---\s*$/.test(line) || line.startsWith('diff --git ') || line.startsWith('Index: ')
  )
}
