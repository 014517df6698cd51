import type { Example } from './example.ts'

const monthly = () => ({ name: 'production' })
const secret = () => ({ name: 'HOSTOMATIC_PROD_DB_PASSWORD' })
const project = () => ({ project: 'hostomatic' })
const cloud = () => ({ provider: 'digitalocean' })

/** While there is little to export. */
export const exporting: Example = {
  name: 'exportAudit',
  operation: 'exportAudit',
  summary: 'What was done first',
  status: 200,
}

/** Money, records and secrets. */
export const upkeep: readonly Example[] = [
  {
    name: 'putBudget',
    operation: 'putBudget',
    summary: 'For what is tagged as production',
    path: monthly,
    body: { monthly: 500, tag: 'environment=production', warn_percent: 80 },
    status: 200,
  },
  { name: 'listBudgets', operation: 'listBudgets', summary: 'One', status: 200 },
  { name: 'getBudget', operation: 'getBudget', summary: 'How much of it is used', path: monthly, status: 200 },
  { name: 'deleteBudget', operation: 'deleteBudget', summary: 'No limit any more', path: monthly, status: 204 },
  { name: 'getCosts', operation: 'getCosts', summary: 'This month', status: 200 },
  { name: 'listAudit', operation: 'listAudit', summary: 'The last line', query: { limit: '1' }, status: 200 },
  { name: 'verifyAudit', operation: 'verifyAudit', summary: 'Nobody changed a line', status: 200 },
  {
    name: 'setCredential',
    operation: 'setCredential',
    summary: 'The token of an account',
    path: cloud,
    body: { token: 'dop_v1_0123456789abcdef' },
    status: 200,
  },
  { name: 'listCredentials', operation: 'listCredentials', summary: 'Without values', status: 200 },
  { name: 'checkCredential', operation: 'checkCredential', summary: 'The cloud was asked', path: cloud, status: 200 },
  {
    name: 'deleteCredential',
    operation: 'deleteCredential',
    summary: 'It is kept here no more',
    path: cloud,
    status: 204,
  },
  {
    name: 'setSecret',
    operation: 'setSecret',
    summary: 'What a service is given',
    path: secret,
    body: { value: 'correct horse battery' },
    status: 200,
  },
  { name: 'listSecrets', operation: 'listSecrets', summary: 'Without values', status: 200 },
  {
    name: 'rotateSecret',
    operation: 'rotateSecret',
    summary: 'Another value, which nobody sees',
    path: secret,
    body: { generate: { length: 32, alphabet: 'letters-digits' } },
    status: 200,
  },
  { name: 'unsetSecret', operation: 'unsetSecret', summary: 'It is kept here no more', path: secret, status: 204 },
  {
    name: 'createDeployKey',
    operation: 'createDeployKey',
    summary: 'Its public half is for the host of the repository',
    path: project,
    status: 201,
  },
  {
    name: 'setDeployKey',
    operation: 'setDeployKey',
    summary: 'A token, which github.com alone is shown',
    path: project,
    body: { token: 'ghp_0123456789abcdef', host: 'github.com' },
    status: 200,
  },
  {
    name: 'rotateDeployKey',
    operation: 'rotateDeployKey',
    summary: 'For a day the one before serves too',
    path: project,
    status: 200,
  },
  { name: 'listDeployKeys', operation: 'listDeployKeys', summary: 'A key and a token', status: 200 },
  {
    name: 'deleteDeployKey',
    operation: 'deleteDeployKey',
    summary: 'The token; the key stays',
    path: project,
    query: { kind: 'https' },
    status: 204,
  },
  { name: 'rotateVaultKey', operation: 'rotateVaultKey', summary: 'All sealed anew', status: 200 },
]
