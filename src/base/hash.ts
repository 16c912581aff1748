import { createHash } from 'node:crypto'

/** Lower-case hex SHA-256 of a text's UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** The hash that a git repository names its objects by. */
export type ObjectFormat = 'sha1' | 'sha256'

/** The id git gives a file with these bytes: hash of `blob <length>\0<bytes>`, 40 hex digits, 64 for SHA-256. */
export function gitBlobId(bytes: Uint8Array, format: ObjectFormat = 'sha1'): string {
  return createHash(format).update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
}

/** Fewest digits of an object's id that are taken for a proof. Git itself abbreviates to seven or more. */
const SHORTEST_ID = 7

/** True for an id, perhaps abbreviated, that names an object: hex, long enough, and not all zeros. */
export function isObjectId(id: string | null): id is string {
  return id !== null && id.length >= SHORTEST_ID && /^[0-9a-f]{7,64}$/.test(id) && !/^0+$/.test(id)
}

/**
 * Whether bytes have the id, which may be abbreviated. More than 40 digits can only be SHA-256; fewer are
 * compared with `format`.
 */
export function hasBlobId(bytes: Uint8Array, id: string, format: ObjectFormat = 'sha1'): boolean {
  return isObjectId(id) && gitBlobId(bytes, id.length > 40 ? 'sha256' : format).startsWith(id)
}
