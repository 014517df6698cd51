import { type Driver, type FieldChange, isAtlasError, type Observed } from '@atlas/core'
import type { OwnedResource } from './journal.ts'
import { withValues } from './references.ts'

/** One resource that is not as it was last applied. */
export interface Finding {
  resource: string
  kind: 'missing' | 'failed' | 'changed'
  /** In a sentence for a person. */
  reason: string
  fields: FieldChange[]
}

/**
 * Pure. What has drifted: compared with what was last applied, not with what somebody may be about to apply. What is
 * pending is in between two states and says nothing.
 */
export function drift(driver: Driver, owned: readonly OwnedResource[], live: ReadonlyMap<string, Observed>): Finding[] {
  const attributes = new Map(
    owned.map((one) => [one.resource, live.get(one.physicalId)?.attributes ?? one.attributes] as const),
  )
  const read = (resource: string, attribute: string) => attributes.get(resource)?.[attribute]
  return owned.flatMap((one) => {
    const found = compare(driver, one, live.get(one.physicalId), read)
    return found ? [{ resource: one.resource, ...found }] : []
  })
}

function compare(
  driver: Driver,
  one: OwnedResource,
  seen: Observed | undefined,
  read: Parameters<typeof withValues>[1],
): Omit<Finding, 'resource'> | undefined {
  if (!seen) return { kind: 'missing', reason: `${one.resource} is no longer in the cloud`, fields: [] }
  if (seen.phase === 'pending') return undefined
  if (seen.phase === 'failed')
    return {
      kind: 'failed',
      reason: `${one.resource} has failed: ${seen.reason ?? 'the cloud does not say why'}`,
      fields: [],
    }
  try {
    const change = driver.types[one.type]?.diff(withValues(one.specifications, read), seen)
    if (!change || change.kind === 'unchanged') return undefined
    const fields = change.fields.map((field) => field.field.slice(1)).join(', ')
    return { kind: 'changed', reason: `${one.resource} differs in ${fields}`, fields: change.fields }
  } catch (error) {
    // It refers to something that has no value, which is then a finding itself; or nothing can bring it back.
    if (isAtlasError(error, 'operation_failed')) return undefined
    if (isAtlasError(error, 'spec_invalid')) return { kind: 'changed', reason: error.message, fields: [] }
    throw error
  }
}
