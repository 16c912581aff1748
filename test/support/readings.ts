/** Memory models, and what plain accesses are taken for. */
import { MEMORY_MODELS, type MemoryModel } from '../../src/explore/index.js'
import type { ThreadOptions } from '../../src/machine/index.js'

/** The model of this name. */
export function modelNamed(name: string): MemoryModel {
  const model = MEMORY_MODELS.find((one) => one.name === name)
  if (model === undefined) throw new Error(`no memory model is called ${name}`)
  return model
}

/** The model, over threads of which these options hold. */
export function reading(
  model: MemoryModel,
  options: Partial<Pick<ThreadOptions, 'plain' | 'tear'>>,
): MemoryModel {
  return {
    ...model,
    search: (program, given, visitor) => model.search(program, { ...given, ...options }, visitor),
  }
}
