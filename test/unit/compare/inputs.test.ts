/** Answers of two sides that may be compared. */
import { describe, expect, it } from 'vitest'
import { agree } from '../../../src/compare/inputs.js'

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
  ])('%s', (_, left, right, expected) => {
    expect(agree(left, right)).toBe(expected)
    expect(agree(right, left)).toBe(expected)
  })
})
