import { describe, expect, test } from 'vitest'
import {
  collectSeries,
  groupRevisions,
  type Message,
  type Series,
  selectRevision,
} from '../../../src/mail/index.js'
import { message, read } from './sample-mails.js'

/** A cover (index 0) and patches 1..count as one thread; `skip` leaves some out. */
function series(
  count: number,
  about: { v?: string; at?: number; skip?: number[]; tag?: string; re?: string; name?: string } = {},
): Message[] {
  const { v = '', at = 0, skip = [], tag = 'PATCH', name = 'thing' } = about
  const id = (index: number): string => `${name}${v}${tag}${index}`.replace(' ', '')
  return Array.from({ length: count + 1 }, (_, index) =>
    message(
      `[${tag}${v === '' ? '' : ` ${v}`} ${index}/${count}] ${index === 0 ? name : `part ${index} of ${name}`}`,
      {
        id: id(index),
        at: at + index,
        ...(index === 0 ? (about.re === undefined ? {} : { re: about.re }) : { re: id(0) }),
      },
    ),
  ).filter((_, index) => !skip.includes(index))
}

/** `v2 PATCHES title` with a dot for each hole: `v2 012.4`. */
function short(one: Series): string {
  const slots = one.patches.map((patch, index) => (patch === null ? '.' : `${index + 1}`)).join('')
  return `v${one.version} ${one.cover === null ? '' : '0'}${slots}`
}

function shorts(messages: readonly Message[]): string[] {
  return collectSeries(messages).map(short)
}

describe('a series', () => {
  test('has its cover and its patches in order, however they arrive', () => {
    expect(shorts(series(3).reverse())).toEqual(['v1 0123'])
  })
  test('with holes names them', () => {
    const [one] = collectSeries(series(6, { skip: [3, 5] }))
    expect(one?.missing).toEqual([3, 5])
    expect(one?.diagnostics).toMatchObject([
      { code: 'series-incomplete', severity: 'error', message: 'missing [3/6] [5/6] of v1 "thing"' },
    ])
  })
  test('of one patch without n/m is complete', () => {
    expect(shorts([message('[PATCH v2] mm: a')])).toEqual(['v2 1'])
  })
  test('whose numbers hide behind a comma is one version', () => {
    const comma = Array.from({ length: 3 }, (_, index) =>
      message(`[PATCH v6,${index + 1}/3] t`, { re: 'root', at: index }),
    )
    expect(shorts(comma)).toEqual(['v6 123'])
  })
  test('takes a cover that forgot the version', () => {
    const patches = series(2, { v: 'v2', skip: [0] })
    const cover = message('[PATCH 0/2] thing', { id: 'thingv2PATCH0', at: 0 })
    expect(shorts([cover, ...patches])).toEqual(['v2 012'])
  })
  test('takes a cover that is no patch by its subject', () => {
    const cover = message('Rework the thing', { id: 'thingPATCH0', at: 0 })
    const [one, ...rest] = collectSeries([cover, ...series(2, { skip: [0] })])
    expect(rest).toEqual([])
    expect(one?.cover?.subject).toBe('Rework the thing')
    expect(one?.title).toBe('Rework the thing')
  })
  test('of huge count costs no memory', () => {
    expect(collectSeries([message('[PATCH 1/99999] t')])[0]?.patches.length).toBeLessThan(10_000)
  })
  test('with a number beyond its count keeps that mail as a follow-up', () => {
    const [one] = collectSeries([...series(2), message('[PATCH 3/2] extra', { re: 'thingPATCH0', at: 9 })])
    expect(one?.followUps.map((mail) => mail.message.subject)).toEqual(['[PATCH 3/2] extra'])
    expect(one?.diagnostics.map((note) => note.code)).toEqual(['series-number-beyond-count'])
  })
  test('knows which patch each reply is about', () => {
    const reply = message('Re: [PATCH 2/2] part 2', { id: 'r', re: 'thingPATCH2', at: 10 })
    const again = message('Re: [PATCH 2/2] part 2', { re: 'r', at: 11 })
    const onCover = message('Re: [PATCH 0/2] thing', { re: 'thingPATCH0', at: 12 })
    const [one] = collectSeries([...series(2), reply, again, onCover])
    expect(one?.followUps.map((mail) => mail.patch)).toEqual([2, 2, 0])
  })
  test('of which only replies are at hand is loose, and says what it lacks', () => {
    const [one] = collectSeries([message('Re: [PATCH v6 12/18] mm: a')])
    expect(one).toMatchObject({
      kind: 'loose',
      version: 6,
      count: 18,
      title: 'mm: a',
      followUps: [{ patch: 12 }],
    })
    expect(one?.diagnostics.map((note) => note.code)).toEqual(['series-not-in-input'])
  })
})

