import source from './digitalocean.json' with { type: 'json' }

// digitalocean.json names source and date of every figure. What it does not know and the API must answer is assumed
// here, in one place: transfer of 51 sizes (that of the size nearest in price), where a size is offered (general ones
// everywhere, GPUs in three regions), and the disk an image needs.

export interface Size {
  slug: string
  memory: number
  vcpus: number
  disk: number
  /** TB per month. */
  transfer: number
  price_monthly: number
  price_hourly: number
  regions: string[]
  available: boolean
  description: string
  disk_info: { type: 'local'; size: { amount: number; unit: 'gib' } }[]
  gpu_info?: { count: number; model: string; vram: { amount: number; unit: 'gib' } }
}

export interface Region {
  name: string
  slug: string
  features: string[]
  available: boolean
  sizes: string[]
}

export interface PublicImage {
  id: number
  slug: string
  name: string
  distribution: string
  regions: string[]
}

const gpuRegions = ['nyc2', 'tor1', 'atl1']
const features = ['backups', 'ipv6', 'metadata', 'install_agent', 'storage', 'image_transfer']

const openRegions = source.regions.filter((region) => 'available' in region && region.available)
const known = source.sizes.filter((size) => size.transfer_tb !== undefined)

export const sizes: readonly Size[] = source.sizes
  .map((size): Size => {
    const gpu = gpuOf(size.slug)
    return {
      slug: size.slug,
      memory: size.memory_mb,
      vcpus: size.vcpus,
      disk: size.disk_gb,
      transfer: size.transfer_tb ?? nearestTransfer(size.monthly),
      price_monthly: size.monthly,
      price_hourly: size.hourly,
      regions: openRegions.map(({ slug }) => slug).filter((slug) => !gpu || gpuRegions.includes(slug)),
      available: true,
      description: describe(size.class),
      disk_info: [{ type: 'local', size: { amount: size.disk_gb, unit: 'gib' } }],
      ...(gpu && { gpu_info: gpu }),
    }
  })
  .sort((a, b) => a.price_monthly - b.price_monthly || a.slug.localeCompare(b.slug))

export const regions: readonly Region[] = source.regions.map(({ slug, name }) => {
  const available = openRegions.some((region) => region.slug === slug)
  const offered = sizes.filter((size) => size.regions.includes(slug)).map((size) => size.slug)
  return { name, slug, features: available ? features : [], available, sizes: offered }
})

/** Ids are positions in the list, far from those of private images, and stay when the list grows at its end. */
export const publicImages: readonly PublicImage[] = source.images
  .filter((image) => image.status === 'listed')
  .map((image, index) => ({ id: 129_000_001 + index, slug: image.slug, ...splitName(image.name ?? image.slug) }))

export const prices: ReadonlyMap<string, number> = new Map(source.items.map((item) => [item.key, item.price]))

export const billing = {
  monthlyCapHours: source.billing.monthlyCapHours,
  gpuMonthlyHours: source.billing.gpuMonthlyHours,
  minimumSeconds: source.billing.minimum.seconds,
  minimumAmount: source.billing.minimum.amount,
}

const sizeBySlug = new Map(sizes.map((size) => [size.slug, size]))
const regionBySlug = new Map(regions.map((region) => [region.slug, region]))

export const sizeOf = (slug: string): Size | undefined => sizeBySlug.get(slug)
export const regionOf = (slug: string): Region | undefined => regionBySlug.get(slug)

function nearestTransfer(monthly: number): number {
  const distance = (size: (typeof known)[number]) => Math.abs(size.monthly - monthly)
  return known.reduce((best, size) => (distance(size) < distance(best) ? size : best)).transfer_tb ?? 1
}

/** `gpu-h100x8-640gb` → 8 × nvidia_h100 with 640 GiB in all. */
function gpuOf(slug: string): Size['gpu_info'] {
  const match = /^gpu-([a-z0-9]+?)x(\d+)-(\d+)gb/.exec(slug)
  if (!match) return undefined
  const [, chip, count, vram] = match as unknown as [string, string, string, string]
  const model = `${chip.startsWith('mi') ? 'amd' : 'nvidia'}_${chip}`
  return { count: Number(count), model, vram: { amount: Number(vram), unit: 'gib' } }
}

/** `cpu-optimized-2x-ssd-premium-intel` → `CPU-Optimized 2X SSD Premium Intel`. */
function describe(sizeClass: string): string {
  if (sizeClass.startsWith('premium-')) return sizeClass === 'premium-amd' ? 'Premium AMD' : 'Premium Intel'
  const words: Record<string, string> = { cpu: 'CPU', gpu: 'GPU', ssd: 'SSD', amd: 'AMD' }
  const text = sizeClass
    .split('-')
    .map((word) => words[word] ?? word.charAt(0).toUpperCase() + word.slice(1).replace(/x$/, 'X'))
    .join(' ')
  return text.replace(' Optimized', '-Optimized')
}

/**
 * The official document closes the lists of an image's distributions and regions, and both lag behind the cloud:
 * what they do not know is `Unknown`, or left out, so that answers hold against the document.
 */
function splitName(full: string): Pick<PublicImage, 'name' | 'distribution' | 'regions'> {
  const documented = ['Rocky Linux', 'Ubuntu', 'Debian', 'Fedora', 'CentOS']
  const distribution = documented.find((name) => full.startsWith(`${name} `))
  const name = distribution ? full.slice(distribution.length + 1) : full.replace(/^AlmaLinux /, '')
  const closed = ['ams3', 'blr1', 'fra1', 'lon1', 'nyc1', 'nyc2', 'nyc3', 'sfo2', 'sfo3', 'sgp1', 'tor1']
  return { name, distribution: distribution ?? 'Unknown', regions: closed }
}
