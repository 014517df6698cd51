import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { droplet, SandboxProcess, until } from './sandbox.fixture.ts'

interface Droplet {
  droplet: {
    id: number
    name: string
    status: string
    locked: boolean
    tags: string[]
    networks: { v4: { ip_address: string; type: string }[] }
  }
}
interface Action {
  action: { id: number; status: string; completed_at: string | null }
}
interface Listing {
  droplets: Droplet['droplet'][]
  links: { pages?: Record<string, string> }
  meta: { total: number }
}

let cloud: SandboxProcess
beforeAll(async () => {
  cloud = await SandboxProcess.start()
})
afterAll(() => cloud.remove())

const made = async (more?: object): Promise<number> => {
  const { status, body } = await cloud.call<Droplet>('POST', '/v2/droplets', droplet(more))
  expect(status).toBe(202)
  return body.droplet.id
}
const active = (id: number) =>
  until(
    () => cloud.get<Droplet>(`/v2/droplets/${id}`),
    (answer) => !answer.droplet.locked,
  )

describe('a new droplet', () => {
  test('is new and without an address, gets one, and is active at the end of its create action', async () => {
    const { body } = await cloud.call<Droplet & { links: { actions: { id: number; rel: string; href: string }[] } }>(
      'POST',
      '/v2/droplets',
      droplet(),
    )
    expect(body.droplet).toMatchObject({ status: 'new', locked: true, networks: { v4: [], v6: [] } })
    const [link] = body.links.actions
    expect(link).toMatchObject({ rel: 'create', href: `${cloud.url}/v2/actions/${link!.id}` })
    const path = `/v2/actions/${link!.id}`
    expect((await cloud.get<Action>(path)).action).toMatchObject({ status: 'in-progress', completed_at: null })
    await until(
      () => cloud.get<Action>(path),
      ({ action }) => action.status === 'completed',
    )
    const { droplet: now } = await cloud.get<Droplet>(`/v2/droplets/${body.droplet.id}`)
    expect(now).toMatchObject({ status: 'active', locked: false })
    const kinds = now.networks.v4.map(({ type }) => type).sort()
    expect(kinds).toEqual(['private', 'public'])
  })

  test('takes no other action and no deletion while one is pending', async () => {
    const id = await made()
    const refused = { id: 'unprocessable_entity', message: 'Droplet already has a pending event.' }
    expect(await cloud.call('POST', `/v2/droplets/${id}/actions`, { type: 'reboot' })).toMatchObject({
      status: 422,
      body: refused,
    })
    expect(await cloud.call('DELETE', `/v2/droplets/${id}`)).toMatchObject({ status: 422, body: refused })
    await active(id)
    expect((await cloud.call('DELETE', `/v2/droplets/${id}`)).status).toBe(204)
    expect(await cloud.call('GET', `/v2/droplets/${id}`)).toMatchObject({ status: 404, body: { id: 'not_found' } })
  })

  test('is off after power_off, grows only when off, and comes back with power_on', async () => {
    const id = await made()
    await active(id)
    const act = async (body: object) => {
      const { status, body: answer } = await cloud.call<Action>('POST', `/v2/droplets/${id}/actions`, body)
      if (status !== 201) return status
      await until(
        () => cloud.get<Action>(`/v2/actions/${answer.action.id}`),
        ({ action }) => action.status !== 'in-progress',
      )
      return (await cloud.get<Action>(`/v2/actions/${answer.action.id}`)).action.status
    }
    expect(await act({ type: 'resize', size: 's-2vcpu-4gb', disk: true })).toBe(422)
    expect(await act({ type: 'power_off' })).toBe('completed')
    expect((await active(id)).droplet.status).toBe('off')
    expect(await act({ type: 'resize', size: 's-2vcpu-4gb', disk: true })).toBe('completed')
    expect(await act({ type: 'resize', size: 's-1vcpu-1gb' })).toBe(422)
    expect(await act({ type: 'power_on' })).toBe('completed')
    expect((await active(id)).droplet).toMatchObject({ status: 'active', size_slug: 's-2vcpu-4gb', disk: 80 })
  })
})

