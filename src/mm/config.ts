/** Kernel configuration: Kconfig names and values, as `#if` in C and the primitives here see them. */

/** `y`, `n`, `m` or a number or string, by `CONFIG_` name. */
export type Config = Readonly<Record<string, string>>

/** A configuration, written down. */
export function defineConfig(values: Config): Config {
  return values
}

/** True if the name is set to `y` or `m`. */
export function isEnabled(config: Config, name: string): boolean {
  const value = config[name]
  return value === 'y' || value === 'm'
}

/** A numeric value, or `fallback` if it is not set to a number. */
export function numberOf(config: Config, name: string, fallback: number): number {
  const value = Number(config[name])
  return config[name] === undefined || Number.isNaN(value) ? fallback : value
}

/** True if page-table pages have page-table locks of their own, not one lock for the whole mm. */
export function hasSplitPtlocks(config: Config): boolean {
  return numberOf(config, 'CONFIG_NR_CPUS', 8) >= numberOf(config, 'CONFIG_SPLIT_PTLOCK_CPUS', 4)
}
