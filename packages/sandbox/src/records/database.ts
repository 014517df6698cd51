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
