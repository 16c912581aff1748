/** What the seeded defects were made from behaves as the reimplementations do, in every scenario. */
import { expect, it } from 'vitest'
import { type Defect, SOUND } from '../support/defects/index.js'
import { noticed } from '../support/defects/noticed.js'

it.each(SOUND.map((sound) => [sound.of, sound] as const))(
  '%s written out again does not differ',
  (_of, sound) => {
    expect(noticed(sound)).toBeNull()
  },
)

it('walk_pte_range@v5.5 and @oct2019 differ in no observed behaviour', () => {
  const oct2019 = soundOf('walk_pte_range@oct2019').right
  const v5_5 = soundOf('walk_pte_range@v5.5').right.changed.filter(({ name }) => name === 'walk_pte_range')
  const [wrong] = v5_5
  if (wrong === undefined) throw new Error('no walk_pte_range@v5.5')
  expect(noticed({ ...soundOf('walk_pte_range@oct2019'), right: oct2019, wrong })).toBeNull()
})

function soundOf(of: string): Defect {
  const found = SOUND.find((one) => one.of === of)
  if (found === undefined) throw new Error(`nothing sound is called ${of}`)
  return found
}
