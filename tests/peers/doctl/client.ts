import { strict as assert } from 'node:assert'
import { delimiter, join } from 'node:path'
import type { PeerCloud } from '../cloud.ts'
import { type Outcome, run } from '../command.ts'
import type { Report } from '../report.ts'
import { until } from '../until.ts'

export interface Doctl {
  /** What the command answers as JSON. @throws Error with what it said, where it fails */
  <T = unknown>(...args: string[]): Promise<T>
  /** Holds that the command fails, and that its error matches. */
  refused(message: RegExp, ...args: string[]): Promise<void>
  /** The bare command. */
  call(...args: string[]): Promise<Outcome>
  /** A folder for files that commands read. */
  home: string
}

export type Scenario = (doctl: Doctl, report: Report) => Promise<void>

export interface Action {
  id: number
  status: string
  type: string
}

export interface Droplet {
  id: number
  name: string
  status: string
  size_slug: string
  vpc_uuid: string
  tags: string[]
  features: string[]
  volume_ids: string[]
  networks: { v4: { ip_address: string; type: string }[]; v6: { ip_address: string }[] }
  image: { slug: string }
}

/** The token goes by environment, as people are told to: a command line is public. */
export function connect(file: string, home: string, { url, token }: PeerCloud): Doctl {
  // What doctl runs itself is looked for in the folder first.
  const path = `${join(home, 'bin')}${delimiter}${process.env.PATH}`
  const env = { DIGITALOCEAN_ACCESS_TOKEN: token, XDG_CONFIG_HOME: home, HOME: home, PATH: path }
  const call = (...args: string[]) => run(file, ['--api-url', url, '-o', 'json', ...args], { env, seconds: 60 })

  const doctl = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await call(...args)
    if (code !== 0) throw new Error(`doctl ${args.join(' ')}: exit ${code}\n${stdout}${stderr}`)
    return (stdout.trim() ? JSON.parse(stdout) : undefined) as T
  }
  const refused = async (message: RegExp, ...args: string[]) => {
    const { code, stdout, stderr } = await call(...args)
    assert.notEqual(code, 0, `doctl ${args.join(' ')} was expected to fail`)
    assert.match(`${stdout}${stderr}`, message)
  }
  return Object.assign(doctl, { refused, call, home })
}

/** Runs an action command and waits for its end. @throws AssertionError where it errored */
export async function completed(doctl: Doctl, type: string, ...args: string[]): Promise<Action> {
  const [started] = await doctl<Action[]>(...args)
  assert.equal(started?.type, type)
  const ended = await until(
    async () => (await doctl<Action[]>('compute', 'action', 'get', String(started.id)))[0]!,
    ({ status }) => status !== 'in-progress',
  )
  assert.equal(ended.status, 'completed')
  return ended
}

export async function one<T>(doctl: Doctl, ...args: string[]): Promise<T> {
  const answer = await doctl<T[]>(...args)
  assert.equal(answer.length, 1)
  return answer[0]!
}

export const plain = ['--region', 'nyc3', '--size', 's-1vcpu-1gb', '--image', 'ubuntu-24-04-x64']

/** A droplet that is up and has its addresses. */
export async function activeDroplet(doctl: Doctl, name: string, ...more: string[]): Promise<Droplet> {
  const { id } = await one<Droplet>(doctl, 'compute', 'droplet', 'create', name, ...plain, ...more)
  return until(
    () => one<Droplet>(doctl, 'compute', 'droplet', 'get', String(id)),
    ({ status, networks }) => status === 'active' && networks.v4.length > 0,
  )
}
