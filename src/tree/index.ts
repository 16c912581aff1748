export { openTree } from './open-tree.js'
export type { FoundFile, FoundFiles, Wants } from './search.js'
export { pathTrouble } from './tree-path.js'
export type { Commit, FoundBlob, History, KernelTree, TreeDescription, TreeOptions } from './types.js'
