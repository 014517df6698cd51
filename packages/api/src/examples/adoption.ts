import type { Example } from './example.ts'

const zone = () => ({ id: 'zone' })
const preview = { plan: 'true' }
const wish = { resources: [{ type: 'domain', id: 'shop.example.com', name: 'shop-zone' }] }

const description = {
  name: 'zone',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'domain', name: 'shop-zone', specifications: { name: 'shop.example.com' } }],
}

/** What is let go of is in the account and nobody's, as if somebody had made it by hand. */
export const adoption: readonly Example[] = [
  {
    name: 'createInfrastructure.zone',
    operation: 'createInfrastructure',
    summary: 'A DNS zone',
    body: description,
    status: 202,
  },
  {
    name: 'releaseInfrastructure.plan',
    operation: 'releaseInfrastructure',
    summary: 'What would be let go of',
    path: zone,
    query: preview,
    body: {},
    status: 200,
  },
  {
    name: 'releaseInfrastructure',
    operation: 'releaseInfrastructure',
    summary: 'All of it stays in the cloud',
    path: zone,
    body: {},
    status: 202,
  },
  {
    name: 'listAccountResources',
    operation: 'listAccountResources',
    summary: 'Zones that are nobody’s',
    path: () => ({ provider: 'digitalocean' }),
    query: { unowned: 'true', type: 'domain' },
    status: 200,
  },
  {
    name: 'importInfrastructure.plan',
    operation: 'importInfrastructure',
    summary: 'How it is described, and that nothing changes',
    path: zone,
    query: preview,
    body: wish,
    status: 200,
  },
  {
    name: 'importInfrastructure',
    operation: 'importInfrastructure',
    summary: 'It is Atlas’s from now on',
    path: zone,
    body: wish,
    status: 202,
  },
  { name: 'lookForDrift', operation: 'lookForDrift', summary: 'It is as described', path: zone, status: 200 },
  {
    name: 'getDrift',
    operation: 'getDrift',
    summary: 'The same, as it was seen last',
    path: zone,
    status: 200,
  },
]
