// Puts the C grammar beside the built files, so that an installed package needs no tree-sitter-c (a
// development dependency with native parts). A grammar other than the one tested with is refused.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const SHA256 = 'c852c2a85ebf2beb636aa3b0ef7f7e70458684d74f6741b20dcb296885bed9f9'

const source = createRequire(import.meta.url).resolve('tree-sitter-c/tree-sitter-c.wasm')
const wasm = readFileSync(source)
const found = createHash('sha256').update(wasm).digest('hex')
if (found !== SHA256) {
  process.stderr.write(`${source}: SHA-256 ${found}, expected ${SHA256}\n`)
  process.exit(1)
}
const dist = new URL('../dist/', import.meta.url)
mkdirSync(dist, { recursive: true })
writeFileSync(new URL('tree-sitter-c.wasm', dist), wasm)
