export interface Node {
  n: number
  dependsOn: readonly number[]
}

/** Which steps may run now; what is not among them is not waited for. In memory: 10,000 steps are milliseconds, and the rows know everything needed to rebuild it. */
export interface Graph {
  /** Those that wait for nothing, at the start. */
  ready(): number[]
  /** Returns what may run now that `n` is done. */
  done(n: number): number[]
  /** Returns everything that can no longer run because `n` was not done: its dependants, theirs, and so on. */
  lost(n: number): number[]
}

export function graph(nodes: readonly Node[]): Graph {
  const among = new Set(nodes.map(({ n }) => n))
  const needs = (node: Node) => node.dependsOn.filter((needed) => among.has(needed)).length
  const waitsFor = new Map(nodes.map((node) => [node.n, needs(node)]))
  const dependants = new Map<number, number[]>(nodes.map((node) => [node.n, []]))
  for (const node of nodes) for (const needed of node.dependsOn) dependants.get(needed)?.push(node.n)
  const gone = new Set<number>()

  return {
    ready: () => nodes.filter((node) => needs(node) === 0).map((node) => node.n),
    done(n) {
      return dependants.get(n)!.filter((dependant) => {
        const left = waitsFor.get(dependant)! - 1
        waitsFor.set(dependant, left)
        return left === 0 && !gone.has(dependant)
      })
    },
    lost(n) {
      const found: number[] = []
      const open = [n]
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        for (const dependant of dependants.get(next)!) {
          if (gone.has(dependant)) continue
          gone.add(dependant)
          found.push(dependant)
          open.push(dependant)
        }
      }
      return found
    },
  }
}
