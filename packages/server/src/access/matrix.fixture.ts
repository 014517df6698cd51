import type { Needed } from '@atlas/api'

/** What a workspace has, for paths and bodies; everything is made through the API. */
export interface Home {
  workspace: string
  infrastructure: string
  operation: string
  /** Hash of a plan that is kept. */
  plan: string
  /** Makes one by this request, and gives a member of the answer. */
  made(method: 'POST' | 'PUT', path: string, body: object): Promise<Made>
}

/** What the API answers to a creation, as far as paths need it. */
type Made = Record<string, { id: string; hash: string }>

export interface Row {
  /** Said a second time, so that a slip in the route's own words shows. */
  least: Needed
  /** The path with something of that workspace in it, made anew for every request. Not needed where the path has no parameter. */
  path?: (home: Home) => string | Promise<string>
  body?: (home: Home) => object
  /** Status for those who may, where it is another than that of success. */
  own?: 404 | 422 | 503
  /** The path's parameter is a name that every workspace has for itself, so there is no foreign one. */
  everyone?: true
  /** The answer tells what the caller asked for before, and so the ids that stood in that. */
  repeats?: true
  /** What an agent with the role operator is answered with, where that is not what the role is. */
  agent?: 'approval_required' | 'forbidden'
}

let count = 0
const fresh = (word: string) => `${word}-${++count}`

export const shop = {
  name: 'shop',
  provider: 'memory',
  region: 'nyc3',
  resources: [{ type: 'vpc', name: 'net', specifications: {} }],
}
const infrastructure = (rest = '') => ({ path: (home: Home) => `/infrastructure/${home.infrastructure}${rest}` })
const operation = (rest = '') => ({ path: (home: Home) => `/operations/${home.operation}${rest}` })
const token = {
  path: async ({ made }: Home) =>
    `/tokens/${(await made('POST', '/tokens', { name: fresh('token'), role: 'viewer' })).token!.id}`,
}

/** Nobody listens there; the node of the test is allowed to send to this computer. */
const hook = { url: 'http://127.0.0.1:1/hook', types: ['infrastructure.*'] }
const webhook = (rest = '') => ({
  path: async ({ made }: Home) => `/webhooks/${(await made('POST', '/webhooks', hook)).webhook!.id}${rest}`,
})

const dbPassword = { value: 'of nobody at all' }
const gitToken = { token: 'ghp_of_nobody', host: 'git.example.org' }
const doToken = { token: 'dop_v1_of_nobody' }
const digitalocean = (rest = '') => ({ everyone: true as const, path: () => `/credentials/digitalocean${rest}` })
const budget = {
  path: async ({ made }: Home) => {
    const path = `/budgets/${fresh('budget')}`
    await made('PUT', path, { monthly: 1000 })
    return path
  },
}

