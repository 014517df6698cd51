// What the sandbox remembers of each noun. Times are milliseconds since 1970 on the sandbox's clock, sizes in GB or
// bytes as named; `shapes/` turns a record into what the API answers.

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

export interface BackupPolicy {
  plan: 'daily' | 'weekly'
  weekday?: string
  hour: number
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

export interface SshKey {
  id: number
  name: string
  publicKey: string
  fingerprint: string
}

export interface Vpc {
  id: string
  name: string
  description: string
  region: string
  ipRange: string
  default: boolean
  createdAt: number
}

export interface Tag {
  /** The name in lower case: tags differ in spelling only once. */
  id: string
  name: string
}

export interface FirewallTargets {
  addresses?: string[]
  droplet_ids?: number[]
  load_balancer_uids?: string[]
  kubernetes_ids?: string[]
  tags?: string[]
}

export interface FirewallRule {
  protocol: 'tcp' | 'udp' | 'icmp'
  /** `22`, `8000-9000`, or `0` for all. */
  ports: string
  peers: FirewallTargets
}

export interface Firewall {
  id: string
  name: string
  inbound: FirewallRule[]
  outbound: FirewallRule[]
  droplets: number[]
  tags: string[]
  createdAt: number
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
  /** The request's body: with it an action that a restart interrupted is run again. */
  params: Readonly<Record<string, unknown>>
  /** Why it errored: for /_sandbox/dump, the API has no place for it. */
  error?: string
}
