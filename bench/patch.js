/**
 * How fast is the patch reader? Made-up mails of the size that lists have (about 5 KB): patches, replies that quote
 * them, prose, and a mix (half patches, a quarter each of the others), then one text of 100 MB, lines of 5 MB and
 * texts made to be hard, which must take linear time. Needs `npm run build`. Prints figures and never fails.
 */
import { performance } from 'node:perf_hooks'
import { parsePatch } from '../dist/patch/index.js'

const FUNCTIONS = 12

function hunk(at, seed) {
  const lines = [`@@ -${at},9 +${at},11 @@ static int refill_lane(struct ring *ring, unsigned long token)`]
  lines.push(' \tstruct lane *lane = ring->lane;', ' \tint err = 0;', ' ')
  lines.push(`-\tif (lane->credit < ${seed})`, '-\t\treturn -EAGAIN;')
  lines.push('+\tspin_lock(&ring->lock);', `+\tif (READ_ONCE(lane->credit) < ${seed}) {`)
  lines.push('+\t\tspin_unlock(&ring->lock);', '+\t\treturn -EAGAIN;')
  lines.push(' \tlane->head++;', ' ', ' \terr = settle_lane(lane, token);', ' \treturn err;')
  return lines.join('\n')
}

function patchMail(seed) {
  const prose = 'The lane was refilled without the lock, so two readers could both see the last credit.\n'
  const head = `${prose.repeat(8)}\nSigned-off-by: Jo Example <jo@example.org>\n---\n mm/lane.c | 72 ++++\n 1 file changed, 48 insertions(+), 24 deletions(-)\n\n`
  const diff =
    'diff --git a/mm/lane.c b/mm/lane.c\nindex 1234567890ab..ba0987654321 100644\n--- a/mm/lane.c\n+++ b/mm/lane.c\n'
  const hunks = Array.from({ length: FUNCTIONS }, (_, at) => hunk(20 + 40 * at + 2 * at, seed))
  return `${head}${diff}${hunks.join('\n')}\n-- \n2.39.5\n`
}

function reply(seed) {
  const quoted = patchMail(seed)
    .split('\n')
    .slice(16, 90)
    .map((line) => `> ${line}`)
  quoted.splice(40, 0, '', 'Is this right? I would take the lock earlier.', '')
  return `On Monday, Jo Example wrote:\n${quoted.join('\n')}\n\nThanks,\nSam\n`
}

const prose = 'I think the lock is held here, see the caller two levels up; nothing else can run.\n'.repeat(
  70,
)

/** The best of three runs, and the least processor time: the others measure the compiler and the neighbours. */
function measure(name, texts, options = {}) {
  for (const text of texts.slice(0, 500)) parsePatch(text, options)
  const bytes = texts.reduce((sum, text) => sum + text.length, 0)
  let best = Number.POSITIVE_INFINITY
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3; round++) {
    const start = performance.now()
    const before = process.cpuUsage()
    for (const text of texts) parsePatch(text, options)
    const used = process.cpuUsage(before)
    best = Math.min(best, (performance.now() - start) / 1000)
    least = Math.min(least, used.user + used.system)
  }
  const note = `${(bytes / texts.length / 1024).toFixed(1)} KB each`
  print(`patch.${name}.texts`, Math.round(texts.length / best), 'texts/s', note)
  print(`patch.${name}.bytes`, Math.round(bytes / best / 1e6), 'MB/s')
  print(`patch.${name}.processor`, least / texts.length, 'us/text')
}

function print(bench, value, unit, note) {
  const figure = { bench, value: Math.round(value * 100) / 100, unit }
  console.log(JSON.stringify(note === undefined ? figure : { ...figure, note }))
}

/** Each text is a flat string of its own, as a decoded mail is. */
const flat = (text) => Buffer.from(text, 'utf8').toString('utf8')
const patches = Array.from({ length: 8000 }, (_, at) => flat(patchMail(at)))
const replies = Array.from({ length: 8000 }, (_, at) => flat(reply(at)))
const talk = Array.from({ length: 8000 }, (_, at) => flat(`${at} ${prose}`))
const mixed = patches.flatMap((text, at) => (at % 2 === 0 ? [text] : [at % 4 === 1 ? replies[at] : talk[at]]))
measure('mails', patches)
measure('replies', replies)
measure('prose', talk)
measure('mixed', mixed)
measure('mails-cross-checked', patches.slice(0, 1000), { crossCheck: true })

function once(name, text) {
  const start = performance.now()
  const patch = parsePatch(text)
  const note = `${(text.length / 1e6).toFixed(0)} MB, ${patch.files.length} files`
  print(`patch.${name}`, (performance.now() - start) / 1000, 's', note)
}

const big = patchMail(1).repeat(Math.ceil(100e6 / patchMail(1).length))
once('one-text-of-100-MB', flat(big))
once('long-line', `--- a/x.c\n+++ b/x.c\n@@ -1 +1,2 @@\n x\n+${'-a b'.repeat(1.25e6)}\n`)
once('long-quote-mark', `${'> '.repeat(2.5e6)}\n> +x;\n> @@ -1 +1 @@\n`)
once('lying-headers', '@@ -1,900000 +1,900000 @@ f\n+a b \nc\n-d\n'.repeat(200_000))
once(
  'beyond-repair',
  `--- a/x\n+++ b/x\n@@ -1,40000 +1,40000 @@\n${`+${'long '.repeat(14)}\ntail\n`.repeat(60_000)}`,
)
