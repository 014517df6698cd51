import { type Change, canonical, type FieldChange, type Json, type JsonObject, type Risk } from '@atlas/core'
import type { Kind } from './kinds.ts'

/** What has to be done so that what is there becomes what is wanted. */
export function difference(kind: Kind, want: JsonObject, live: JsonObject): Change {
  const fields = [...new Set([...Object.keys(want), ...Object.keys(live)])]
    .filter((field) => !kind.once?.includes(field) && canonical(want[field] ?? null) !== canonical(live[field] ?? null))
    .map((field): FieldChange => {
      const to = want[field] ?? null
      return { field: `/${field}`, from: live[field] ?? null, to: holdsUnknown(to) ? undefined : to }
    })
  if (fields.length === 0) return { kind: 'unchanged' }

  const reasons = fields.map((change) => reasonToReplace(kind, change)).filter((reason) => reason !== undefined)
  if (reasons.length > 0)
    return {
      kind: 'replace',
      fields,
      reason: reasons.join('; '),
      createFirst: !kind.deleteFirst,
      ...(kind.holds && { risk: { dataLoss: kind.holds } }),
    }
  const risk: Risk = Object.assign({}, ...fields.map(({ field }) => kind.risks?.[field.slice(1)]))
  return { kind: 'update', fields, ...(Object.keys(risk).length > 0 && { risk }) }
}

function reasonToReplace(kind: Kind, { field, from, to }: FieldChange): string | undefined {
  const name = field.slice(1)
  const shrinks = kind.grows?.includes(name) && to !== undefined && Number(to) < Number(from)
  return shrinks ? `${name} cannot become smaller than ${from}` : kind.replace?.[name]
}

/** Does it hold a value that only an earlier step will know? */
const holdsUnknown = (value: Json): boolean =>
  typeof value === 'object' && value !== null && ('$after' in value || Object.values(value).some(holdsUnknown))
