/** The same word on every cloud. `droplet` is accepted as an alias of `machine`. */
export const resourceTypes = [
  'machine',
  'volume',
  'database',
  'load_balancer',
  'firewall',
  'vpc',
  'ssh_key',
  'snapshot',
  'domain',
  'dns_record',
  'reserved_ip',
] as const

export type ResourceType = (typeof resourceTypes)[number]
