import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fleet } from '@atlas/blueprints'
import { bodyOf, type Client, type DeploymentRequest, deploys } from '@atlas/client'
import type { JsonObject } from '@atlas/core'
import { openMachines } from '@atlas/deploy'
import { expect } from 'vitest'
import { finished, makeKey } from '../server.fixture.ts'

/** Machines for projects. @param csv lines of projects.csv */
export const fleetFor = (publicKey: string, ...csv: string[]): JsonObject =>
  fleet.build({
    csv: ['Project,Servers,MasterSpec,WebSpec', ...csv, ''].join('\n'),
    adminIps: ['127.0.0.1'],
    publicKey,
  })

/** The same, brought about by a server on this folder. */
export async function bringAboutFleet(client: Client, folder: string, ...csv: string[]): Promise<void> {
  const { id } = await client.apply(fleetFor(makeKey(folder), ...csv), {})
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })
}

/** Plans a deploy, carries exactly that out, and follows it to its end. */
export async function carryOut(client: Client, wish: DeploymentRequest) {
  const { plan, apply } = deploys(client.api)
  const planned = await plan(wish)
  const { id } = await apply(planned.hash)
  return { plan: planned, operation: await finished(client, id) }
}

/** The latest commit of hostomatic, by this configuration. */
export const deployToUat = (client: Client, config: object) =>
  carryOut(client, { kind: 'deploy', project: 'hostomatic', environment: 'uat', ref: 'main', config } as never)

/** Where the load balancer answers, without a slash at the end. */
export async function doorOf(client: Client): Promise<string> {
  const { resources } = await client.infrastructure('fleet')
  const master = resources.find(({ type, name }) => type === 'machine' && name === 'master')
  return `http://${master?.attributes.public_ip}:${process.getuid?.() === 0 ? 80 : 10_080}`
}

/** What validation finds. */
export async function findings(client: Client) {
  const params = { path: { id: 'fleet' } }
  return (await bodyOf(client.api.GET('/api/v1/infrastructure/{id}/validation', { params }))).findings
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
