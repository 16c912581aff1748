/**
 * Loads the C grammar. The grammar's wasm stands beside the built files; in development, where nothing is
 * built, it is taken from the package that the build takes it from.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Language, Parser, type Tree } from 'web-tree-sitter'
import type { CParser, SyntaxTree } from '../lift/index.js'

let loaded: Promise<CParser> | null = null

/** The C parser, loaded once for the process. Throws if the installation lacks the grammar. */
export function loadCParser(): Promise<CParser> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<CParser> {
  await Parser.init()
  const language = await Language.load(await grammar())
  const parser = new Parser()
  parser.setLanguage(language)
  const kinds = Array.from({ length: language.nodeTypeCount }, (_, id) => language.nodeTypeForId(id) ?? '')
  // A token that is spelled as its kind is: where there is no error, its length is known, and that it is a leaf.
  const lengths = kinds.map((kind, id) =>
    !language.nodeTypeIsNamed(id) && /^(?:[^\w\s#]+|[a-z]+)$/.test(kind) ? kind.length : 0,
  )
  const error = kinds.length
  kinds.push('ERROR')
  return {
    kinds,
    parse: (text) => {
      parser.reset()
      const tree = parser.parse(text)
      if (tree === null) return null
      try {
        return flatten(tree, lengths, error)
      } finally {
        tree.delete()
      }
    },
  }
}

async function grammar(): Promise<Uint8Array> {
  try {
    return await readFile(new URL('../tree-sitter-c.wasm', import.meta.url))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return await readFile(createRequire(import.meta.url).resolve('tree-sitter-c/tree-sitter-c.wasm'))
  }
}

function flatten(tree: Tree, lengths: readonly number[], error: number): SyntaxTree {
  const root = tree.rootNode
  const { hasError } = root
  const size = root.descendantCount
  const kind = new Int32Array(size)
  const start = new Int32Array(size)
  const end = new Int32Array(size)
  const next = new Int32Array(size)
  const cursor = tree.walk()
  const open: number[] = []
  let at = 0
  for (let walking = true; walking; ) {
    const id = cursor.nodeTypeId
    kind[at] = id < error ? id : error
    const from = cursor.startIndex
    const length = hasError ? 0 : (lengths[id] ?? 0)
    start[at] = from
    end[at] = length > 0 ? from + length : cursor.endIndex
    at++
    if (length === 0 && cursor.gotoFirstChild()) {
      open.push(at - 1)
      continue
    }
    next[at - 1] = at
    while (!cursor.gotoNextSibling()) {
      const parent = open.pop()
      if (parent === undefined || !cursor.gotoParent()) {
        walking = false
        break
      }
      next[parent] = at
    }
  }
  cursor.delete()
  return { size: at, kind, start, end, next, hasError }
}
