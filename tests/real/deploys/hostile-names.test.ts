import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { deploys } from '@atlas/client'
import type { Plan } from '@atlas/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ended } from '../../deploys/operation.ts'
import { services } from '../../deploys/project.ts'
import { type Machines, type Stage, stage } from '../../deploys/stage.ts'

let here: Stage & Machines

beforeAll(async () => {
  const begun = await stage({ workers: 1 })
  here = { ...begun, ...(await begun.machines(1)) }
}, 300_000)
afterAll(() => here?.close())

/** Whoever runs any of it makes this file, on this computer or on a machine. */
const pwned = '/tmp/pwned-by-a-name'
const touch = `touch ${pwned}`
const hostile = [
  `$(${touch})`,
  `\`${touch}\``,
  `'; ${touch}; '`,
  `"; ${touch}; "`,
  `\n${touch}\n`,
  `| ${touch}`,
  '--upload-pack=touch',
  '\\',
  '*',
  '$HOME',
  '\u{1f642}',
]

const program = `const { createServer } = require('node:http')
createServer((request, answer) => answer.end(JSON.stringify(process.env))).listen(process.env.PORT, '0.0.0.0')
`

async function plan(
  change: { config?: Record<string, unknown>; ref?: string; project?: string; environment?: string } = {},
) {
  const { name: project, config } = here.project
  const wish = { kind: 'deploy' as const, project, environment: 'uat', ref: 'main', config, ...change }
  return (await deploys(here.client.api).plan(wish)) as unknown as Plan
}

const untouched = async () => {
  expect(existsSync(pwned)).toBe(false)
  for (const machine of ['master', 'web1'])
    expect(await here.on(machine, `ls ${pwned} 2> /dev/null || echo none`)).toBe('none\n')
}

test('hostile branches, versions, file names, commands and values go through the whole path as mere words', {
  timeout: 300_000,
}, async () => {
  const { project } = here
  const branch = `feat/$(touch$\{IFS}/tmp/pwned-by-a-name);'\`id\`&|`
  project.write('server.js', program)
  project.write('package.json', JSON.stringify({ version: `1.2.3; ${touch}` }))
  project.write('VERSION', `$(${touch})`)
  project.write(`a b;$(touch pwned)'"\n.txt`, 'x')
  project.write('--help', 'x')
  project.commit(1, false)
  project.git('push', '--quiet', 'origin', `main:refs/heads/${branch}`)

  const env = Object.fromEntries(hostile.map((value, n) => [`V${n}`, value]))
  const { shop } = here.project.config.projects
  const first = { ...shop!.services[services[0]]!, env, command: `exec node 'server.js' # ${hostile[2]}` }
  const config = { ...project.config, projects: { shop: { services: { ...shop!.services, [services[0]]: first } } } }
  const planned = await plan({ config, ref: branch })
  expect(planned.deployment!.release).toMatch(/^v0\.0\.0-uat-\d{8}-\d{4}$/)
  const { id } = await deploys(here.client.api).apply(planned.hash)
  expect(await ended(here.client, id)).toMatchObject({ status: 'succeeded', error: null })
  const answer = await fetch(`${here.door}/shop/uat/${services[0]}/`)
  expect(await answer.json()).toMatchObject(env)
  await untouched()
})

test.each([...hostile, '../../etc', 'a/b', 'a?b', 'UPPER', 'a'.repeat(41), ''])(
  'a project, a service or an environment called %j is refused before anything runs',
  async (name) => {
    const { config } = here.project
    const { shop } = config.projects
    await expect(plan({ project: name })).rejects.toMatchObject({
      code: expect.stringMatching(/usage|config_invalid|invalid/),
    })
    await expect(plan({ environment: name })).rejects.toMatchObject({ code: expect.stringMatching(/usage|invalid/) })
    const renamed = { ...config, projects: { ...config.projects, [name]: shop! } }
    await expect(plan({ config: renamed })).rejects.toMatchObject({ code: 'config_invalid' })
    const service = { ...config, projects: { shop: { services: { [name]: shop!.services[services[0]]! } } } }
    await expect(plan({ config: service })).rejects.toMatchObject({ code: 'config_invalid' })
  },
)

test.each([
  'ext::sh -c touch% /tmp/pwned-by-a-name',
  '-oProxyCommand=touch',
  'file:///nowhere --upload-pack=x',
  'fd::17',
])('a repository at %j is refused', async (git_url) => {
  const { shop } = here.project.config.projects
  const config = { ...here.project.config, projects: { shop: { ...shop!, git_url } } }
  await expect(plan({ config })).rejects.toMatchObject({ code: 'config_invalid' })
  await untouched()
})

test('nothing of it was run anywhere, and no folder of a hostile name was made', async () => {
  await untouched()
  expect(existsSync(join(here.dataDir, 'repositories', '..', '..', 'etc'))).toBe(false)
})
