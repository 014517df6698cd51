export interface Vpc {
  id: string
  name: string
  description: string
  region: string
  ipRange: string
  default: boolean
  createdAt: number
}

export interface VpcPeering {
  id: string
  name: string
  vpcs: [string, string]
  status: 'PROVISIONING' | 'ACTIVE' | 'DELETING'
  createdAt: number
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
