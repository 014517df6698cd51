import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  canRunContainers,
  type Dockerd,
  deployed,
  type Machines,
  type Stage,
  stage,
  startDockerd,
} from '../../deploys/index.ts'

describe.skipIf(!canRunContainers)("images of the server's computer (root, docker.io, busybox-static)", () => {
  let dockerd: Dockerd
  let here: Stage & Machines

  beforeAll(async () => {
    dockerd = await startDockerd()
    const made = await stage({ workers: 1, platform: 'docker', env: { DOCKER_HOST: dockerd.host } })
    here = { ...made, ...(await made.machines(2)) }
    Object.assign(here.project.config, { builder: 'local' })
  }, 300_000)
  afterAll(async () => {
    await here?.close()
    await dockerd?.stop()
  }, 60_000)

  const digests = (listed: string) => [...new Set(listed.match(/sha256-[0-9a-f]{64}/g))].sort()

  test('it builds, and every machine runs what was built there', async () => {
    here.project.commit(1, false)
    const { operation, steps, plan } = await deployed(here, {})
    expect(operation).toMatchObject({ status: 'succeeded', error: null })
    const built = steps.filter(({ action }) => action === 'build').map(({ resource }) => resource)
    expect(built).toEqual(['shop/backend@local', 'shop/frontend@local'])
    const release = plan.deployment!.release
    const images = digests(dockerd.docker('images', '--format', '{{.Repository}}:{{.Tag}}'))
    expect(images).toHaveLength(2)
    for (const web of here.webs) expect(digests(await here.on(web, 'docker ps --format {{.Image}}'))).toEqual(images)
    expect(dockerd.docker('images', '--format', '{{.Tag}}')).toContain(release)
  }, 300_000)

  test('it keeps images as long as a way back leads to them', async () => {
    const kept = () => dockerd.docker('images', '--format', '{{.Tag}}').split('\n')
    Object.assign(here.project.config.projects.shop!, { keep_releases: 2 })
    const releases: string[] = []
    for (const commit of [2, 3]) {
      here.project.commit(commit, false)
      const { operation, plan } = await deployed(here, {})
      expect(operation).toMatchObject({ status: 'succeeded', error: null })
      releases.push(plan.deployment!.release)
    }
    const tags = kept().filter((tag) => tag.startsWith('v'))
    expect([...new Set(tags)].sort()).toEqual(releases.sort())
  }, 300_000)
})
