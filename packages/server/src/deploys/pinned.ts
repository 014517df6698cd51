import { loginsFor, pinned, type SecretPlace, type Secrets } from '@atlas/deploy'
import type { Chosen } from './chosen/chosen.ts'

/**
 * What a new release runs in a cluster, by the digests that its tags have now: they are on record with it, and a promotion and a
 * way back run just those.
 * @throws AtlasError `registry_refused`, `registry_unreachable`, `secret_unavailable`
 */
export async function pinnedImages(secrets: Secrets, place: SecretPlace, chosen: Chosen): Promise<Chosen> {
  const { cluster, services } = chosen
  if (!cluster || cluster.resolve_tags === false) return chosen
  const logins = await loginsFor(secrets, place, cluster.image_pull_secrets ?? [])
  const all = services.map(async (service) =>
    service.image === undefined ? service : { ...service, image: await pinned(service.image, logins) },
  )
  return { ...chosen, services: await Promise.all(all) }
}
