import { expect, it } from 'vitest'
import { listEdit } from '../../../src/compare/list-edit.js'

it('marks what only one of two lists has', () => {
  expect(listEdit('a, b', 'lock, a, b, unlock')).toBe('+lock, a, b, +unlock')
  expect(listEdit('a, b, c', 'a, c')).toBe('a, -b, c')
})

it('counts what is alike away from a difference', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].join(', ')
  expect(listEdit(many, `x, ${many}, y`)).toBe('+x, a, (3 alike), e, +y')
  expect(listEdit(`${many}, x`, many)).toBe('(4 alike), e, -x')
})

it('takes a comma in brackets for a part of an entry', () => {
  expect(listEdit('f(a, b), g', 'f(a, c), g')).toBe('-f(a, b), +f(a, c), g')
})

it('takes none for an empty list', () => {
  expect(listEdit('none', 'f(a)')).toBe('+f(a)')
})
