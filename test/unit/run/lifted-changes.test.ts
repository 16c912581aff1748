/** Changes of functions that no suite was written for: small C of our own, lifted on both sides and called by prototype. */
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/report/index.js'
import { stepThrough } from '../../../src/run/index.js'
import { liftedChange } from '../../support/lifted-change.js'
import { REPLAY_TIMEOUT } from '../../support/replayed.js'

const SLOW = { timeout: REPLAY_TIMEOUT }

const HEAD = `
struct list_head { struct list_head *next, *prev; };
struct spool { int mode; unsigned long flags; struct list_head jobs; };
struct job { long weight; struct list_head link; };
int spool_ready(struct spool *s);
int spool_open(struct spool *s, int how);
void spool_feed(struct spool *s, long weight);
void spool_note(struct spool *s);
`

/** What is found of a function that two texts differ in. */
const change = (before: string, after: string, executions?: number) =>
  liftedChange(HEAD + before, HEAD + after, executions)

const notesOf = (findings: readonly Finding[]): string =>
  findings.flatMap(({ notes = [] }) => notes).join('\n')

describe('a change of lifted C', () => {
  it('to the same instructions is the same, and nothing has to run', SLOW, async () => {
    const { told } = await change(
      'int f(struct spool *s)\n{\n\twhile (spool_ready(s) == 1)\n\t\tspool_note(s);\n\treturn 0;\n}\n',
      'int f(struct spool *s)\n{\n\tfor (; spool_ready(s) == 1;)\n\t\tspool_note(s);\n\treturn 0;\n}\n',
    )
    expect(told.map(({ verdict }) => verdict)).toEqual(['same'])
    expect(told[0]?.summary).toContain('the same instructions on both sides')
  })

  it('of the number that an answer is compared with is met by both sides', SLOW, async () => {
    const of = (number: number) =>
      `int f(struct spool *s)\n{\n\tif (s->mode == ${number})\n\t\tspool_note(s);\n\treturn 0;\n}\n`
    const { told } = await change(of(5), of(7))
    expect(told.map(({ verdict, kind }) => `${verdict} ${kind}`)).toContain('changed opaque calls')
    expect(notesOf(told)).toMatch(/shown where s->mode = [57]/)
  })

  it('can be stepped through at an answer that only the other side compares with', SLOW, async () => {
    const of = (number: number) =>
      `int f(struct spool *s)\n{\n\tif (s->mode == ${number})\n\t\treturn 1;\n\treturn 0;\n}\n`
    const { told, request } = await change(of(5), of(7))
    const shown = told.find(({ witness }) => witness !== null)
    if (shown?.witness == null) throw new Error('nothing is shown')
    const { side, schedule } = shown.witness
    const stepped = await stepThrough({ ...request, scenario: shown.scenario, side, schedule })
    expect(stepped.ok).toBe(true)
  })

  it('of a mask is met at bits that only one side asks for together', SLOW, async () => {
    const of = (mask: string) =>
      `int f(struct spool *s)\n{\n\tif (s->flags & ${mask})\n\t\treturn 1;\n\treturn 0;\n}\n`
    const { told } = await change(of('0x6'), of('0x2'))
    expect(told.map(({ verdict, kind }) => `${verdict} ${kind}`)).toContain('changed return value')
    expect(notesOf(told)).toMatch(/s->flags & (0x)?4 = (0x)?4/)
  })

  it('of a test of a bit to one of the whole is met where there are other bits', SLOW, async () => {
    const of = (operator: string) =>
      `int f(struct spool *s)\n{\n\tif (s->flags ${operator} 4)\n\t\treturn 1;\n\treturn 0;\n}\n`
    const { told } = await change(of('&'), of('=='))
    expect(told.map(({ verdict, kind }) => `${verdict} ${kind}`)).toContain('changed return value')
  })

  it('shows where a value is used whole after bits of it were asked for', SLOW, async () => {
    const of = (test: string, set: string) =>
      `int f(struct spool *s)\n{\n\tif ((s->flags & 0x88) == 0)\n\t\treturn -22;\n${test}\ts->flags |= ${set};\n\treturn 0;\n}\n`
    const { told } = await change(
      of('\tif (!spool_open(s, s->flags | 1))\n\t\treturn -11;\n', '0x3'),
      of('', '0x2'),
    )
    expect(told.map(({ verdict, kind }) => `${verdict} ${kind}`)).toContain('changed opaque calls')
  })

  it('meets lists of some lengths, and comes to their ends', SLOW, async () => {
    const of = (weight: string) => `
#define first(h) ((struct job *)((char *)(h)->next - __builtin_offsetof(struct job, link)))
long f(struct spool *s)
{
	struct job *j;
	long sum = 0;

	for (j = first(&s->jobs); &j->link != &s->jobs; j = first(&j->link))
		spool_feed(s, ${weight});
	return sum;
}
`
    const { told } = await change(of('j->weight'), of('1'))
    expect(told.map(({ verdict, kind }) => `${verdict} ${kind}`)).toContain('changed opaque calls')
    expect(told.every(({ after }) => after.coverage.kind === 'exhaustive')).toBe(true)
    expect(told[0]?.after.executions).toBeLessThanOrEqual(3)
  })

  it('comes to the end of what is asked of an answer again and again', SLOW, async () => {
    const of = (weight: string) =>
      `struct spool *spool_after(struct spool *s);\nint f(struct spool *s)\n{\n\tfor (; s; s = spool_after(s))\n\t\tspool_feed(s, ${weight});\n\treturn 0;\n}\n`
    const { told } = await change(of('0'), of('1'))
    expect(told.map(({ verdict, kind }) => `${verdict} ${kind}`)).toContain('changed opaque calls')
    expect(told.every(({ after }) => after.coverage.kind === 'exhaustive')).toBe(true)
  })

  it('is run on the ways that lead to it, the others end where nothing differs any more', SLOW, async () => {
    const tests = Array.from(
      { length: 8 },
      (_, i) => `\tif (spool_open(s, ${i}))\n\t\tspool_note(s);\n`,
    ).join('')
    const of = (extra: string) =>
      `int f(struct spool *s)\n{\n\tif (s->mode == 3) {\n${extra}\t\treturn 1;\n\t}\n${tests}\treturn 0;\n}\n`
    const { told } = await change(of(''), of('\t\tspool_note(s);\n'))
    expect(told.map(({ verdict, kind }) => `${verdict} ${kind}`)).toContain('changed opaque calls')
    // Without that, each of the eight tests doubles them.
    expect(told.every(({ before, after }) => before.executions < 5 && after.executions < 5)).toBe(true)
  })

  it('that both sides meet alike within a bound is no more than that', SLOW, async () => {
    const tests = Array.from(
      { length: 8 },
      (_, i) => `\tif (spool_open(s, ${i}))\n\t\tspool_note(s);\n`,
    ).join('')
    const of = (last: string) => `int f(struct spool *s)\n{\n${tests}\treturn ${last};\n}\n`
    const { told } = await change(of('s->mode'), of('~~s->mode'), 20)
    expect(told.map(({ verdict }) => verdict)).toEqual(['inconclusive'])
  })
})

