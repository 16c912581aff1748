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
    while (index < words) {
      // Each lane of `lanes` counts one byte position and overflows after 255 words.
      const stop = Math.min(words, index + 255)
      let lanes = 0
      for (; index < stop; index++) {
        const word = (view[index] ?? 0) ^ 0x0a0a0a0a
        lanes = (lanes + ((~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) >>> 7) & 0x01010101)) | 0
      }
      count += (lanes & 255) + ((lanes >>> 8) & 255) + ((lanes >>> 16) & 255) + (lanes >>> 24)
    }
    at += words * 4
  }
  while (at < end) if (bytes[at++] === 10) count++
  return count
}
