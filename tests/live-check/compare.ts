import type { Exchange } from './recorder.ts'
import { differences, type Shape } from './shape.ts'
import type { Walked } from './walk.ts'

const names: [string, string] = ['the sandbox', 'the live cloud']

/** Every way in which the live walk was not like the one on the sandbox, in words. */
export function compare(sandbox: Walked, live: Walked): string[] {
  return [...exchanges(sandbox.exchanges, live.exchanges), ...sequences(sandbox.sequences, live.sequences)]
}

function exchanges(here: Walked['exchanges'], there: Walked['exchanges']): string[] {
  const all = [...new Set([...here.keys(), ...there.keys()])].sort()
  return all.flatMap((name) => {
    const [left, right] = [here.get(name), there.get(name)]
    if (left && right) return exchange(name, left, right)
    return [`${name} happened only with ${left ? names[0] : names[1]}`]
  })
}

function exchange(name: string, left: Exchange, right: Exchange): string[] {
  const headers = [...left.headers, ...right.headers].filter(
    (header) => left.headers.includes(header) !== right.headers.includes(header),
  )
  return [
    ...headers.map(
      (header) => `header ${header} comes only from ${left.headers.includes(header) ? names[0] : names[1]}`,
    ),
    ...shapes(left.answer, right.answer),
  ].map((difference) => `${name}: ${difference}`)
}

function shapes(left: Shape | undefined, right: Shape | undefined): string[] {
  if (left && right) return differences(left, right, names)
  return left || right ? [`a body comes only from ${left ? names[0] : names[1]}`] : []
}

function sequences(here: Walked['sequences'], there: Walked['sequences']): string[] {
  const all = [...new Set([...Object.keys(here), ...Object.keys(there)])].sort()
  return all.flatMap((name) => {
    const [left, right] = [here, there].map((seen) => seen[name]?.join(' → ') ?? 'nothing')
    return left === right ? [] : [`${name}: ${left} with ${names[0]}, ${right} with ${names[1]}`]
  })
}
