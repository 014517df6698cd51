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

/** What `atlas deploy --local` sends of a repository with one commit, and one more file. */
const workingTree =
  'UEFDSwAAAAIAAAAFlQ54nJ3NQQ7CIBQE0D2nYG809AOlJMboKVx/YFCibQ2iXt823sBZTt5kWgUkFIMdyBNTNMrmziJzCuQCJwXHaTCKfBQPrpiaRPLIRAG90TGTAmKwevHRBK0sG/LBQA+CX+06V3lqd37K/WeutzJdtm35PPLa7cr05ntJB9k5b6kj63u5UUtEnMextIb/1uL803LV4gtA5EekqwR4nDM0MDAzMVHISy3XK6koYYhb9NYxf6+Xzz6l6tJ/qrHXf2VfuWYIUVKQmJydmJ6ql1Wcn8cQusbuZEmKhKpt15OCqZor2OvvMl4CAE4aHiU4eJxLzkjMS09N4QIADgEC1bQBeJyrVipLLSrOzM9TslIy1DPSM1aq5QIARZsFvZgHeJx9yjEOgCAMAMCdV3R3AQyFJsb4lQIlMhATrP/XF3jz6RSByjm6igHJhkYembCtiYu0WnzkwmwjZ5sMP3peExQ2PWQHFyl45wMhLPZjyjVGV5WfYlqft5oXOiYhRQ7kxKId1FYJ5sv4fuU9PuUp/hA0'

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
    name: 'sendWorkingTree',
    operation: 'sendWorkingTree',
    summary: 'A package.json and a new file beside it',
    path: () => ({ project: 'hostomatic' }),
    query: { commit: 'd694007bbee4c09c2d42bb4de08b7d8f51f3c2a8' },
    pack: workingTree,
    status: 201,
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
    name: 'listReleaseImages',
    operation: 'listReleaseImages',
    summary: 'It runs as processes, so none was built',
    path: (seen) => ({ project: 'hostomatic', tag: seen('listReleases').releases[0].tag }),
    status: 200,
  },
  {
    name: 'getReleaseImage.none',
    operation: 'getReleaseImage',
    summary: 'No such image',
    path: (seen) => ({ project: 'hostomatic', tag: seen('listReleases').releases[0].tag, service: 'backend' }),
    status: 404,
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
