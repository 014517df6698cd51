import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Client, type DeploymentRequest, deploys } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { isNothing, outcomeOf } from '../change.ts'
import type { Context } from '../context.ts'
import { follow } from '../follow/follow.ts'
import { chooseProxy } from './balancer.ts'
import { baseOf, beginEngine, bringBase, canRunContainers } from './base-image.ts'
import type { Told } from './story.ts'

const examples = fileURLToPath(new URL('../../../../examples/', import.meta.url))
const projects = ['hostomatic', 'digitalpixo'] as const

/** The configuration of what the demo deploys: for whoever deploys it again. */
export const demoConfig = (dataDir: string): string => join(dataDir, 'demo-config')

/**
 * Both projects of the CSV, each from a git repository made of its example: to uat, then what is proven to prod. Gives
 * what does not answer; nothing where all do, or where there is no git.
 */
export async function deployExamples(context: Context, told: Told, containers: boolean): Promise<string[]> {
  const { client, infrastructure } = told
  if (!(await hasGit())) {
    context.say('Nothing is deployed: there is no git here.\n')
    return []
  }
  const proxy = keptProxy(context.dataDir) ?? (await chooseProxy(context))
  context.say(`${platformLine(containers)}\n`)
  const folder = join(context.dataDir, 'demo-repositories')
  for (const project of projects) await makeRepository(folder, project)
  const builder = containers ? await prepare(context, told) : undefined
  const config = {
    ...configFor(infrastructure.name, folder),
    proxy,
    ...(builder !== undefined && { deployment_platform: 'docker', builder }),
  }
  keepConfig(context.dataDir, config)
  for (const project of projects) {
    const place = { project, config }
    if (!(await carryOut(context, client, { kind: 'deploy', ref: 'main', environment: 'uat', ...place }))) return []
    if (!(await carryOut(context, client, { kind: 'promote', environment: 'prod', ...place }))) return []
  }
  return (await Promise.all(projects.map((project) => show(context, client, project)))).flat()
}

function keepConfig(dataDir: string, config: object): void {
  const folder = demoConfig(dataDir)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'deployment_config.json'), `${JSON.stringify(config, null, 2)}\n`)
}

/** A demo that is started again goes on with what balances there. */
function keptProxy(dataDir: string): 'nginx' | 'builtin' | undefined {
  const file = join(demoConfig(dataDir), 'deployment_config.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).proxy : undefined
}

function platformLine(containers: boolean): string {
  if (containers) return 'Services run in containers of Docker.'
  return canRunContainers()
    ? 'Services run as processes; npm run demo -- --containers runs them in containers, which takes longer.'
    : 'Services run as processes.'
}

/** An engine on every machine, and on one of them, which is returned, what the examples' images are built on. */
async function prepare({ say, dataDir }: Context, { infrastructure: { name, resources } }: Told): Promise<string> {
  const targets = resources.flatMap(({ type, name: machine, id, ssh }) =>
    type === 'machine' && ssh && machine !== 'master' ? [{ infrastructure: name, machine, id, ssh }] : [],
  )
  await Promise.all(targets.map((target) => beginEngine(target, dataDir)))
  const [builder] = targets
  if (!builder) throw new AtlasError('internal', `${name} has no machine to build on`)
  const base = baseOf(join(examples, 'hostomatic/backend/Containerfile'))
  const made = await bringBase(builder, dataDir, base)
  if (made) say(`${builder.machine} reaches no registry: its ${base} is made from the Node of this computer.\n`)
  return builder.machine
}

const hasGit = (): Promise<boolean> =>
  promisify(execFile)('git', ['--version']).then(
    () => true,
    () => false,
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
  deployment_platform: 'process',
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

/** Through the load balancer on the master: says where, and asks once. */
async function show(context: Context, client: Client, project: string): Promise<string[]> {
  const { services } = await deploys(client.api).services(project, 'prod')
  const answers = await Promise.all(
    services.map(async ({ url, health_path }) => {
      const health = `${url}${health_path.slice(1)}`
      const said = await whatIsWrong(health)
      if (said === undefined) context.say(`  ${url}`)
      return said === undefined ? [] : [`${health}: ${said}`]
    }),
  )
  return answers.flat()
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
