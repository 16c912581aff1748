import { createGunzip } from 'node:zlib'
import { type Diagnostic, fail, ok, type Place, type Result } from '../base/index.js'

/** True for bytes that start as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08
}

/**
 * Unpacks gzip (several members too). A file that is cut off or damaged gives what comes before the damage and a
 * diagnostic in `sink`; one that unpacks to more than a gigabyte is refused beyond it.
 */
export async function gunzip(bytes: Uint8Array, place: Place, sink: Diagnostic[]): Promise<Result<Buffer>> {
  const chunks: Buffer[] = []
  let total = 0
  try {
    const stream = createGunzip()
    stream.end(bytes)
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue
      if (total + chunk.length > LIMIT) {
        sink.push({
          severity: 'error',
          code: 'gzip-too-large',
          message: `unpacks to more than ${LIMIT} bytes; the rest is not read`,
          place,
        })
        break
      }
      chunks.push(chunk)
      total += chunk.length
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const damaged: Diagnostic = {
      severity: 'error',
      code: 'gzip-damaged',
      message: `the gzip data are damaged or cut off (${reason}); ${total} bytes could be read`,
      place,
    }
    if (total === 0) return fail(damaged)
    sink.push(damaged)
  }
  return ok(Buffer.concat(chunks, total))
}

const LIMIT = 2 ** 30
