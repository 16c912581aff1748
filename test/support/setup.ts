/** Laws draw from one seed, so that a run can be repeated: KREPLAY_SEED tries another. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['KREPLAY_SEED'] ?? 20191003) })
