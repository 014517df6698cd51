import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fleet } from '@atlas/blueprints'
import type { Client } from '@atlas/client'
import { openMachines } from '@atlas/deploy'
import { expect } from 'vitest'
import { finished, makeKey } from '../server.fixture.ts'

/** Machines for projects, brought about by a server on this folder. @param csv lines of projects.csv */
export async function bringAboutFleet(client: Client, folder: string, ...csv: string[]): Promise<void> {
  const text = ['Project,Servers,MasterSpec,WebSpec', ...csv, ''].join('\n')
  const description = fleet.build({ csv: text, adminIps: ['127.0.0.1'], publicKey: makeKey(folder) })
  const { id } = await client.apply(description, {})
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })
}

/** Runs a script on a machine, as an administrator would by ssh. */
export async function onMachine(client: Client, folder: string, name: string, script: string): Promise<string> {
  const { resources } = await client.infrastructure('fleet')
  const { host, port, user, known_hosts: knownHosts } = resources.find((one) => one.name === name)!.ssh!
  const privateKey = readFileSync(join(folder, 'ssh', 'id_ed25519'), 'utf8')
  const machines = openMachines(async () => ({ host, port, user, privateKey, knownHosts }))
  const place = { workspace: 'default', infrastructure: 'fleet', machine: name }
  return machines.use(place, (machine) => machine.run(['sh', '-c', script])).finally(machines.close)
}
