import { once } from 'node:events'
import { BlockList, isIPv4, type Server, type Socket } from 'node:net'
import { portHere } from '../machines/ports-here.ts'
import type { ForwardingRule, LoadBalancer } from '../records/types.ts'
import { watchHealth } from './health.ts'
import { httpForwarder, type Now } from './http.ts'
import { areReady, chooser, newTarget, type Target } from './targets.ts'
import { tcpForwarder } from './tcp.ts'

/** Where a rule is really answered, or why it is not. */
export interface Entry {
  entry_port: number
  entry_protocol: string
  /** Differs from the entry port where this user may not listen at low ones. */
  port?: number
  problem?: string
}

export interface Balancer {
  readonly entries: readonly Entry[]
  /** What its checks say of each droplet. */
  health(): { droplet: number; healthy: boolean }[]
  /** The droplets it sends to from now on; who stays keeps its health. */
  aim(targets: readonly Aimed[]): void
  /**
   * It goes by another record, without a pause: requests go as before until each new target was checked, and one of them is
   * well or all are known not to be. `false` where clients are to connect otherwise, so that it must listen anew.
   */
  turn(next: LoadBalancer, targets: readonly Aimed[]): boolean
  close(): Promise<void>
}

export interface Aimed {
  id: number
  address: string
}

/** Listens at the load balancer's own address. Never rejects: a rule that cannot be answered says why. */
export async function openBalancer(balancer: LoadBalancer): Promise<Balancer> {
  let serving = serve(balancer, [])
  let next: Serving | undefined
  const servers: Server[] = []
  const sockets = new Set<Socket>()

  const latest = () => next ?? serving
  function current(): Serving {
    if (next && areReady(next.targets)) {
      serving.stop.abort()
      serving = next
      next = undefined
    }
    return serving
  }

  const open = async (rule: ForwardingRule): Promise<Entry> => {
    const { entry_port, entry_protocol } = rule
    const problem = notForwarded(rule)
    if (problem) return { entry_port, entry_protocol, problem }
    const forwarder = entry_protocol === 'http' ? httpForwarder : tcpForwarder
    const server = forwarder(() => nowOf(current(), rule))
    server.prependListener('connection', (socket) => {
      if (!mayEnter(current().record.firewall, socket.remoteAddress ?? '')) socket.destroy()
      sockets.add(socket.on('close', () => sockets.delete(socket)))
    })
    try {
      const port = await listen(server, balancer.address, entry_port)
      servers.push(server)
      return { entry_port, entry_protocol, port }
    } catch (error) {
      return { entry_port, entry_protocol, problem: String(error) }
    }
  }
  const entries = await Promise.all(balancer.rules.map(open))

  return {
    entries,
    health: () => current().targets.map(({ droplet, healthy }) => ({ droplet, healthy })),
    aim(wanted) {
      const one = latest()
      one.targets = wanted.map(
        ({ id, address }) => one.targets.find(({ droplet }) => droplet === id) ?? newTarget(id, address),
      )
    },
    turn(record, wanted) {
      if (entriesOf(record) !== entriesOf(serving.record)) return false
      next?.stop.abort()
      next = serve(record, wanted)
      return true
    },
    async close() {
      for (const one of [serving, next]) one?.stop.abort()
      const closed = servers.map((server) => once(server.close(), 'close'))
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}

/** One record, and what is known of its targets. */
interface Serving {
  record: LoadBalancer
  targets: Target[]
  choose: ReturnType<typeof chooser>
  stop: AbortController
}

function serve(record: LoadBalancer, wanted: readonly Aimed[]): Serving {
  const serving: Serving = {
    record,
    targets: wanted.map(({ id, address }) => newTarget(id, address)),
    choose: chooser(record.settings.algorithm),
    stop: new AbortController(),
  }
  const check = { ...record.healthCheck, port: portHere(record.healthCheck.port) }
  watchHealth(() => serving.targets, check, record.address, serving.stop.signal)
  return serving
}

function nowOf({ record, targets, choose }: Serving, { entry_port, entry_protocol }: ForwardingRule): Now {
  const rule = record.rules.find((one) => one.entry_port === entry_port && one.entry_protocol === entry_protocol)!
  return {
    balancer: record,
    port: portHere(rule.target_port),
    pick: (preferred, not) => choose(targets, preferred, not),
  }
}

/** How clients connect. */
const entriesOf = ({ address, rules }: LoadBalancer): string =>
  JSON.stringify([address, rules.map((rule) => [rule.entry_protocol, rule.entry_port, rule.tls_passthrough])])

function notForwarded({ entry_protocol, tls_passthrough }: ForwardingRule): string | undefined {
  if (entry_protocol === 'http' || entry_protocol === 'tcp' || tls_passthrough) return undefined
  if (entry_protocol === 'udp') return 'udp is not forwarded by the sandbox'
  return 'the sandbox has no certificates: of encrypted protocols it forwards what is passed through'
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  const here = portHere(port)
  server.listen({ host, port: here })
  await once(server, 'listening')
  return here
}

/** Entries are `ip:1.2.3.4` and `cidr:1.2.0.0/16`. Where something is allowed, the rest is denied. */
export function mayEnter({ allow, deny }: LoadBalancer['firewall'], address: string): boolean {
  const from = address.replace(/^::ffff:/, '')
  if (!isIPv4(from)) return true
  if (holds(allow, from)) return true
  return allow.length === 0 && !holds(deny, from)
}

function holds(entries: readonly string[], address: string): boolean {
  const list = new BlockList()
  for (const entry of entries) {
    const [kind, value = ''] = entry.split(/:(.*)/)
    const [network = '', prefix = '32'] = value.split('/')
    if ((kind === 'ip' || kind === 'cidr') && isIPv4(network)) list.addSubnet(network, Number(prefix), 'ipv4')
  }
  return list.check(address, 'ipv4')
}
