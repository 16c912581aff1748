import { describe, expect, test } from 'vitest'
import { codes, mail, readOne } from './sample-mails.js'

const QP = { 'Content-Transfer-Encoding': 'quoted-printable' }
const BASE64 = { 'Content-Transfer-Encoding': 'base64' }
const type = (value: string) => ({ 'Content-Type': `text/plain; ${value}` })

async function body(text: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return (await readOne(mail(text, headers))).body
}

function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

describe('quoted-printable', () => {
  test('escapes and soft breaks are undone', async () => {
    expect(await body('a =3D b=\nc =\nd=20\n=C3=A9\n', QP)).toBe('a = bc d \né\n')
  })
  test('a broken escape stays, and is reported', async () => {
    expect(await body('a =zz b\n', QP)).toBe('a =zz b\n')
    expect(await codes(mail('a =zz b\n', QP))).toEqual(['quoted-printable-invalid'])
  })
  test('blanks at a line end stay, for a context line may be one blank', async () => {
    expect(await body(' \n+a \n', QP)).toBe(' \n+a \n')
  })
  test('that no header announces is undone when every = is an escape', async () => {
    const message = await readOne(mail('a =3D b=20\nc=\nd\n'))
    expect(message.body).toBe('a = b \ncd\n')
    expect(message.damage.map((one) => one.kind)).toEqual(['qp-undecoded'])
  })
  test('that a header denies stays', async () => {
    expect(await body('a =3D b=20\n', { 'Content-Transfer-Encoding': '8bit' })).toBe('a =3D b=20\n')
  })
  test('that no header announces stays when one = is none', async () => {
    expect(await body('a =3D b=20\nx = y;\n', {})).toBe('a =3D b=20\nx = y;\n')
  })
})

describe('base64', () => {
  test('is undone', async () => {
    expect(await body(Buffer.from('diff\n+ü\n').toString('base64'), BASE64)).toBe('diff\n+ü\n')
  })
  test('with stray characters is undone, and reported', async () => {
    const text = Buffer.from('some longer text to decode\n').toString('base64')
    expect(await body(`${text.slice(0, 8)}!${text.slice(8)}`, BASE64)).toBe('some longer text to decode\n')
    expect(await codes(mail(`${text.slice(0, 8)}!${text.slice(8)}`, BASE64))).toEqual(['base64-invalid'])
  })
  test('that is plain text in truth is read as it is', async () => {
    expect(await body('diff --git a/x b/x, {not} (base64)!\n', BASE64)).toBe(
      'diff --git a/x b/x, {not} (base64)!\n',
    )
    expect(await codes(mail('diff --git a/x b/x, {not} (base64)!\n', BASE64))).toEqual(['base64-invalid'])
  })
  test('keeps the plain footer that a list appended', async () => {
    const text = `${Buffer.from('text\n').toString('base64')}\n______\nlist mailing list\n`
    expect(await body(text, BASE64)).toBe('text\n______\nlist mailing list\n')
    expect(await codes(mail(text, BASE64))).toEqual(['base64-tail'])
  })
  test('with CRLF on every line inside has LF, with CRLF on some keeps them', async () => {
    expect(await body(Buffer.from('a\r\nb\r\n').toString('base64'), BASE64)).toBe('a\nb\n')
    expect(await body(Buffer.from('a\r\nb\n').toString('base64'), BASE64)).toBe('a\r\nb\n')
  })
  test('encoding of another name is reported, and the text kept', async () => {
    const headers = { 'Content-Transfer-Encoding': 'x-uue' }
    expect(await body('text\n', headers)).toBe('text\n')
    expect(await codes(mail('text\n', headers))).toEqual(['transfer-encoding-unknown'])
  })
})

