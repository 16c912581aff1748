/** Blanks at a place in a line, as tabs and spaces. */

/** The blanks in front of a line. */
export function indentOf(text: string): string {
  return text.slice(0, text.length - text.trimStart().length)
}

/** Blanks as tabs as far as they go. `column` counts the marker, as the archive did. */
export function retabbed(column: number, width: number, model: 'tabs-columns' | 'tabs-8'): string {
  if (model === 'tabs-8') return '\t'.repeat(Math.floor(width / 8)) + ' '.repeat(width % 8)
  const end = column + width
  const tabs = Math.floor(end / 8) - Math.floor(column / 8)
  return tabs === 0 ? ' '.repeat(width) : '\t'.repeat(tabs) + ' '.repeat(end % 8)
}
