export interface Tag {
  /** The name in lower case: tags differ in spelling only once. */
  id: string
  name: string
}

export interface Project {
  id: string
  name: string
  description: string
  purpose: string
  environment: string
  default: boolean
  createdAt: number
  updatedAt: number
}

export interface Assignment {
  /** The resource's urn. */
  id: string
  project: string
  assignedAt: number
}

export interface Usage {
  id: string
  /** What is billed, such as `droplet:480000001`. */
  resource: string
  /** One resource can be billed for several things at once: a droplet and its backups. */
  item: UsageItem
  start: number
  end?: number
}

export interface UsageItem {
  /** Heading of the invoice, such as `Droplets`. */
  product: string
  description: string
  /** What the cap of a month counts together: the same thing at the same price. */
  sku: string
  region: string
  /** USD; absent where no source tells the price: metered, not priced. */
  price?: { hourly: number; monthly: number }
  /** Droplets are billed for a minute at least. */
  minimum: boolean
}

export interface AlertPolicy {
  id: string
  /** As it was given: nothing is watched here. */
  policy: Record<string, unknown>
}
