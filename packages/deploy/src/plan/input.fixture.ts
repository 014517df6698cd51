import type { DeployInput, Serving } from './input.ts'
import { planDeploy } from './plan.ts'

const health = { path: '/health', interval_s: 1, timeout_s: 5, retries: 30 }
const service = (name: string) => ({
  name,
  platform: 'process',
  path: name,
  command: 'node server.js',
  env: {},
  secrets: [],
  health,
  drain_s: 30,
})

/** Two services of hostomatic for the first time in uat, on two machines. */
export const firstDeploy = (more: Partial<DeployInput> = {}): DeployInput => ({
  kind: 'deploy',
  workspace: 'default',
  infrastructure: {
    name: 'two-projects',
    provider: 'digitalocean',
    account: 'digitalocean:1',
    region: 'lon1',
    price: {
      currency: 'USD',
      before: 72,
      after: 72,
      change: 0,
      unpriced: [],
      catalogueDate: '2026-01-01',
      transfer: { includedGb: 0, perGbBeyond: 0.01, monthly: 0 },
    },
  },
  project: 'hostomatic',
  environment: 'uat',
  revision: 0,
  release: releaseOf('v1.2.3-uat-20241215-1430', 'a'),
  services: [service('backend'), service('frontend')],
  secretVersions: {},
  master: { name: 'master', id: '1', address: '10.0.0.2' },
  webs: [
    { name: 'web1', id: '2', address: '10.0.0.3' },
    { name: 'web2', id: '3', address: '10.0.0.4' },
  ],
  assigned: [],
  portRange: { base: 8000, size: 1000 },
  serving: undefined,
  keep: [],
  ...more,
})

export const releaseOf = (tag: string, digit: string) => ({
  tag,
  version: '1.2.3',
  source: { url: 'file:///srv/hostomatic.git', ref: 'main', commit: digit.repeat(40), tree: digit.repeat(40) },
})

/** What serves once that deploy has been carried out. */
export function servingAfter(input: DeployInput): Serving {
  const { deployment } = planDeploy(input)
  return {
    release: input.release.tag,
    spec: deployment!.spec as unknown as Serving['spec'],
  }
}
