import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldCommand, quoteWord, shellWords } from '../../../src/report/index.js'

const word = fc.string({ unit: fc.constantFrom(...` abc'"\\$-=/.@`), minLength: 1, maxLength: 12 })

test('quoted words are read back as they were', () => {
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(shellWords(words.map(quoteWord).join(' '))).toEqual(words)
    }),
  )
})

test('a folded command holds the same words', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), (words) => {
      const folded = foldCommand(words.map(quoteWord).join(' '), 30)
      expect(shellWords(folded.map((line) => line.replace(/ \\$/, '')).join(' '))).toEqual(words)
    }),
  )
})

test('reading words of any text ends, and soon', () => {
  expect(shellWords(`'${'\\'.repeat(50_000)}"`).length).toBeGreaterThan(0)
})
