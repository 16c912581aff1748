/** Where the kernel's build looks for what `#include` names. */
import type { TreeReader } from './library.js'

export interface IncludePath {
  /** The path in the tree of an include's operand (`<linux/mm.h>`, `"internal.h"`) in a file; null if there is none. */
  readonly find: (target: string, from: string, after: boolean) => string | null
}

/** The search path of an architecture. Wrappers that a build would make around asm-generic are seen through. */
export function createIncludePath(read: TreeReader, arch: string): IncludePath {
  const kernel = `arch/${arch}/include`
  const folders = [kernel, `${kernel}/generated`, 'include', `${kernel}/uapi`, 'include/uapi']
  let wrapped: ReadonlySet<string> | null = null
  const isWrapped = (name: string): boolean => {
    wrapped ??= genericHeaders(read, kernel)
    return wrapped.has(name)
  }
  const cache = new Map<string, string | null>()

  const exists = (path: string): boolean => read(path) !== null

  /** What a wrapper includes: `<asm-generic/x.h>` for `asm/x.h`. */
  const genericOf = (name: string): string | null => {
    const generic = name.replace(/^asm\//, 'asm-generic/')
    return [`include/${generic}`, `include/uapi/${generic}`].find(exists) ?? null
  }

  const search = (name: string, skipTo: string | null): string | null => {
    let skipping = skipTo !== null
    for (const folder of folders) {
      const path = `${folder}/${name}`
      if (skipping) {
        if (path === skipTo) skipping = false
        continue
      }
      if (exists(path)) return path
      if (folder === `${kernel}/generated` && isWrapped(name)) {
        return genericOf(name)
      }
    }
    if (name.startsWith('uapi/asm/')) {
      const generic = `include/${name.replace(/^uapi\/asm\//, 'uapi/asm-generic/')}`
      return exists(generic) ? generic : null
    }
    return name.startsWith('asm/') ? genericOf(name) : null
  }

  return {
    find: (target, from, after) => {
      const name = target.slice(1, -1)
      const isQuoted = target.startsWith('"')
      const folder = from.slice(0, from.lastIndexOf('/') + 1)
      const key = `${isQuoted ? folder : ''}${target}${after ? from : ''}`
      const known = cache.get(key)
      if (known !== undefined) return known
      const beside = isQuoted && !after ? pathInTree(`${folder}${name}`) : null
      const path =
        beside !== null && exists(beside) ? beside : search(pathInTree(name) ?? name, after ? from : null)
      cache.set(key, path)
      return path
    },
  }
}

/** A path without `.` and `..`; null for one that leaves the tree. */
export function pathInTree(path: string): string | null {
  if (!path.includes('./') && !path.includes('//')) return path
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

/** Headers for which the build makes a wrapper around asm-generic: `asm/x.h`. */
function genericHeaders(read: TreeReader, kernel: string): ReadonlySet<string> {
  const names = new Set<string>()
  const collect = (path: string, word: string): void => {
    for (const line of (read(path) ?? '').replace(/\\\n/g, ' ').split('\n')) {
      const match = new RegExp(`^${word}-y\\s*\\+?:?=(.*)$`).exec(line)
      for (const name of match?.[1]?.trim().split(/\s+/) ?? []) {
        if (name !== '') names.add(`asm/${name}`)
      }
    }
  }
  collect('include/asm-generic/Kbuild', 'mandatory')
  collect(`${kernel}/asm/Kbuild`, 'generic')
  return names
}
