/** The other parsers as witnesses: each is caught in one disagreement, so the comparison is known to work. */
import { describe, expect, it } from 'vitest'
import { parsePatch } from '../../../src/patch/index.js'

const read = (text: string) => parsePatch(text, { source: 'mail', crossCheck: true })
const result = (text: string, name: 'parse-diff' | 'diff') =>
  read(text).files[0]?.certificate.checks.find((check) => check.name === name)
const HEAD = '--- a/x.c\n+++ b/x.c\n'

describe('a cross-check', () => {
  it('passes where all read the same, signature behind the hunk or not', () => {
    const text = `${HEAD}@@ -1,2 +1,2 @@\n a\n-b\n+c\n-- \n2.39.5\n`
    expect(result(text, 'parse-diff')?.result).toBe('passed')
    expect(result(text, 'diff')?.result).toBe('passed')
  })

  it('is not made unless asked for, nor on damaged text', () => {
    const names = (text: string, crossCheck: boolean) =>
      parsePatch(text, { crossCheck }).files[0]?.certificate.checks.map(
        (check) => `${check.name} ${check.result}`,
      )
    expect(names(`${HEAD}@@ -1 +1 @@\n-b\n+c\n`, false)).toEqual(['counts passed', 'offsets passed'])
    expect(names(`${HEAD}@@ -1,2 +1,2 @@\n\n-b\n+c\n`, true)).toContain('diff not-available')
  })

  it('tells that parse-diff does not undo the quotes of a name', () => {
    const patch = read(`--- "a/f\\303\\274.c"\n+++ "b/f\\303\\274.c"\n@@ -1 +1 @@\n-a\n+b\n`)
    const failed = patch.files[0]?.certificate.checks.filter((check) => check.result === 'failed')
    expect(failed?.map((check) => check.name)).toEqual(['parse-diff'])
    expect(patch.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['check-parse-diff'])
  })

  it('tells that diff takes a time stamp behind a blank for a part of the name', () => {
    const patch = read('--- a/x.c 2020-01-01 10:00:00\n+++ b/x.c 2020-01-01 10:00:01\n@@ -1 +1 @@\n-a\n+b\n')
    expect(patch.files[0]?.path).toBe('x.c')
    const failed = patch.files[0]?.certificate.checks.filter((check) => check.result === 'failed')
    expect(failed?.map((check) => check.name)).toContain('diff')
    expect(patch.diagnostics.map((diagnostic) => diagnostic.code)).toContain('check-diff')
  })
})
