import { strict as assert } from 'node:assert'
import { activeDroplet, missing, refused, type Scenario } from './client.ts'

/** Projects and tags: what sorts other things. */
export const projects: Scenario = async (client, { check }) => {
  await check('there is a default project', async () => {
    const { project } = (await client.project.getDefaultProject()).data
    assert.equal(project.is_default, true)
    assert.ok((await client.project.listProjects({})).data.projects.some(({ id }) => id === project.id))
  })
  const wanted = { name: 'shop', purpose: 'Web Application', description: 'a peer’s', environment: 'Development' }
  const project_id = await check('a project is made', async () => {
    const { status, data } = await client.project.createProject(wanted)
    assert.equal(status, 201)
    assert.partialDeepStrictEqual(data.project, { ...wanted, is_default: false })
    return data.project.id
  })
  await check('its name is taken', () => refused(client.project.createProject(wanted), 409, 'conflict'))
  await check('it is changed in part and as a whole', async () => {
    await client.project.patchProject({ project_id, environment: 'Production' })
    const whole = { ...wanted, project_id, name: 'store', environment: 'Staging', is_default: false }
    const { project } = (await client.project.updateProject(whole)).data
    assert.deepEqual([project.name, project.environment], ['store', 'Staging'])
  })
  const { id: droplet_id } = await check('a droplet to sort', () => activeDroplet(client, 'sorted'))
  await check('a droplet is put into it, once', async () => {
    const urn = `do:droplet:${droplet_id}`
    const put = async () => (await client.project.assignResourcesToProject({ project_id, resources: [urn] })).data
    assert.partialDeepStrictEqual((await put()).resources, [{ urn, status: 'assigned' }])
    assert.partialDeepStrictEqual((await put()).resources, [{ urn, status: 'already_assigned' }])
    const { data } = await client.project.listProjectResources({ project_id })
    assert.partialDeepStrictEqual(data.resources, [{ urn, status: 'ok' }])
    assert.equal(data.meta?.total, 1)
  })
  await check('a project that holds something is not deleted', () =>
    refused(client.project.deleteProject({ project_id }), 412, 'precondition_failed'),
  )
  await check('emptied, it is deleted', async () => {
    await client.project.assignResourcesToDefaultProject({ resources: [`do:droplet:${droplet_id}`] })
    assert.equal((await client.project.deleteProject({ project_id })).status, 204)
    await missing(client.project.getProject({ project_id }))
  })

  const resources = [{ resource_id: String(droplet_id), resource_type: 'droplet' }]
  await check('a tag is made, put on a droplet, counted', async () => {
    assert.equal((await client.tag.createTag({ name: 'env:test' })).status, 201)
    assert.equal((await client.tag.tagResources({ tag_name: 'env:test', resources })).status, 204)
    assert.deepEqual((await client.droplet.getDroplet({ droplet_id })).data.droplet.tags, ['env:test'])
    const { tag } = (await client.tag.getTag({ tag_name: 'env:test' })).data
    assert.equal(tag.resources.droplets.count, 1)
    assert.match(tag.resources.droplets.last_tagged_uri ?? '', new RegExp(`/v2/droplets/${droplet_id}$`))
    assert.ok((await client.tag.listTags({ per_page: 200 })).data.tags.some(({ name }) => name === 'env:test'))
  })
  await check('a tag is taken off, deleted, and then missing', async () => {
    assert.equal((await client.tag.untagResources({ tag_name: 'env:test', resources })).status, 204)
    assert.deepEqual((await client.droplet.getDroplet({ droplet_id })).data.droplet.tags, [])
    assert.equal((await client.tag.deleteTag({ tag_name: 'env:test' })).status, 204)
    await missing(client.tag.getTag({ tag_name: 'env:test' }))
    await client.droplet.deleteDroplet({ droplet_id })
  })
  // This one refusal has a body of another shape, without an id.
  await check('a tag with a blank is refused', () =>
    refused(client.tag.createTag({ name: 'not a tag' }), 400, undefined),
  )
}
