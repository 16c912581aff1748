/** What stands around hunks: names, headers, kinds of change, examples, and what must never be believed. */
import { describe, expect, it } from 'vitest'
import { gitBlobId } from '../../../src/base/index.js'
import { nameTrouble, type Patch, parsePatch } from '../../../src/patch/index.js'

const HUNK = '@@ -1 +1 @@\n-a\n+b\n'
const read = (text: string): Patch => parsePatch(text, { source: 'mail' })
const codes = (patch: Patch) => patch.diagnostics.map((diagnostic) => diagnostic.code)
const names = (patch: Patch) => patch.files.map((file) => [file.kind, file.previousPath, file.path])

describe('names', () => {
  it.each([
    ['a git header', 'diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n', 'mm/x.c'],
    ['no prefix', 'diff --git mm/x.c mm/x.c\n--- mm/x.c\n+++ mm/x.c\n', 'mm/x.c'],
    ['other prefixes', 'diff --git i/mm/x.c w/mm/x.c\n--- i/mm/x.c\n+++ w/mm/x.c\n', 'mm/x.c'],
    ['quilt', '--- linux-2.6.orig/mm/x.c\n+++ linux-2.6/mm/x.c\n', 'mm/x.c'],
    ['quilt with a/ and b/', 'Index: b/mm/x.c\n=====\n--- a/mm/x.c\n+++ b/mm/x.c\n', 'mm/x.c'],
    [
      'time stamps',
      '--- a/mm/x.c\t2020-11-26 10:00:00.000000000 +0100\n+++ b/mm/x.c\t2020-11-26 10:01:00 +0100\n',
      'mm/x.c',
    ],
    ['a blank', 'diff --git a/a b.c b/a b.c\n--- a/a b.c\t\n+++ b/a b.c\t\n', 'a b.c'],
    [
      'octal quotes',
      'diff --git "a/f\\303\\274.c" "b/f\\303\\274.c"\n--- "a/f\\303\\274.c"\n+++ "b/f\\303\\274.c"\n',
      'fü.c',
    ],
  ])('with %s', (_, header, path) => {
    expect(names(read(header + HUNK))).toEqual([['modified', null, path]])
  })

  it.each([
    '../../etc/passwd',
    '/etc/passwd',
    'a/../../x',
    'x\u0000y',
    '\u001b]0;x\u0007',
    '.git/hooks/pre-commit',
    '',
  ])('like %j are data, and not to be used below a tree', (name) => {
    expect(nameTrouble(name)).not.toBeNull()
  })

  it('that climb out of the tree are kept and reported', () => {
    const patch = read(`--- a/../../etc/passwd\n+++ b/../../etc/passwd\n${HUNK}`)
    expect(patch.files[0]?.path).toBe('../../etc/passwd')
    expect(codes(patch)).toContain('path-outside-tree')
  })
})

describe('kinds of change', () => {
  it('renames, copies and modes without hunks', () => {
    const text = [
      'diff --git a/x.c b/y.c\nsimilarity index 100%\nrename from x.c\nrename to y.c\n',
      'diff --git a/x.c b/z.c\nsimilarity index 100%\ncopy from x.c\ncopy to z.c\n',
      'diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n',
    ].join('')
    const patch = read(text)
    expect(names(patch)).toEqual([
      ['renamed', 'x.c', 'y.c'],
      ['copied', 'x.c', 'z.c'],
      ['mode', null, 'run.sh'],
    ])
    expect(patch.files[2]).toMatchObject({ beforeMode: '100644', afterMode: '100755' })
  })

  it('binary files, with and without their content', () => {
    const text =
      'diff --git a/l.png b/l.png\nindex 1234567..89abcde 100644\nBinary files a/l.png and b/l.png differ\n' +
      'diff --git a/m.png b/m.png\nindex 1234567..89abcde 100644\nGIT binary patch\nliteral 3\nKcmZ\n\nliteral 0\nHcmV\n\n' +
      `diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n${HUNK}`
    expect(names(read(text))).toEqual([
      ['binary', null, 'l.png'],
      ['binary', null, 'm.png'],
      ['modified', null, 'x.c'],
    ])
  })

  it('a combined diff is named and not dropped', () => {
    const patch = read(
      'diff --cc mm/x.c\nindex 1,2..3\n--- a/mm/x.c\n+++ b/mm/x.c\n@@@ -1,1 -1,1 +1,1 @@@\n--a\n++b\n',
    )
    expect(names(patch)).toEqual([['combined', null, 'mm/x.c']])
    expect(codes(patch)).toEqual(['combined-diff'])
  })

  it('a file that is created is proved by its id, and a wrong id is said', () => {
    const id = gitBlobId(new TextEncoder().encode('a\nb\n')).slice(0, 12)
    const text = (blob: string) =>
      `diff --git a/n.c b/n.c\nnew file mode 100644\nindex 000000000000..${blob}\n--- /dev/null\n+++ b/n.c\n@@ -0,0 +1,2 @@\n+a\n+b\n`
    expect(read(text(id)).files[0]).toMatchObject({
      kind: 'added',
      certificate: { base: 'blob', added: 'post-blob' },
    })
    const other = read(text('123456789abc'))
    expect(other.files[0]?.certificate.added).toBe('verbatim')
    expect(codes(other)).toEqual(['check-post-blob'])
  })

  it('an id of less than seven digits proves nothing', () => {
    const text =
      'diff --git a/n b/n\nnew file mode 100644\nindex 0000..7898\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n'
    expect(read(text).files[0]?.certificate.added).toBe('verbatim')
  })

  it('a created file whose tabs became blanks is proved once they are tabs again', () => {
    const content = 'int f(void)\n{\n\tint a;\n\tif (a)\n\t\treturn a;\n\treturn 0;\n}\n'
    const id = gitBlobId(new TextEncoder().encode(content)).slice(0, 12)
    const body = content
      .trimEnd()
      .split('\n')
      .map((line) => `+${line.replaceAll('\t', '        ')}`)
    const patch = read(
      `diff --git a/n.c b/n.c\nnew file mode 100644\nindex 000000000000..${id}\n--- /dev/null\n+++ b/n.c\n@@ -0,0 +1,7 @@\n${body.join('\n')}\n`,
    )
    expect(patch.files[0]?.certificate.added).toBe('post-blob')
  })
})

