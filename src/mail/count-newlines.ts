/**
 * Newlines in `bytes[start, end)`. Four bytes at a time: every mail needs the line it starts at, and a call of
 * `indexOf` per line costs more than the rest of the splitting.
 */
export function countNewlines(bytes: Uint8Array, start: number, end: number): number {
  let count = 0
  let at = start
  while (at < end && ((bytes.byteOffset + at) & 3) !== 0) if (bytes[at++] === 10) count++
  const words = (end - at) >> 2
  if (words > 0) {
    const view = new Int32Array(bytes.buffer, bytes.byteOffset + at, words)
    let index = 0
    // Each lane of `others` counts, for one byte of the word, those that are no newline; it is full after 255.
    while (index < words) {
      const stop = Math.min(words, index + 252)
      let others = 0
      let counted = 0
      for (; index + 3 < stop; index += 4) {
        others =
          (others +
            otherBytes(view[index] ?? 0) +
            otherBytes(view[index + 1] ?? 0) +
            otherBytes(view[index + 2] ?? 0) +
            otherBytes(view[index + 3] ?? 0)) |
          0
        counted += 16
      }
      for (; index < stop; index++) {
        others = (others + otherBytes(view[index] ?? 0)) | 0
        counted += 4
      }
      count += counted - (others & 255) - ((others >>> 8) & 255) - ((others >>> 16) & 255) - (others >>> 24)
    }
    at += words * 4
  }
  while (at < end) if (bytes[at++] === 10) count++
  return count
}

/** One in each byte of the result whose byte in the word is not a newline. */
function otherBytes(word: number): number {
  const difference = word ^ 0x0a0a0a0a
  // Without the inner `| 0` the sum leaves int32 and costs half as much again.
  return ((((difference & 0x7f7f7f7f) + 0x7f7f7f7f) | 0 | difference) >>> 7) & 0x01010101
}
