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

export interface ReservedIp {
  /** The address itself. */
  id: string
  region: string
  droplet?: number
  locked: boolean
  createdAt: number
}

export interface Domain {
  /** The name. */
  id: string
  ttl: number
  /** Tells the second domain of a name from the first. */
  createdAt: number
}

export interface DomainRecord {
  id: number
  domain: string
  type: string
  name: string
  data: string
  priority: number | null
  port: number | null
  ttl: number
  weight: number | null
  flags: number | null
  tag: string | null
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

/** A resource that was put into another project than the default one. */
export interface Assignment {
  /** The resource's urn. */
  id: string
  project: string
  assignedAt: number
}

export interface LoadBalancer {
  id: string
  name: string
  region: string
  vpc: string
  /** On this computer; shown once it is active. */
  address: string
  status: 'new' | 'active'
  /** Nodes, each of which is billed. */
  sizeUnit: number
  droplets: number[]
  tag: string
  rules: ForwardingRule[]
  healthCheck: HealthCheck
  stickySessions: StickySessions
  firewall: { allow: string[]; deny: string[] }
  /** Remembered and told again. */
  settings: LoadBalancerSettings
  createdAt: number
}

export interface ForwardingRule {
  entry_protocol: 'http' | 'https' | 'http2' | 'http3' | 'tcp' | 'udp'
  entry_port: number
  target_protocol: 'http' | 'https' | 'http2' | 'tcp' | 'udp'
  target_port: number
  certificate_id: string
  tls_passthrough: boolean
}

export interface HealthCheck {
  protocol: 'http' | 'https' | 'tcp'
  port: number
  path: string
  check_interval_seconds: number
  response_timeout_seconds: number
  unhealthy_threshold: number
  healthy_threshold: number
}

export type StickySessions = { type: 'none' } | { type: 'cookies'; cookie_name: string; cookie_ttl_seconds: number }

export interface LoadBalancerSettings {
  algorithm: 'round_robin' | 'least_connections'
  redirect_http_to_https: boolean
  enable_proxy_protocol: boolean
  enable_backend_keepalive: boolean
  http_idle_timeout_seconds: number
  disable_lets_encrypt_dns_records: boolean
  network: 'EXTERNAL' | 'INTERNAL'
  network_stack: 'IPV4' | 'DUALSTACK'
  type: 'REGIONAL' | 'REGIONAL_NETWORK'
  tls_cipher_policy: 'DEFAULT' | 'STRONG'
}

/** A managed database cluster. */
export interface Database {
  id: string
  name: string
  engine: Engine
  version: string
  size: string
  nodes: number
  region: string
  vpc: string
  status: 'creating' | 'online' | 'resizing' | 'migrating' | 'forking'
  /** What the cluster is once it is online again. */
  next?: Partial<Database>
  storageMib: number
  tags: string[]
  users: DatabaseUser[]
  names: string[]
  pools: DatabasePool[]
  rules: DatabaseRule[]
  replicas: DatabaseReplica[]
  maintenance: { day: string; hour: string }
  evictionPolicy: string
  sqlMode: string
  config: Record<string, unknown>
  cnames: string[]
  autoscale: { enabled: boolean; threshold_percent?: number | undefined; increment_gib?: number | undefined }
  migration?: { id: string; status: string; createdAt: number }
  events: { id: string; type: string; at: number }[]
  /** Of this computer, where a real server shall answer; absent where the cluster is a record only. */
  address?: string
  /** Where it does answer. */
  server?: { host: string; port: number }
  /** Why it does not. */
  problem?: string
  /** The cluster whose data it starts with. */
  source?: string
  createdAt: number
}

export type Engine = 'pg' | 'mysql' | 'redis' | 'valkey' | 'mongodb' | 'kafka' | 'opensearch'

export interface DatabaseUser {
  name: string
  role: 'primary' | 'normal'
  password: string
  settings?: Record<string, unknown>
}

export interface DatabasePool {
  name: string
  mode: string
  size: number
  db: string
  user?: string
}

export interface DatabaseRule {
  uuid: string
  type: 'droplet' | 'k8s' | 'ip_addr' | 'tag' | 'app'
  value: string
  description?: string
  createdAt: number
}

export interface DatabaseReplica {
  id: string
  name: string
  region: string
  size: string
  vpc: string
  status: 'creating' | 'online' | 'resizing'
  storageMib: number
  tags: string[]
  createdAt: number
}

/** A time in which one thing was billed at one price. Open while it lasts. */
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

export interface VpcPeering {
  id: string
  name: string
  vpcs: [string, string]
  status: 'PROVISIONING' | 'ACTIVE' | 'DELETING'
  createdAt: number
}

export interface AlertPolicy {
  id: string
  /** As it was given: nothing is watched here. */
  policy: Record<string, unknown>
}

/** How the deletion of a droplet together with other resources went. */
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
  /** The droplet that is locked meanwhile: the action's own, or the one a volume is attached to. */
  droplet?: number
  /** The request's body: with it an action that a restart interrupted is run again. */
  params: Readonly<Record<string, unknown>>
  /** Why it errored: for /_sandbox/dump, the API has no place for it. */
  error?: string
}
