import { strict as assert } from 'node:assert'
import { activeDroplet, one, type Scenario } from './client.ts'

/** Projects and tags: what sorts other things. */
export const projects: Scenario = async (doctl, { check }) => {
  const droplet = await check('a droplet to sort', async () => String((await activeDroplet(doctl, 'sorted')).id))
  const project = await check('projects create, get, list, update', async () => {
    const more = ['--name', 'shop', '--purpose', 'Web Application', '--environment', 'Development']
    const { id } = await one<{ id: string }>(doctl, 'projects', 'create', ...more)
    await doctl('projects', 'update', id, '--environment', 'Production', '--description', 'a peer’s')
    assert.partialDeepStrictEqual(await doctl('projects', 'get', id), [{ name: 'shop', environment: 'Production' }])
    assert.equal((await doctl<object[]>('projects', 'list')).length, 2)
    assert.partialDeepStrictEqual(await doctl('projects', 'get', 'default'), [{ is_default: true }])
    return id
  })
  await check('resources are assigned; a project that holds some is not deleted', async () => {
    const urn = `do:droplet:${droplet}`
    await doctl('projects', 'resources', 'assign', project, '--resource', urn)
    assert.partialDeepStrictEqual(await doctl('projects', 'resources', 'list', project), [{ urn }])
    await doctl.refused(/412/, 'projects', 'delete', project, '--force')
  })
  await check('emptied, it is deleted', async () => {
    const { id } = await one<{ id: string }>(doctl, 'projects', 'get', 'default')
    await doctl('projects', 'resources', 'assign', id, '--resource', `do:droplet:${droplet}`)
    await doctl('projects', 'delete', project, '--force')
    await doctl.refused(/404/, 'projects', 'get', project)
  })
  await check('a tag is applied, counted, removed, deleted', async () => {
    const resource = ['--resource', `do:droplet:${droplet}`]
    await doctl('compute', 'tag', 'create', 'doctl:sort')
    await doctl('compute', 'tag', 'apply', 'doctl:sort', ...resource)
    const counted = await one<object>(doctl, 'compute', 'tag', 'get', 'doctl:sort')
    assert.partialDeepStrictEqual(counted, { name: 'doctl:sort', resources: { droplets: { count: 1 } } })
    await doctl('compute', 'tag', 'remove', 'doctl:sort', ...resource)
    await doctl('compute', 'tag', 'delete', 'doctl:sort', '--force')
    await doctl.refused(/404/, 'compute', 'tag', 'get', 'doctl:sort')
    await doctl('compute', 'droplet', 'delete', droplet, '--force')
  })
  await check('a listing longer than a page of 200 is read to its end', async () => {
    const names = Array.from({ length: 205 }, (_, index) => `many-${index}`)
    const most = await activeDroplet(doctl, 'tagged', '--tag-names', names.join(','))
    const listed = await doctl<{ name: string }[]>('compute', 'tag', 'list')
    assert.equal(listed.filter(({ name }) => name.startsWith('many-')).length, 205)
    await doctl('compute', 'droplet', 'delete', String(most.id), '--force')
  })
}
