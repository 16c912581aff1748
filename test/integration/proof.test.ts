/**
 * Proofs at scale: what differs between two real kernels' mm/, cut into patches of up to three hunks of one file
 * with true blob ids, damaged as archives do, and proved beside the older kernel's files. KREPLAY_LINUX_6_12_EARLIER
 * and KREPLAY_LINUX_6_12 name two point releases (whose differences are as long as patches are), and
 * KREPLAY_PROOF_SAMPLES how many patches of each kind are tried. Without the trees this is skipped, visibly.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeFile, encodeFile, gitBlobId } from '../../src/base/index.js'
import { parsePatch, proveFile } from '../../src/patch/index.js'
import * as damage from '../support/damage/simulators.js'

const BEFORE = process.env['KREPLAY_LINUX_6_12_EARLIER']
const AFTER = process.env['KREPLAY_LINUX_6_12']
const SAMPLES = Number(process.env['KREPLAY_PROOF_SAMPLES'] ?? 60)
const HUNKS = 3

interface RealPatch {
  readonly path: string
  readonly before: string
  readonly after: string
  readonly mail: string
}

/** What an archive does, and the least share of proved patches, in percent. */
const KINDS: readonly (readonly [string, (text: string) => string, number])[] = [
  ['nothing', (text) => text, 100],
  ['trailing blanks lost', damage.trailingBlanksLost, 99],
  ['CRLF', damage.crlf, 99],
  ['leading blanks lost', damage.leadingBlanksLost, 99],
  ['tabs to columns', damage.tabsToColumns, 95],
  ['tabs to eight blanks', damage.tabsToEight, 95],
  ['wrapped at 72, blank kept', (text) => damage.wrapKeepingBlank(text, 72), 90],
  ['wrapped at 78, blank replaced', (text) => damage.wrapReplacingBlank(text, 78), 95],
  ['hypermail', damage.hypermail, 85],
  ['mail-archive', damage.mailArchive, 70],
]

/** Up to SAMPLES patches, spread over all files that differ. */
function realPatches(before: string, after: string): RealPatch[] {
  const { stdout } = spawnSync(
    'git',
    ['diff', '--no-index', '--no-renames', join(before, 'mm'), join(after, 'mm')],
    {
      encoding: 'buffer',
      maxBuffer: 1 << 28,
    },
  )
  const all = decodeFile(stdout)
    .split(/^(?=diff --git )/m)
    .flatMap((diff) => {
      const [head = ''] = diff.split('\n@@ ', 1)
      const path =
        head.slice(head.indexOf(`--- a${before}/`) + `--- a${before}/`.length).split('\n', 1)[0] ?? ''
      if (!/\.[ch]$/.test(path) || head.includes('--- /dev/null') || head.includes('+++ /dev/null')) return []
      return cut(path, decodeFile(readFileSync(join(before, path))), diff.split(/^(?=@@ )/m).slice(1))
    })
  const every = Math.max(1, Math.floor(all.length / SAMPLES))
  return all.filter((_, at) => at % every === 0).slice(0, SAMPLES)
}

/** The hunks of a file as a row of patches, each on top of the one before. */
function cut(path: string, start: string, hunks: readonly string[]): RealPatch[] {
  const patches: RealPatch[] = []
  let before = start
  let drift = 0
  for (let from = 0; from < hunks.length; from += HUNKS) {
    const input = before.split('\n')
    const output: string[] = []
    const body: string[] = []
    let taken = 0
    let grown = 0
    for (const hunk of hunks.slice(from, from + HUNKS)) {
      const [header = '', ...lines] = hunk.replace(/\n$/, '').split('\n')
      const match = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@(.*)$/.exec(header)
      if (match === null || lines.some((line) => line.startsWith('\\'))) return patches
      const at = Number(match[1]) + drift
      const removed = Number(match[2] ?? 1)
      const added = Number(match[3] ?? 1)
      while (taken < at - 1) output.push(input[taken++] ?? '')
      for (const line of lines) {
        if (line.startsWith('+')) output.push(line.slice(1))
        else if (line.startsWith('-')) taken++
        else output.push(input[taken++] ?? '')
      }
      body.push(`@@ -${at},${removed} +${at + grown},${added} @@${match[4]}`, ...lines)
      grown += added - removed
    }
    output.push(...input.slice(taken))
    drift += grown
    const after = output.join('\n')
    const id = (text: string): string => gitBlobId(encodeFile(text)).slice(0, 12)
    const head = [`diff --git a/${path} b/${path}`, `index ${id(before)}..${id(after)} 100644`]
    const names = [`--- a/${path}`, `+++ b/${path}`]
    const mail = ['Text.', '---', '', ...head, ...names, ...body, '-- ', '2.39.5', ''].join('\n')
    patches.push({ path, before, after, mail })
    before = after
  }
  return patches
}

const isReady = BEFORE !== undefined && AFTER !== undefined
describe.skipIf(!isReady)(
  'patches between two kernels (KREPLAY_LINUX_6_12_EARLIER, KREPLAY_LINUX_6_12)',
  () => {
    const patches = isReady ? realPatches(BEFORE, AFTER) : []

    it('are many', () => {
      expect(patches.length).toBeGreaterThanOrEqual(Math.min(SAMPLES, 200))
    })

    it.each(KINDS)('%s: what is proved is what was sent, and mostly it is proved', (name, harm, least) => {
      let proven = 0
      for (const { before, after, mail } of patches) {
        const [file] = parsePatch(harm(mail)).files
        if (file === undefined) continue
        const proved = proveFile(file, { side: 'before', text: before, isBlob: true, format: 'sha1' })
        if (!proved.ok || proved.value.file.certificate.added !== 'post-blob') continue
        expect(proved.value.after).toBe(after)
        proven++
      }
      const share = (100 * proven) / patches.length
      console.info(`${name}: ${proven} of ${patches.length} proved (${share.toFixed(1)} %)`)
      expect(share).toBeGreaterThanOrEqual(least)
    })
  },
)
