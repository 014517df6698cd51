import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Client, type DeploymentRequest, deploys } from '@atlas/client'
import { isNothing, outcomeOf } from '../change.ts'
import type { Context } from '../context.ts'
import { follow } from '../follow/follow.ts'
import { type SandboxConnection, sandboxAdmin } from '../sandbox/admin.ts'
import { chooseProxy } from './balancer.ts'
import { keepConfig, keptConfig } from './kept-config.ts'
import { type Choice, choosePlatform } from './platform.ts'
import { examples, type Told } from './story.ts'

const projects = ['hostomatic', 'digitalpixo'] as const
const environments = ['uat', 'prod'] as const

type Wanted = Omit<Choice, 'kept'> & { sandbox: SandboxConnection }

/**
 * Both projects of the CSV, each from a git repository made of its example: to uat, then what is proven to prod. Gives
 * what does not answer; nothing where all do, or where nothing can be deployed, which it says.
 */
export async function deployExamples(context: Context, told: Told, choice: Wanted): Promise<string[]> {
  const { client, infrastructure, foundAgain } = told
  const missing = (await withoutMachines(choice.sandbox)) ?? (await withoutGit())
  if (missing !== undefined) {
    context.say(`Nothing is deployed: ${missing}.\n`)
    return []
  }
  const kept = foundAgain ? keptConfig(context.dataDir) : {}
  const proxy = kept.proxy ?? (await chooseProxy(context))
  const platform = await choosePlatform(context, told, { ...choice, kept: kept.deployment_platform })
  const folder = join(context.dataDir, 'demo-repositories')
  for (const project of projects) await makeRepository(folder, project)
  const config = { ...configFor(infrastructure.name, folder), proxy, ...platform }
  keepConfig(context.dataDir, config)
  const stays = kept.deployment_platform === config.deployment_platform
  const serving = stays ? await whatServes(client, infrastructure.name) : new Set<string>()
  for (const project of projects) {
    for (const environment of environments) {
      if (choice.interrupted()) return []
      const place = { project, environment }
      const request: DeploymentRequest = serving.has(`${project}/${environment}`)
        ? { kind: 'redeploy', ...place }
        : { ...(environment === 'uat' ? { kind: 'deploy', ref: 'main' } : { kind: 'promote' }), ...place, config }
      if (!(await carryOut(context, client, request))) return []
    }
  }
  return (await Promise.all(projects.map((project) => show(context, client, project)))).flat()
}

/** Whatever release that is, also one that somebody has gone back to, it stays where the demo is started again. */
async function whatServes(client: Client, infrastructure: string): Promise<Set<string>> {
  const all = await deploys(client.api).environments()
  const here = all.filter((one) => one.infrastructure === infrastructure && one.release !== null)
  return new Set(here.map(({ project, environment }) => `${project}/${environment}`))
}

/** Plain processes have no files and ports that are not this computer's; a container is entered too slowly to be watched. */
async function withoutMachines(sandbox: SandboxConnection): Promise<string | undefined> {
  const { backend } = await sandboxAdmin(sandbox).info()
  return backend === 'namespace'
    ? undefined
    : `that wants machines in namespaces, and these are of the backend ${backend}`
}

const withoutGit = (): Promise<string | undefined> =>
  promisify(execFile)('git', ['--version']).then(
    () => undefined,
    () => 'there is no git here',
  )

/** Once: a demo that is started again finds the same commits. */
async function makeRepository(folder: string, project: string): Promise<void> {
  const bare = join(folder, `${project}.git`)
  if (existsSync(bare)) return
  const work = join(folder, `${project}.work`)
  mkdirSync(folder, { recursive: true })
  cpSync(join(examples, project), work, { recursive: true })
  const author = ['-c', 'user.name=Atlas demo', '-c', 'user.email=demo@localhost']
  const git = (...args: string[]) => promisify(execFile)('git', ['-C', work, ...author, ...args])
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('add', '.')
  await git('commit', '--quiet', '--message', `The example ${project}`)
  await git('clone', '--quiet', '--bare', '.', bare)
  rmSync(work, { recursive: true, force: true })
}

const configFor = (name: string, folder: string) => ({
  infrastructure: { name },
  git_config: { base_url: `file://${folder}` },
  projects: {
    hostomatic: { services: { backend: { path: 'backend' }, frontend: { path: 'frontend' } } },
    digitalpixo: { services: { web: {} } },
  },
})

/** False where Ctrl-C came first. */
async function carryOut(context: Context, client: Client, request: DeploymentRequest): Promise<boolean> {
  const { project, environment } = request
  const calls = deploys(client.api)
  const plan = await calls.plan(request)
  if (isNothing(plan)) {
    context.say(`${project} ${environment} serves ${plan.deployment?.from} as before.`)
    return true
  }
  context.say(`${request.kind} ${project} ${environment}: ${plan.deployment?.release}`)
  const { operation, detached } = await follow(context, client, await calls.apply(plan.hash))
  if (detached) return false
  context.say(`${outcomeOf(context, plan, operation, []).text?.()}\n`)
  return true
}

/** Through the load balancer on the master: says where, and what does not answer there. */
async function show(context: Context, client: Client, project: string): Promise<string[]> {
  const { services } = await deploys(client.api).services(project, 'prod')
  const answers = await Promise.all(
    services.map(async ({ url, health_path }) => {
      const health = `${url}${health_path.slice(1)}`
      const said = await staysWrong(health)
      const finding = said === undefined ? [] : [`${health}: ${said}`]
      context.say(`  ${finding[0] ?? url}`)
      return finding
    }),
  )
  return answers.flat()
}

/** Containers come back a while after their machine, where the demo is started again. */
const patienceMs = 20_000

async function staysWrong(url: string): Promise<string | undefined> {
  const until = performance.now() + patienceMs
  for (;;) {
    const said = await whatIsWrong(url)
    if (said === undefined || performance.now() > until) return said
    await pause(250)
  }
}

/** Not by `fetch`: to that, and to browsers, 10080 is a port that no page is at. */
const whatIsWrong = (url: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    get(url, { timeout: 10_000, agent: false }, ({ statusCode }) => {
      resolve(statusCode === 200 ? undefined : `it answered ${statusCode}`)
    })
      .on('timeout', () => resolve('it did not answer within 10 s'))
      .on('error', ({ message }) => resolve(message))
  })
