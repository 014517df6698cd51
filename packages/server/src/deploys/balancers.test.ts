import { parseDeploymentConfig } from '@atlas/deploy'
import { expect, test } from 'vitest'
import { balancersFor } from './balancers.ts'

const wanted = (environment: object, runsOn: 'machines' | 'cluster' = 'machines') => {
  const services = { backend: {}, frontend: {} }
  const config = { projects: { shop: { services, environments: { prod: environment } } } }
  const { shop } = parseDeploymentConfig(JSON.stringify(config)).projects
  return balancersFor(shop!, shop!.environments.prod, runsOn)
}
const both = { backend: 'lb-backend', frontend: 'lb-frontend' }

test('each service has a load balancer of its own, or none has one', () => {
  expect(wanted({})).toBeUndefined()
  expect(wanted({ load_balancer: both })).toEqual(both)
  expect(() => wanted({ load_balancer: { frontend: 'lb-frontend' } })).toThrow('backend has none')
  expect(() => wanted({ load_balancer: { ...both, backend: 'lb-frontend' } })).toThrow('cannot share')
  expect(() => wanted({ load_balancer: { ...both, fronted: 'lb' } })).toThrow('fronted, which is no service')
})

test.each(['domain', 'domains', 'limits', 'tls'] as const)('%s is refused beside it', (key) => {
  const given = {
    domain: 'shop.example',
    domains: { 'shop.example': 'frontend' },
    limits: { connections: 5 },
    tls: { certificate: 'crt', key: 'key' },
  }
  expect(() => wanted({ load_balancer: both, [key]: given[key] })).toThrow(
    `"${key}" is for what balances on the master`,
  )
})

test('a cluster has its own way in', () => {
  expect(() => wanted({ load_balancer: both }, 'cluster')).toThrow('is for machines')
})
