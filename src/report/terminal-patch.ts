/** The sections of the terminal report that say what was read: patches, proofs, repairs, functions, fragments. */
import { plural } from '../base/index.js'
import { coverageDetails, coverageSummary } from './coverage-lines.js'
import { field } from './layout.js'
import { type Screen, section } from './screen.js'
import type { Report, ReportFile, ReportFunction, ReportPatch } from './types.js'
import { VERDICTS } from './verdict.js'
import { certificateText, changeText, repairsText } from './wording.js'

/** Every patch, its files, what is proved of them and what was repaired. */
export function patchLines(report: Report, screen: Screen): readonly string[] {
  const withFiles = report.patches.filter((patch) => patch.files.length > 0 || screen.verbose)
  if (withFiles.length === 0) return []
  return [
    ...section(withFiles.length === 1 ? 'Patch' : 'Patches', screen),
    ...withFiles.flatMap((patch) => [
      ...field('', patchTitle(patch), { indent: 2, gutter: 2, width: screen.width }),
      ...patch.files.flatMap((file) => fileLines(file, screen)),
      ...(screen.verbose ? trailerLines(patch, screen) : []),
    ]),
  ]
}

/** One line for each of several patches: what was found of it. */
export function outcomeLines({ patches }: Report, screen: Screen): readonly string[] {
  if (patches.length < 2) return []
  return patches.flatMap((patch) =>
    field('', `${patchTitle(patch)}: ${outcomeText(patch)}`, { indent: 2, gutter: 4, width: screen.width }),
  )
}

function outcomeText({ summary }: ReportPatch): string {
  if (summary === undefined) return 'not reached'
  const found = VERDICTS.filter(
    (verdict) => verdict !== 'same' && verdict !== 'pre-existing' && summary[verdict] > 0,
  )
  if (found.length > 0) return found.map((verdict) => `${summary[verdict]} ${verdict}`).join(', ')
  return summary.same > 0 ? 'no difference found' : 'nothing to replay'
}

function patchTitle(patch: ReportPatch): string {
  const place = patch.index === null ? '' : `${patch.index}${patch.count === null ? '' : `/${patch.count}`} `
  const version = patch.version > 1 ? `v${patch.version} ` : ''
  return `${version}${place}${patch.subject}`
}

function fileLines(file: ReportFile, screen: Screen): readonly string[] {
  const at = { indent: 6, gutter: 16, width: screen.width }
  const moved = file.previousPath === null ? '' : ` (was ${file.previousPath})`
  const repaired = repairsText(file)
  return [
    ...field(
      '',
      `${file.path}${moved}: ${plural(file.hunks, 'hunk')}; ${certificateText(file.certificate)}`,
      {
        indent: 4,
        gutter: 4,
        width: screen.width,
      },
    ),
    ...field(file.image?.by === 'none' ? 'not found' : 'found', file.image?.text ?? '', at),
    ...field('repaired', repaired, at),
    ...file.missing.flatMap((hunk) => field('missing', hunk, at).map(screen.paint.yellow)),
    ...(screen.verbose
      ? (file.checks ?? []).flatMap((check) =>
          field('check', `${check.name} ${check.result}: ${check.text}`, at),
        )
      : []),
  ]
}

function trailerLines(patch: ReportPatch, screen: Screen): readonly string[] {
  return (patch.trailers ?? []).flatMap((trailer) =>
    field('', `${trailer.key}: ${trailer.value}`, { indent: 4, gutter: 4, width: screen.width }),
  )
}

/** Every changed function with the implementations that stood for it. */
export function functionLines(functions: readonly ReportFunction[], screen: Screen): readonly string[] {
  if (functions.length === 0) return []
  return [
    ...section('Functions', screen),
    ...functions.flatMap((fn) => {
      const previous = [fn.previousName, fn.previousPath].filter((part) => part !== null).join(' in ')
      const at = { indent: 6, gutter: 16, width: screen.width }
      const replayed = fn.before !== null || fn.after !== null
      return [
        ...field(
          '',
          `${fn.name} (${fn.path}${previous === '' ? '' : `, was ${previous}`}): ${changeText(fn)}`,
          {
            indent: 2,
            gutter: 2,
            width: screen.width,
          },
        ),
        ...(replayed
          ? [...field('before', fn.before ?? 'none', at), ...field('after', fn.after ?? 'none', at)]
          : []),
        ...(fn.conditions === undefined || fn.conditions.length === 0
          ? []
          : field('under', fn.conditions.join(' && '), at)),
        ...field('coverage', coverageSummary(fn), at),
        ...(screen.verbose ? coverageDetails(fn).flatMap((line) => field('line', line, at)) : []),
        ...fn.notes.flatMap((note) => field('note', note, at)),
      ]
    }),
  ]
}

/** Code that a review quotes: named, never replayed. */
export function fragmentLines(report: Report, screen: Screen): readonly string[] {
  const fragments = report.source.fragments ?? []
  if (fragments.length === 0) return []
  return [
    ...section('Quoted code, which is no patch', screen),
    ...fragments.flatMap((fragment) =>
      field(
        '',
        `${fragment.functions.join(', ') || 'no function named'}: ${plural(fragment.lines, 'line')} at line ${fragment.line}${fragment.complete ? '' : ', cut off'}`,
        { indent: 2, gutter: 2, width: screen.width },
      ),
    ),
  ]
}
