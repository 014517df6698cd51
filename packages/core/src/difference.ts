import type { Change, FieldChange, Risk } from './driver.ts'
import { AtlasError } from './errors.ts'
import { canonical, type Json, type JsonObject } from './json.ts'

/** What a change of one field means. A field without a rule changes in place. */
export interface FieldRule {
  /** Read at creation only, or not described: whatever is there is right. `absent`: only where it is not described. */
  anyWill?: 'always' | 'absent'
  /** Why a change of it needs another resource. `undefined` from a function: not this one, it changes in place. */
  replaces?: string | ((from: Json, to: Json | undefined) => string | undefined)
  /** It grows in place and never shrinks; its unit, for the refusal. */
  growsIn?: string
  /** What stops, or is lost, while it changes in place. */
  risk?: Risk
}

export interface ChangeRules {
  fields: Readonly<Record<string, FieldRule>>
  /** What is lost with the resource that a replacement removes. */
  holds?: string
  /** The new one cannot stand beside the old. */
  deleteFirst?: true
}

/**
 * What has to happen so that what is there becomes what is wanted. For drivers' `diff`: both sides in the words of the
 * specification, with lists whose order means nothing sorted.
 * @throws AtlasError spec_invalid where a field that only grows would shrink
 */
export function difference(rules: ChangeRules, want: JsonObject, live: JsonObject): Change {
  const fields = [...new Set([...Object.keys(want), ...Object.keys(live)])]
    .filter((name) => differs(rules.fields[name], want[name] ?? null, live[name] ?? null))
    .map((name) => fieldChange(name, want[name] ?? null, live[name] ?? null))
  if (fields.length === 0) return { kind: 'unchanged' }

  const rule = ({ field }: FieldChange) => rules.fields[field.slice(1)]
  const reasons = fields.map((change) => reasonToReplace(rule(change), change)).filter((reason) => reason !== undefined)
  if (reasons.length > 0) {
    const risk = rules.holds && { risk: { dataLoss: rules.holds } }
    return { kind: 'replace', fields, reason: reasons.join('; '), createFirst: !rules.deleteFirst, ...risk }
  }
  const risk: Risk = Object.assign({}, ...fields.map((change) => rule(change)?.risk))
  return { kind: 'update', fields, ...(Object.keys(risk).length > 0 && { risk }) }
}

const differs = (rule: FieldRule | undefined, want: Json, live: Json) =>
  rule?.anyWill !== 'always' && !(rule?.anyWill === 'absent' && want === null) && canonical(want) !== canonical(live)

const fieldChange = (name: string, want: Json, from: Json): FieldChange => ({
  field: `/${name}`,
  from,
  to: holdsUnknown(want) ? undefined : want,
})

function reasonToReplace(rule: FieldRule | undefined, { field, from, to }: FieldChange): string | undefined {
  if (rule?.growsIn && to !== undefined && Number(to) < Number(from))
    throw new AtlasError('spec_invalid', `${field.slice(1)} is ${from} ${rule.growsIn} and cannot shrink to ${to}.`, {
      hint: `Set ${field.slice(1)} to ${from} or more, or describe another one under another name and copy the data.`,
    })
  return typeof rule?.replaces === 'function' ? rule.replaces(from, to) : rule?.replaces
}

/** Does it hold a value that only an earlier step will know? */
const holdsUnknown = (value: Json): boolean =>
  typeof value === 'object' && value !== null && ('$after' in value || Object.values(value).some(holdsUnknown))
