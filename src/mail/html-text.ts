/**
 * The text of an HTML mail that has no plain part: blocks and breaks are lines, tags go, common entities are
 * undone. Enough to read a patch in it, not to show it.
 */
export function htmlText(html: string): string {
  return html
    .replace(/\r?\n/g, '\n')
    .replace(/<(?:style|script|head)\b[^>]{0,1000}>[^<]*<\/(?:style|script|head)>/gi, '')
    .replace(/<br\b[^<>]{0,200}>\n?|<\/(?:p|div|tr|li|pre|h\d)>\n?/gi, '\n')
    .replace(/<[^<>]{0,4000}>/g, '')
    .replace(/&(lt|gt|amp|quot|nbsp|#39);/g, (_, name: string) => ENTITIES.get(name) ?? '')
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['nbsp', ' '],
  ['#39', "'"],
])
