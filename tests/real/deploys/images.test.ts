import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
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

  const atlas = (words: string[], env: Record<string, string>) =>
    spawn(fileURLToPath(import.meta.resolve('@atlas/cli/atlas')), words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, DOCKER_HOST: dockerd.host, ...env },
    })

  test('a release is written with its images, and runs from that folder alone', async () => {
    const folder = join(here.dataDir, '../out')
    const { releases } = (await here.client.api.GET('/api/v1/releases')).data!
    const { tag, images } = releases[0]!
    const words = ['reproduce', tag, '--dir', folder]
    const writing = atlas(words, { ATLAS_URL: here.server.url, ATLAS_TOKEN: here.server.token })
    expect(await text(writing.stdout)).toMatch(/^2 images, \d+\.\d MB [\s\S]*backend: \d+\.\d MB, sha256:/)
    const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: object }
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['images/backend.tar', 'images/frontend.tar']))

    const known = dockerd.docker('images', '--quiet').trim().split('\n')
    dockerd.docker('rmi', '--force', ...new Set(known))
    const up = atlas([...words, '--up'], {})
    const exit = once(up, 'exit')
    let url = ''
    for await (const line of createInterface(up.stdout)) {
      url = /^backend {2}(\S+)/.exec(line)?.[1] ?? url
      if (line.includes('Ctrl-C')) break
    }
    expect(await (await fetch(`${url}seed`)).text()).toBe('1\n')
    expect(dockerd.docker('images', '--no-trunc', '--format', '{{.Repository}}:{{.Tag}}')).toContain(`backend:${tag}`)
    expect(Object.keys(images).sort()).toEqual(['backend', 'frontend'])
    up.kill('SIGINT')
    expect(await exit).toEqual([0, null])
    expect(dockerd.docker('ps', '--all', '--quiet')).toBe('')
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
