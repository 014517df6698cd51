import { join } from 'node:path'
import { openClock } from './clock.ts'
import type { Cloud } from './cloud.ts'
import { chooseSshPort, openBackend, openDatabases } from './machines/index.ts'
import { meterEverything } from './metering/meter.ts'
import { openRecords } from './records/records.ts'
import { Store } from './records/store.ts'
import { connectPeering } from './routes/vpc-peerings.ts'
import type { SandboxOptions } from './sandbox.ts'
import { resume } from './work/actions.ts'
import { claimBlock } from './work/address-block.ts'
import { openBackground } from './work/background.ts'
import { bringOnline, keepDatabases } from './work/databases.ts'
import { destroyTogether } from './work/destruction.ts'
import { keepFirewalls } from './work/firewalls.ts'
import { importImage } from './work/images.ts'
import { keepBalancers } from './work/load-balancers.ts'
import { machineSpec } from './work/machine.ts'
import { watchMachines } from './work/watch-machines.ts'

/** The records of a data folder and the machines they speak of, going on where they stopped. */
export async function openCloud(options: SandboxOptions, stopping: AbortSignal): Promise<Cloud> {
  const { dataDir, backend: name = 'auto' } = options
  const store = new Store(join(dataDir, 'records.sqlite'))
  const records = openRecords(store)
  const block = name === 'none' ? 0 : await claimBlock(dataDir, records.meta.get('address_block')?.value as number)
  records.meta.put({ id: 'address_block', value: block })
  const parts = {
    ...records,
    store,
    backend: await openBackend({ name, dataDir: join(dataDir, 'machines'), log: complain }),
    clock: openClock(Number(records.meta.get('clock')?.value ?? 0)),
    background: openBackground(stopping, (error) => complain(String(error))),
    options: {
      settleMs: options.settleMs ?? 150,
      dropletLimit: options.dropletLimit ?? 20_000,
      sshPort: await chooseSshPort(),
      addressBlock: block,
    },
  }
  meterEverything(parts)
  const servers = name === 'none' ? undefined : openDatabases({ dataDir: join(dataDir, 'databases') })
  const cloud: Cloud = {
    ...parts,
    firewallKeeper: keepFirewalls(parts),
    balancers: keepBalancers(parts),
    databaseKeeper: keepDatabases(parts, servers),
    machineWatch: watchMachines(parts),
  }
  await takeUp(cloud)
  return cloud
}

/** After a restart: the machines run again, and what was under way goes on. */
async function takeUp(cloud: Cloud): Promise<void> {
  const made = [...cloud.droplets.all()].filter((droplet) => droplet.status !== 'new')
  const machines = made.map((droplet) => ({ spec: machineSpec(cloud, droplet), on: droplet.status === 'active' }))
  await cloud.backend.recover(machines)
  for (const droplet of made) await cloud.firewallKeeper.guard(droplet)
  resume(cloud)
  for (const { id } of cloud.loadBalancers.all()) cloud.balancers.activate(id)
  for (const { id, status } of cloud.peerings.all()) if (status === 'PROVISIONING') connectPeering(cloud, id)
  for (const { id, completedAt } of cloud.destructions.all()) if (completedAt === undefined) destroyTogether(cloud, id)
  for (const { id } of cloud.databases.all()) bringOnline(cloud, id)
  for (const { id, status } of cloud.images.all()) if (status === 'NEW') importImage(cloud, id)
}

const complain = (line: string): void => void process.stderr.write(`sandbox: ${line}\n`)
