/** The C grammar, loaded once for a test file. */
import { loadCParser } from '../../src/run/c-parser.js'

export const parser = await loadCParser()
