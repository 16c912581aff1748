import { describe, expect, test } from 'vitest'
import { buildThreads, type Message, type ThreadNode } from '../../../src/mail/index.js'
import { message, read } from './sample-mails.js'

/** The tree as text: `a(b c(d))`, a missing mail as `?`. */
function shape(node: ThreadNode): string {
  const name = node.message === null ? '?' : node.message.body.trim()
  return node.children.length === 0 ? name : `${name}(${node.children.map(shape).join(' ')})`
}

function shapes(messages: readonly Message[]): string[] {
  return buildThreads(messages).map((thread) => shape(thread.root))
}

const a = message('a', { id: 'a', body: 'a', at: 1 })
const b = message('Re: a', { id: 'b', re: 'a', body: 'b', at: 2 })
const c = message('Re: a', { id: 'c', re: 'b', refs: ['a', 'b'], body: 'c', at: 3 })

describe('threads', () => {
  test('follow In-Reply-To, in any order of the input', () => {
    expect(shapes([c, b, a])).toEqual(['a(b(c))'])
  })
  test('follow References past a mail that is not at hand', () => {
    expect(shapes([a, c])).toEqual(['a(c)'])
  })
  test('are held together by a mail that is not at hand, and name it', () => {
    const [thread] = buildThreads([
      message('x', { id: 'x', re: 'gone', body: 'x', at: 1 }),
      message('y', { id: 'y', re: 'gone', body: 'y', at: 2 }),
    ])
    expect(thread === undefined ? '' : shape(thread.root)).toBe('?(x y)')
    expect(thread?.missing).toEqual(['gone'])
    expect(thread?.diagnostics.map((one) => one.code)).toEqual(['thread-incomplete'])
  })
  test('order answers by date, then by place', () => {
    const late = message('Re: a', { id: 'l', re: 'a', body: 'l', at: 9 })
    const twin = message('Re: a', { id: 't', re: 'a', body: 't', at: 2 })
    expect(shapes([a, late, twin, b])).toEqual(['a(t b l)'])
  })
  test('survive mails that answer one another in a ring, or themselves', () => {
    const one = message('x', { id: 'x', re: 'y', body: 'x' })
    const two = message('y', { id: 'y', re: 'x', body: 'y' })
    const self = message('z', { id: 'z', re: 'z', body: 'z' })
    expect(buildThreads([one, two, self]).flatMap((thread) => thread.messages)).toHaveLength(3)
  })
  test('leave out a mail that is there twice, with a note', () => {
    const [thread] = buildThreads([a, b, { ...b, body: 'other' }])
    expect(thread?.messages.map((one) => one.body)).toEqual(['a', 'b'])
    expect(thread?.diagnostics.map((one) => one.code)).toEqual(['mail-duplicate'])
  })
  test('of a chain of 50,000 mails are built', () => {
    const chain = Array.from({ length: 50_000 }, (_, index) =>
      message('x', index === 0 ? { id: 'n0' } : { id: `n${index}`, re: `n${index - 1}` }),
    )
    expect(buildThreads(chain)[0]?.messages).toHaveLength(50_000)
    expect(buildThreads([...chain].reverse())[0]?.messages).toHaveLength(50_000)
  })
})

describe('mails without references', () => {
  test('of one series go below its cover letter', () => {
    const series = [2, 0, 1].map((index) =>
      message(`[PATCH ${index}/2] t${index}`, { at: index, body: `${index}` }),
    )
    expect(shapes(series)).toEqual(['0(1 2)'])
  })
  test('of another author, length or hour do not', () => {
    const cover = message('[PATCH 0/2] x', { at: 0, body: '0' })
    const other = message('[PATCH 1/2] x', { at: 1, body: 'other', by: 'Bob' })
    const longer = message('[PATCH 1/3] x', { at: 1, body: 'longer' })
    const later = message('[PATCH 1/2] x', { at: 200, body: 'later' })
    expect(shapes([cover, other, longer, later])).toEqual(['0', 'other', 'longer', 'later'])
  })
  test('answer the mail with their subject that they quote', async () => {
    const day = (name: string, subject: string, body: string): string =>
      `${subject}\n\n2020-11-26 Thread ${name}\n${body}\n\n\n`
    const { messages } = await read(
      day('Ada', 'Re: [PATCH] x', '> Should this not be locked?\n> > The first line of it all.\nIt is.') +
        day('Bob', 'Re: [PATCH] x', '> The first line of it all.\nShould this not be locked?') +
        day('Ada', '[PATCH] x', 'The first line of it all.'),
    )
    const [thread, ...rest] = buildThreads(messages)
    expect(rest).toEqual([])
    expect(thread?.guessed).toBe(2)
    expect(thread?.messages.map((one) => one.source.line)).toEqual([16, 9, 1])
    expect(thread?.root.children[0]?.children).toHaveLength(1)
  })
  test('without anything quoted answer the mail that opened the subject', () => {
    const opener = message('[PATCH] x', { body: 'o', at: 1 })
    const other = message('Re: [PATCH] x', { id: 'r', body: 'r', at: 2, refs: [] })
    const last = message('Re: [PATCH] x', { id: 's', body: 's', at: 3, refs: [] })
    expect(shapes([last, other, opener])).toEqual(['o(r s)'])
  })
})
