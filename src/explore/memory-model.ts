/** Memory models are values: a search over executions, with a name that findings carry. */
import type { Program, ThreadOptions } from '../machine/index.js'
import { type SearchResult, type SearchVisitor, search } from './dpor.js'

export interface MemoryModel {
  readonly name: string
  readonly description: string
  readonly search: (program: Program, options: ThreadOptions, visitor: SearchVisitor) => SearchResult
}

/** Sequential consistency: all threads see one order of all accesses. */
export const SC: MemoryModel = {
  name: 'sc',
  description: 'sequential consistency: one memory, every access takes effect at once',
  search,
}

/** The models there are, the default first. */
export const MEMORY_MODELS: readonly MemoryModel[] = [SC]
