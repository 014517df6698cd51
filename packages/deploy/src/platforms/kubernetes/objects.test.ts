import { expect, test } from 'vitest'
import type { Service } from '../../plan/input.ts'
import { deploymentObject } from './deployment.ts'
import {
  claimObjects,
  ingressObject,
  type Lane,
  registriesObject,
  secretsObject,
  serviceObject,
  variablesObject,
} from './objects.ts'
import { clusterFor } from './settings.ts'

const login = { registry: 'ghcr.io', username: 'robot', secret: 'ghcr_token' }
const lane: Lane = {
  project: 'shop',
  lane: 'shop.prod',
  cluster: clusterFor({ ingress_class: 'nginx', tls_secret: 'cert', image_pull_secrets: [login] }, 'shop', 'prod'),
}
const service: Service = {
  name: 'backend',
  platform: 'kubernetes',
  path: '.',
  command: 'npm start',
  image: 'ghcr.io/yourorg/backend:1.2.3',
  env: { LOG: 'warn' },
  secrets: ['db_password'],
  health: { path: '/health', interval_s: 0.5, timeout_s: 1.5, retries: 9 },
  drain_s: 30,
  limits: { memory_mb: 512, cpus: 0.5 },
  read_only: true,
  kubernetes: {
    replicas: 3,
    user: 1000,
    resources: { requests: { cpu: '100m' }, limits: { memory: '256Mi' } },
    volumes: [{ name: 'data', path: '/data', size_gb: 10, access: 'ReadWriteMany' }],
  },
}
const slotted = { service, release: 'v1.2.3', slot: 'b' as const, port: 8080, environment: 'e1' }

test('what is sent of a service with everything', async () => {
  const objects = [
    variablesObject(lane, slotted, service.env),
    secretsObject(lane, slotted, { DB_PASSWORD: 'x' }),
    registriesObject(lane, [{ registry: 'ghcr.io', username: 'robot', password: 'y' }]),
    ...claimObjects(lane, service),
    deploymentObject(lane, slotted),
    serviceObject(lane, 'backend', 'b'),
    ingressObject(lane, [{ host: 'shop.example', service: 'backend' }]),
  ]
  await expect(`${JSON.stringify(objects, null, 2)}\n`).toMatchFileSnapshot('__cases__/objects.json')
})

test('a service that names nothing runs once, as its image says, but not as root', () => {
  const { kubernetes: _, limits: __, read_only: ___, ...bare } = { ...service, command: '', drain_s: 0 }
  const { spec } = deploymentObject(lane, { ...slotted, service: bare })
  expect(spec?.replicas).toBe(1)
  const { securityContext, containers, volumes } = spec!.template.spec!
  expect(securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
  expect([volumes, containers[0]?.command, containers[0]?.lifecycle, containers[0]?.resources]).toEqual(
    Array(4).fill(undefined),
  )
})
