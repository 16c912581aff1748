/**
 * Reading an archive as the tool does: 50 MB of generated mails, each a single part with a patch of five hunks,
 * read one after another and every body put to the patch reader. `node bench/intake.js [megabytes]`, after
 * `npm run build`. Peak RSS is the whole process's, the mbox itself (`megabytes`) included.
 */
import { readMailEach } from '../dist/mail/index.js'
import { parsePatch } from '../dist/patch/index.js'

const HUNKS = 5
const { mbox, mails } = generateMbox(Number(process.argv[2] ?? 50) * 1_000_000)

let best = Number.POSITIVE_INFINITY
let least = Number.POSITIVE_INFINITY
for (let round = 0; round < 5; round++) {
  const start = process.hrtime.bigint()
  const before = process.cpuUsage()
  await readAll()
  const used = process.cpuUsage(before)
  best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9)
  least = Math.min(least, used.user + used.system)
}
print('intake.mails', Math.round(mails / best), 'mails/s')
print('intake.bytes', Math.round(mbox.length / best / 1e6), 'MB/s')
print('intake.processor', least / mails, 'us/mail')
print('intake.peak-rss', process.resourceUsage().maxRSS / 1024, 'MiB')
print('intake.input', mbox.length / 1024 / 1024, 'MiB')

/** A mail that is lost or read otherwise would make the figures lies, so all are counted. */
async function readAll() {
  let seen = 0
  let hunks = 0
  await readMailEach(mbox, 'bench.mbox', (message) => {
    const patch = parsePatch(message.body)
    seen++
    for (const file of patch.files) hunks += file.hunks.length
    if (patch.diagnostics.length > 0) throw new Error(`mail ${seen} is not undamaged`)
  })
  if (seen !== mails || hunks !== mails * HUNKS) throw new Error(`${seen} of ${mails} mails, ${hunks} hunks`)
}

function print(bench, value, unit) {
  console.log(JSON.stringify({ bench, value: Math.round(value * 10) / 10, unit }))
}

function generateMbox(size) {
  const bytes = Buffer.alloc(size + 20_000)
  let length = 0
  let count = 0
  while (length < size) length += bytes.write(mail(count++), length)
  return { mbox: bytes.subarray(0, length), mails: count }
}

/** About 5 KB: twenty header lines, a message, a diffstat, and one file's diff of five hunks. */
function mail(index) {
  const received = Array.from(
    { length: 4 },
    (_, hop) =>
      `Received: from out${hop}.example.org (out${hop}.example.org [192.0.2.${hop}])\n` +
      `\tby in${hop}.example.net (Postfix) with ESMTPS id ${(index * 6007 + hop).toString(16).toUpperCase()};\n` +
      `\tWed, 4 Mar 2026 11:0${hop}:00 +0100 (CET)\n`,
  ).join('')
  return (
    `From mboxrd@z Thu Jan  1 00:00:00 1970\n${received}` +
    `From: Jo Example <jo@example.org>\nTo: lanes@example.net\nCc: Sam Example <sam@example.org>\n` +
    `Subject: [PATCH ${(index % 7) + 1}/7] lane: take the lock before refilling lane ${index}\n` +
    `Date: Wed, 4 Mar 2026 11:${String(index % 60).padStart(2, '0')}:17 +0100\n` +
    `Message-ID: <intake${index}.1-jo@example.org>\nIn-Reply-To: <intake${index - (index % 7)}.0-jo@example.org>\n` +
    `X-Mailer: git-send-email 2.50.1\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n` +
    `Content-Transfer-Encoding: 8bit\nPrecedence: bulk\nList-Id: <lanes.example.net>\n\n` +
    `${'The lane was refilled without the lock, so two readers could both see the last credit.\n'.repeat(6)}\n` +
    `Signed-off-by: Jo Example <jo@example.org>\n---\n` +
    ` mm/lane.c | ${7 * HUNKS} ++++++++++++++++++++++-----------\n` +
    ` 1 file changed, ${4 * HUNKS} insertions(+), ${3 * HUNKS} deletions(-)\n\n` +
    `diff --git a/mm/lane.c b/mm/lane.c\nindex 1234567890ab..ba0987654321 100644\n--- a/mm/lane.c\n+++ b/mm/lane.c\n` +
    `${Array.from({ length: HUNKS }, (_, at) => hunk(index, at)).join('')}-- \n2.50.1\n\n`
  )
}

function hunk(index, at) {
  const start = 20 + 60 * at
  return (
    `@@ -${start},13 +${start + at},14 @@ static int refill_lane_${at}(struct ring *ring, unsigned long token)\n` +
    ` {\n \tstruct lane *lane = ring->lanes[token & ring->mask];\n \tunsigned long credit;\n \n` +
    ` \tint err = settle_lane(ring, lane, token + ${index});\n` +
    `-\tcredit = lane->credit;\n-\tif (credit < ${index % 100})\n-\t\treturn -EAGAIN;\n` +
    `+\tspin_lock(&ring->lock);\n+\tcredit = READ_ONCE(lane->credit); /* nobody else refills from here on */\n` +
    `+\tif (credit < ${index % 100})\n+\t\tgoto out_unlock;\n` +
    ` \tlane->head += credit;\n \tlane->token = token;\n \terr = announce_lane(ring, lane);\n` +
    ` \tif (err)\n \t\tlane->head -= credit;\n`
  )
}
