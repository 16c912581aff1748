/**
 * What the Kbuild makefiles of a tree ask for before they build a file: `obj-$(CONFIG_TINY_RCU) += tiny.o`, the
 * folders above it (`obj-$(CONFIG_BPF) += bpf/`), and the `ifdef` around such lines. C that a configuration leaves
 * out is otherwise read with types that are not there. Reference: Documentation/kbuild/makefiles.rst.
 */

/** A symbol that has to be set (`y`) or unset (`n`) for a file to be built, and the line that says so. */
export interface BuildCondition {
  readonly name: string
  readonly value: 'y' | 'n'
  /** `kernel/time/Makefile:17`. */
  readonly place: string
}

/** Reads a file of the tree; null if there is none. */
type Read = (path: string) => Promise<string | null>

/** `variable += words`, with what stands around it. */
interface Assignment {
  readonly variable: string
  readonly words: readonly string[]
  readonly conditions: readonly BuildCondition[]
}

/** Lists in lists, and objects of objects, nest no deeper than this. */
const MAX_NESTING = 8

/** The conditions of a `.c` file, those of its folders included; none where no makefile names it. */
export async function buildConditions(path: string, read: Read): Promise<readonly BuildCondition[]> {
  if (!path.endsWith('.c')) return []
  const found = new Map<string, BuildCondition>()
  let folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  let goal = `${path.slice(folder === '' ? 0 : folder.length + 1, -2)}.o`
  for (;;) {
    const assignments = await makefileOf(folder, read)
    const conditions = goalConditions(goal, assignments, MAX_NESTING)
    if (conditions === null) break
    for (const one of conditions) if (!found.has(one.name)) found.set(one.name, one)
    if (folder === '') break
    const above = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : ''
    goal = `${folder.slice(above === '' ? 0 : above.length + 1)}/`
    folder = above
  }
  return [...found.values()]
}

/** The least that building `goal` takes; null if no line has it. */
function goalConditions(
  goal: string,
  assignments: readonly Assignment[],
  nesting: number,
): readonly BuildCondition[] | null {
  if (nesting === 0) return null
  let least: readonly BuildCondition[] | null = null
  for (const { variable, words, conditions } of assignments) {
    if (!words.includes(goal)) continue
    const [, list = ''] = /^(.+?)-(?:y|m|objs|\$.*)$/.exec(variable) ?? []
    if (list === '') continue
    // A list that another line takes in, or an object made of others.
    const outer = ['obj', 'lib', 'core'].includes(list)
      ? []
      : (goalConditions(`$(${list}-y)`, assignments, nesting - 1) ??
        goalConditions(`${list}.o`, assignments, nesting - 1))
    if (outer === null) continue
    const all = [...conditions, ...outer]
    if (least === null || all.length < least.length) least = all
  }
  return least
}

async function makefileOf(folder: string, read: Read): Promise<readonly Assignment[]> {
  // Kbuild takes the file of that name where both are there.
  for (const name of ['Kbuild', 'Makefile']) {
    const path = folder === '' ? name : `${folder}/${name}`
    const text = await read(path)
    if (text !== null) return assignmentsIn(text, path)
  }
  return []
}

function assignmentsIn(text: string, path: string): readonly Assignment[] {
  const found: Assignment[] = []
  /** What each `if` that is open asks for; null where that is not a symbol. */
  const open: (BuildCondition | null)[] = []
  let joined = ''
  let begin = 0
  for (const [index, line] of text.split('\n').entries()) {
    if (joined === '') begin = index + 1
    if (line.endsWith('\\')) {
      joined += `${line.slice(0, -1)} `
      continue
    }
    readLine(`${joined}${line}`.replace(/#.*/, '').trim(), `${path}:${begin}`, open, found)
    joined = ''
  }
  return found
}

function readLine(line: string, place: string, open: (BuildCondition | null)[], found: Assignment[]): void {
  const [, keyword = '', test = ''] = /^(ifdef|ifndef|ifeq|ifneq|else|endif)\b\s*(.*)$/.exec(line) ?? []
  if (keyword === 'endif') open.pop()
  else if (keyword === 'else') open[open.length - 1] = negated(open.at(-1) ?? null)
  else if (keyword !== '') open.push(conditionOf(keyword, test, place))
  if (keyword !== '') return
  const [, variable = '', words = ''] = /^([\w.-]+(?:-\$\(.*?\)+)?)\s*[:+?]?=\s*(.*)$/.exec(line) ?? []
  if (variable === '') return
  const [, symbol = ''] = /\b(CONFIG_\w+)/.exec(variable) ?? []
  const own: readonly BuildCondition[] = symbol === '' ? [] : [{ name: symbol, value: 'y', place }]
  found.push({
    variable,
    words: words.split(/\s+/),
    conditions: [...own, ...open.filter((one) => one !== null)],
  })
}

/** `ifdef CONFIG_X`, `ifeq ($(CONFIG_X),y)`, `ifneq ($(CONFIG_X),)`. */
function conditionOf(keyword: string, test: string, place: string): BuildCondition | null {
  if (keyword === 'ifdef' || keyword === 'ifndef') {
    const [name = ''] = /^CONFIG_\w+$/.exec(test.trim()) ?? []
    return name === '' ? null : { name, value: keyword === 'ifdef' ? 'y' : 'n', place }
  }
  const [, name = '', value = ''] = /^\(\$\((CONFIG_\w+)\),\s*(y?)\)$/.exec(test.trim()) ?? []
  if (name === '') return null
  return { name, value: (keyword === 'ifeq') === (value === 'y') ? 'y' : 'n', place }
}

function negated(condition: BuildCondition | null): BuildCondition | null {
  return condition === null ? null : { ...condition, value: condition.value === 'y' ? 'n' : 'y' }
}