describe('charsets', () => {
  test('the declared one is used', async () => {
    expect((await readOne(latin1(mail('caf\xe9\n', type('charset="ISO-8859-1"'))))).body).toBe('café\n')
    expect((await readOne(latin1(mail('\xc1\n', type('charset=koi8-r'))))).body).toBe('а\n')
  })
  test('without one, and for us-ascii, UTF-8 is believed', async () => {
    expect(await body('é\n', {})).toBe('é\n')
    expect(await body('é\n', type('charset=us-ascii'))).toBe('é\n')
  })
  test('without one, bytes that are no UTF-8 are read as windows-1252, and reported', async () => {
    expect((await readOne(latin1(mail('\x93caf\xe9\x94\n')))).body).toBe('“café”\n')
    expect(await codes(latin1(mail('caf\xe9\n')))).toEqual(['charset-guessed'])
  })
  test('bytes that the declared one lacks become U+FFFD, and are reported', async () => {
    const input = latin1(mail('caf\xe9 ok\n', type('charset=utf-8')))
    expect((await readOne(input)).body).toBe('caf\ufffd ok\n')
    expect(await codes(input)).toEqual(['charset-invalid-bytes'])
  })
  test('an unknown one is reported, and the text read', async () => {
    expect(await body('é\n', type('charset=klingon'))).toBe('é\n')
    expect(await codes(mail('é\n', type('charset=klingon')))).toEqual(['charset-unknown'])
  })
  test('one where ASCII bytes mean something else is decoded', async () => {
    expect((await readOne(latin1(mail('\x1b$B$"\x1b(B\n', type('charset=iso-2022-jp'))))).body).toBe('あ\n')
  })
  test('encoded words of a header are decoded, split characters too', async () => {
    const message = await readOne(
      mail('x\n', {
        Subject: '=?utf-8?q?[PATCH]_caf=C3?=\n =?UTF-8?Q?=A9?= =?iso-8859-1?b?6Q==?= end',
        From: '"Doe, =?utf-8?q?J=C3=B6rg?=" <j@x>',
      }),
    )
    expect(message.subject).toBe('[PATCH] caféé end')
    expect(message.from?.name).toBe('Doe, Jörg')
  })
})

describe('format=flowed', () => {
  const flowed = type('charset=utf-8; format=flowed')
  test('soft lines are joined and stuffing is taken away, quoted text by depth', async () => {
    expect(await body('one \ntwo\n  ctx\n> a \n> b\n>> c \n> d\n', flowed)).toBe(
      'one two\n ctx\n> a b\n>> c \n> d\n',
    )
  })
  test('the signature mark is no soft line', async () => {
    expect(await body('one \n-- \nAda\n', flowed)).toBe('one \n-- \nAda\n')
  })
  test('DelSp takes the blank of the soft break away', async () => {
    expect(await body('one \ntwo\n', type('format=flowed; delsp=yes'))).toBe('onetwo\n')
  })
  test('is undone only where it is declared', async () => {
    expect(await body('one \ntwo\n', type('charset=utf-8'))).toBe('one \ntwo\n')
  })
})

describe('multipart', () => {
  const MIXED = { 'MIME-Version': '1.0', 'Content-Type': 'multipart/mixed; boundary="=-x"' }
  const part = (headers: string, text: string): string => `--=-x\n${headers}\n\n${text}\n`

  test('text parts and inline patches are the body, attachments are parts', async () => {
    const message = await readOne(
      mail(
        part('Content-Type: text/plain', 'See below.') +
          part(
            'Content-Type: text/x-patch; name="a.patch"\nContent-Disposition: inline; filename="a.patch"',
            '+inline',
          ) +
          part('Content-Type: text/x-diff\nContent-Disposition: attachment; filename=b.diff', '+attached') +
          part('Content-Type: image/png\nContent-Transfer-Encoding: base64', 'iVBORw0=') +
          '--=-x--\n',
        MIXED,
      ),
    )
    expect(message.body).toContain('See below.')
    expect(message.body).toContain('+inline')
    expect(message.body).not.toContain('+attached')
    expect(message.parts.map((one) => [one.name, one.inline, one.text.trim()])).toEqual([
      ['a.patch', true, '+inline'],
      ['b.diff', false, '+attached'],
    ])
  })
  test('cut off before its end is reported, and read as far as it goes', async () => {
    const input = mail(
      part('Content-Type: text/plain', 'first') + part('Content-Type: text/plain', 'sec'),
      MIXED,
    )
    const message = await readOne(input)
    expect(message.body).toContain('first')
    expect(message.body).toContain('sec')
    expect(await codes(input)).toEqual(['multipart-truncated'])
  })
  test('of thousands of parts is not taken apart', async () => {
    const input = mail(part('Content-Type: text/plain', 'x').repeat(1100), MIXED)
    expect(await codes(input)).toEqual(['multipart-too-large'])
    expect((await readOne(input)).body).toContain('--=-x')
  })
  test('an HTML mail gives its text', async () => {
    const message = await readOne(mail('<p>a &lt; b</p><pre>+x\n-y</pre>\n', { 'Content-Type': 'text/html' }))
    expect(message.body.trim()).toBe('a < b\n+x\n-y')
  })
})
