/** A function is lifted with the macros as they are where it stands, not as they are at the end of its file. */
import { expect, it } from 'vitest'
import { liftedIn } from '../../../support/lifted-threads.js'

const returns = (code: string, name = 'f') => liftedIn(code, name).returned

it('one that is defined anew, or forgotten, further down', () => {
  const twice = '#define N 1\nint f(void) { return N; }\n#undef N\n#define N 2\nint g(void) { return N; }'
  expect([returns(twice), returns(twice, 'g')]).toEqual([1, 2])
  expect(returns('#define N 1\nint f(void) { return N; }\n#undef N\nint g(void) { return 5; }')).toBe(1)
})

it('one that is defined for the first time further down is none', () => {
  const later = `static int get(void) { return 3; }
int f(void) { return get(); }
#define get() 4
int g(void) { return get(); }`
  expect([returns(later), returns(later, 'g')]).toEqual([3, 4])
})

it('one that is changed further down counts also where another macro leads to it', () => {
  const through = `#define WIDE (2 * N)
#define N 1
int f(void) { return WIDE; }
#undef N
#define N 5
int g(void) { return WIDE; }`
  expect([returns(through), returns(through, 'g')]).toEqual([2, 10])
})

it('one that is defined inside a function is there in it', () => {
  expect(returns('int f(void) {\n#define K(x) ((x) << 2)\n return K(5);\n#undef K\n}')).toBe(20)
})

it('one that is defined anew inside a function is noted', () => {
  const { notes } = liftedIn(
    '#define N 1\nint f(void) {\n int a = N;\n#undef N\n#define N 2\n return a + N;\n}',
    'f',
  )
  expect(notes).toEqual(['N is defined anew inside f: it is taken for what it is where f begins'])
})