/** Every route of the API. A new one is a new line. */
export const matrix: Record<string, Row> = {
  // No workers, and operations that wait for them.
  'GET /health': { least: 'anyone', own: 503 },
  'GET /providers': { least: 'viewer' },
  'GET /stats': { least: 'viewer' },
  'POST /estimate-cost': { least: 'viewer', body: () => shop },

  'GET /infrastructure': { least: 'viewer' },
  'POST /infrastructure': { least: 'operator', agent: 'approval_required', body: () => shop },
  'GET /infrastructure/:id': { least: 'viewer', ...infrastructure() },
  'PUT /infrastructure/:id': { least: 'operator', agent: 'approval_required', ...infrastructure(), body: () => shop },
  'DELETE /infrastructure/:id': { least: 'operator', agent: 'approval_required', ...infrastructure() },
  'GET /infrastructure/:id/resources': { least: 'viewer', ...infrastructure('/resources') },
  // Nothing to repair as long as no worker has brought it about.
  'POST /infrastructure/:id/repair': { least: 'operator', ...infrastructure('/repair'), own: 404 },

  // The name may be that of a new one, so there is no foreign one.
  'POST /infrastructure/:id/import': {
    least: 'operator',
    ...infrastructure('/import'),
    body: () => ({ resources: [{ type: 'vpc', id: 'unknown' }] }),
    everyone: true,
  },
  'GET /infrastructure/:id/drift': { least: 'viewer', ...infrastructure('/drift') },
  // An operation waits for its worker.
  'POST /infrastructure/:id/drift': { least: 'operator', ...infrastructure('/drift') },
  'POST /infrastructure/:id/release': { least: 'operator', agent: 'approval_required', ...infrastructure('/release') },
  'GET /providers/:provider/resources': {
    least: 'viewer',
    path: () => '/providers/memory/resources',
    everyone: true,
  },

  'POST /infrastructure/:id/plan': { least: 'operator', ...infrastructure('/plan'), body: () => ({ kind: 'destroy' }) },
  'GET /plans/:hash': { least: 'viewer', path: ({ plan }) => `/plans/${plan}` },
  'GET /plans': { least: 'viewer' },
  'POST /plans/:hash/apply': {
    least: 'operator',
    agent: 'approval_required',
    path: ({ plan }) => `/plans/${plan}/apply`,
  },
  'POST /plans/:hash/approve': { least: 'operator', agent: 'forbidden', path: ({ plan }) => `/plans/${plan}/approve` },
  'POST /plans/:hash/reject': { least: 'operator', agent: 'forbidden', path: ({ plan }) => `/plans/${plan}/reject` },

  'GET /operations': { least: 'viewer' },
  'GET /operations/:id': { least: 'viewer', ...operation() },
  'GET /operations/:id/steps': { least: 'viewer', ...operation('/steps') },
  'POST /operations/:id/cancel': { least: 'operator', agent: 'forbidden', ...operation('/cancel') },
  'POST /operations/:id/rollback': { least: 'operator', agent: 'approval_required', ...operation('/rollback') },
  'GET /events': { least: 'viewer' },

  'GET /whoami': { least: 'viewer' },
  'GET /workspaces': { least: 'viewer' },
  'POST /workspaces': { least: 'root', body: () => ({ name: fresh('made') }) },
  'GET /workspaces/:name': { least: 'viewer', path: ({ workspace }) => `/workspaces/${workspace}` },
  'PATCH /workspaces/:name': {
    least: 'admin',
    path: ({ workspace }) => `/workspaces/${workspace}`,
    body: () => ({ approval: 'agents' }),
  },
  'DELETE /workspaces/:name': { least: 'admin', path: ({ workspace }) => `/workspaces/${workspace}` },
  'GET /tokens': { least: 'admin' },
  'POST /tokens': { least: 'admin', body: () => ({ name: fresh('token'), role: 'viewer' }) },
  'GET /tokens/:id': { least: 'admin', ...token },
  'DELETE /tokens/:id': { least: 'admin', ...token },
  'GET /costs': { least: 'viewer' },
  'GET /budgets': { least: 'viewer' },
  'GET /budgets/:name': { least: 'viewer', ...budget },
  'PUT /budgets/:name': { least: 'admin', ...budget, body: () => ({ monthly: 500 }), everyone: true },
  'DELETE /budgets/:name': { least: 'admin', ...budget },

  'GET /webhooks': { least: 'operator' },
  'POST /webhooks': { least: 'admin', body: () => hook },
  'GET /webhooks/:id': { least: 'operator', ...webhook() },
  'PATCH /webhooks/:id': { least: 'admin', ...webhook(), body: () => ({ active: false }) },
  'DELETE /webhooks/:id': { least: 'admin', ...webhook() },
  'GET /webhooks/:id/deliveries': { least: 'operator', ...webhook('/deliveries') },
  'POST /webhooks/:id/redeliver': { least: 'operator', ...webhook('/redeliver') },
  'POST /webhooks/:id/rotate-secret': { least: 'admin', ...webhook('/rotate-secret') },
  'POST /webhooks/:id/test': { least: 'operator', ...webhook('/test') },
  // Nothing was delivered yet.
  'POST /webhooks/:id/deliveries/:delivery/redeliver': {
    least: 'operator',
    ...webhook('/deliveries/5b2f4f0e-6a3a-4a55-9a0c-7b1f8f6f2c11/redeliver'),
    own: 404,
  },

  'GET /credentials': { least: 'admin' },
  'PUT /credentials/:provider': { least: 'admin', ...digitalocean(), body: () => doToken },
  'DELETE /credentials/:provider': {
    least: 'admin',
    everyone: true,
    path: async ({ made }) => {
      await made('PUT', '/credentials/digitalocean', doToken)
      return '/credentials/digitalocean'
    },
  },
  'POST /credentials/:provider/check': { least: 'admin', ...digitalocean('/check') },
  // The key stands in the environment, and there is no other to change to.
  'POST /vault/rotate-key': { least: 'root', own: 422 },

  'GET /secrets': { least: 'viewer' },
  'PUT /secrets/:name': { least: 'admin', everyone: true, path: () => '/secrets/DB_PASSWORD', body: () => dbPassword },
  'POST /secrets/:name/rotate': {
    least: 'admin',
    everyone: true,
    path: async ({ made }) => {
      await made('PUT', '/secrets/DB_PASSWORD', dbPassword)
      return '/secrets/DB_PASSWORD/rotate'
    },
    body: () => ({ generate: {} }),
  },
  'DELETE /secrets/:name': {
    least: 'admin',
    everyone: true,
    path: async ({ made }) => {
      await made('PUT', '/secrets/DB_PASSWORD', dbPassword)
      return '/secrets/DB_PASSWORD'
    },
  },
  'GET /projects/:project/environments/:environment/secrets': {
    least: 'viewer',
    everyone: true,
    own: 404,
    path: () => '/projects/hostomatic/environments/uat/secrets',
  },

  'GET /deploy-keys': { least: 'viewer' },
  'POST /projects/:project/deploy-key': {
    least: 'admin',
    everyone: true,
    path: () => `/projects/${fresh('project')}/deploy-key`,
  },
  'PUT /projects/:project/deploy-key': {
    least: 'admin',
    everyone: true,
    path: () => '/projects/hostomatic/deploy-key',
    body: () => gitToken,
  },
  'POST /projects/:project/deploy-key/rotate': {
    least: 'admin',
    everyone: true,
    path: async ({ made }) => {
      const path = `/projects/${fresh('project')}/deploy-key`
      await made('POST', path, {})
      return `${path}/rotate`
    },
  },
  'DELETE /projects/:project/deploy-key': {
    least: 'admin',
    everyone: true,
    path: async ({ made }) => {
      await made('PUT', '/projects/hostomatic/deploy-key', gitToken)
      return '/projects/hostomatic/deploy-key?kind=https'
    },
  },

  'GET /audit': { least: 'admin', repeats: true },
  'GET /audit/export': { least: 'admin', repeats: true },
  'GET /audit/verify': { least: 'admin' },

  // There is no such project to deploy: that is said to those who may.
  'POST /deployments': {
    least: 'operator',
    own: 422,
    body: () => ({ kind: 'deploy', project: 'hostomatic', environment: 'uat', config: {} }),
  },
  // Without a pack there is nothing to keep: that is said to those who may.
  'POST /projects/:project/working-trees': {
    least: 'operator',
    everyone: true,
    path: () => '/projects/hostomatic/working-trees',
  },
  'GET /environments': { least: 'viewer' },
  'GET /infrastructure/:id/validation': { least: 'viewer', ...infrastructure('/validation') },
  'GET /releases': { least: 'viewer' },
  'GET /projects/:project/releases/:tag': {
    least: 'viewer',
    everyone: true,
    own: 404,
    path: () => '/projects/hostomatic/releases/v1.0.0',
  },
  'GET /projects/:project/releases/:tag/source': {
    least: 'viewer',
    everyone: true,
    own: 404,
    path: () => '/projects/hostomatic/releases/v1.0.0/source',
  },
  'GET /projects/:project/releases/:tag/images': {
    least: 'viewer',
    everyone: true,
    own: 404,
    path: () => '/projects/hostomatic/releases/v1.0.0/images',
  },
  'GET /projects/:project/releases/:tag/images/:service': {
    least: 'viewer',
    everyone: true,
    own: 404,
    path: () => '/projects/hostomatic/releases/v1.0.0/images/backend',
  },
  'GET /projects/:project/environments/:environment/derived': {
    least: 'viewer',
    everyone: true,
    path: () => '/projects/hostomatic/environments/uat/derived',
  },
  'GET /projects/:project/environments/:environment/services': {
    least: 'viewer',
    everyone: true,
    own: 404,
    path: () => '/projects/hostomatic/environments/uat/services',
  },
}
