import { Buffer } from 'node:buffer'
import type { JsonObject } from '@atlas/core'
import type { Dice } from './dice.ts'

/** A resource as a person describes it. */
export interface Wanted {
  type: string
  name: string
  specifications: JsonObject
}

const ref = (what: string) => ({ ref: what })
const images = ['debian-13-x64', 'ubuntu-24-04-x64', 'ubuntu-22-04-x64']
const sizes = ['s-1vcpu-1gb', 's-1vcpu-2gb', 's-2vcpu-2gb']

/** Some dozens of resources that refer to one another: what a run brings about. */
export function wish(dice: Dice, domain: string): Wanted[] {
  const machines = Array.from({ length: dice.between(7, 12) }, (_, n) => machine(dice, `web${n + 1}`))
  const on = (machine = dice.pick(machines)) => ref(`${machine.name}.id`)
  const some = (most: number, make: (n: number) => Wanted) =>
    Array.from({ length: dice.between(1, most) }, (_, n) => make(n + 1))
  return [
    { type: 'vpc', name: 'net', specifications: {} },
    { type: 'ssh_key', name: 'key', specifications: { public_key: publicKey(dice) } },
    ...machines,
    ...some(6, (n) => ({ type: 'volume', name: `disk${n}`, specifications: { size_gb: 10, machine: on() } })),
    ...some(2, (n) => ({
      type: 'firewall',
      name: `wall${n}`,
      specifications: { inbound: [inbound(22)], machines: [on()] },
    })),
    // A machine leads one such address at most.
    ...some(2, (n) => ({ type: 'reserved_ip', name: `ip${n}`, specifications: { machine: on(machines[n]) } })),
    { type: 'domain', name: 'zone', specifications: { name: domain } },
    ...some(3, (n) => record(`www${n}`, dice.pick(machines).name)),
  ]
}

/** The same with some of it changed in place, replaced, taken away and added. */
export function changed(dice: Dice, before: readonly Wanted[], { shrinksBack }: { shrinksBack: boolean }): Wanted[] {
  const machines = before.filter(({ type }) => type === 'machine')
  const bigger = dice.pick(machines).name
  const rebuilt = dice.pick(machines).name
  const lost = dice.pick(before.filter(({ type }) => type === 'volume' || type === 'reserved_ip')).name
  return [
    ...before
      .filter(({ name }) => name !== lost)
      .map((one) => {
        const { type, name, specifications } = one
        const so = (more: JsonObject) => ({ ...one, specifications: { ...specifications, ...more } })
        if (name === rebuilt) return so({ image: images.find((image) => image !== specifications.image)! })
        if (name === bigger) return so({ size: 's-2vcpu-4gb' })
        if (type === 'machine' && dice.chance(0.2)) return so({ tags: ['blue'] })
        if (type === 'firewall') return so({ inbound: [inbound(22), inbound(80)] })
        if (type === 'dns_record' && dice.chance(0.5)) return so({ ttl: 60 })
        if (type === 'volume' && !shrinksBack && dice.chance(0.3)) return so({ size_gb: 20 })
        return one
      }),
    machine(dice, 'late'),
    { type: 'volume', name: 'latedisk', specifications: { size_gb: 5, machine: ref('late.id') } },
  ]
}

const machine = (dice: Dice, name: string): Wanted => ({
  type: 'machine',
  name,
  specifications: {
    size: dice.pick(sizes),
    image: dice.pick(images),
    ssh_keys: [ref('key.id')],
    vpc: ref('net.id'),
  },
})

const record = (name: string, machine: string): Wanted => ({
  type: 'dns_record',
  name,
  specifications: { domain: ref('zone.name'), type: 'A', name, data: ref(`${machine}.public_ip`) },
})

const inbound = (port: number) => ({
  protocol: 'tcp',
  ports: String(port),
  sources: { addresses: ['0.0.0.0/0'] },
})

/** In the wire form of OpenSSH; nobody holds its secret half. */
function publicKey(dice: Dice): string {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  const key = Buffer.from(Array.from({ length: 32 }, () => dice.between(0, 255)))
  return `ssh-ed25519 ${Buffer.concat([field(Buffer.from('ssh-ed25519')), field(key)]).toString('base64')}`
}
