/** What `stableJson` writes. Bigints become hex strings (`"0x1000"`), as DESIGN.md section 3 wants. */
export type Json =
  | null
  | boolean
  | number
  | string
  | bigint
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** A word as hex text, `0x` and lower case. Negative values keep their sign in front. */
export function hex(word: bigint): string {
  return word < 0n ? `-0x${(-word).toString(16)}` : `0x${word.toString(16)}`
}

/**
 * JSON with keys in sorted order, so that equal values give equal text: for hashing and comparing.
 * `undefined` members are left out.
 */
export function stableJson(value: Json): string {
  if (typeof value === 'bigint') return `"${hex(value)}"`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(stableJson).join(',')}]`
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${stableJson(member)}`)
  }
  return `{${members.join(',')}}`
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
