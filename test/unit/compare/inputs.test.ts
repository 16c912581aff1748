/** Answers of two sides that may be compared. */
import { describe, expect, it } from 'vitest'
import { agree, saysSame } from '../../../src/compare/inputs.js'

const input = (...answers: readonly string[]) => answers.join('\n')

describe('inputs agree', () => {
  it.each([
    ['where they are the same', input('f(&x)=1'), input('f(&x)=1'), true],
    ['where one side asks nothing', '', input('f()=1'), true],
    ['where one side asks more', input('f()=1'), input('f()=1', 'g()=0'), true],
    ['where they ask different things', input('f()=1'), input('g()=0'), true],
    ['not where one answer differs', input('f()=1', 'g()=0'), input('f()=0', 'g()=0'), false],
    [
      'not where an answer differs whose question has a = in it',
      input('f(a==b)=1'),
      input('f(a==b)=0'),
      false,
    ],
    ['where a mask has the bits of the whole', input('x & 0x4=0x4'), input('x=5'), true],
    ['not where a mask lacks a bit of the whole', input('x & 0x4=0'), input('x=5'), false],
    ['where masks have nothing in common', input('x & 0x4=0x4'), input('x & 0x3=0'), true],
    ['not where masks differ in a bit that both have', input('x & 0x6=0x6'), input('x & 0x2=0'), false],
    [
      'where the whole is of the bits that were not asked for',
      input('x & 0x4=0x4', 'x=1'),
      input('x & 0x4=0x4', 'x & 0x1=0x1'),
      true,
    ],
    [
      'not where it lacks such a bit',
      input('x & 0x4=0x4', 'x=1'),
      input('x & 0x4=0x4', 'x & 0x2=0x2'),
      false,
    ],
    ['where an object has some bits', input('x & 0x1=0'), input('x=object'), true],
  ])('%s', (_, left, right, expected) => {
    expect(agree(left, right)).toBe(expected)
    expect(agree(right, left)).toBe(expected)
  })
})

describe('observed texts say the same', () => {
  it.each([
    ['where one names a value that the other was answered', 's->mode', '', '5', 's->mode=5', true],
    ['where both do so inside a list', 'g(s->mode, 1)', 'a()=1', 'g(5, 1)', 's->mode=5', true],
    ['for truth values as for numbers', 'is_on(s)', '', '1', 'is_on(s)=true', true],
    ['not where the answer is another', 's->mode', '', '6', 's->mode=5', false],
    ['not where a name is only a part of another', 'how', '', 's5', 'ow=5', false],
  ])('%s', (_, left, leftInput, right, rightInput, expected) => {
    expect(saysSame(left, leftInput, right, rightInput)).toBe(expected)
    expect(saysSame(right, rightInput, left, leftInput)).toBe(expected)
  })
})
