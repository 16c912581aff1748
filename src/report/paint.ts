import pc from 'picocolors'
import type { Verdict } from './types.js'

/** Terminal attributes; every function returns its text unchanged when colour is off. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly verdict: (verdict: Verdict, text: string) => string
}

/** The attributes to use, or none. */
export function createPaint(color: boolean): Paint {
  const { bold, dim, red, green, yellow, magenta } = pc.createColors(color)
  const byVerdict: Readonly<Record<Verdict, (text: string) => string>> = {
    regressed: (text) => bold(red(text)),
    changed: yellow,
    inconclusive: magenta,
    unmapped: dim,
    fixed: green,
    same: green,
    'pre-existing': dim,
  }
  return { bold, dim, red, green, yellow, verdict: (verdict, text) => byVerdict[verdict](text) }
}
