import { describe, expect, it } from 'vitest'
import { type CType, Layouts, parseC, scopeOfUnit, spellType } from '../../../../src/lift/index.js'
import { basicType } from '../../../../src/lift/types/basic-types.js'
import { commonInteger, integerLiteral } from '../../../../src/lift/types/conversions.js'
import { loadCParser } from '../../../../src/run/c-parser.js'

const parser = await loadCParser()
const LP64 = { wordBits: 64 } as const
const ILP32 = { wordBits: 32 } as const

/** The types of a file's variables by name. */
function typesIn(code: string, model: { readonly wordBits: 32 | 64 } = LP64): (name: string) => CType {
  const { unit } = parseC(parser, 'types.c', code)
  const { scope } = scopeOfUnit(unit, model)
  return (name) => {
    const type = scope.global(name)?.type ?? scope.prototype(name)
    if (type === null) throw new Error(`no ${name}`)
    return type
  }
}

/** Size, alignment and the offsets of the members of `struct s x`. */
function layout(members: string, model: { readonly wordBits: 32 | 64 } = LP64): string {
  const type = typesIn(`struct s { ${members} } x;`, model)('x')
  const found = type.kind === 'struct' ? new Layouts(model).ofRecord(type) : null
  if (found === null) return 'unknown'
  const places = found.members.map(({ name, offset, bitOffset, bits }) =>
    bits === null ? `${name}@${offset}` : `${name}@${bitOffset}:${bits}`,
  )
  return `${found.size}/${found.align} ${places.join(' ')}`
}

describe('a struct', () => {
  it('pads its members to their alignment', () => {
    expect(layout('char c; long l; short s;')).toBe('24/8 c@0 l@8 s@16')
    expect(layout('char c; int i[3]; char d;')).toBe('20/4 c@0 i@4 d@16')
    expect(layout('char c; long long l; double d;', ILP32)).toBe('20/4 c@0 l@4 d@12')
    expect(layout('char c; long double d;')).toBe('32/16 c@0 d@16')
  })

  it('may be packed or aligned, as a whole and by the member', () => {
    expect(layout('char c; int i __attribute__((aligned(8)));')).toBe('16/8 c@0 i@8')
    const packed = typesIn('struct __attribute__((packed)) { char c; long l; } x;')('x')
    expect(new Layouts(LP64).sizeOf(packed)).toBe(9)
    const aligned = typesIn('struct { char c; } __attribute__((aligned(32))) x;')('x')
    expect(new Layouts(LP64).sizeOf(aligned)).toBe(32)
  })

  it('puts bit-fields where the System V ABI has them', () => {
    expect(layout('int a : 3; int b : 30; char c;')).toBe('12/4 a@0:3 b@32:30 c@8')
    expect(layout('char a : 5; char b : 5; short c : 9;')).toBe('4/2 a@0:5 b@8:5 c@16:9')
    expect(layout('int a : 4; int : 0; int b : 4;')).toBe('8/4 a@0:4 b@32:4')
    expect(layout('long a : 40; int b : 20;')).toBe('8/8 a@0:40 b@40:20')
    expect(layout('char c; int a : 24;')).toBe('4/4 c@0 a@8:24')
  })

  it('ends in an array without a length, and has none to put elsewhere', () => {
    expect(layout('int n; long more[];')).toBe('8/8 n@0 more@8')
    expect(layout('struct unheard u; int n;')).toBe('unknown')
  })
})

describe('a union', () => {
  it('is as large as its largest member', () => {
    const type = typesIn('union { char c[5]; int i; } x;')('x')
    expect(new Layouts(LP64).sizeOf(type)).toBe(8)
  })

  it('without a name lends its members to the struct around it', () => {
    const type = typesIn('struct { int k; union { long l; struct { int a, b; }; }; } x;')('x')
    const found = type.kind === 'struct' ? new Layouts(LP64).find(type, 'b') : null
    expect(found).toMatchObject({ name: 'b', offset: 12 })
  })
})

describe('types are spelled as C writes them', () => {
  it.each([
    ['unsigned long x;', 'unsigned long'],
    ['struct vma *x;', 'struct vma *'],
    ['typedef struct { int v; } lock_t; lock_t **x;', 'lock_t **'],
    ['int (*x)(struct w *, unsigned int, ...);', 'int (*)(struct w *, unsigned int, ...)'],
    ['char *x[3];', 'char *[3]'],
    ['int (*x)[2][3];', 'int (*)[2][3]'],
    ['void (*x(int))(void);', 'void (*(int))(void)'],
    ['enum e { A } x;', 'enum e'],
    ['_Bool x;', '_Bool'],
  ])('%s', (code, spelled) => {
    expect(spellType(typesIn(code)('x'))).toBe(spelled)
  })
})

describe('integers', () => {
  it('are named by words in any order', () => {
    const spell = (words: string): string => {
      const type = basicType(words.split(' '), LP64)
      return type === null ? 'none' : spellType(type)
    }
    expect(
      ['long unsigned int', 'short', 'int long long unsigned', 'unsigned', 'char signed'].map(spell),
    ).toEqual(['unsigned long', 'short', 'unsigned long long', 'unsigned int', 'signed char'])
    expect(spell('float char')).toBe('none')
  })

  it('meet in the type that C says', () => {
    const common = (left: string, right: string, model: { wordBits: 32 | 64 }): string => {
      const [l, r] = [left, right].map((words) => basicType(words.split(' '), model))
      return l?.kind === 'integer' && r?.kind === 'integer' ? spellType(commonInteger(l, r)) : 'none'
    }
    expect(common('char', 'unsigned short', LP64)).toBe('int')
    expect(common('int', 'unsigned int', LP64)).toBe('unsigned int')
    expect(common('long', 'unsigned int', LP64)).toBe('long')
    expect(common('long', 'unsigned int', ILP32)).toBe('unsigned long')
    expect(common('long long', 'unsigned long', LP64)).toBe('unsigned long long')
  })

  it('as written have the first type that holds them', () => {
    const type = (text: string, model: { wordBits: 32 | 64 } = LP64): string => {
      const literal = integerLiteral(text, model)
      return literal === null ? 'none' : `${literal.value} ${spellType(literal.type)}`
    }
    expect(type('2147483647')).toBe('2147483647 int')
    expect(type('2147483648')).toBe('2147483648 long')
    expect(type('2147483648', ILP32)).toBe('2147483648 long long')
    expect(type('0x80000000')).toBe('2147483648 unsigned int')
    expect(type('1UL')).toBe('1 unsigned long')
    expect(type('017ll')).toBe('15 long long')
    expect(type('0xffffffffffffffff')).toBe('18446744073709551615 unsigned long')
    expect(type('089')).toBe('none')
  })
})
