/**
 * Prototypes of C's library as a compiler knows them: of `__builtin_` names, and of functions that are called
 * without being declared.
 */
import {
  DOUBLE,
  FLOAT,
  INT,
  longType,
  pointerTo,
  type TypeModel,
  unsignedLong,
  VOID,
} from '../types/basic-types.js'
import type { CType, FunctionType } from '../types/c-type.js'

/**
 * By letters, the result first: v void, p pointer, i int, l long, z size_t, d double, f float; `.` for `...`.
 */
const SIGNATURES: Readonly<Record<string, string>> = {
  abort: 'v',
  exit: 'vi',
  _exit: 'vi',
  malloc: 'pz',
  calloc: 'pzz',
  realloc: 'ppz',
  free: 'vp',
  memcpy: 'pppz',
  mempcpy: 'pppz',
  memmove: 'pppz',
  memset: 'ppiz',
  memcmp: 'ippz',
  memchr: 'ppiz',
  bcopy: 'vppz',
  bzero: 'vpz',
  bcmp: 'ippz',
  strcpy: 'ppp',
  stpcpy: 'ppp',
  strncpy: 'pppz',
  strcat: 'ppp',
  strncat: 'pppz',
  strcmp: 'ipp',
  strncmp: 'ippz',
  strlen: 'zp',
  strnlen: 'zpz',
  strchr: 'ppi',
  index: 'ppi',
  strrchr: 'ppi',
  rindex: 'ppi',
  strstr: 'ppp',
  strpbrk: 'ppp',
  strspn: 'zpp',
  strcspn: 'zpp',
  strdup: 'pp',
  printf: 'ip.',
  fprintf: 'ipp.',
  sprintf: 'ipp.',
  snprintf: 'ipzp.',
  vprintf: 'ipp',
  vsprintf: 'ippp',
  vsnprintf: 'ipzpp',
  puts: 'ip',
  putchar: 'ii',
  scanf: 'ip.',
  sscanf: 'ipp.',
  abs: 'ii',
  labs: 'll',
  llabs: 'll',
  sqrt: 'dd',
  sqrtf: 'ff',
  floor: 'dd',
  ceil: 'dd',
  fmod: 'ddd',
  pow: 'ddd',
  sin: 'dd',
  cos: 'dd',
  exp: 'dd',
  log: 'dd',
  isalpha: 'ii',
  isdigit: 'ii',
  isspace: 'ii',
  isupper: 'ii',
  islower: 'ii',
  isprint: 'ii',
  toupper: 'ii',
  tolower: 'ii',
  atoi: 'ip',
}

/** The type of a function of the library; null for other names. */
export function libraryFunction(name: string, model: TypeModel): FunctionType | null {
  const signature = Object.hasOwn(SIGNATURES, name) ? SIGNATURES[name] : undefined
  if (signature === undefined) return null
  const variadic = signature.endsWith('.')
  const [returns = VOID, ...parameters] = [...signature.replace('.', '')].map((letter) =>
    typeOfLetter(letter, model),
  )
  return { kind: 'function', returns, parameters, variadic }
}

function typeOfLetter(letter: string, model: TypeModel): CType {
  switch (letter) {
    case 'p':
      return pointerTo(VOID)
    case 'i':
      return INT
    case 'l':
      return longType(model)
    case 'z':
      return unsignedLong(model)
    case 'd':
      return DOUBLE
    case 'f':
      return FLOAT
    default:
      return VOID
  }
}
