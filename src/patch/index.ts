export { type Applied, type ApplyOptions, applyPatch } from './apply-patch.js'
export { wholeContent } from './certify.js'
export { type DamageModel, damageLine } from './damage-model.js'
export { nameTrouble } from './file-name.js'
export { formatHunk, formatPatch } from './format-patch.js'
export type { FileImages, ImageSource } from './image.js'
export { fileDiagnostics, type ParseOptions, parsePatch } from './parse-patch.js'
export { isBlobOf, type KnownSide, type ProvedFile, proveFile } from './prove-file.js'
export { afterText, beforeText } from './sides.js'
export type {
  Check,
  CheckName,
  Diffstat,
  DiffstatFile,
  FileCertificate,
  FileDiff,
  FileKind,
  FileRole,
  Fragment,
  Hunk,
  HunkNote,
  LineOp,
  LineOrigin,
  MissingHunk,
  Patch,
  PatchLine,
  QuotedFunction,
  Repair,
  RepairKind,
} from './types.js'
