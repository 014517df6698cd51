export interface Droplet {
  id: number
  name: string
  region: string
  size: string
  /** May be larger than the size's: a disk that grew never shrinks. */
  diskGb: number
  /** Public or private image it was made or rebuilt from. */
  image: number
  vpc: string
  tags: string[]
  status: 'new' | 'active' | 'off'
  /** An action runs: every other one is refused meanwhile. */
  locked: boolean
  features: string[]
  /** On this computer. Shown once `networked`, as the real cloud shows an address only after a moment. */
  address: string
  privateAddress: string
  ipv6?: string
  networked: boolean
  publicNetworking: boolean
  authorizedKeys: string[]
  userData?: string
  backupPolicy?: BackupPolicy
  createdAt: number
}

export interface BackupPolicy {
  plan: 'daily' | 'weekly'
  weekday?: string
  hour: number
}

export interface SshKey {
  id: number
  name: string
  publicKey: string
  fingerprint: string
}

export interface Image {
  id: number
  slug?: string
  name: string
  distribution: string
  type: 'base' | 'snapshot' | 'backup' | 'custom'
  public: boolean
  regions: string[]
  description: string
  tags: string[]
  status: 'NEW' | 'available' | 'pending' | 'deleted'
  minDiskGb: number
  sizeBytes: number
  /** The droplet a snapshot or backup was taken of. */
  droplet?: number
  createdAt: number
}

export interface Volume {
  id: string
  name: string
  region: string
  sizeGb: number
  description: string
  filesystem: string
  label: string
  droplet?: number
  tags: string[]
  createdAt: number
}

export interface VolumeSnapshot {
  id: string
  name: string
  volume: string
  region: string
  sizeGb: number
  sizeBytes: number
  tags: string[]
  createdAt: number
}

export interface Destruction {
  /** The droplet's number. */
  id: number
  droplet: DestroyedResource
  resources: Record<AssociatedKind, DestroyedResource[]>
  completedAt?: number
}

export type AssociatedKind = 'reserved_ips' | 'floating_ips' | 'snapshots' | 'volumes' | 'volume_snapshots'

export interface DestroyedResource {
  id: string
  name: string
  destroyedAt?: number
  error?: string
}

export interface Action {
  id: number
  status: 'in-progress' | 'completed' | 'errored'
  type: string
  startedAt: number
  completedAt?: number
  /** What it works on: a droplet's or image's number, a volume's uuid, an address. */
  resource: string | number
  resourceType: 'droplet' | 'image' | 'volume' | 'reserved_ip' | 'floating_ip' | 'reserved_ipv6'
  region: string
  /** The droplet that is locked meanwhile: the action's own, or the one a volume is attached to. */
  droplet?: number
  /** The request's body: with it an action that a restart interrupted is run again. */
  params: Readonly<Record<string, unknown>>
  /** Why it errored: for /_sandbox/dump, the API has no place for it. */
  error?: string
}