describe('listings', () => {
  test('come in pages, with links to the others and the total', async () => {
    for (const batch of [0, 1, 2]) {
      const names = Array.from({ length: batch < 2 ? 10 : 5 }, (_, index) => `paged-${batch}-${index}`)
      const { name: _, ...common } = droplet({ tags: ['paged'] })
      expect((await cloud.call('POST', '/v2/droplets', { ...common, names })).status).toBe(202)
    }
    const list = (query: string) => cloud.get<Listing>(`/v2/droplets?tag_name=paged${query}`)
    const standard = await list('')
    expect([standard.droplets.length, standard.meta.total]).toEqual([20, 25])
    const middle = await list('&per_page=10&page=2')
    expect(middle.droplets.map(({ name }) => name)).toEqual(
      Array.from({ length: 10 }, (_, index) => `paged-1-${index}`),
    )
    const pages = Object.fromEntries(
      Object.entries(middle.links.pages!).map(([rel, url]) => [rel, new URL(url).searchParams.get('page')]),
    )
    expect(pages).toEqual({ first: '1', prev: '1', next: '3', last: '3' })
    const last = await list('&per_page=10&page=3')
    expect(Object.keys(last.links.pages!).sort()).toEqual(['first', 'prev'])
    expect(last.droplets).toHaveLength(5)
    expect(await list('&per_page=200')).toMatchObject({ links: {}, meta: { total: 25 } })
    expect((await list('&per_page=1000')).droplets).toHaveLength(25)
  })
})

describe('tags', () => {
  test('are the same however they are spelt, and keep their first spelling', async () => {
    const id = await made({ tags: ['Role:Web'] })
    await made({ tags: ['role:web'] })
    expect((await cloud.get<Listing>('/v2/droplets?tag_name=ROLE:WEB')).meta.total).toBe(2)
    expect(
      (await cloud.get<{ tag: { name: string; resources: { droplets: { count: number } } } }>('/v2/tags/role:WEB')).tag,
    ).toMatchObject({
      name: 'Role:Web',
      resources: { count: 2, droplets: { count: 2 } },
    })
    expect((await active(id)).droplet.tags).toEqual(['Role:Web'])
  })

  test('delete what carries them, locked or not, and nothing else', async () => {
    const other = await made({ tags: ['stays'] })
    await made({ tags: ['goes', 'stays-too'] })
    await made({ tags: ['goes'] })
    expect((await cloud.call('DELETE', '/v2/droplets?tag_name=goes')).status).toBe(204)
    expect((await cloud.get<Listing>('/v2/droplets?tag_name=goes')).meta.total).toBe(0)
    expect((await active(other)).droplet.status).toBe('active')
    expect((await cloud.call('DELETE', '/v2/tags/stays')).status).toBe(204)
    expect((await active(other)).droplet.tags).toEqual([])
  })
})

describe('what depends on each other', () => {
  test('a network with members and an attached volume cannot be deleted', async () => {
    const { body } = await cloud.call<{ vpc: { id: string } }>('POST', '/v2/vpcs', { name: 'inner', region: 'nyc3' })
    const id = await made({ vpc_uuid: body.vpc.id })
    await active(id)
    expect(await cloud.call('DELETE', `/v2/vpcs/${body.vpc.id}`)).toMatchObject({
      status: 409,
      body: { message: 'Can not delete VPC with members' },
    })
    const { body: disk } = await cloud.call<{ volume: { id: string } }>('POST', '/v2/volumes', {
      name: 'data',
      region: 'nyc3',
      size_gigabytes: 1,
    })
    const path = `/v2/volumes/${disk.volume.id}`
    await cloud.call('POST', `${path}/actions`, { type: 'attach', droplet_id: id })
    await active(id)
    expect((await cloud.call('DELETE', path)).status).toBe(409)
    expect((await cloud.call('DELETE', `/v2/droplets/${id}`)).status).toBe(204)
    expect((await cloud.call('DELETE', path)).status).toBe(204)
    expect((await cloud.call('DELETE', `/v2/vpcs/${body.vpc.id}`)).status).toBe(204)
  })

  test('a volume name is free again in another region, and taken in its own', async () => {
    const volume = { name: 'unique', region: 'nyc3', size_gigabytes: 1 }
    expect((await cloud.call('POST', '/v2/volumes', volume)).status).toBe(201)
    expect((await cloud.call('POST', '/v2/volumes', { ...volume, region: 'sfo3' })).status).toBe(201)
    expect(await cloud.call('POST', '/v2/volumes', volume)).toMatchObject({
      status: 409,
      body: { message: 'already exists' },
    })
  })
})
