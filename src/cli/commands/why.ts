import { EXIT, explainFinding, explainVerdict, isVerdict, VERDICTS } from '../../report/index.js'
import type { Context } from '../context.js'
import { isUsage, readFinding } from '../read-report.js'
import { similar } from '../similar.js'

/** `kreplay why VERDICT`, or `kreplay why REPORT FINDING`: what the word means, why the finding has it. */
export async function why(context: Context): Promise<number> {
  const { invocation, output } = context
  const [word = '', reference] = invocation.positionals
  if (reference === undefined) {
    if (isVerdict(word)) {
      output.print(explainVerdict(word, output.width))
      return EXIT.ok
    }
    const guess = similar(word, VERDICTS)
    output.diagnose({
      severity: 'error',
      code: 'usage',
      message: `${word} is no verdict`,
      hint:
        guess === undefined
          ? `verdicts: ${VERDICTS.join(', ')}; or: why REPORT FINDING`
          : `did you mean ${guess}?`,
    })
    return EXIT.usage
  }
  const found = await readFinding(context, word, reference)
  if (!found.ok) {
    output.diagnose(found.error)
    return isUsage(found.error.code) ? EXIT.usage : EXIT.unreadable
  }
  const { finding, models } = found.value
  output.print(explainFinding(finding, { width: output.width, color: output.color, models }))
  return EXIT.ok
}
