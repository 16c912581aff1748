/**
 * What archives and mail programs do to the blanks of a line, as functions from the line sent to the line
 * seen. Recognised models are run again over the repaired text: if that does not give what was seen, the
 * repair is wrong (check `redamage`).
 */

/**
 * `hypermail` blanks in front go, runs of blanks become one; `lstrip` blanks in front go; `mail-archive` tabs
 * become blanks to the next eighth column, then every run of four equal characters goes; `tabs-columns` and
 * `tabs-8` tabs become blanks to the next eighth column, or eight each.
 */
export type DamageModel = 'hypermail' | 'lstrip' | 'mail-archive' | 'tabs-columns' | 'tabs-8'

/** From the mildest on. */
export const DAMAGE_MODELS: readonly DamageModel[] = [
  'tabs-columns',
  'tabs-8',
  'lstrip',
  'hypermail',
  'mail-archive',
]

/** The line, marker included, as the archive would show it. */
export function damageLine(model: DamageModel, line: string): string {
  switch (model) {
    case 'hypermail':
      return line.replace(/[ \t]+/g, ' ').trimStart()
    case 'lstrip':
      return line.replace(/^[ \t]+/, '')
    case 'mail-archive':
      return expandTabs(line).replace(/([^\n])\1{3}/g, '')
    case 'tabs-columns':
      return expandTabs(line)
    case 'tabs-8':
      return line.replaceAll('\t', '        ')
  }
}

/** Tabs as blanks up to the next multiple of eight columns. */
export function expandTabs(line: string): string {
  if (!line.includes('\t')) return line
  const parts = line.split('\t')
  const last = parts.length - 1
  let column = 0
  const texts: string[] = []
  for (const [at, part] of parts.entries()) {
    texts.push(part)
    column += part.length
    if (at === last) break
    const blanks = 8 - (column % 8)
    texts.push(' '.repeat(blanks))
    column += blanks
  }
  return texts.join('')
}
