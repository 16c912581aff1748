/** What the parts of a function are there for, on the screen. */
import { plural } from '../base/index.js'
import { coverageText, createPaint, field, type Paint, singleLine } from '../report/index.js'
import type { AblatedFunction, AblatedPart, AblatedUnder, Ablation, AblationWitness } from '../run/index.js'

export interface AblationTextOptions {
  readonly width: number
  readonly color: boolean
  /** With the command that replays each execution. */
  readonly verbose: boolean
}

/** Ends in a newline. */
export function ablationText(ablation: Ablation, options: AblationTextOptions): string {
  const safe = singleLine(ablation)
  const paint = createPaint(options.color)
  const lines = [
    ...field('', `${safe.target}; tree ${safe.tree}`, { indent: 0, gutter: 0, width: options.width }).map(
      paint.bold,
    ),
    ...safe.functions.flatMap((fn) => ['', ...functionLines(fn, paint, options)]),
    ...(safe.functions.length === 0 ? ['', 'no function that parts could be taken out of'] : []),
    ...(safe.incomplete === true ? ['', 'interrupted: parts are missing'] : []),
  ]
  return `${lines.join('\n')}\n`
}

function functionLines(fn: AblatedFunction, paint: Paint, options: AblationTextOptions): string[] {
  const { width } = options
  const where = `${fn.name} (${fn.path}) on ${fn.arch}: ${plural(fn.scenarios, 'scenario')} of ${fn.suites.join(', ')}, under ${fn.models.join(', ')}`
  const digits = Math.max(...fn.parts.map(({ line }) => String(line).length), 1)
  return [
    ...field('', where, { indent: 0, gutter: 2, width }),
    ...field('', summaryText(fn), { indent: 2, gutter: 2, width }),
    ...fn.parts.flatMap((part) => ['', ...partLines(part, digits, paint, options)]),
  ]
}

function summaryText({ parts }: AblatedFunction): string {
  const count = (is: (part: AblatedPart) => boolean): number => parts.filter(is).length
  const words: readonly (readonly [number, string])[] = [
    [count((part) => verdictOf(part) === 'noticed'), 'noticed'],
    [count((part) => verdictOf(part) === 'not-noticed'), 'not noticed'],
    [count((part) => verdictOf(part) === 'undecided'), 'not noticed within what was explored'],
    [count(({ state }) => state === 'same-code'), 'without an instruction of their own'],
    [count(({ state }) => state === 'not-lifted'), 'that cannot be left out'],
  ]
  const told = words.filter(([number]) => number > 0).map(([number, text]) => `${number} ${text}`)
  return `${plural(parts.length, 'part')}: ${told.join(', ')}`
}

/** What is said of a part over all memory models. */
function verdictOf({ state, under }: AblatedPart): AblatedUnder['outcome'] | null {
  if (state !== 'run') return null
  if (under.some(({ outcome }) => outcome === 'noticed')) return 'noticed'
  return under.some(({ outcome }) => outcome === 'undecided') ? 'undecided' : 'not-noticed'
}

function partLines(part: AblatedPart, digits: number, paint: Paint, options: AblationTextOptions): string[] {
  const { width, verbose } = options
  const gutter = digits + 4
  const head = `${part.added ? '+' : ' '}${String(part.line).padStart(digits)}  `
  const what = `${part.text} ${part.change}`
  const lines = field('', what, { indent: gutter, gutter, width }).map((line, i) =>
    i === 0 ? head.padEnd(gutter) + line.trimStart() : line,
  )
  if (part.state !== 'run') return [...lines, `${' '.repeat(gutter)}  ${STATE[part.state]}`]
  const names = Math.max(...part.under.map(({ model }) => model.length), 0)
  const at = { indent: gutter + 2, gutter: gutter + 2 + names + 2, width }
  return [
    ...lines,
    ...part.under.flatMap((under) => [
      ...field(under.model, answerText(under), at).map((line) =>
        under.outcome === 'undecided' ? paint.yellow(line) : line,
      ),
      ...(under.by === null ? [] : witnessLines(under.by, verbose, at)),
    ]),
  ]
}

const STATE = {
  'same-code': 'the function comes to the same instructions without it',
  'not-lifted': 'without it the function is no C that can be run',
} as const

function answerText({ outcome, by, executions, scenarios, coverage }: AblatedUnder): string {
  if (by !== null) return `${VERDICT[by.verdict]}: ${by.summary}`
  const looked = `${plural(scenarios, 'scenario')}, ${coverageText(coverage, executions)}`
  return outcome === 'not-noticed'
    ? `not noticed (${looked})`
    : `not noticed within what was explored (${looked})`
}

const VERDICT: Readonly<Record<AblationWitness['verdict'], string>> = {
  regressed: 'newly possible',
  changed: 'changed',
  fixed: 'no longer possible',
}

function witnessLines(
  { scenario, title, side, schedule, command }: AblationWitness,
  verbose: boolean,
  at: { readonly indent: number; readonly gutter: number; readonly width: number },
): string[] {
  const shown = schedule === null ? '' : `, schedule ${schedule} ${side === 'after' ? 'without' : 'with'} it`
  const indent = { ...at, indent: at.gutter }
  return [
    ...field('', `in ${scenario}${shown}`, indent),
    ...(verbose ? field('', title, indent) : []),
    ...(verbose && command !== null ? [`${' '.repeat(at.gutter)}${command}`] : []),
  ]
}
