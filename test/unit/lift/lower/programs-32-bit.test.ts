/** Programs of machines of 32 bits: pointers and `long` have 4 bytes, in memory as in registers. */
import { describe, expect, it } from 'vitest'
import { outputOf } from '../../../support/c-program.js'

function prints(statements: string, expected: string, outside = ''): void {
  expect(outputOf(`${outside}\nint main(void) { ${statements} return 0; }`, 32)).toBe(expected)
}

const NODE = `struct node { char tag; struct node *next; long long wide; int (*call)(int); };
static int twice(int x) { return 2 * x; }
static int table[4] = { 1, 2, 3, 4 };
static struct node second = { 'b', 0, 1LL << 40, twice };
static struct node first = { 'a', &second, 7, twice };
static int *into = &table[2];`

describe('32 bits', () => {
  it('lays structs out as i386 does', () => {
    prints(
      `printf("%d %d %d %d", (int)sizeof(void *), (int)sizeof(long), (int)sizeof(struct node),
        (int)__builtin_offsetof(struct node, call));`,
      '4 4 20 16',
      NODE,
    )
  })

  it('keeps pointers in locals, structs and globals', () => {
    prints(
      `struct node local = { 'c', &first, 3, twice }, *p, **pp = &p; int n = 0;
       for (*pp = &local; p; p = p->next) n = n * 10 + p->call((int)p->wide) / 2;
       printf("%d %c %d", n, local.next->next->tag, *into);`,
      '370 b 3',
      NODE,
    )
  })

  it('makes numbers of pointers and back, which wrap at 32 bits', () => {
    prints(
      `unsigned long at = (unsigned long)&table[3]; int *low = (int *)(at & ~7ul);
       printf("%d %d %d", (int)(at >> 31) >= 0, *(int *)at, (int)((int *)at - table));
       printf(" %d %d", (low == &table[2]) | (low == &table[3]), (unsigned long)((char *)0 - 4) == 0xfffffffcul);
       unsigned long long far = (unsigned long long)at; printf(" %d", far >> 32 == 0);`,
      '1 4 3 1 1 1',
      NODE,
    )
  })

  it('calculates long as int, and long long in 64 bits', () => {
    prints(
      `unsigned long x = ~0ul; unsigned long long y = ~0ull;
       printf("%d %lu %llu %ld %d", x + 1 == 0, x, y >> 4, (long)(x >> 1), (int)sizeof(x * 1ull));`,
      '1 4294967295 1152921504606846975 2147483647 8',
    )
  })

  it('takes the address of an error for one', () => {
    prints('void *p = (void *)-12L; printf("%d", (unsigned long)p >= (unsigned long)-4095);', '1')
  })

  it('passes pointers and wide numbers behind dots', () => {
    prints(
      'printf("%d %s %d", sum(3, table, 5LL << 33, table + 3), "text", 1);',
      '15 text 1',
      `${NODE}
       static int sum(int n, ...) {
         va_list list; __builtin_va_start(list, n);
         int *first = __builtin_va_arg(list, int *); long long wide = __builtin_va_arg(list, long long);
         int *last = __builtin_va_arg(list, int *); __builtin_va_end(list);
         return *first + (int)(wide >> 33) * 2 + *last; }`,
    )
  })

  it('copies structs with pointers in them, and finds what is allocated', () => {
    prints(
      `struct node copy = first; struct node *heap = malloc(sizeof(*heap)); *heap = copy;
       memcpy(&copy, heap->next, sizeof(copy)); printf("%c%c %d", copy.tag, heap->tag, (int)(copy.wide >> 40));`,
      'ba 1',
      NODE,
    )
  })

  it('notices accesses beside objects and after their end', () => {
    prints('int x[2]; int *p = x; p[2] = 1;', '[out of bounds]')
    prints('*(volatile int *)0;', '[null dereference]')
    prints(
      'int *p = escape(); *p = 1;',
      '[use after return]',
      'int *escape(void) { int x; int *p = &x; return p; }',
    )
    prints('*(int *)0x40000000;', '[wild pointer]')
  })
})
