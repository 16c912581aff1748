import { describe, expect, it } from 'vitest'
import { isWorth, outputOf, prints } from '../../../support/c-program.js'

describe('arithmetic', () => {
  it('wraps unsigned numbers at 32 and 64 bits', () => {
    isWorth('(u64)(u32)(0u - 1)', 0xffffffffn)
    isWorth('(u32)4000000000u + (u32)500000000u', 205032704)
    isWorth('(0ul - 1) >> 60', 15)
    isWorth('(u64)1 << 40', 1n << 40n)
  })

  it('converts to the common type before it compares', () => {
    isWorth('-1 < 1u', 0)
    isWorth('-1 < 1', 1)
    isWorth('-1L < 1u', 1)
    isWorth('(u8)200 + (u8)100', 300)
    isWorth('(s8)200', -56)
    isWorth('sizeof((s8)1 + (s8)1)', 4)
  })

  it('divides towards zero, shifts by the type of the left side, promotes small types', () => {
    isWorth('-7 / 2', -3)
    isWorth('-7 % 2', -1)
    isWorth('-8 >> 1', -4)
    isWorth('(u32)-8 >> 1', 0x7ffffffc)
    isWorth('x << 4', 4080, 'u8 x = 255;')
    isWorth('~x', -256, 'u8 x = 255;')
    isWorth('-x', 1, 's8 x = -1;')
  })

  it('ends a division by zero in a trap', () => {
    prints('int zero = 0; printf("before "); printf("%d", 1 / zero);', 'before [division by zero]')
  })

  it('makes 0 or 1 of _Bool, and ~ of small numbers ints', () => {
    isWorth('b + 1', 2, '_Bool b = 512;')
    isWorth('(_Bool)0.5', 1)
    isWorth('b', 1, '_Bool b = 0; b--;')
    isWorth('sizeof(!1L)', 4)
  })

  it('calculates doubles and floats', () => {
    prints('double d = 1.0 / 3; printf("%.6f %d", d, (int)(d * 10));', '0.333333 3')
    prints('float f = 16777216.0f; f = f + 1; printf("%.1f", f);', '16777216.0')
    prints('printf("%d %d", 0.0 == -0.0, 0.0 / 0.0 == 0.0 / 0.0);', '1 0')
    prints(
      'u64 big = ~0ul; printf("%.0f %.0f", (double)big, (float)big);',
      '18446744073709551616 18446744073709551616',
    )
    prints('double d = -3.99; printf("%d %u", (int)d, (unsigned)(long)d);', '-3 4294967293')
    prints('float f = 0.1f; double sum = f + 0.2; printf("%.9f %g", sum, 1e21);', '0.300000001 1e+21')
  })
})

