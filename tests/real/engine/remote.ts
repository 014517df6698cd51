import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import {
  AtlasError,
  type CreateRequest,
  type Driver,
  isAtlasError,
  type Observed,
  type ResourceDriver,
  type ResourceType,
  resourceTypes,
  type Stamp,
} from '@atlas/core'
import { type MemoryCloud, memoryCloud, memoryDriver } from '@atlas/driver-memory'

/** A memory cloud that other processes reach, so that it outlives the workers that a test kills. */
export async function serveCloud(cloud: MemoryCloud): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const [, worker, type, verb] = request.url!.split('/') as [string, string, ResourceType, Verb]
    const body = (await json(request)) as Asked
    const answer = await carryOut(memoryDriver(cloud, { worker }).types[type]!, verb, body).then(
      (value) => ({ value }),
      (error: unknown) => ({ error: told(error) }),
    )
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

type Verb = 'list' | 'get' | 'create' | 'update' | 'mark' | 'remove'
type Asked = {
  owner?: string
  id?: string
  request?: Omit<CreateRequest, 'gate'>
  observed?: Observed
  want?: never
  stamp?: Stamp
}
type Answer = { value?: unknown; error?: ReturnType<typeof told> }

async function carryOut(resource: ResourceDriver, verb: Verb, asked: Asked): Promise<unknown> {
  const gate = () => {}
  switch (verb) {
    case 'list':
      return Array.fromAsync(resource.list(asked.owner === undefined ? {} : { owner: asked.owner }))
    case 'get':
      return resource.get(asked.id!)
    case 'create':
      return resource.create({ ...asked.request!, gate })
    case 'update':
      return resource.update(asked.observed!, asked.want!, { gate })
    case 'mark':
      return resource.mark!(asked.observed!, asked.stamp, { gate })
    case 'remove':
      return resource.remove(asked.observed!, { gate })
  }
}

const told = (error: unknown) =>
  isAtlasError(error)
    ? { code: error.code, message: error.message, uncertain: error.uncertain, retryAfterMs: error.retryAfterMs }
    : { code: 'internal' as const, message: String(error), uncertain: false, retryAfterMs: undefined }

/** The driver of such a cloud. What is pure comes from the memory driver itself. */
export function remoteDriver(url: string, { account, bounds }: Pick<MemoryCloud, 'account' | 'bounds'>): Driver {
  const local = memoryDriver(memoryCloud())
  return {
    provider: 'memory',
    bounds,
    account: async () => account,
    types: Object.fromEntries(
      resourceTypes.map((type) => [type, remoteResource(`${url}/${process.pid}/${type}`, local.types[type]!, bounds)]),
    ),
  }
}

function remoteResource(url: string, pure: ResourceDriver, bounds: Driver['bounds']): ResourceDriver {
  const ask = async <T>(verb: Verb, asked: object): Promise<T> => {
    const signal = AbortSignal.timeout(bounds.requestTimeoutMs)
    const { value, error } = (await fetch(`${url}/${verb}`, {
      method: 'POST',
      body: JSON.stringify(asked),
      signal,
    }).then(
      (response) => response.json(),
      (cause: unknown) => {
        throw new AtlasError('cloud_unavailable', `no answer to ${verb}`, { uncertain: true, cause })
      },
    )) as Answer
    if (!error) return value as T
    const { code, message, uncertain, retryAfterMs } = error
    throw new AtlasError(code, message, { uncertain, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  }
  return {
    ...pure,
    async *list({ owner }) {
      yield* await ask<Observed[]>('list', { owner })
    },
    get: (id) => ask('get', { id }),
    create({ gate, signal: _, ...request }) {
      gate()
      return ask('create', { request })
    },
    update(observed, want, { gate }) {
      gate()
      return ask('update', { observed, want })
    },
    remove(observed, { gate }) {
      gate()
      return ask('remove', { observed })
    },
    ...(pure.mark && {
      mark(observed, stamp, { gate }) {
        gate()
        return ask('mark', { observed, stamp })
      },
    }),
  }
}
