import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InfrastructureRecord } from '@atlas/store'
import { afterAll, expect, test } from 'vitest'
import { reachMachine } from './machines.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'atlas-reach-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))
mkdirSync(join(dataDir, 'ssh'))
writeFileSync(join(dataDir, 'ssh', 'id_ed25519'), 'a key')

/** A cloud that does not tell host keys. @param id of the machine */
const reach = (id: string) => {
  const machine = { type: 'machine', resource: 'web1', id, phase: 'ready', attributes: { public_ip: '203.0.113.7' } }
  const record = { resources: [machine] } as unknown as InfrastructureRecord
  const parts = { dataDir, ssh: undefined, store: { infrastructure: async () => record } }
  return reachMachine(parts, { workspace: 'default', infrastructure: 'fleet', machine: 'web1' })
}

test('a key is learnt once for a machine, and one that is made anew under its name is not met with it', async () => {
  const first = await reach('1')
  expect(first?.knownHosts).toBeUndefined()
  first!.learn!('203.0.113.7 ssh-ed25519 AAAA')
  expect((await reach('1'))?.knownHosts).toBe('203.0.113.7 ssh-ed25519 AAAA\n')
  expect((await reach('2'))?.knownHosts).toBeUndefined()
})