describe('expressions', () => {
  it('evaluates the right side of && and || only where it counts', () => {
    prints(
      'printf("%d%d%d", 0 && f(1), 1 || f(2), f(3) && !f(0));',
      '(3)(0)011',
      'int f(int x) { printf("(%d)", x); return x; }',
    )
  })

  it('knows ?:, its short form, the comma and statement expressions', () => {
    isWorth('a ?: 7', 7, 'int a = 0;')
    isWorth('a++ ?: 7', 3, 'int a = 3;')
    isWorth('(a = 2, a + 1)', 3, 'int a;')
    isWorth('({ int t = a; t * t; }) + ({ int t = 1; t; })', 26, 'int a = 5;')
    isWorth('sizeof(1 ? (u8)1 : 1L)', 8)
    prints(
      'struct s { int a[3]; } x = {{1, 2, 3}}, y = {{4, 5, 6}}; int c = 0; printf("%d", (c ? x : y).a[1]);',
      '5',
    )
  })

  it('tells products from casts and declarations by what is a variable', () => {
    isWorth('({ int q = a; (q * (b)) + (a / (b)); })', 23, 'int a = 7, b = 3;')
    isWorth('({ int q = a; q * b; })', 21, 'int a = 7, b = 3;')
  })

  it('reads products and calls in parentheses before an operator that could be a sign', () => {
    const before = 'int a = 7, b = 3, c = 5, t[2] = {4, 6};'
    isWorth('(a * (b)) + c', 26, before)
    isWorth('(a * (b)) * c + a * b', 126, before)
    isWorth('(a * (b)) & (c)', 5, before)
    isWorth('(a * ((b))) - c * 2', 11, before)
    isWorth('2 * (a * (b)) - c', 37, before)
    isWorth('(a * (t[1])) - -c', 47, before)
    isWorth('((a * (b)) + c) * 2 + (a*(b))-1', 72, before)
    prints(
      'printf("%d %d %d", (f()) - 1, (f())-1, (f()) * (f()) - 2);',
      '8 8 79',
      'int f(void) { return 9; }',
    )
  })

  it('keeps the old value of x++, the new one of ++x', () => {
    prints('int i = 5; int a = i++ + 10; int b = ++i; printf("%d %d %d", a, b, i);', '15 7 7')
    prints(
      'int a[3] = {1, 2, 3}, *p = a; int x = *p++; *p++ += 10; printf("%d %d %ld", x, a[1], p - a);',
      '1 12 2',
    )
  })

  it('adds to pointers by what they point to, compares and subtracts them', () => {
    prints(
      'long a[10]; printf("%ld %ld %d", &a[7] - &a[2], (char *)(a + 1) - (char *)a, a + 3 > a);',
      '5 8 1',
    )
    prints('int a[2][3]; printf("%ld %lu", (char *)&a[1][2] - (char *)a, sizeof(a[0]));', '20 12')
    prints('int x = 5; u64 n = (u64)&x; int *p = (int *)n; *p += 1; printf("%d", x);', '6')
    isWorth('2[a]', 30, 'int a[3] = {10, 20, 30};')
  })

  it('calls through pointers to functions, in tables and parameters', () => {
    prints(
      'int (*f)(int) = twice; struct ops o = { .go = &twice }; printf("%d %d %d %d", f(1), (*f)(2), o.go(3), apply(twice, 4));',
      '2 4 6 8',
      'static int twice(int x) { return 2 * x; } struct ops { int (*go)(int); }; int apply(int (*f)(int), int x) { return f(x); }',
    )
  })

  it('takes addresses of variables, through parameters too', () => {
    prints(
      'int a = 1, b = 2; swap(&a, &b); int *p = &a; int **q = &p; **q += 10; printf("%d %d", a, b);',
      '12 1',
      'void swap(int *x, int *y) { int t = *x; *x = *y; *y = t; }',
    )
  })

  it('measures types and expressions without running them', () => {
    isWorth('sizeof(a++) + a', 5, 'int a = 1;')
    isWorth('sizeof("four")', 5)
    isWorth('sizeof(struct { char c; long l; })', 16)
    isWorth('_Alignof(double)', 8)
    isWorth('sizeof a / sizeof a[0]', 4, 'u16 a[] = {1, 2, 3, 4};')
    isWorth(
      '__builtin_offsetof(struct s, b[2].y)',
      24,
      'struct p { int x, y; }; struct s { char c; struct p b[3]; };',
    )
  })

  it('reads literals of every base and prefix', () => {
    isWorth("0x1F + 017 + 0b101 + 'a' + '\\x41' + '\\n'", 223)
    isWorth("'\\377'", -1)
    isWorth('sizeof(L"ab") + sizeof(u"ab")', 18)
    isWorth('"abc"[1]', 98)
    prints('printf("%s", "one" " " "two");', 'one two')
  })
})

