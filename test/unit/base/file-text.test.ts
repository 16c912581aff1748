import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeFile, encodeFile, gitBlobId, hasBlobId, isObjectId } from '../../../src/base/index.js'

it('any bytes become text and turn back into themselves', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(Buffer.from(encodeFile(decodeFile(bytes)))).toEqual(Buffer.from(bytes))
    }),
    { numRuns: 2000 },
  )
})

it('UTF-8 is read as UTF-8, also beside a byte that is none, and a byte order mark is kept', () => {
  const text = '\ufeffint ü; /* 🙂 */\n'
  expect(decodeFile(Buffer.from(text))).toBe(text)
  const mixed = Buffer.concat([Buffer.from('/* ü '), Uint8Array.of(0xe9), Buffer.from(' 🙂 */\nint é;\n')])
  expect(decodeFile(mixed)).toBe('/* ü \udce9 🙂 */\nint é;\n')
})

it('an id names bytes in full or short, by either hash, and not when it is too short', () => {
  const bytes = Buffer.from('what is up, doc?')
  // The example of the git book.
  expect(gitBlobId(bytes)).toBe('bd9dbf5aae1a3862dd1526723246b20206e5fc37')
  expect(hasBlobId(bytes, 'bd9dbf5')).toBe(true)
  expect(hasBlobId(bytes, 'bd9dbf6')).toBe(false)
  expect(hasBlobId(bytes, 'bd9d')).toBe(false)
  expect(hasBlobId(bytes, gitBlobId(bytes, 'sha256'))).toBe(true)
  expect(hasBlobId(bytes, gitBlobId(bytes, 'sha256').slice(0, 12))).toBe(false)
  expect(hasBlobId(bytes, gitBlobId(bytes, 'sha256').slice(0, 12), 'sha256')).toBe(true)
  expect(isObjectId('0000000000')).toBe(false)
  expect(isObjectId(null)).toBe(false)
})