describe('what is no patch', () => {
  it('an example in the commit message is a witness', () => {
    const example = `diff --git a/e.c b/e.c\n--- a/e.c\n+++ b/e.c\n${HUNK}`
    const patch = read(
      `Like this:\n\n${example}\nS-o-b: Jo\n---\n x.c | 2 +-\n\n--- a/x.c\n+++ b/x.c\n${HUNK}`,
    )
    expect(patch.files.map((file) => file.path)).toEqual(['x.c'])
    expect(patch.witnesses).toMatchObject([{ role: 'example', path: 'e.c' }])
    expect(codes(patch)).toEqual(['example-diff'])
  })

  it('two patches in one text are two patches', () => {
    const one = (name: string) =>
      `Message\n---\n ${name} | 2 +-\n\n--- a/${name}\n+++ b/${name}\n${HUNK}-- \n2.39.5\n\n`
    expect(read(one('x.c') + one('y.c')).files.map((file) => file.path)).toEqual(['x.c', 'y.c'])
  })

  it('tables with --- and +++ are prose, and so is talk about diff --git', () => {
    expect(read('--- before\n+++ after\n@@ what?\ndiff --git is a command\n@@ -1 is odd\n').files).toEqual([])
  })

  it('a hunk without a file is a witness with a diagnostic', () => {
    const patch = read(`Try\n\n${HUNK}`)
    expect(patch.files).toEqual([])
    expect(patch.witnesses).toMatchObject([{ role: 'loose', path: '' }])
    expect(codes(patch)).toEqual(['hunk-without-file'])
  })

  it('prose is left quickly', () => {
    expect(read('Looks good.\n\n- one\n- two\n')).toMatchObject({
      files: [],
      witnesses: [],
      fragments: [],
      diagnostics: [],
    })
  })
})

describe('what is seen otherwise than compiled', () => {
  it.each([
    ['a bidirectional override', 'if (a) \u202e return;', 'bidi-or-invisible'],
    ['an escape sequence', 'x \u001b[2K y', 'control-character'],
  ])('%s in an added line is reported', (_, text, code) => {
    const patch = read(`--- a/x.c\n+++ b/x.c\n@@ -1 +1,2 @@\n a\n+${text}\n`)
    expect(patch.diagnostics).toMatchObject([{ code, place: { source: 'mail', line: 5 } }])
  })
})

describe('hostile texts', () => {
  it('are read in linear time, or this test runs into its limit', () => {
    read(`--- a/x.c\n+++ b/x.c\n@@ -1 +1,2 @@\n x\n+${'-a b'.repeat(1_250_000)}\n`)
    read(`${'> '.repeat(1_000_000)}\n> +x;\n> @@ -1 +1 @@\n`)
    read('@@ -1,900000 +1,900000 @@ f\n+a b \nc\n-d\n'.repeat(20_000))
    read(`--- a/x\n+++ b/x\n@@ -1,9000 +1,9000 @@\n${`+${'long '.repeat(14)}\ntail\n`.repeat(9_000)}`)
  })
})

it('a line kept as it stands is no longer verbatim where its blanks may have been tabs', () => {
  const wide = (text: string) => `${' '.repeat(7)}${text}`
  const text = [
    ...[
      '--- a/x.c',
      '+++ b/x.c',
      '@@ -1,4 +1,3 @@',
      ` ${wide('one();')}`,
      ` ${wide('two();')}`,
      `-${wide('three();')}`,
      ' }',
    ],
    ...['@@ -20,2 +19,3 @@', ' int a;', '+int  b;', ' int c;', ''],
  ].join('\n')
  const [file] = parsePatch(text).files
  expect(file?.hunks.map((hunk) => hunk.repairs.length)).toEqual([1, 0])
  expect(file?.certificate.added).toBe('blanks-inferred')
})
