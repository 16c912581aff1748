export * from './ast.js'
export {
  type ParsedFile,
  type ParseOptions,
  parseC,
  parseDeclarations,
  parseExpression,
  parsePlaced,
  parseStatement,
  parseStatements,
  parseType,
  type SnippetOptions,
} from './parse-c.js'
export { declare, printExpression, printExternal, printStatement, printUnit } from './print-c.js'
export type { CParser, SyntaxTree } from './tree.js'
