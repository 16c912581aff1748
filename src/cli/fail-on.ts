/** Which findings make a command fail: `--fail-on` and `--expect`. */
import { fail, ok, type Result } from '../base/index.js'
import { DEFAULT_FAIL_ON, EXPECT_SAME, type FailOn, parseFailOn } from '../report/index.js'
import type { Options } from './options.js'
import { bad } from './run-request.js'

/** `--expect same` is a gate of its own: together with `--fail-on` it is a usage error. */
export function readFailOn(options: Options): Result<FailOn> {
  const failOn = options.last('fail-on')
  const expected = options.last('expect')
  if (expected === undefined) return failOn === undefined ? ok(DEFAULT_FAIL_ON) : parseFailOn(failOn)
  if (expected !== 'same') return fail(bad('expect', expected, 'same'))
  if (failOn === undefined) return ok(EXPECT_SAME)
  return fail({
    severity: 'error',
    code: 'usage',
    message: '--expect and --fail-on both say what counts as a failure',
    hint: 'give one of them',
  })
}
