import { EXIT, safeJson, singleLine, table } from '../../report/index.js'
import type { Listing } from '../../run/index.js'
import { type Context, loadPipeline } from '../context.js'
import { LISTS } from '../pipeline.js'
import { similar } from '../similar.js'

/** `kreplay list WHAT`: one table; without WHAT all of them. */
export async function list(context: Context): Promise<number> {
  const { invocation, output } = context
  const [what] = invocation.positionals
  const wanted = what === undefined ? LISTS : LISTS.filter((name) => name === what)
  if (wanted.length === 0) {
    const guess = similar(what ?? '', LISTS)
    output.diagnose({
      severity: 'error',
      code: 'usage',
      message: `there is no list of ${what}`,
      hint: guess === undefined ? `lists: ${LISTS.join(', ')}` : `did you mean ${guess}?`,
    })
    return EXIT.usage
  }
  const loaded = await loadPipeline(context)
  if (!loaded.ok) {
    output.diagnose(loaded.error)
    return EXIT.usage
  }
  const { pipeline, plugins } = loaded.value
  const listings = wanted.map((name) => pipeline.list(name, plugins))
  if (invocation.options.flag('json') === true)
    output.print(safeJson(what === undefined ? listings : listings[0]))
  else output.print(listings.map((listing) => listingText(listing, listings.length > 1)).join('\n'))
  return EXIT.ok
}

function listingText(listing: Listing, titled: boolean): string {
  const { what, columns, rows } = singleLine(listing)
  const lines = rows.length === 0 ? ['(none)'] : table([columns, ...rows])
  return `${[...(titled ? [`${what}:`] : []), ...lines].join('\n')}\n`
}
