/**
 * How much of the mm/ of real kernels can be lifted. KREPLAY_LINUX_6_1 and KREPLAY_LINUX_6_12 name unpacked kernel
 * sources; without them this is skipped, visibly. KREPLAY_CONFIG names a .config to read them under.
 */
import { describe, expect, it } from 'vitest'
import { readKconfig } from '../../src/cli/kconfig.js'
import { liftFrom } from '../../src/run/index.js'

const TREES = { '6.1': process.env['KREPLAY_LINUX_6_1'], '6.12': process.env['KREPLAY_LINUX_6_12'] }
const MINUTES = 5 * 60_000

for (const [release, name] of Object.entries(TREES)) {
  describe.skipIf(name === undefined)(`mm/ of linux ${release}`, () => {
    it(
      'is read and lifted nearly whole',
      async () => {
        const given = process.env['KREPLAY_CONFIG']
        const config = await readKconfig(given === undefined ? [] : [given], process.cwd())
        const answer = await liftFrom({
          what: 'mm',
          cwd: process.cwd(),
          tree: { name: name ?? '', cwd: process.cwd() },
          config: config.ok ? config.value : {},
        })
        if (!answer.ok || answer.value.kind !== 'table') throw new Error('there is no table')
        const { compiled, parsed, lifted, instructions, assumed, causes } = answer.value
        expect(compiled).toBeGreaterThan(2000)
        expect(parsed / compiled, JSON.stringify(causes, null, 1)).toBeGreaterThanOrEqual(0.99)
        expect(lifted / compiled, JSON.stringify(causes, null, 1)).toBeGreaterThanOrEqual(0.97)
        expect(assumed / instructions).toBeLessThan(0.05)
      },
      MINUTES,
    )
  })
}
