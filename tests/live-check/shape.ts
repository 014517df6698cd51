/** What a JSON value looks like, without what it says: for holding two clouds' answers against each other. */
export type Shape =
  | { kind: 'leaf'; types: string[] }
  | { kind: 'list'; items: Shape | undefined }
  | { kind: 'object'; fields: Record<string, Shape> }
  /** Different things at different times, such as an object that may be null. */
  | { kind: 'either'; shapes: Shape[] }

export function shapeOf(value: unknown): Shape {
  if (Array.isArray(value))
    return { kind: 'list', items: value.map(shapeOf).reduce<Shape | undefined>(join, undefined) }
  if (value === null || typeof value !== 'object')
    return { kind: 'leaf', types: [value === null ? 'null' : typeof value] }
  const fields = Object.entries(value).map(([name, field]) => [name, shapeOf(field)] as const)
  return { kind: 'object', fields: Object.fromEntries(fields) }
}

/** Both shapes in one: what was seen at two times, or of two items of a list. */
export function join(one: Shape | undefined, other: Shape): Shape {
  if (!one) return other
  if (one.kind === 'either') return { kind: 'either', shapes: joinInto(one.shapes, other) }
  if (other.kind === 'either') return join(other, one)
  if (one.kind === 'leaf' && other.kind === 'leaf') {
    return { kind: 'leaf', types: [...new Set([...one.types, ...other.types])].sort() }
  }
  if (one.kind === 'list' && other.kind === 'list') {
    return { kind: 'list', items: other.items ? join(one.items, other.items) : one.items }
  }
  if (one.kind === 'object' && other.kind === 'object') {
    const fields = { ...one.fields }
    for (const [name, field] of Object.entries(other.fields)) fields[name] = join(fields[name], field)
    return { kind: 'object', fields }
  }
  return { kind: 'either', shapes: [one, other] }
}

function joinInto(shapes: Shape[], other: Shape): Shape[] {
  const at = shapes.findIndex(({ kind }) => kind === other.kind)
  return at < 0 ? [...shapes, other] : shapes.map((shape, n) => (n === at ? join(shape, other) : shape))
}

/** Where two shapes differ, in words, each with its path. Lists that were empty on one side say nothing. */
export function differences(here: Shape, there: Shape, names: [string, string], path = '$'): string[] {
  if (here.kind === 'object' && there.kind === 'object') {
    const all = [...new Set([...Object.keys(here.fields), ...Object.keys(there.fields)])].sort()
    return all.flatMap((name) => {
      const [left, right] = [here.fields[name], there.fields[name]]
      if (left && right) return differences(left, right, names, `${path}.${name}`)
      return [`${path}.${name} is only in the answer of ${left ? names[0] : names[1]}`]
    })
  }
  if (here.kind === 'list' && there.kind === 'list') {
    return here.items && there.items ? differences(here.items, there.items, names, `${path}[]`) : []
  }
  const [left, right] = [here, there].map(kindsOf)
  return left === right ? [] : [`${path} is ${left} with ${names[0]}, ${right} with ${names[1]}`]
}

function kindsOf(shape: Shape): string {
  if (shape.kind === 'leaf') return shape.types.join(' or ')
  if (shape.kind === 'either') return shape.shapes.map(kindsOf).sort().join(' or ')
  return shape.kind
}
