import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { AtlasError } from '@atlas/core/errors'
import { choice, command, toggle } from '../command.ts'
import type { Context } from '../context.ts'
import { deployExamples } from '../demo/deploys.ts'
import { addExampleKey, removeExampleKey } from '../demo/example-key.ts'
import { demoConfig, forgetConfig } from '../demo/kept-config.ts'
import { checkAndDestroy } from '../demo/once.ts'
import { platforms, refuseWithoutDocker } from '../demo/platform.ts'
import { onlySandbox, type Told, tellStory } from '../demo/story.ts'
import { examplesText } from '../help.ts'
import { untilAskedToEnd } from '../interruption.ts'
import { type RunningServer, startServer } from '../server/server.ts'
import { hasCredential, withoutCredential } from '../server/session.ts'
import { duration } from '../show/text.ts'

export default command({
  summary: 'See all of it on this computer: no account, no Docker',
  description:
    'Starts PostgreSQL, the sandbox cloud and a worker, brings the CSV of examples/two-projects about, and stays up until Ctrl-C. Started again it finds its state.',
  topic: 'Start here',
  printsItself: true,
  inputs: {
    once: toggle('--once', 'unattended: check itself, destroy everything, end with a line of JSON'),
    platform: choice(
      '--platform <name>',
      'what services run as, docker or process; docker where it runs when not given',
      platforms,
    ),
  },
  exits: { 1: 'with --once: something does not hold; stderr says what' },
  examples: [
    { line: 'atlas demo', does: 'the same as npm run demo' },
    { line: 'atlas demo --once', does: 'for CI; exit code 0 only where all of it holds' },
    { line: 'atlas demo --platform process', does: 'builds no images, so it takes a few seconds' },
  ],
  async run({ once, platform }, context) {
    if (platform === 'docker') refuseWithoutDocker()
    if (hasCredential(context.env)) {
      context.say('There is a DigitalOcean token in the environment: the demo uses the sandbox all the same.')
    }
    const signals = untilAskedToEnd()
    if (once) endAfter(unattendedMs, context)
    context.say('Starting PostgreSQL, the sandbox cloud and a worker …')
    const env = surroundings(context.env)
    const server = await startServer({ dataDir: context.dataDir, dev: true, env })
    try {
      if (signals.happened()) return { exit: 130 }
      const sandbox = onlySandbox(server)
      if (once && server.joined) throw busy(server)
      const told = await tellStory({ ...context, env }, server)
      if (!told || signals.happened()) return { exit: 130 }
      const silent = await deployExamples(context, told, { wanted: platform, sandbox, interrupted: signals.happened })
      if (signals.happened()) return { exit: 130 }
      if (!once) {
        await addExampleKey(sandbox)
        return await stayUp(context, server, told, signals.asked)
      }
      await removeExampleKey(sandbox)
      const { result, findings } = await checkAndDestroy(context, told, sandbox, silent)
      forgetConfig(context.dataDir)
      await server.stop()
      context.jsonLine(result)
      return { exit: findings.length === 0 ? 0 : 1 }
    } catch (error) {
      // What Ctrl-C has ended on the way is no news to whoever pressed it.
      if (signals.happened()) return { exit: 130 }
      throw error
    } finally {
      await server.stop()
      signals.forget()
    }
  },
})

/** Nobody is there to press Ctrl-C, so it presses itself where something hangs. */
const unattendedMs = 10 * 60_000

function endAfter(ms: number, { remark, dataDir }: Context): void {
  const timer = setTimeout(() => {
    remark(`Not done after ${duration(ms)}; ${dataDir}/server.log may say why. Ending …`)
    process.emit('SIGTERM', 'SIGTERM')
  }, ms)
  timer.unref()
}

/** Whatever the environment says of real machines, databases and servers is not meant for a demo. */
function surroundings(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ADMIN_IP, ADDITIONAL_IPS, DATABASE_URL, ATLAS_URL, ATLAS_TOKEN, ...others } = withoutCredential(given)
  return others
}

async function stayUp(context: Context, server: RunningServer, told: Told, asked: Promise<void>) {
  const folder = context.dataDir === join(context.cwd, '.atlas') ? '' : ` --data-dir ${context.dataDir}`
  // Whoever has a credential set must put it aside, or the command would mean the real cloud.
  const aside = ['DO_TOKEN', 'DIGITALOCEAN_API_TOKEN'].filter((name) => context.env[name]).map((name) => `-u ${name} `)
  const atlas = `${aside.length > 0 ? `env ${aside.join('')}` : ''}npx atlas`
  const config = demoConfig(context.dataDir)
  const deployed = existsSync(config)
    ? [
        { line: `${atlas} services hostomatic prod${folder}`, does: 'what is deployed, and whether it is well' },
        {
          line: `${atlas} deploy uat hostomatic --config ${relative(context.cwd, config)}${folder}`,
          does: 'the latest commit; docs/getting-started.md says of what',
        },
      ]
    : []
  const machine = told.infrastructure.resources.find(({ name, ssh }) => ssh && name === 'web1')?.name ?? 'master'
  const { url, token } = server.file
  context.say(`API    ${url}/api/v1\nDocs   ${url}/docs\nToken  ${token}\n`)
  context.say('Worth trying next, in another terminal:')
  context.say(
    examplesText([
      { line: `${atlas} ssh${folder} ${machine} -- uname -a`, does: `runs on ${machine}` },
      { line: `${atlas} status${folder}`, does: 'what runs, and what it costs' },
      ...deployed,
      { line: `${atlas} plan --destroy ${told.infrastructure.name}${folder}`, does: 'what an end of it would delete' },
    ]),
  )
  context.say('\nCtrl-C ends it. State stays on disk, so the next start finds it.')
  const how = await Promise.race([asked, server.ended])
  if (how === undefined) {
    context.say('Ending …')
    return { exit: 0 }
  }
  throw new AtlasError('server_unreachable', `The server ended by itself (${how})`, {
    hint: `look in ${context.dataDir}/server.log`,
  })
}

const busy = ({ file }: RunningServer) =>
  new AtlasError(
    'data_folder_busy',
    `A server (process ${file.pid}) runs on this data folder, and --once ends with destroying`,
    {
      hint: 'end it first, or: npm run demo -- --once --data-dir .atlas/once',
    },
  )
