export { defineReimplementation, type Reimplementation, type ReimplementationSpec } from './define.js'
export {
  BUILT_IN,
  byId,
  byIdentity,
  byName,
  isCompiled,
  type Registry,
  withReimplementations,
} from './registry.js'
