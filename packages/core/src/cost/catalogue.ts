import data from './catalogue/digitalocean.json' with { type: 'json' }
import databases from './catalogue/digitalocean-databases.json' with { type: 'json' }

/** Where a fact comes from, and its ISO date as far as the source has one. */
export interface Sourced {
  source: string
  asOf: string | null
}

export interface Size extends Sourced {
  slug: string
  vcpus: number
  memory_mb: number
  disk_gb: number
  /** Outbound transfer in a month, in TB; absent where no source gives it. */
  transfer_tb?: number
  /** USD at list price. */
  hourly: number
  /** USD: what a whole month costs at most. */
  monthly: number
  /** Hours after which a month costs no more, where they are not those of the billing rules. */
  monthlyHours?: number
  class: string
  /** Where it is offered, if the source says so. */
  regions?: string[]
}

export interface PriceItem extends Sourced {
  key: string
  unit: string
  price: number
  note?: string
  slug?: string
  engine?: string
  vcpus?: number
  memory_mb?: number
  min_disk_gib?: number
}

export interface Region extends Sourced {
  slug: string
  name: string
  available?: boolean
}

export interface Image extends Sourced {
  slug: string
  status: string
  delistedOn?: string
}

export interface DatabaseEngine {
  versions: string[]
  defaultVersion: string
  /** Slugs by number of nodes. */
  sizes: Record<string, string[]>
}

/** What a cloud offers and what it costs, as of `date`. */
export interface Catalogue {
  provider: string
  currency: 'USD'
  /** ISO date of the newest of its sizes. Single records may be older or newer: each says so. */
  date: string
  sizes: ReadonlyMap<string, Size>
  items: ReadonlyMap<string, PriceItem>
  regions: ReadonlyMap<string, Region>
  images: ReadonlyMap<string, Image>
  databases: ReadonlyMap<string, DatabaseEngine>
  billing: {
    minimum: { seconds: number; amount: number }
    monthlyCapHours: number
    gpuMonthlyHours: number
    since: string
  }
}

const by = <T>(key: (record: T) => string, records: readonly T[]): ReadonlyMap<string, T> =>
  new Map(records.map((record) => [key(record), record]))

const sizes: Size[] = data.sizes

/** DigitalOcean's catalogue: sizes, prices, regions, images and database sizes, each record with its source and date. */
export const digitalOcean: Catalogue = {
  provider: data.provider,
  currency: 'USD',
  date: sizes.reduce((latest, size) => (size.asOf !== null && size.asOf > latest ? size.asOf : latest), ''),
  sizes: by((size) => size.slug, sizes),
  items: by((item) => item.key, data.items as PriceItem[]),
  regions: by((region) => region.slug, data.regions as Region[]),
  images: by((image) => image.slug, data.images as Image[]),
  databases: new Map(Object.entries(databases.engines)),
  billing: data.billing,
}

const catalogues: Record<string, Catalogue> = { digitalocean: digitalOcean, memory: digitalOcean }

/** The catalogue of a provider. The `memory` driver offers what DigitalOcean offers. */
export const catalogueOf = (provider: string): Catalogue | undefined => catalogues[provider]