describe('statements', () => {
  it('loops, leaves loops and goes round again', () => {
    prints(
      'int s = 0; for (int i = 0; i < 10; i++) { if (i == 3) continue; if (i == 7) break; s += i; } printf("%d", s);',
      '18',
    )
    prints('int i = 0; do { i += 3; } while (i < 10); while (i > 5) i--; printf("%d", i);', '5')
    prints('int n = 0; for (;;) { while (1) { if (++n > 4) goto out; break; } } out: printf("%d", n);', '5')
  })

  it('falls through cases, knows ranges and defaults anywhere', () => {
    const kind =
      'int kind(int x) { int r = 0; switch (x) { default: r += 100; case 1: r += 1; break; case 2 ... 5: r = 2; case 9: r += 9; } return r; }'
    prints('printf("%d %d %d %d %d", kind(1), kind(3), kind(9), kind(7), kind(-1));', '1 11 9 101 101', kind)
    prints('switch (3) { int x; case 3: x = 4; printf("%d", x); }', '4')
    prints('u8 x = 200; switch (x) { case 200: printf("yes"); break; case -56: printf("no"); }', 'yes')
    prints(
      'int i = 0; switch (5 % 3) { case 0: do { i++; case 2: i += 10; case 1: i += 100; } while (i < 200); } printf("%d", i);',
      '221',
    )
  })

  it('knows a switch without braces behind a label', () => {
    prints(
      'printf("%d%d", pick(1), pick(2));',
      '12',
      'int pick(int x) { goto next; next: switch (x) case 1: return 1; return 2; }',
    )
  })

  it('goes into and out of blocks', () => {
    prints('int i = 0; goto in; { again: i += 10; in: i++; } if (i < 30) goto again; printf("%d", i);', '34')
  })

  it('chooses among labels by their addresses', () => {
    prints(
      'static void *to[] = { &&one, &&two, &&end }; int i = 0; goto *to[i]; one: printf("1"); i = 1; goto *to[i]; two: printf("2"); goto *to[2]; end: printf("!");',
      '12!',
    )
  })

  it('keeps static variables between calls, and one for each', () => {
    prints(
      'count(); count(); printf("%d %d", count(), other());',
      '3 11',
      'int count(void) { static int n; return ++n; } int other(void) { static int n = 10; return ++n; }',
    )
  })

  it('runs cleanups when a block is left, last first, by each way out', () => {
    const outside =
      'void bye(int *x) { printf("~%d", *x); } int f(int way) { int a __attribute__((cleanup(bye))) = 1; for (int i = 0; i < 2; i++) { int b __attribute__((cleanup(bye))) = 2 + i; if (way == 1) return a + 5; if (way == 2) break; if (way == 3) goto out; } printf("."); out: return a; }'
    prints(
      'printf("=%d ", f(0)); printf("=%d ", f(1)); printf("=%d ", f(2)); printf("=%d", f(3));',
      '~2~3.~1=1 ~2~1=6 ~2.~1=1 ~2~1=1',
      outside,
    )
  })

  it('recurses with variables of its own in each call', () => {
    prints(
      'printf("%d", depth(5));',
      '15',
      'int depth(int n) { int here = n; int *p = &here; return n == 0 ? 0 : depth(n - 1) + *p; }',
    )
  })
})

