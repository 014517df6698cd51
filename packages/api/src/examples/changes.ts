import type { Example, Seen } from './example.ts'

const shop = {
  name: 'shop',
  provider: 'digitalocean',
  region: 'nyc3',
  tags: { environment: 'production' },
  resources: [
    { type: 'vpc', name: 'net', specifications: { ip_range: '10.10.0.0/20' } },
    {
      type: 'machine',
      name: 'web1',
      specifications: { size: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64', vpc: { ref: 'net.id' } },
    },
    { type: 'volume', name: 'data', specifications: { size_gb: 10, machine: { ref: 'web1.id' } } },
  ],
}

const [net, web1, data] = shop.resources
const withDisk = (size_gb: number) => ({
  ...shop,
  resources: [net, web1, { ...data, specifications: { ...data!.specifications, size_gb } }],
})
const { name: _, ...larger } = withDisk(20)

const byNeed = {
  name: 'blog',
  provider: 'digitalocean',
  region: 'nyc3',
  expected_transfer_gb: 1500,
  resources: [
    { type: 'machine', name: 'web', specifications: { size: { vcpus: 1, memory_gb: 1 } } },
    { type: 'database', name: 'posts', specifications: { engine: 'postgresql', size: { vcpus: 1, memory_gb: 1 } } },
  ],
}

const theShop = () => ({ id: 'shop' })
const operationOf = (name: string) => (seen: Seen) => ({ id: String(seen(name).operation.id) })
const keptPlan = (seen: Seen) => ({ hash: String(seen('makePlan').plan.hash) })
const keptEnd = (seen: Seen) => ({ hash: String(seen('makePlan.destroy').plan.hash) })
const preview = { plan: 'true' }

/** What exists is looked at, changed, and removed in the end. */
export const changes: readonly Example[] = [
  { name: 'getHealth', operation: 'getHealth', summary: 'A server that is well', status: 200 },
  { name: 'listProviders', operation: 'listProviders', summary: 'One cloud, which answers', status: 200 },
  { name: 'estimateCost', operation: 'estimateCost', summary: 'Sizes by need', body: byNeed, status: 200 },
  {
    name: 'createInfrastructure.plan',
    operation: 'createInfrastructure',
    summary: 'What it would make; nothing is changed',
    query: preview,
    body: shop,
    status: 200,
  },
  {
    name: 'createInfrastructure',
    operation: 'createInfrastructure',
    summary: 'A machine with a disk, in a private network',
    body: shop,
    status: 202,
  },
  {
    name: 'getOperation',
    operation: 'getOperation',
    summary: 'One that is done',
    path: operationOf('createInfrastructure'),
    status: 200,
  },
  {
    name: 'listSteps',
    operation: 'listSteps',
    summary: 'Three, all done',
    path: operationOf('createInfrastructure'),
    status: 200,
  },
  { name: 'listOperations', operation: 'listOperations', summary: 'The last one', query: { limit: '1' }, status: 200 },
  {
    name: 'listInfrastructure',
    operation: 'listInfrastructure',
    summary: 'What is tagged as production',
    query: { tag: 'environment:production' },
    status: 200,
  },
  { name: 'getInfrastructure', operation: 'getInfrastructure', summary: 'By its name', path: theShop, status: 200 },
  {
    name: 'listResources',
    operation: 'listResources',
    summary: 'Its machines',
    path: theShop,
    query: { type: 'machine' },
    status: 200,
  },
  {
    name: 'streamEvents',
    operation: 'streamEvents',
    summary: 'The first two, as a page',
    query: { follow: 'false', limit: '2' },
    status: 200,
  },
  { name: 'getStatistics', operation: 'getStatistics', summary: 'A small workspace', status: 200 },
  {
    name: 'updateInfrastructure.plan',
    operation: 'updateInfrastructure',
    summary: 'What a larger disk would change',
    path: theShop,
    query: preview,
    body: larger,
    status: 200,
  },
  {
    name: 'updateInfrastructure',
    operation: 'updateInfrastructure',
    summary: 'A larger disk; the name stays, so it need not be said',
    path: theShop,
    body: larger,
    status: 202,
  },
  {
    name: 'makePlan',
    operation: 'makePlan',
    summary: 'Still larger, to be looked at by somebody else',
    path: theShop,
    body: { kind: 'apply', description: withDisk(30) },
    status: 201,
  },
  { name: 'getPlan', operation: 'getPlan', summary: 'That plan', path: keptPlan, status: 200 },
  {
    name: 'approvePlan',
    operation: 'approvePlan',
    summary: 'A colleague agrees to it',
    path: keptPlan,
    as: 'colleague',
    body: { reason: 'the disk is nearly full' },
    status: 200,
  },
  {
    name: 'applyPlan',
    operation: 'applyPlan',
    summary: 'It is carried out',
    path: keptPlan,
    body: { consent: [] },
    status: 202,
  },
  {
    name: 'repairInfrastructure.plan',
    operation: 'repairInfrastructure',
    summary: 'Nothing to repair',
    path: theShop,
    query: preview,
    body: {},
    status: 200,
  },
  {
    name: 'repairInfrastructure',
    operation: 'repairInfrastructure',
    summary: 'Whatever the plan says at that moment',
    path: theShop,
    body: {},
    status: 202,
  },
  {
    name: 'makePlan.destroy',
    operation: 'makePlan',
    summary: 'The end of it, for somebody else to decide',
    path: theShop,
    body: { kind: 'destroy' },
    status: 201,
  },
  {
    name: 'rejectPlan',
    operation: 'rejectPlan',
    summary: 'A colleague does not agree',
    path: keptEnd,
    as: 'colleague',
    body: { reason: 'it is still needed' },
    status: 200,
  },
  {
    name: 'listPlans',
    operation: 'listPlans',
    summary: 'What was rejected',
    query: { approval: 'rejected' },
    status: 200,
  },
  {
    name: 'destroyInfrastructure.plan',
    operation: 'destroyInfrastructure',
    summary: 'What would be lost',
    path: theShop,
    query: preview,
    status: 200,
  },
  {
    name: 'rollbackOperation.plan',
    operation: 'rollbackOperation',
    summary: 'What undoing the creation would delete',
    path: operationOf('createInfrastructure'),
    query: preview,
    body: {},
    status: 200,
  },
  {
    name: 'rollbackOperation',
    operation: 'rollbackOperation',
    summary: 'The creation is undone; the data may be lost',
    path: operationOf('createInfrastructure'),
    body: { consent: ['data', 'web1'] },
    status: 202,
  },
  {
    name: 'cancelOperation',
    operation: 'cancelOperation',
    summary: 'One that has ended stays as it is',
    path: operationOf('rollbackOperation'),
    status: 202,
  },
  {
    name: 'destroyInfrastructure',
    operation: 'destroyInfrastructure',
    summary: 'All of it',
    path: theShop,
    status: 202,
  },
]
