/** Each suite tells every seeded defect from the right version. That it takes nothing right for wrong: test/slow. */
import { afterAll, expect, it } from 'vitest'
import { DEFECTS } from '../../support/defects/index.js'
import { noticed } from '../../support/defects/noticed.js'

const table: string[] = []

afterAll(() => {
  console.log(['', `${table.length} seeded defects:`, ...table].join('\n'))
})

it.each(DEFECTS.map((defect) => [defect.of, defect.wrong.version, defect] as const))(
  '%s: %s',
  (of, what, defect) => {
    const found = noticed(defect)
    expect(found, 'no scenario notices it').not.toBeNull()
    table.push(`${of.padEnd(27)} ${what.padEnd(52)} ${found?.how.padEnd(44)} ${found?.scenario}`)
  },
)
