import { builtin } from './builtin/builtin.ts'
import { nginx } from './nginx/nginx.ts'
import type { Balancer, ProxyName } from './proxy.ts'

export const proxies: readonly Balancer[] = [nginx, builtin]

/** What balances where nothing else is said. */
export const defaultProxy: ProxyName = 'nginx'

export const proxyNamed = (name: ProxyName = defaultProxy): Balancer => proxies.find((one) => one.name === name)!
