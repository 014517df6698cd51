import type { Example } from './example.ts'

const machine = (name: string, ...tags: string[]) => ({
  type: 'machine',
  name,
  specifications: { size: 's-1vcpu-1gb', image: 'debian-13-x64', vpc: { ref: 'net.id' }, tags },
})

const description = {
  name: 'fleet',
  provider: 'digitalocean',
  region: 'lon1',
  resources: [
    { type: 'vpc', name: 'net', specifications: {} },
    machine('master', 'role:master', 'project:hostomatic'),
    machine('web1', 'role:web', 'project:hostomatic'),
  ],
}

const config = {
  deployment_platform: 'process',
  git_config: { base_url: 'https://github.com/yourorg' },
  projects: { hostomatic: { services: { backend: { path: 'backend' }, frontend: { path: 'frontend' } } } },
}
const body = { kind: 'deploy', project: 'hostomatic', environment: 'uat', config }

/** The machines of the example's cloud are records, so the deploy ends with saying that it cannot reach them. */
export const deploys: readonly Example[] = [
  {
    name: 'createInfrastructure.fleet',
    operation: 'createInfrastructure',
    summary: 'Machines for a project',
    body: description,
    status: 202,
  },
  {
    name: 'validateInfrastructure',
    operation: 'validateInfrastructure',
    summary: 'Nothing is deployed, so nothing can disagree',
    path: () => ({ id: 'fleet' }),
    status: 200,
  },
  {
    name: 'getDerived',
    operation: 'getDerived',
    summary: 'Of hostomatic in prod',
    path: () => ({ project: 'hostomatic', environment: 'prod' }),
    status: 200,
  },
  {
    name: 'createDeployment.plan',
    operation: 'createDeployment',
    summary: 'What would be done, kept for a day',
    query: { plan: 'true', store: 'true' },
    body,
    status: 200,
  },
  {
    name: 'createDeployment',
    operation: 'createDeployment',
    summary: 'The latest commit of main to uat',
    body,
    status: 202,
  },
  {
    name: 'listEnvironments',
    operation: 'listEnvironments',
    summary: 'Which release serves where',
    status: 200,
  },
  {
    name: 'listReleases',
    operation: 'listReleases',
    summary: 'What there was to deploy',
    query: { project: 'hostomatic' },
    status: 200,
  },
  {
    name: 'getRelease',
    operation: 'getRelease',
    summary: 'All it was made of',
    path: (seen) => ({ project: 'hostomatic', tag: seen('listReleases').releases[0].tag }),
    status: 200,
  },
  {
    name: 'getReleaseSource',
    operation: 'getReleaseSource',
    summary: 'Its files',
    path: (seen) => ({ project: 'hostomatic', tag: seen('listReleases').releases[0].tag }),
    status: 200,
  },
  {
    name: 'getServices',
    operation: 'getServices',
    summary: 'Nothing serves yet',
    path: () => ({ project: 'hostomatic', environment: 'uat' }),
    status: 200,
  },
  {
    name: 'listNeededSecrets',
    operation: 'listNeededSecrets',
    summary: 'Nothing serves yet',
    path: () => ({ project: 'hostomatic', environment: 'uat' }),
    status: 200,
  },
]
