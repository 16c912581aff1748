import type { Paint } from './paint.js'

/** What the sections of a terminal report share. */
export interface Screen {
  readonly width: number
  readonly paint: Paint
  readonly verbose: boolean
}

/** A heading over a section. */
export function section(title: string, screen: Screen): readonly string[] {
  return [screen.paint.bold(title)]
}