describe('a function that takes other arguments than before', () => {
  it('is called with its own on each side, those that both take paired by name', SLOW, async () => {
    const { told } = await change(
      'int f(struct spool *s, int how)\n{\n\treturn spool_open(s, how);\n}\n',
      'int f(int how, struct spool *s, _Bool quiet)\n{\n\tif (quiet)\n\t\treturn 0;\n\treturn spool_open(s, how);\n}\n',
    )
    const changed = told.find(({ kind }) => kind === 'opaque calls')
    expect(changed?.before.value).toBe('spool_open(s, how)')
    expect(changed?.premise?.needs.join()).toContain('Bool quiet (only after): any value it can have')
    expect(notesOf(told)).toContain('quiet = true')
  })

  it('is the same where the new argument changes nothing', SLOW, async () => {
    const { told } = await change(
      'int f(struct spool *s)\n{\n\treturn spool_open(s, 1);\n}\n',
      'int f(struct spool *s, int unused)\n{\n\treturn spool_open(s, 1);\n}\n',
    )
    expect(told.map(({ verdict }) => verdict)).toEqual(['same'])
  })
})

it('a number that was made up for an address of user space is not followed as a pointer', SLOW, async () => {
  const { told } = await change(
    'long f(unsigned long start)\n{\n\treturn 0;\n}\n',
    'long f(unsigned long start)\n{\n\treturn *(long *)start;\n}\n',
  )
  expect(told.map(({ verdict, summary }) => `${verdict} ${summary}`)).toEqual([
    expect.stringMatching(/^inconclusive .*not modelled/),
  ])
})
