import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clientOf, finished, makeKey, serverOfFile } from './server.fixture.ts'

const dataDir = serverOfFile()

test('a machine is reached with exactly what the API says of it, its host key included', async () => {
  const client = clientOf(dataDir)
  const description = {
    name: 'doors',
    provider: 'digitalocean',
    region: 'nyc3',
    resources: [
      { type: 'ssh_key', name: 'key', specifications: { public_key: makeKey(dataDir) } },
      {
        type: 'machine',
        name: 'web1',
        specifications: {
          size: 's-1vcpu-1gb',
          image: 'debian-13-x64',
          ssh_keys: [{ ref: 'key.id' }],
          user_data: '#!/bin/sh\necho made by user data > /root/made',
        },
      },
    ],
  }
  const { id } = await client.apply(description, {})
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })

  const web1 = (await client.infrastructure('doors')).resources.find(({ name }) => name === 'web1')!
  const { host, port, user, known_hosts: knownHosts, identity_file: identity } = web1.ssh!
  const known = join(dataDir, 'known_hosts')
  writeFileSync(known, `${knownHosts}\n`)
  const options = ['StrictHostKeyChecking=yes', `UserKnownHostsFile=${known}`, 'BatchMode=yes', 'IdentitiesOnly=yes']
  const args = [...options.flatMap((option) => ['-o', option]), '-i', identity!, '-p', String(port), `${user}@${host}`]
  const said = execFileSync('ssh', [...args, 'hostname; cat ~/made'], { encoding: 'utf8', timeout: 30_000 })
  expect(said).toBe('web1\nmade by user data\n')
})
