import { join } from 'node:path'
import { readSandboxFile, sandboxAdmin } from '@atlas/sandbox'
import { afterAll, expect, test, vi } from 'vitest'
import { postmasterOf } from './database.fixture.ts'
import { clientOf, dataFolder, finished, startServer, stopServer, twoMachines } from './server.fixture.ts'

// What is uncertain is settled no earlier than the sandbox's bounds allow: about 15 s.
vi.setConfig({ testTimeout: 120_000 })

const folder = dataFolder()
afterAll(folder.remove)

/** A test that is tried again finds what it left. */
const nameOf = (which: string) => `${which}-${Date.now()}`

const adminOf = async () => sandboxAdmin(await readSandboxFile(join(folder.path, 'sandbox')))

test('a server killed in the middle of an operation finishes it after the next start, making nothing twice', async () => {
  const first = await startServer(folder.path)
  const client = clientOf(folder.path)
  await (await adminOf()).addFault({ kind: 'slow_answer', method: 'POST', path: '/v2/droplets', ms: 5_000 })
  const { id } = await client.apply(twoMachines(), {})
  // The requests have gone out and taken effect, and nobody has heard so yet.
  const made = async () => (await (await adminOf()).dump()).records.droplet?.length
  await expect.poll(made, { timeout: 20_000 }).toBe(2)
  first.child.kill('SIGKILL')
  await first.ended

  const second = await startServer(folder.path)
  try {
    const again = clientOf(folder.path)
    expect(await finished(again, id)).toMatchObject({ status: 'succeeded', completed_steps: 3 })
    expect((await (await adminOf()).dump()).records.droplet).toHaveLength(2)
    expect((await again.planApply(twoMachines())).steps).toEqual([])
  } finally {
    await stopServer(second)
  }
})

test('SIGTERM in the middle hands the operation back, and the next start goes on with it', async () => {
  const first = await startServer(folder.path)
  await (await adminOf()).addFault({ kind: 'latency', method: 'POST', path: '/v2/droplets', ms: 1_000 })
  const description = twoMachines({ name: nameOf('second') })
  const { id } = await clientOf(folder.path).apply(description, {})
  const started = async () =>
    (await clientOf(folder.path).steps(id)).filter(({ status }) => status === 'running').length
  await expect.poll(started, { timeout: 20_000 }).toBe(2)
  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)

  const second = await startServer(folder.path)
  try {
    expect(await finished(clientOf(folder.path), id)).toMatchObject({ status: 'succeeded' })
    expect((await clientOf(folder.path).planApply(description)).steps).toEqual([])
  } finally {
    await stopServer(second)
  }
})

test('PostgreSQL killed in the middle of an operation is started again, and the operation goes on', async () => {
  const server = await startServer(folder.path)
  try {
    await (await adminOf()).addFault({ kind: 'latency', method: 'POST', path: '/v2/droplets', ms: 1_000 })
    const description = twoMachines({ name: nameOf('third') })
    const { id } = await clientOf(folder.path).apply(description, {})
    const started = async () => (await clientOf(folder.path).steps(id)).some(({ status }) => status === 'running')
    await expect.poll(started, { timeout: 20_000 }).toBe(true)
    process.kill(postmasterOf(folder.path), 'SIGKILL')
    expect(await finished(clientOf(folder.path), id)).toMatchObject({ status: 'succeeded' })
    expect((await clientOf(folder.path).planApply(description)).steps).toEqual([])
  } finally {
    await stopServer(server)
  }
})