describe('structs, unions and arrays', () => {
  const point = 'struct point { int x, y; char tag; }; struct line { struct point a, b; };'

  it('copies structs, passes and returns them by value', () => {
    prints(
      'struct point p = {1, 2, 3}, q = p; q.x = 9; struct point r = moved(p, 10); printf("%d %d %d %d", p.x, q.x, r.x, moved(r, 5).y);',
      '1 9 11 17',
      `${point} struct point moved(struct point p, int by) { p.x += by; p.y += by; return p; }`,
    )
    prints(
      'struct line l = {{1, 2}, {3, 4}}; l.a = l.b; l.b.x++; printf("%d %d", l.a.x, l.b.x);',
      '3 4',
      point,
    )
  })

  it('initializes by position, by name, by range, and the rest with 0', () => {
    prints(
      'struct line l = { .b = { .y = 7, .x = 6 }, .a.x = 1 }; int a[6] = { [1 ... 3] = 5, 6, [0] = 1 }; printf("%d %d %d", l.a.x + l.a.y, l.b.y, a[0] * 10000 + a[1] * 1000 + a[3] * 100 + a[4] * 10 + a[5]);',
      '1 7 15560',
      point,
    )
    prints(
      'int n = 3; int a[] = { n, n + 1, n + 2 }; char s[] = "hi", t[4] = "abcd"; printf("%d %lu %c", a[2], sizeof s, t[3]);',
      '5 3 d',
    )
    prints('int m[2][2] = {1, 2, 3}; printf("%d%d%d", m[0][1], m[1][0], m[1][1]);', '230')
    prints(
      'struct { int k; union { int i; struct { short lo, hi; }; }; } v = { 1, { .hi = 2 } }; printf("%d %d", v.k, v.i);',
      '1 131072',
    )
    prints(
      'int *p = (int []){ 4, 5, 6 }; struct point q = (struct point){ .y = 8 }; printf("%d %d", p[1], q.y);',
      '5 8',
      point,
    )
  })

  it('lays the bytes of unions and casts where the machine has them', () => {
    prints('union { u32 w; u8 b[4]; } v = { 0x11223344 }; printf("%x %x", v.b[0], v.b[3]);', '44 11')
    prints('double d = 1.0; u64 bits; memcpy(&bits, &d, 8); printf("%lx", bits);', '3ff0000000000000')
    prints('u32 w = 0; *((u8 *)&w + 1) = 0xab; printf("%x", w);', 'ab00')
  })

  it('packs bit-fields, and cuts what is put into them', () => {
    prints(
      'struct { u32 a : 3; s32 b : 5; u32 c : 24; } f = { 9, -1, 0xffffff }; f.a += 3; int r = (f.b = 20); printf("%d %d %x %d %lu", f.a, f.b, f.c, r, sizeof f);',
      '4 -12 ffffff -12 4',
    )
    prints(
      'struct { u8 a : 4; u8 : 0; u8 b : 4; u64 c : 40; } f = { 1, 2, 3 }; f.c = -1; printf("%d %d %lx", f.a, f.b, (u64)f.c);',
      '1 2 ffffffffff',
    )
    prints(
      'struct __attribute__((packed)) { u8 a; u32 b; u16 c : 9; } f = { 1, 2, 511 }; printf("%lu %u %u", sizeof f, f.b, f.c);',
      '7 2 511',
    )
  })

  it('reads types in the width of a bit-field', () => {
    isWorth(
      'sizeof(struct { int : (-!!(__builtin_types_compatible_p(typeof((t)), typeof(&(t)[0])))); })',
      0,
      'int t[3];',
    )
  })

  it('calculates with bit-fields wider than int in their width', () => {
    prints(
      'struct { u64 a : 33; s64 b : 40; } f = { 0x1ffffffff, -1 }; printf("%d %lx %d", f.a + 1 == 0, (u64)(f.b << 39), f.b < 0);',
      '1 ffffff8000000000 1',
    )
    prints(
      'struct __attribute__((packed)) { u32 a : 7, b : 17; } f = { 1, 0x1abcd }; f.a = 2; printf("%lu %x %x", sizeof f, f.a, f.b);',
      '3 2 1abcd',
    )
  })

  it('gives arrays of variable length the size they have when they are reached', () => {
    prints(
      'for (int n = 1; n < 4; n++) { int a[n + 1]; a[n] = n; printf("%lu:%d ", sizeof a, a[n]); }',
      '8:1 12:2 16:3 ',
    )
    prints(
      'printf("%d", sum(2, 3, m));',
      '21',
      'int m[2][3] = {{1, 2, 3}, {4, 5, 6}}; int sum(int r, int c, int a[r][c]) { int s = 0; for (int i = 0; i < r; i++) for (int j = 0; j < c; j++) s += a[i][j]; return s; }',
    )
  })

  it('puts addresses and nested literals into data', () => {
    prints(
      'printf("%d %s %d %ld", *where, names[1], table[1].next->v, (long)(end - names));',
      '5 two 1 2',
      'int xs[] = {4, 5}; int *where = &xs[1]; const char *names[] = {"one", "two"}, **end = names + 2; struct node { int v; struct node *next; }; struct node table[] = { {1, &table[1]}, {2, &table[0]} };',
    )
    prints(
      'printf("%d %d %lu", tail.n, tail.more[1], sizeof tail);',
      '2 20 4',
      'struct { int n; int more[]; } tail = { 2, {10, 20} };',
    )
  })
})

