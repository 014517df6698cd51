import {
  type Driver,
  type FieldChange,
  liveSpecifications,
  type Observed,
  type Owned,
  type Rate,
  ratesOf,
  tagsOf,
} from '@atlas/core'

/** What a resource costs by the time it exists, and what that is counted under. */
export interface Billing {
  rates: Rate[]
  /** `key=value` */
  tags: string[]
}

/** @param differs what it was made with and is not any more: it costs what it is */
export function billingOf(
  driver: Driver,
  { type, specifications }: Pick<Owned, 'type' | 'specifications'>,
  { attributes }: Observed,
  { region, tags }: { region: string; tags: Record<string, string> },
  differs: FieldChange[] = [],
): Billing {
  const live = liveSpecifications(specifications, { kind: 'update', fields: differs })
  return {
    rates: ratesOf(driver.types[type]?.price(live, region, attributes) ?? []),
    tags: tagsOf(tags, specifications),
  }
}
