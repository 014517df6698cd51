import { z } from 'zod'
import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import type { Armed, requestFaults } from '../faults/armed.ts'
import { type Fault, fault, isMachineFault } from '../faults/fault.ts'
import { machineFaults } from '../faults/machines.ts'
import { notFound } from '../http/errors.ts'
import { type App, integer, param } from '../http/validation.ts'
import { info } from './info.ts'
import { countRequests } from './requests.ts'

const advance = z.object({ advance_seconds: z.number().min(0) })

/** What the real cloud does not have: /_sandbox. Needs the same token, counts for no rate limit, suffers no faults. */
export function adminRoutes(app: App, cloud: Cloud, faults: ReturnType<typeof requestFaults>): void {
  const machines = machineFaults(cloud)
  const requests = countRequests(app)
  let lastId = 0

  app.get('/_sandbox/info', async () => info(cloud))
  app.get('/_sandbox/dump', async () => ({
    records: cloud.store.dump(),
    faults: [...faults.list(), ...machines.list()].map(shape),
  }))

  app.get('/_sandbox/requests', async () => ({ requests: requests.counts() }))
  app.delete('/_sandbox/requests', async (_request, reply) => {
    requests.reset()
    return reply.code(204).send()
  })

  const time = () => ({ now: iso(cloud.clock.now()), ahead_seconds: Math.round(cloud.clock.offset / 1000) })
  app.get('/_sandbox/clock', async () => time())
  app.post('/_sandbox/clock', { schema: { body: advance } }, async (request) => {
    cloud.clock.advance(request.body.advance_seconds * 1000)
    cloud.meta.put({ id: 'clock', value: cloud.clock.offset })
    return time()
  })

  app.get('/_sandbox/faults', async () => ({ faults: [...faults.list(), ...machines.list()].map(shape) }))
  app.post('/_sandbox/faults', { schema: { body: fault } }, async (request, reply) => {
    const id = ++lastId
    const armed = isMachineFault(request.body) ? await machines.arm(id, request.body) : faults.arm(id, request.body)
    reply.code(201)
    return { fault: shape(armed) }
  })
  app.delete('/_sandbox/faults', async (_request, reply) => {
    faults.clear()
    await machines.clear()
    return reply.code(204).send()
  })
  app.delete('/_sandbox/faults/:id', async (request, reply) => {
    const id = integer(param(request, 'id'))
    if (!faults.clear(id) && !(await machines.clear(id))) throw notFound()
    return reply.code(204).send()
  })
}

function shape({ id, fault, hits }: Armed<Fault>) {
  return { id, ...fault, hits }
}
