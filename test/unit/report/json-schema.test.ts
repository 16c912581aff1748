import { toJsonSchema } from '@valibot/to-json-schema'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import type * as v from 'valibot'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type Report, ReportSchema } from '../../../src/report/index.js'
import { arbitraryReport } from '../../support/arbitrary-report.js'
import { SAMPLES } from '../../support/sample-reports.js'

type DeepReadonly<T> = T extends string | number | boolean | null
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [K in keyof T]: DeepReadonly<T[K]> }

/** `npm run schema` rewrites the file: it is a snapshot of what the schema says. */
const published = `${JSON.stringify(toJsonSchema(ReportSchema, { target: 'draft-07' }), null, 2)}\n`

const ajv = new Ajv({ allErrors: true, strict: false })
const validate = ajv.compile(JSON.parse(published))

test('the run-time schema and the written types are the same', () => {
  expectTypeOf<DeepReadonly<v.InferOutput<typeof ReportSchema>>>().toEqualTypeOf<Report>()
})

test('docs/report.schema.json is up to date', async () => {
  await expect(published).toMatchFileSnapshot('../../../docs/report.schema.json')
})

test.each(SAMPLES)('the %s report is valid', (_, report) => {
  expect(validate(JSON.parse(JSON.stringify(report))), ajv.errorsText(validate.errors)).toBe(true)
})

test('every report of the right type is valid', () => {
  fc.assert(
    fc.property(arbitraryReport, (report) => {
      expect(validate(JSON.parse(JSON.stringify(report))), ajv.errorsText(validate.errors)).toBe(true)
    }),
    { numRuns: 100 },
  )
})

describe('a broken report is rejected', () => {
  const [, sample] = SAMPLES[0] ?? []
  const broken: readonly (readonly [string, (report: Record<string, unknown>) => void])[] = [
    ['without findings', (report) => delete report['findings']],
    ['with another schema version', (report) => Object.assign(report, { schemaVersion: 2 })],
    ['with a verdict that does not exist', (report) => first(report, 'findings', { verdict: 'passed' })],
    ['with a negative count', (report) => Object.assign(report, { summary: { regressed: -1 } })],
    [
      'with an unknown certificate',
      (report) => first(report, 'patches', { files: [{ certificate: { base: 'yes' } }] }),
    ],
    [
      'with a bound of no kind',
      (report) => first(report, 'findings', { before: { coverage: { kind: 'bounded' } } }),
    ],
    ['written by another tool', (report) => Object.assign(report, { tool: { name: 'other', version: '1' } })],
  ]

  test.each(broken)('%s', (_, damage) => {
    const report: Record<string, unknown> = JSON.parse(JSON.stringify(sample))
    expect(validate(report)).toBe(true)
    damage(report)
    expect(validate(report)).toBe(false)
  })

  function first(report: Record<string, unknown>, list: string, change: object): void {
    const items = report[list]
    if (Array.isArray(items)) Object.assign(items[0], change)
  }
})
