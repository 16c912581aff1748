/**
 * How fast is the patch reader? Made-up mails of the size that lists have (about 5.8 KB, half of them replies
 * without a patch of their own), then one text of 100 MB and one line of 5 MB, which must take linear time.
 * Needs `npm run build`. Prints figures and never fails.
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
  return lines.join('\n').replace('9 +', '9 +')
}

function patchMail(seed) {
  const prose = 'The lane was refilled without the lock, so two readers could both see the last credit.\n'
  const head = `${prose.repeat(8)}\nSigned-off-by: Jo Example <jo@example.org>\n---\n mm/lane.c | 72 ++++\n 1 file changed, 48 insertions(+), 24 deletions(-)\n\n`
  const diff = 'diff --git a/mm/lane.c b/mm/lane.c\nindex 1234567890ab..ba0987654321 100644\n--- a/mm/lane.c\n+++ b/mm/lane.c\n'
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

const prose = 'I think the lock is held here, see the caller two levels up; nothing else can run.\n'.repeat(70)

function measure(name, texts, options = {}) {
  for (const text of texts.slice(0, 500)) parsePatch(text, options)
  const bytes = texts.reduce((sum, text) => sum + text.length, 0)
  const rounds = []
  for (let round = 0; round < 3; round++) {
    const start = performance.now()
    for (const text of texts) parsePatch(text, options)
    rounds.push(performance.now() - start)
  }
  const best = Math.min(...rounds) / 1000
  const rate = Math.round(texts.length / best)
  const size = (bytes / texts.length / 1024).toFixed(1)
  console.log(`${name}: ${rate} texts/s (${size} KB each, ${(bytes / best / 1e6).toFixed(0)} MB/s)`)
}

/** Each text is a flat string of its own, as a decoded mail is. */
const flat = (text) => Buffer.from(text, 'utf8').toString('utf8')
const patches = Array.from({ length: 8000 }, (_, at) => flat(patchMail(at)))
const replies = Array.from({ length: 8000 }, (_, at) => flat(reply(at)))
const talk = Array.from({ length: 8000 }, (_, at) => flat(`${at} ${prose}`))
const mixed = patches.flatMap((text, at) => (at % 2 === 0 ? [text] : [at % 4 === 1 ? replies[at] : talk[at]]))
measure('patch mails', patches)
measure('review replies', replies)
measure('prose', talk)
measure('mixed (half patches, a quarter each of the others)', mixed)
measure('patch mails, cross-checked', patches.slice(0, 1000), { crossCheck: true })

function once(name, text) {
  const start = performance.now()
  const patch = parsePatch(text)
  const time = ((performance.now() - start) / 1000).toFixed(2)
  console.log(`${name}: ${time} s for ${(text.length / 1e6).toFixed(0)} MB, ${patch.files.length} files`)
}

const big = patchMail(1).repeat(Math.ceil(100e6 / patchMail(1).length))
once('100 MB of mails in one text', flat(big))
once('a line of 5 MB in a hunk', `--- a/x.c\n+++ b/x.c\n@@ -1 +1,2 @@\n x\n+${'-a b'.repeat(1.25e6)}\n`)
once('a line of 5 MB of quote marks', `${'> '.repeat(2.5e6)}\n> +x;\n> @@ -1 +1 @@\n`)
once('hunk headers that lie', '@@ -1,900000 +1,900000 @@ f\n+a b \nc\n-d\n'.repeat(200_000))
once('wrapped beyond repair', `--- a/x\n+++ b/x\n@@ -1,40000 +1,40000 @@\n${`+${'long '.repeat(14)}\ntail\n`.repeat(60_000)}`)
