/** Bodies out of an mbox, for tests of what reads bodies: single-part mail, 8bit, base64 or quoted-printable. */
export function mailBodies(mbox: string): { readonly subject: string; readonly body: string }[] {
  return mbox
    .split(/^From .*\n/m)
    .filter((mail) => mail !== '')
    .map((mail) => {
      const end = mail.indexOf('\n\n')
      const head = mail.slice(0, end).replace(/\n[ \t]+/g, ' ')
      const header = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1] ?? ''
      return {
        subject: header('Subject'),
        body: decode(mail.slice(end + 2), header('Content-Transfer-Encoding')),
      }
    })
}

function decode(body: string, encoding: string): string {
  const text = body.replaceAll('\r\n', '\n').replace(/^>(>*From )/gm, '$1')
  if (/base64/i.test(encoding)) return Buffer.from(text, 'base64').toString('utf8').replaceAll('\r\n', '\n')
  if (!/quoted-printable/i.test(encoding)) return text
  const bytes = text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
  return /[\u0080-\u00ff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
}
