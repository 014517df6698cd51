import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bodyOf, type Client, deploys, releaseSource, sendWorkingTree } from '@atlas/client'
import { openStore } from '@atlas/store'
import { beforeAll, expect, test } from 'vitest'
import { databaseUrl } from '../database.fixture.ts'
import { clientOf, finished, serverOf, serverOfFile } from '../server.fixture.ts'
import { bringAboutFleet } from './fleet.fixture.ts'
import { repositoriesIn } from './open.ts'
import { repositoryOf } from './repository.fixture.ts'
import { forgetUnneeded } from './working-trees.ts'

const atlas = join(import.meta.dirname, '../../../cli/bin/atlas')
const dataDir = serverOfFile()
let client: Client
let hostomatic: ReturnType<typeof repositoryOf>

const config = {
  infrastructure: { name: 'fleet' },
  deployment_platform: 'process',
  git_config: { base_url: `file://${dataDir}/git` },
  projects: {
    hostomatic: { services: { backend: { path: 'backend', drain_s: 1, health: { interval_s: 0.2, retries: 300 } } } },
  },
}

beforeAll(async () => {
  client = clientOf(dataDir)
  hostomatic = repositoryOf(join(dataDir, 'git'), 'hostomatic')
  mkdirSync(join(dataDir, 'config'))
  writeFileSync(join(dataDir, 'config/deployment_config.json'), JSON.stringify(config))
  await bringAboutFleet(client, dataDir, 'hostomatic,1,s-1vcpu-1gb,s-1vcpu-1gb')
}, 300_000)

const releases = async () => (await bodyOf(client.api.GET('/api/v1/releases'))).releases

async function deployLocal(...words: string[]): Promise<string> {
  const { url, token } = serverOf(dataDir)
  const all = ['--deploy-uat', 'hostomatic', '--local', '--project-path', 'git/hostomatic-work', ...words]
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ATLAS_URL: url, ATLAS_TOKEN: token }
  return (await promisify(execFile)(atlas, all, { cwd: dataDir, env })).stdout
}

test('a working tree is deployed from the command line as it is, and its tag is nowhere in the repository', async () => {
  hostomatic.write('backend/new.txt', 'not committed\n')
  const stdout = await deployLocal('--yes')
  expect(stdout).toMatch(/^(\d+\.\d) of \1 MB sent$/m)
  expect(stdout).toContain('with changes that are in no commit')
  const [release] = await releases()
  expect(release).toMatchObject({
    tag: expect.stringMatching(/^v1\.2\.3-uat-\d{8}-\d{4}-local$/),
    dirty: true,
    base: expect.stringMatching(/^[0-9a-f]{40}$/),
    served_in: ['uat'],
  })
  expect(hostomatic.tags()).toEqual([])
  const tar = await new Response(await releaseSource(client.connection, 'hostomatic', release!.tag)).text()
  expect(tar).toContain('not committed')
}, 300_000)

test('it comes to prod only where that is said', async () => {
  const promote = { kind: 'promote', project: 'hostomatic', environment: 'prod', config } as const
  await expect(deploys(client.api).plan(promote)).rejects.toMatchObject({
    code: 'deploy_impossible',
    hint: expect.stringContaining('--allow-dirty'),
  })
  const { id } = await deploys(client.api).create({ ...promote, allow_dirty: true })
  expect((await finished(client, id)).error).toBeNull()
  expect((await releases())[0]!.served_in.sort()).toEqual(['prod', 'uat'])
}, 300_000)

test('where no file says its version, that of the highest tag before it is its own', async () => {
  hostomatic.write('package.json', '{"private": true}')
  for (const tag of ['v2.10.0', 'v2.9.0'])
    execFileSync('git', ['tag', tag], { cwd: join(dataDir, 'git/hostomatic-work') })
  const { deployment } = JSON.parse(await deployLocal('--plan', '--json'))
  expect(deployment.release).toMatch(/^v2\.10\.0-uat-\d{8}-\d{4}-local$/)
}, 60_000)

test('what no environment keeps is taken away after a week, and what one serves is not', async () => {
  const folder = repositoriesIn(dataDir)
  const sent = () => readdirSync(join(folder, 'working-trees/default/hostomatic'))
  expect(sent()).toHaveLength(2)
  const store = await openStore(databaseUrl(dataDir))
  try {
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000)
    expect(await forgetUnneeded({ store, folder }, inDays(6))).toBe(0)
    expect(await forgetUnneeded({ store, folder }, inDays(8))).toBe(1)
  } finally {
    await store.close()
  }
  expect(sent()).toEqual([`${(await releases())[0]!.commit}.git`])
})

test('what is no pack, or too much, is refused', async () => {
  const send = (pack: Blob) => sendWorkingTree(client.connection, 'hostomatic', 'a'.repeat(40), pack)
  await expect(send(new Blob(['no pack']))).rejects.toMatchObject({ code: 'usage' })
  await expect(send(new Blob([Buffer.alloc(65 * 1024 * 1024)]))).rejects.toMatchObject({ code: 'too_large' })
  const missing = { kind: 'deploy', project: 'hostomatic', environment: 'uat', ref: 'main', config } as const
  await expect(deploys(client.api).plan({ ...missing, working_tree: 'b'.repeat(40) })).rejects.toMatchObject({
    code: 'source_unavailable',
  })
}, 60_000)
