/** Implementations handed to another thread as data do there what they do here. */
import { expect, it } from 'vitest'
import { forEachExecution, SC } from '../../../src/explore/index.js'
import { runsAs } from '../../../src/mm/index.js'
import { BUILT_IN, type Reimplementation } from '../../../src/reimpl/index.js'
import {
  addRan,
  allPortable,
  implementationsFrom,
  portable,
  ranOfEach,
} from '../../../src/run/portable-implementation.js'
import { type Reached, ranOf } from '../../../src/run/watch.js'
import { liftedFunctions, programCalling } from '../../support/lifted-threads.js'

const CODE = `struct lane { long at; struct lane *next; }; static struct lane first = { 4, 0 }, second = { 5, &first };
static long sum(struct lane *lane) { long all = 0; while (lane) { all += lane->at; lane = lane->next; } return all; }
long total(void) { return sum(&second); }
int is_long(void) { return sum(&first) > 100; }`

function returned(implementation: Reimplementation): unknown {
  let value: unknown
  forEachExecution(programCalling([implementation]), { model: SC }, ({ threads }) => {
    value = threads[0]?.returned
    return true
  })
  return value
}

it('lifted ones with their code, those of the registry by their ids', () => {
  const [known] = BUILT_IN.all
  if (known === undefined) throw new Error('nothing is built in')
  const lifted = liftedFunctions(CODE, ['total', 'is_long'])
  const data = structuredClone(allPortable([...lifted, known], BUILT_IN))
  const [total, isLong, same] = implementationsFrom(data ?? [], BUILT_IN)
  if (total === undefined || isLong === undefined) throw new Error('they did not arrive')
  expect([returned(total), returned(isLong), same]).toEqual([9n, 0, known])
  expect([total.name, total.path, total.version]).toEqual(['total', 'lib/lane.c', 'lifted'])
})

it('what is neither does not travel', () => {
  const [known] = BUILT_IN.all
  if (known === undefined) throw new Error('nothing is built in')
  expect(portable({ ...known, version: 'another' }, BUILT_IN)).toBeNull()
  expect(allPortable([known, { ...known, version: 'another' }], BUILT_IN)).toBeNull()
})

it('what ran there is added to what ran here', () => {
  const [total] = liftedFunctions(CODE, ['total'])
  if (total === undefined) throw new Error('it is not lifted')
  const [here, there]: Reached[] = [new Map(), new Map()]
  if (here === undefined || there === undefined) throw new Error('unreachable')
  ranOf(here, runsAs(total)).lines.add(3)
  ranOf(there, runsAs(total)).lines.add(4)
  ranOf(there, runsAs(total)).whenTrue.add(1)
  addRan(here, [total], structuredClone(ranOfEach(there, [total])))
  expect(ranOf(here, runsAs(total))).toEqual({
    lines: new Set([3, 4]),
    whenTrue: new Set([1]),
    whenFalse: new Set(),
  })
})
