import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startMachines } from '../../machines.fixture.ts'
import { docker } from './engine.ts'
import { noContainers } from './images.fixture.ts'

const why = noContainers(docker)

describe.skipIf(why !== undefined)(why ?? 'the engine of a machine', () => {
  let machines: Awaited<ReturnType<typeof startMachines>>
  beforeAll(async () => {
    machines = await startMachines(['web1'])
  })
  afterAll(() => machines?.stop())

  test('an engine that ends as soon as it begins is not waited for, and said why', async () => {
    const machine = machines.machine('web1')
    await machine.run(['sh', '-c', 'mkdir -p /var/lib/atlas /etc/docker && echo "{nonsense" > /etc/docker/daemon.json'])
    const begun = () => machine.run(['sh', '-c', `${docker.ensure}ensure_engine`], { timeoutMs: 30_000 })
    await expect(begun()).rejects.toThrow(/does not answer: [\s\S]*daemon.json[\s\S]*invalid character/)
    await machine.run(['rm', '/etc/docker/daemon.json'])
    await begun()
    expect(await machine.run(['docker', 'version', '--format', '{{.Server.Os}}'])).toBe('linux\n')
  })
})
