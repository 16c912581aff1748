export { codeText, functionHash, stripComments, tokenText } from './code-text.js'
export { type FunctionText, findFunctions } from './find-functions.js'
export { type LexOptions, lexC, type Token, type TokenKind } from './lex-c.js'
