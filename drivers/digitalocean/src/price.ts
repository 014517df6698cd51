import { digitalOceanPrice, type ResourceDriver, type ResourceType } from '@atlas/core'

/** List prices come from the catalogue, so that an estimate needs no account. */
export const priceOf =
  (type: ResourceType): ResourceDriver['price'] =>
  (specifications, region, attributes) =>
    digitalOceanPrice(type, specifications, region, attributes)
