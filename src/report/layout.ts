import { wrap } from '../base/index.js'

/**
 * `label  text`, the text wrapped into the rest of the width and hanging under itself. `indent` and `gutter` are
 * columns; the label stands in the gutter. An empty text gives no line.
 */
export function field(
  label: string,
  text: string,
  layout: { readonly indent: number; readonly gutter: number; readonly width: number },
): readonly string[] {
  const lead = ' '.repeat(layout.indent) + label.padEnd(layout.gutter - layout.indent)
  const room = Math.max(20, layout.width - layout.gutter)
  return wrap(text, room).map((line, index) => (index === 0 ? lead : ' '.repeat(layout.gutter)) + line)
}

/** Rows as aligned columns, two blanks apart; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
