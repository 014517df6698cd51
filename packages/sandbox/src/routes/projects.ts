import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { conflict, notFound, preconditionFailed } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, list, param } from '../http/validation.ts'
import { assign, assignable, defaultProject, projectOf } from '../records/projects.ts'
import type { Project } from '../records/types.ts'

const name = z.string('name is required').min(1, 'name is required').max(175)
const text = z.string().max(255)
const environment = z.enum(['', 'Development', 'Staging', 'Production'])
const create = z.object({
  name,
  purpose: text.min(1, 'purpose is required'),
  description: text.default(''),
  environment: environment.nullish(),
})
const replace = create.extend({ description: text, environment, is_default: z.boolean() })
// Go clients send null for what they leave as it is.
const patch = z.object({
  name: name.nullish(),
  purpose: replace.shape.purpose.nullish(),
  description: text.nullish(),
  environment: environment.nullish(),
  is_default: z.boolean().nullish(),
})
const resources = z.object({ resources: list(z.string()) })

export function projectRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/projects', async (request) => {
    defaultProject(cloud)
    return page(request, 'projects', listed(request, cloud.projects), shape)
  })

  app.post('/v2/projects', { schema: { body: create } }, async (request, reply) => {
    refuseName(cloud, request.body.name)
    const now = cloud.clock.now()
    const environment = request.body.environment ?? ''
    const fresh = {
      ...request.body,
      environment,
      id: crypto.randomUUID(),
      default: false,
      createdAt: now,
      updatedAt: now,
    }
    reply.code(201)
    return { project: shape(cloud.projects.put(fresh)) }
  })

  app.get('/v2/projects/:project_id', async (request) => ({ project: shape(projectIn(cloud, request)) }))
  app.put('/v2/projects/:project_id', { schema: { body: replace } }, async (request) =>
    change(cloud, request, request.body),
  )
  app.patch('/v2/projects/:project_id', { schema: { body: patch } }, async (request) =>
    change(cloud, request, request.body),
  )

  app.delete('/v2/projects/:project_id', async (request, reply) => {
    const project = projectIn(cloud, request)
    if (project.default) throw preconditionFailed('cannot delete the default project')
    if (heldBy(cloud, project).length)
      throw preconditionFailed('cannot delete a project with resources. move or remove the resources first')
    // What is left of assignments is of resources that are gone.
    for (const { id } of cloud.assignments.by('project', project.id)) cloud.assignments.remove(id)
    cloud.projects.remove(project.id)
    return reply.code(204).send()
  })

  app.get('/v2/projects/:project_id/resources', async (request) => {
    return page(request, 'resources', heldBy(cloud, projectIn(cloud, request)), ({ urn, path, createdAt }) =>
      resourceShape(cloud, request, urn, path, createdAt, 'ok'),
    )
  })

  app.post('/v2/projects/:project_id/resources', { schema: { body: resources } }, async (request) => {
    const project = projectIn(cloud, request)
    const known = new Map([...assignable(cloud)].map((each) => [each.urn, each]))
    const assigned = request.body.resources.map((urn) => {
      const { path = '', createdAt = cloud.clock.now() } = known.get(urn) ?? {}
      const status = !known.has(urn)
        ? 'not_found'
        : projectOf(cloud, urn) === project.id
          ? 'already_assigned'
          : 'assigned'
      if (status === 'assigned') assign(cloud, urn, project.id)
      return resourceShape(cloud, request, urn, path, createdAt, status)
    })
    return { resources: assigned }
  })
}

const heldBy = (cloud: Cloud, project: Project) =>
  [...assignable(cloud)].filter(({ urn }) => projectOf(cloud, urn) === project.id)

/** By id, or the word `default`. @throws ApiError 404 */
function projectIn(cloud: Cloud, request: { params: unknown }): Project {
  const id = param(request, 'project_id')
  const project = id === 'default' ? defaultProject(cloud) : cloud.projects.get(id)
  if (!project) throw notFound()
  return project
}

function refuseName(cloud: Cloud, name: string, except?: Project): void {
  for (const project of cloud.projects.all())
    if (project.name === name && project.id !== except?.id) throw conflict('name is already in use')
}

function change(cloud: Cloud, request: FastifyRequest, wanted: z.output<typeof patch>) {
  const project = projectIn(cloud, request)
  if (wanted.name) refuseName(cloud, wanted.name, project)
  if (wanted.is_default) cloud.projects.update(defaultProject(cloud).id, { default: false })
  const changed = cloud.projects.put({
    ...project,
    name: wanted.name ?? project.name,
    description: wanted.description ?? project.description,
    purpose: wanted.purpose ?? project.purpose,
    environment: wanted.environment ?? project.environment,
    default: wanted.is_default || project.default,
    updatedAt: cloud.clock.now(),
  })
  return { project: shape(changed) }
}

function shape(project: Project) {
  return {
    id: project.id,
    owner_uuid: '99525febec065ca37b2ffe4f852fd2b2581895e7',
    owner_id: 258992,
    name: project.name,
    description: project.description,
    purpose: project.purpose,
    environment: project.environment,
    is_default: project.default,
    created_at: iso(project.createdAt),
    updated_at: iso(project.updatedAt),
  }
}

function resourceShape(
  cloud: Cloud,
  request: FastifyRequest,
  urn: string,
  path: string,
  createdAt: number,
  status: string,
) {
  const self = `${request.protocol}://${request.host}/v2/${path}`
  return { urn, assigned_at: iso(cloud.assignments.get(urn)?.assignedAt ?? createdAt), links: { self }, status }
}
