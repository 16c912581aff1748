/** Stores that others would see are told, wherever they go and whatever makes them. */
import { describe, expect, it } from 'vitest'
import { liftedChange } from '../../support/lifted-change.js'

const DECLARATIONS = `typedef struct { int counter; } atomic_t;
void atomic_inc(atomic_t *v);
void atomic_dec(atomic_t *v);
struct sample { unsigned long when; unsigned long what; };
struct clock { unsigned int turn; struct sample copies[2]; atomic_t users; };
static struct clock clock;
static unsigned long ticks;
`

/** What changes where a function's body does. */
async function changes(prototype: string, before: string, after: string): Promise<string[]> {
  const text = (body: string) => `${DECLARATIONS}\n${prototype}\n{\n${body}}\n`
  const { told } = await liftedChange(text(before), text(after))
  return told.map(({ verdict, summary }) => `${verdict} ${summary}`)
}

describe('what is said of a change in', () => {
  it('the order of stores to a variable of the file', async () => {
    const [turn, copy] = ['\tclock.turn = 1;\n', '\tclock.copies[1].when = when;\n']
    expect(await changes('void tick(unsigned long when)', copy + turn, turn + copy)).toEqual([
      'changed stores to objects: clock.copies[1].when = when, clock.turn = 1 -> clock.turn = 1, clock.copies[1].when = when',
    ])
  })

  it('what a variable is set to', async () => {
    expect(await changes('void tick(void)', '\tticks = 1;\n', '\tticks = 2;\n')).toEqual([
      'changed stores to objects: ticks = 1 -> ticks = 2',
    ])
  })

  it('an atomic operation', async () => {
    const [up, down] = ['\tatomic_inc(&clock->users);\n', '\tatomic_dec(&clock->users);\n']
    const found = await changes('void leave(struct clock *clock)', down, up)
    expect(found.map((one) => one.split(':')[0])).toEqual(['changed stores to objects'])
  })

  it('what is copied as a whole', async () => {
    const copy = (from: string) => `\tclock.copies[0] = ${from};\n`
    expect(await changes('void tick(struct sample *a, struct sample *b)', copy('*a'), copy('*b'))).toEqual([
      'changed stores to objects: clock.copies[0].when, 16 bytes = {a->when, a->what} -> clock.copies[0].when, 16 bytes = {b->when, b->what}',
    ])
  })

  it('what is cleared', async () => {
    const body = '\tclock.turn = 0;\n'
    const found = await changes('void tick(void)', body, `\tclock.copies[1] = (struct sample){ 0 };\n${body}`)
    expect(found.map((one) => one.split(':')[0])).toEqual(['changed stores to objects'])
  })

  it('nothing, where a static variable only moves to another line', async () => {
    const body = '\tstatic unsigned long last;\n\tlast = 1;\n'
    const found = await changes('void tick(void)', `\tticks = 0;\n${body}`, `\tticks = 0;\n\n\n${body}`)
    expect(found.filter((one) => !one.startsWith('same'))).toEqual([])
  })
})
