import type { ResourceType } from './types.ts'

/**
 * What `{ "ref": "name.attribute" }` can read, per type; every driver fills these. Ids are text, also where the cloud
 * counts. Nothing secret is among them (no database password): attributes are stored, shown and hashed.
 */
export const referableAttributes = {
  machine: {
    id: "The cloud's id.",
    name: 'Host name.',
    public_ip: 'Public IPv4 address.',
    private_ip: 'IPv4 address in its VPC.',
    ipv6: 'Public IPv6 address, where it has one.',
  },
  volume: {
    id: "The cloud's id.",
    name: 'Name in the cloud.',
    device: 'Path of the block device on the machine it is attached to.',
  },
  database: {
    id: "The cloud's id.",
    host: 'Host name for clients on the internet.',
    private_host: 'Host name for clients in its VPC.',
    port: 'TCP port.',
    database: 'Name of the first database.',
    user: 'Name of the first user.',
  },
  load_balancer: { id: "The cloud's id.", ip: 'Public IPv4 address.' },
  firewall: { id: "The cloud's id." },
  vpc: { id: "The cloud's id.", ip_range: 'Its addresses as CIDR.' },
  ssh_key: { id: "The cloud's id.", fingerprint: 'MD5 fingerprint, as the cloud lists it.' },
  snapshot: { id: "The cloud's id.", size_gb: 'Size in GB.' },
  domain: { id: 'Its name.', name: 'Such as example.com.' },
  dns_record: { id: "The cloud's id.", fqdn: 'Full name, such as www.example.com.' },
  reserved_ip: { id: 'The address.', ip: 'The address.' },
} as const satisfies Record<ResourceType, Record<string, string>>