describe('trailers from replies', () => {
  const reply = (body: string, by = 'Bob'): Message =>
    message('Re: [PATCH 1/2] part 1 of thing', { re: 'thingPATCH1', at: 20, by, body })
  const given = (mail: Message) => collectSeries([...series(2), mail])[0]?.trailers ?? []

  test('go to the patch that is answered', () => {
    expect(given(reply('Fine.\n\nReviewed-by: Bob <bob@example.org>\n'))).toMatchObject([
      { patch: 1, key: 'Reviewed-by', value: 'Bob <bob@example.org>', senderMatches: true },
    ])
  })
  test('count only outside quotes, and not a Signed-off-by', () => {
    expect(
      given(reply('> Reviewed-by: Bob <bob@example.org>\nSigned-off-by: Bob <bob@example.org>\n')),
    ).toEqual([])
  })
  test('of another sender are marked', () => {
    expect(given(reply('Acked-by: Bob <bob@elsewhere.org>\n'))).toMatchObject([{ senderMatches: false }])
    expect(given(reply('Acked-by: Bob <bob@xxxxxxx>\n'))).toMatchObject([{ senderMatches: true }])
  })
})

describe('revisions', () => {
  function group(messages: readonly Message[]) {
    const [only, ...rest] = groupRevisions(collectSeries(messages))
    if (only === undefined || rest.length > 0) throw new Error(`${rest.length + 1} groups`)
    return only
  }

  test('of one title belong together, and the latest is taken', () => {
    const revisions = group([
      ...series(2, { v: 'v3', at: 200 }),
      ...series(2),
      ...series(2, { v: 'v2', at: 100 }),
    ])
    expect(revisions.revisions.map(short)).toEqual(['v1 012', 'v2 012', 'v3 012'])
    expect(revisions.latest.version).toBe(3)
  })
  test('are chosen by number, and an unknown number is told', () => {
    const revisions = group([...series(2), ...series(2, { v: 'v2', at: 100 })])
    expect(selectRevision(revisions)).toMatchObject({ ok: true, value: { version: 2 } })
    expect(selectRevision(revisions, 1)).toMatchObject({ ok: true, value: { version: 1 } })
    expect(selectRevision(revisions, 7)).toMatchObject({
      ok: false,
      error: { code: 'revision-unknown', hint: 'revisions in the input: v1, v2' },
    })
  })
  test('that were RFC come before those that were not, whatever their number', () => {
    const revisions = group([...series(2, { tag: 'RFC PATCH', v: 'v2' }), ...series(2, { at: 100 })])
    expect(revisions.latest).toMatchObject({ version: 1, isRfc: false })
  })
  test('a late resend of an old one is not the latest', () => {
    const revisions = group([...series(2, { v: 'v2', at: 100 }), ...series(2, { at: 200 })])
    expect(revisions.latest.version).toBe(2)
  })
  test('of other titles stay apart', () => {
    const list = collectSeries([...series(2, { name: 'one' }), ...series(2, { name: 'other', at: 100 })])
    expect(groupRevisions(list)).toHaveLength(2)
  })
  test('sent in part are completed from the one before, and marked', () => {
    const again = message('[PATCH v2 2/3] part 2 of thing', { id: 'again', re: 'thingPATCH2', at: 100 })
    const list = collectSeries([...series(3), again])
    expect(list.map(short)).toEqual(['v1 0123', 'v2 0123'])
    expect(list[1]).toMatchObject({ rerolled: [2], basedOn: { version: 1 }, missing: [] })
    expect(list[1]?.patches[1]?.messageId).toBe('again')
    expect(list[0]?.patches[1]?.messageId).toBe('thingPATCH2')
    expect(list[1]?.diagnostics.map((note) => note.code)).toEqual(['series-partial-reroll'])
  })
  test('sent in part, but not in answer to what they replace, are incomplete', () => {
    const stray = message('[PATCH v2 2/3] part 2 of thing', { re: 'thingPATCH1', at: 100 })
    expect(shorts([...series(3), stray])).toEqual(['v1 0123', 'v2 .2.'])
  })
})

test('a pipermail page that quotes is an answer, though its title says nothing', async () => {
  const { messages } = await read(
    '[PATCH 1/3] mm: a\n\nAda ada at x.org\nThu Sep 10 13:07:57 EDT 2020\n\n> quoted\n\nAnswer.\n',
  )
  expect(collectSeries(messages)).toMatchObject([{ kind: 'loose', followUps: [{ patch: 1 }] }])
})
