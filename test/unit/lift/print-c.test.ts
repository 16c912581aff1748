import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseC, printExternal } from '../../../src/lift/index.js'
import { essence, functions } from '../../support/arbitrary-c.js'
import { parser } from '../../support/c-parser.js'

it('what is printed parses to the tree that was printed', () => {
  fc.assert(
    fc.property(functions, (one) => {
      const text = `typedef int own_t;\n${printExternal(one)}`
      const { unit, diagnostics } = parseC(parser, 'made-up.c', text)
      expect(diagnostics, text).toEqual([])
      expect(essence(unit.declarations[1]), text).toEqual(essence(one))
    }),
    { numRuns: 500 },
  )
})
