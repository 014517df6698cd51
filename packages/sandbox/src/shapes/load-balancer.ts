import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { regionOf } from '../data/catalogue.ts'
import { projectOf } from '../records/projects.ts'
import type { LoadBalancer } from '../records/types.ts'
import { targetsOf } from '../work/load-balancers.ts'

export function loadBalancerShape(cloud: Cloud, balancer: LoadBalancer) {
  return {
    id: balancer.id,
    name: balancer.name,
    ip: balancer.status === 'active' ? balancer.address : '',
    ipv6: '',
    size_unit: balancer.sizeUnit,
    ...(balancer.sizeUnit === 1 && { size: 'lb-small' }),
    status: balancer.status,
    created_at: iso(balancer.createdAt),
    forwarding_rules: balancer.rules,
    health_check: balancer.healthCheck,
    sticky_sessions: balancer.stickySessions,
    region: regionOf(balancer.region),
    tag: balancer.tag,
    droplet_ids: targetsOf(cloud, balancer).map(({ id }) => id),
    vpc_uuid: balancer.vpc,
    project_id: projectOf(cloud, `do:loadbalancer:${balancer.id}`),
    firewall: balancer.firewall,
    ...balancer.settings,
  }
}
