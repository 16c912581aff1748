import { EXIT, safeJson, singleLine, table } from '../../report/index.js'
import type { Context } from '../context.js'
import { prepare } from '../prepare.js'
import { isUnreadable } from '../unreadable.js'
import { diagnoseAll } from './run.js'

/** `kreplay fingerprint THREAD`: the identities that a reimplementation of this patch's functions would carry. */
export async function fingerprint(context: Context): Promise<number> {
  const { invocation, output } = context
  const prepared = await prepare(context, invocation.positionals)
  if (!prepared.ok) {
    output.diagnose(prepared.error)
    return EXIT.usage
  }
  const result = await prepared.value.pipeline.fingerprint(prepared.value.request)
  const rows = singleLine(result.rows)
  if (invocation.options.flag('json') === true) output.print(safeJson(result.rows))
  else if (rows.length > 0) {
    const cells = rows.map((row) => [
      row.path,
      row.name,
      row.side,
      row.kind,
      row.hash,
      row.implementation ?? '-',
    ])
    output.print(
      `${table([['path', 'name', 'side', 'of', 'hash', 'implementation'], ...cells]).join('\n')}\n`,
    )
  }
  diagnoseAll(context, result.diagnostics)
  if (result.rows.length > 0) return EXIT.ok
  return result.diagnostics.some(isUnreadable) ? EXIT.unreadable : EXIT.nothingToReplay
}
