/** What was lifted, on the screen. */
import { plural } from '../base/index.js'
import { field, singleLine, table } from '../report/index.js'
import type { LiftAnswer, LiftedFunctionAnswer, LiftedVariant, LiftTable } from '../run/index.js'

/** Ends in a newline. */
export function liftText(answer: LiftAnswer, width: number): string {
  const lines = answer.kind === 'table' ? tableLines(answer, width) : functionLines(answer, width)
  return `${lines.join('\n')}\n`
}

function functionLines(answer: LiftedFunctionAnswer, width: number): string[] {
  const { path, name, arch, configuration, variants, missingHeaders } = answer
  return [
    `${path}: ${name} on ${arch}${variants.length === 1 ? '' : `, defined ${variants.length} times`}`,
    `Read under ${configuration}`,
    ...variants.flatMap((variant) => ['', ...variantLines(path, variant, width)]),
    ...headerLines(missingHeaders, width),
  ]
}

function variantLines(path: string, variant: LiftedVariant, width: number): string[] {
  const { line, endLine, text, conditions, state, construct, at, ir, notes, callees, globals } = variant
  const digits = String(endLine).length
  const when = conditions.length === 0 ? '' : `, under ${conditions.join(' && ')}`
  const source = text.map(
    (row, i) => `${String(line + i).padStart(digits + 2)}  ${row.replaceAll('\t', '    ')}`,
  )
  const head = [
    `C, lines ${line} to ${endLine}${when}`,
    ...source.map((row) => singleLine(row).trimEnd()),
    '',
  ]
  if (state === 'left-out') return [...head, 'Not compiled under this configuration']
  if (state !== 'lifted') {
    const place = at === null ? `${path}:${line}` : `${path}:${at.line}:${at.column}`
    return [...head, `Not lifted: ${singleLine(construct ?? '')} (${place})`]
  }
  const shown = (kind: 'bound' | 'defined' | 'opaque'): string =>
    callees
      .filter((callee) => callee.kind === kind)
      .map((callee) =>
        callee.path === null || kind === 'bound' ? callee.name : `${callee.name} (${callee.path})`,
      )
      .join(', ')
  const list = (label: string, value: string): string[] =>
    value === '' ? [] : [label, ...field('', value, { indent: 2, gutter: 2, width })]
  return [
    ...head,
    `Lifted to ${plural(ir.length, 'instruction')}`,
    ...table(
      ir.map(({ label, text: what, line: from, column }) => [
        `  ${label}`,
        from === 0 ? '' : `${from}:${column}`,
        singleLine(what),
      ]),
    ),
    '',
    ...list('Calls of the simulated kernel', shown('bound')),
    ...list('Calls of what can be lifted', shown('defined')),
    ...list('Opaque calls', shown('opaque')),
    ...list('Globals', globals.join(', ')),
    ...(notes.length === 0
      ? []
      : ['Notes', ...notes.map((note) => `  line ${note.line}: ${singleLine(note.text)}`)]),
  ]
}

function tableLines(answer: LiftTable, width: number): string[] {
  const { functions, compiled, parsed, lifted, instructions, assumed, calls, causes, missingHeaders } = answer
  const all = calls.bound + calls.defined + calls.opaque + calls.pointer
  const rows = [
    ['files', String(answer.files), ''],
    ['functions', String(functions), ''],
    ['compiled', String(compiled), `${functions - compiled} left out by the configuration`],
    ['parsed clean', String(parsed), share(parsed, compiled)],
    ['lifted', String(lifted), share(lifted, compiled)],
    ['instructions', String(instructions), ''],
    ['of unknown type', String(assumed), share(assumed, instructions)],
    ['calls', String(all), ''],
    ['of the simulated kernel', String(calls.bound), share(calls.bound, all)],
    ['of what can be lifted', String(calls.defined), share(calls.defined, all)],
    ['through pointers', String(calls.pointer), share(calls.pointer, all)],
    ['opaque', String(calls.opaque), share(calls.opaque, all)],
    ['processor time', `${answer.seconds.toFixed(1)} s`, ''],
  ]
  return [
    `${answer.what} on ${answer.arch}`,
    `Read under ${answer.configuration}`,
    ...table(rows).map((row) => `  ${row}`.trimEnd()),
    ...(causes.length === 0 ? [] : ['', `Not lifted, by cause`]),
    ...causes.flatMap(({ cause, count, examples }) => [
      `  ${count}  ${singleLine(cause)}`,
      ...examples.map(
        (one) =>
          `       ${one.path}:${one.line} ${one.function}${one.construct === cause ? '' : `: ${singleLine(one.construct)}`}`,
      ),
    ]),
    ...headerLines(missingHeaders, width),
  ]
}

function share(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`
}

function headerLines(missing: readonly string[], width: number): string[] {
  if (missing.length === 0) return []
  return ['', 'Headers not found', ...field('', missing.join(', '), { indent: 2, gutter: 2, width })]
}
