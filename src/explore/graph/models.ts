/** The Linux-kernel memory model, in its versions, as models that programs can be explored under. */
import type { MemoryModel } from '../memory-model.js'
import { type Effort, followGraph, type GraphModel, searchGraphs } from './graph-search.js'
import { judge } from './lkmm.js'
import type { LkmmVersion } from './relations.js'

/** The model of one version, for a search. */
export function lkmm(version: LkmmVersion): GraphModel {
  return { old: version === '6.1', judge: (graph, complete) => judge(graph, version, complete) }
}

/** A memory model that is searched graph by graph. */
function graphModel(name: string, description: string, version: LkmmVersion, effort: Effort): MemoryModel {
  const model = lkmm(version)
  return {
    name,
    description,
    marks: true,
    search: (program, options, visitor) => searchGraphs(program, options, visitor, model, effort),
    follow: (program, options, schedule, visitor) => followGraph(program, options, schedule, visitor, model),
  }
}

export const LKMM: MemoryModel = graphModel(
  'lkmm',
  'the Linux-kernel memory model, as of Linux 6.14',
  '6.14',
  'pruned',
)

export const LKMM_6_1: MemoryModel = graphModel(
  'lkmm-6.1',
  'the Linux-kernel memory model, as of Linux 6.1',
  '6.1',
  'pruned',
)

/** The plain search, which saves no work: what the other is checked against. */
export const LKMM_REFERENCE: MemoryModel = graphModel(
  'lkmm-reference',
  'the Linux-kernel memory model, as of Linux 6.14, searched without saving work',
  '6.14',
  'reference',
)