describe('functions', () => {
  it('may return a type in capitals on a line of its own', () => {
    prints(
      'printf("%lx", wide(1));',
      '100000000',
      'typedef unsigned long ULL;\nULL\nwide(long x) { return x << 32; }',
    )
  })

  it('takes arguments behind ...', () => {
    prints(
      'printf("%ld ", total(3, 1, 2L, (char)3)); say("%d-%s-%.1f", 7, "x", 2.5f);',
      '6 [7-x-2.5]',
      `long total(int n, ...) { va_list ap; long t = 0; __builtin_va_start(ap, n); t += __builtin_va_arg(ap, int); t += __builtin_va_arg(ap, long); t += __builtin_va_arg(ap, int); __builtin_va_end(ap); return t; }
       int vsnprintf(char *, unsigned long, const char *, va_list);
       void say(const char *f, ...) { char b[40]; va_list ap; __builtin_va_start(ap, f); vsnprintf(b, sizeof b, f, ap); __builtin_va_end(ap); printf("[%s]", b); }`,
    )
  })

  it('knows the commoner builtins', () => {
    isWorth(
      '__builtin_popcountl(0xf0f0ul) * 1000 + __builtin_ctz(8) * 100 + __builtin_clz(1) + __builtin_ffs(0)',
      8331,
    )
    isWorth('__builtin_bswap32(0x11223344)', 0x44332211)
    isWorth(
      '__builtin_expect(a > 1, 1) + __builtin_constant_p(3) * 2 + __builtin_constant_p(a) * 4',
      3,
      'int a = 2;',
    )
    isWorth('__builtin_add_overflow(a, 1, &r) * 10 + (r < 0)', 11, 'int a = 0x7fffffff, r;')
    isWorth('__builtin_mul_overflow(a, a, &r)', 1, 'u64 a = 1ul << 40, r;')
    isWorth(
      '__builtin_types_compatible_p(int, typeof(a)) * 2 + __builtin_choose_expr(1, 1, 0)',
      3,
      'int a = 0; a++;',
    )
  })

  it('chooses by type with _Generic', () => {
    isWorth(
      '_Generic(a, int: 1, u8: 2, default: 3) + _Generic(&a, default: 10, u8 *: 20)',
      22,
      'u8 a = 0; a++;',
    )
  })

  it('tells types apart by const behind pointers', () => {
    const choose = (e: string): string =>
      `_Generic(${e}, int *: 1, const int *: 2, volatile int *: 3, int: 4, default: 5)`
    const before = `const int c = 1; int v = 2; volatile int w; typedef const int C; C d = 3; const int a[2][2] = {};
      struct s { int m, n[2]; } x = {}; const struct s y = {}, *p = &x; int *const q = &v;`
    isWorth(choose('c'), 4, before)
    isWorth(choose('&c'), 2, before)
    isWorth(choose('&d'), 2, before)
    isWorth(choose('&w'), 3, before)
    isWorth(choose('q'), 1, before)
    isWorth(choose('a[0]'), 2, before)
    isWorth(choose('&x.m'), 1, before)
    isWorth(choose('y.n'), 2, before)
    isWorth(choose('&p->m'), 2, before)
    isWorth(choose('1 ? &v : &c'), 2, before)
    isWorth(choose('(char *)0'), 5, before)
    isWorth('__builtin_types_compatible_p(const int, int)', 1)
    isWorth('__builtin_types_compatible_p(const int *, int *)', 0)
  })

  it('checks sums and products of any integers for overflow', () => {
    const checks = [
      ['add', 'u64', '-1', '0ul', 1, '18446744073709551615'],
      ['add', 's64', '0ul - 1', '-1', 1, '-2'],
      ['sub', 'u64', '0', '1', 1, '18446744073709551615'],
      ['mul', 'u64', '-1L', '-1L', 0, '1'],
      ['mul', 's64', '0ul - 1', '-1', 1, '1'],
      ['add', 's32', '0x7fffffffL', '1', 1, '-2147483648'],
      ['mul', 'u8', '5ul', '50L', 0, '250'],
    ] as const
    for (const [name, type, left, right, overflows, value] of checks) {
      prints(
        `${type} to; int o = __builtin_${name}_overflow(left, right, &to); printf("%d ", o);
         printf(sizeof(to) < 8 ? "%d" : (${type})-1 < 0 ? "%ld" : "%lu", to);`,
        `${overflows} ${value}`,
        `__typeof__(${left}) left = ${left}; __typeof__(${right}) right = ${right};`,
      )
    }
    prints('u32 to; printf("%d", __builtin_uadd_overflow(4294967296L, 1, &to));', '0')
  })

  it('sorts and searches by functions of the program', () => {
    prints(
      'int a[5] = {3, 1, 2, 5, 4}, k = 4; qsort(a, 5, 4, by); int *f = bsearch(&k, a, 5, 4, by); printf("%d%d%d%d%d %ld", a[0], a[1], a[2], a[3], a[4], f - a);',
      '12345 3',
      `void qsort(void *, u64, u64, int (*)(const void *, const void *));
       void *bsearch(const void *, const void *, u64, u64, int (*)(const void *, const void *));
       int by(const void *a, const void *b) { return *(int *)a - *(int *)b; }`,
    )
  })

  it('says what it can not do, and where', () => {
    const vector = '__attribute__((vector_size(16)))'
    expect(outputOf(`int main(void) { short v ${vector} = {0}; return 0; }`)).toMatch(/a vector type/)
    expect(outputOf(`int main(void) { ${vector} short v = {0}; return 0; }`)).toMatch(/a vector type/)
    expect(outputOf('int main(void) { __asm__("nop"); return 0; }')).toBe('unsupported: inline assembly')
    expect(outputOf('int main(void) { __int128 a = 1; return a * 1.5; }')).toBe(
      'unsupported: 128-bit integers',
    )
  })
})
