import { builtin } from './builtin/builtin.ts'
import { nginx } from './nginx/nginx.ts'
import { type Balancer, defaultProxy, type ProxyName } from './proxy.ts'

export const proxies: readonly Balancer[] = [nginx, builtin]

export const proxyNamed = (name: ProxyName = defaultProxy): Balancer => proxies.find((one) => one.name === name)!
