import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { DeployWish } from '../control/deploys.ts'
import type { Control } from '../control.ts'
import {
  deploymentRequest,
  environmentJson,
  environmentToJson,
  observeQuery,
  releaseJson,
  releasePath,
  releaseRecordJson,
  releaseRecordToJson,
  releaseToJson,
  servicesJson,
  servicesToJson,
  validationJson,
} from '../wire/deploys.ts'
import { planQuery } from '../wire/plan.ts'
import { change, changeAnswers } from './change.ts'
import { imageRoutes } from './release-images.ts'
import { workingTreeRoute } from './working-trees.ts'

const place = z.object({ project: z.string(), environment: z.string() })

export const deployRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  await app.register(workingTreeRoute, { control })
  await app.register(imageRoutes, { control })

  app.post(
    '/deployments',
    {
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'createDeployment',
        summary: 'Deploys a commit, promotes what was proven, or goes back to what served before',
        description:
          'With `?plan=true&store=true` it answers with the plan, which `POST /api/v1/plans/{hash}/apply` carries out. New instances start beside the old ones; traffic moves once all are healthy, and stays where it was where one is not.',
        tags: ['deployments'],
        querystring: planQuery,
        body: deploymentRequest,
        response: changeAnswers,
      },
    },
    (request, reply) => {
      const deploy = wishOf(request.body, new Date())
      return change(control, request, reply, { kind: 'deploy', deploy }, { consent: [], ...request.query })
    },
  )

  app.get(
    '/environments',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listEnvironments',
        summary: 'Every environment of every project, and the release that serves it',
        description: 'By project and name, all at once. `earlier` says what a rollback can go to.',
        tags: ['deployments'],
        querystring: observeQuery,
        response: { 200: z.object({ environments: z.array(environmentJson) }) },
      },
    },
    async ({ caller, query }) => {
      const all = await control.deploys.environments(caller.workspace, { observed: query.observe })
      return { environments: all.map(environmentToJson) }
    },
  )

  app.get(
    '/releases',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listReleases',
        summary: 'Releases, the latest first',
        description: 'What each was made of, and where it has served. A release that never served was withdrawn.',
        tags: ['deployments'],
        querystring: z.object({
          project: z.string().optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50).describe('At most so many'),
        }),
        response: { 200: z.object({ releases: z.array(releaseJson) }) },
      },
    },
    async ({ caller, query: { project, limit } }) => {
      const found = await control.deploys.releases(caller.workspace, {
        limit,
        ...(project !== undefined && { project }),
      })
      return { releases: found.map(releaseToJson) }
    },
  )

  app.get(
    '/projects/:project/releases/:tag',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getRelease',
        summary: 'Everything on record of a release',
        description:
          'Commit and tree, and of each deployment its services with images by digest, the version of its environment, the rendered files of the load balancer, what was described of the infrastructure, and the hash of the plan. Secrets are named, with versions; their values are nowhere in it.',
        tags: ['deployments'],
        params: releasePath,
        response: { 200: releaseRecordJson },
      },
    },
    async ({ caller, params }) =>
      releaseRecordToJson(await control.deploys.release(caller.workspace, params.project, params.tag)),
  )

  app.get(
    '/projects/:project/releases/:tag/source',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getReleaseSource',
        summary: 'The files of a release at its commit, as a tar',
        description:
          'Read from the repository, which has to be there still. What is promoted or gone back to is the same files.',
        tags: ['deployments'],
        params: releasePath,
        response: {
          200: { description: 'A tar', content: { 'application/x-tar': { schema: z.string() } } },
        },
      },
    },
    async ({ caller, params }, reply) => {
      const tar = await control.deploys.source(caller.workspace, params.project, params.tag)
      return reply.header('content-type', 'application/x-tar').send(tar as never)
    },
  )

  app.get(
    '/infrastructure/:id/validation',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'validateInfrastructure',
        summary: 'Where records, machines and load balancers say different things',
        description:
          'Asks every machine, for 10 s at most, and changes nothing: missing and silent machines, instances that do not run or should not, ports that somebody else listens at, and routes that are not as rendered. An empty list of findings means that all agree.',
        tags: ['deployments'],
        params: z.object({ id: z.string().describe('Id or name') }),
        response: { 200: validationJson },
      },
    },
    ({ caller, params }) => control.deploys.validate(caller.workspace, params.id),
  )

  app.get(
    '/projects/:project/environments/:environment/derived',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getDerived',
        summary: 'The hash and the port that follow from the names alone',
        description:
          'Always the same for the same project and environment, whether anything is deployed there or not. A service has two ports of its own, derived in the same way and moved on past what is taken: those are in `services`.',
        tags: ['deployments'],
        params: place,
        querystring: z
          .object({
            base: z.coerce.number().int().min(1).max(65_535).default(8000).describe('The first port of the range'),
            range: z.coerce.number().int().min(1).max(65_535).default(1000).describe('How many ports it has'),
          })
          .refine(({ base, range }) => base + range <= 65_536, {
            path: ['range'],
            message: 'base + range is beyond port 65535',
          }),
        response: {
          200: z.object({
            hash: z.string().describe('8 hexadecimal digits, for names that must be short'),
            port: z.int().describe('From `base` to `base + range - 1`'),
          }),
        },
      },
    },
    async ({ params: { project, environment }, query: { base, range } }) =>
      control.deploys.derived(project, environment, { base, size: range }),
  )

  app.get(
    '/projects/:project/environments/:environment/services',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getServices',
        summary: 'The services of an environment: where they run, and how they are reached',
        description:
          'What the serving deployment says; with `?observe=true` also what really runs, asked of the machines. Secrets are named, their values are nowhere in it.',
        tags: ['deployments'],
        params: place,
        querystring: observeQuery,
        response: { 200: servicesJson },
      },
    },
    async ({ caller, params: { project, environment }, query }) => {
      const how = { observed: query.observe }
      return servicesToJson(await control.deploys.services(caller.workspace, project, environment, how))
    },
  )
}

function wishOf(body: z.output<typeof deploymentRequest>, now: Date): DeployWish {
  const { project, environment } = body
  const wish = { project, environment, at: now.toISOString() }
  if (body.kind === 'redeploy') return { ...wish, kind: 'redeploy' }
  if (body.kind === 'rollback') return { ...wish, kind: 'rollback', ...named(body.release) }
  const { config, config_file } = body
  const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2)
  const configured = { ...wish, config: text, ...(config_file !== undefined && { configFile: config_file }) }
  if (body.kind === 'promote') {
    const dirty = body.allow_dirty === undefined ? {} : { allowDirty: body.allow_dirty }
    return { ...configured, kind: 'promote', ...named(body.release), ...dirty }
  }
  if (body.working_tree !== undefined) {
    const { working_tree: workingTree, tags } = body
    return { ...configured, kind: 'deploy', workingTree, ...(tags && { tags }) }
  }
  return { ...configured, kind: 'deploy', ref: body.ref }
}

const named = (release: string | undefined) => (release === undefined ? {} : { release })
