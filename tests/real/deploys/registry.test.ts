import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canRunContainers, deployed, type Machines, type Stage, stage } from '../../deploys/index.ts'

const can = canRunContainers && existsSync('/usr/bin/docker-registry')
const password = 'of-the-registry'

/** On the only machine, for one user, in place of one that machines share. */
const begin = `mkdir -p /root/registry && cd /root/registry
perl -e 'print "atlas:", crypt("${password}", q($2b$05$abcdefghijklmnopqrstuu)), "\\n"' > htpasswd
echo '{"version": 0.1, "storage": {"filesystem": {"rootdirectory": "/root/registry/data"}}, "http": {"addr": "127.0.0.1:5000"}, "auth": {"htpasswd": {"realm": "test", "path": "/root/registry/htpasswd"}}}' > config.json
setsid docker-registry serve config.json < /dev/null > log 2>&1 &
until curl -s http://127.0.0.1:5000/v2/ > /dev/null; do sleep 0.1; done`

describe.skipIf(!can)('images through a registry (root, docker.io, busybox-static, docker-registry)', () => {
  let here: Stage & Machines

  beforeAll(async () => {
    const env = { REGISTRY_PASSWORD: password, OLD_PASSWORD: 'no-longer-valid' }
    const made = await stage({ workers: 1, platform: 'docker', env })
    here = { ...made, ...(await made.machines(1)) }
    await here.on('web1', begin)
  }, 300_000)
  afterAll(() => here?.close(), 60_000)

  const through = (secret: string) =>
    Object.assign(here.project.config, {
      registry: { host: '127.0.0.1:5000', prefix: 'team', username: 'atlas', secret },
    })
  const seed = async (environment: string) => (await fetch(`${here.door}/shop/${environment}/backend/seed`)).text()

  test('what was pushed for uat is what prod pulls, by its digest', async () => {
    through('registry_password')
    here.project.commit(1, false)
    expect((await deployed(here, {})).operation).toMatchObject({ status: 'succeeded', error: null })
    const { releases } = (await here.client.api.GET('/api/v1/releases')).data!
    expect(releases[0]!.images.backend).toMatch(/^127\.0\.0\.1:5000\/team\/shop\/backend@sha256:[0-9a-f]{64}$/)

    await here.on(
      'web1',
      `docker images --format '{{.Repository}}:{{.Tag}}' | grep ^localhost/atlas | xargs docker rmi --force`,
    )
    const { operation } = await deployed(here, { kind: 'promote', environment: 'prod' })
    expect(operation).toMatchObject({ status: 'succeeded', error: null })
    expect(await seed('prod')).toBe('1\n')
  }, 300_000)

  test('a password that is refused ends the deploy, and what serves goes on', async () => {
    through('old_password')
    here.project.commit(2, false)
    const { operation } = await deployed(here, {})
    expect(operation).toMatchObject({
      status: 'failed',
      error: {
        code: 'registry_refused',
        message: expect.stringMatching(/^web1 could not push 127\.0\.0\.1:5000\/team\//),
      },
    })
    expect(JSON.stringify(operation)).not.toContain('no-longer-valid')
    expect(await seed('uat')).toBe('1\n')
  }, 120_000)
})
