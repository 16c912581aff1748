import { expect, it } from 'vitest'
import { dotGraph, forEachExecution, MEMORY_MODELS } from '../../../src/explore/index.js'
import { Heap, type Program, tracked } from '../../../src/machine/index.js'

/** Message passing: a stores data and then a flag, b reads the flag and then the data. */
function messagePassing(): Program {
  const heap = new Heap()
  const cell = (name: string) => heap.cell({ name, initial: 0n, object: name, role: 'data', page: null })
  const [data, flag] = [cell('data'), cell('flag "quoted"')]
  const thread = (name: string, body: () => Generator) => ({
    name,
    label: `thread ${name}`,
    holding: [],
    underTest: true,
    entry: { name, path: null, role: 'actor' as const, body: body as never },
    args: [],
  })
  return {
    heap,
    host: { context: () => null },
    answers: new Map(),
    threads: [
      thread('a', function* () {
        yield { op: 'store', cells: [data], values: [tracked(1n)], access: 'once', address: [] }
        yield { op: 'fence', fence: 'wmb' }
        yield { op: 'store', cells: [flag], values: [tracked(1n)], access: 'once', address: [] }
      }),
      thread('b', function* () {
        const [seen] = yield { op: 'load', cells: [flag], access: 'once', address: [] }
        yield { op: 'load', cells: [data], access: 'once', address: seen.from }
      }),
    ],
  }
}

function graphs(model: string): string[] {
  const drawn: string[] = []
  const found = MEMORY_MODELS.find(({ name }) => name === model)
  if (found === undefined) throw new Error(`no model ${model}`)
  forEachExecution(messagePassing(), { model: found }, (execution) => {
    drawn.push(dotGraph(execution, `under ${model}`))
    return true
  })
  return drawn
}

it.each(['sc', 'lkmm'])('draws one graph for each execution under %s', (model) => {
  const drawn = graphs(model)
  expect(drawn).toHaveLength(3)
  for (const graph of drawn) {
    expect(graph).toMatch(/^digraph "under \w+" \{/)
    expect(graph.split('{')).toHaveLength(graph.split('}').length)
    expect(graph).toContain('label="thread a"')
    // Program order around the fence, the order of writes, and the address dependency.
    expect(graph.match(/e0_0 -> e0_1 \[/g)).toHaveLength(1)
    expect(graph).toContain('e1_0 -> e1_1 [color="indigo"')
    expect(graph.match(/label=co/g)).toHaveLength(2)
    expect(graph.match(/label=rf/g)).toHaveLength(2)
  }
})

it('leads from a read to the write that overwrites what it saw', () => {
  const early = graphs('lkmm').find((graph) => !/e0_\d+ -> e1_\d+ \[color="red"/.test(graph))
  expect(early).toContain('e1_0 -> e0_2 [color="#ffa040"')
  expect(early).toContain('e1_1 -> e0_0 [color="#ffa040"')
})

it('keeps names from breaking out of their quotes', () => {
  expect(graphs('sc')[0]).toContain('flag \\"quoted\\"')
})
