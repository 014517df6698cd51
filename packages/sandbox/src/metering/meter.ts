import type { CloudParts } from '../cloud.ts'
import type { Collection } from '../records/collection.ts'
import type { UsageItem } from '../records/types.ts'
import {
  databaseItems,
  dropletItems,
  imageItems,
  loadBalancerItems,
  reservedIpItems,
  volumeItems,
  volumeSnapshotItems,
} from './items.ts'

/** Starts the meters: from here on every change of a billed resource is a change of what is billed. */
export function meterEverything(cloud: CloudParts): void {
  const follow = <T extends { id: string | number }>(
    kind: string,
    records: Collection<T>,
    items: (record: T) => UsageItem[],
  ) => records.watch((id, record) => meter(cloud, `${kind}:${id}`, record ? items(record) : []))

  follow('droplet', cloud.droplets, dropletItems)
  follow('volume', cloud.volumes, volumeItems)
  follow('volume_snapshot', cloud.volumeSnapshots, volumeSnapshotItems)
  follow('image', cloud.images, imageItems)
  follow('load_balancer', cloud.loadBalancers, loadBalancerItems)
  follow('reserved_ip', cloud.reservedIps, reservedIpItems)
  follow('database', cloud.databases, databaseItems)
}

/**
 * From now on the resource is billed for these items and no others: intervals of what changed end, those of what is
 * new begin. An empty list ends its billing.
 */
function meter(cloud: CloudParts, resource: string, items: readonly UsageItem[]): void {
  const now = cloud.clock.now()
  const running = cloud.usage.by('open', resource)
  const same = (a: UsageItem, b: UsageItem) => a.sku === b.sku && a.price?.hourly === b.price?.hourly
  for (const usage of running)
    if (!items.some((item) => same(item, usage.item))) cloud.usage.update(usage.id, { end: now })
  for (const item of items)
    if (!running.some((usage) => same(item, usage.item)))
      cloud.usage.put({ id: crypto.randomUUID(), resource, item, start: now })
}
