import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { canonical } from '@atlas/core'
import { type At, run } from '../../machine/fenced.ts'
import { variablesFile } from '../../machine/words.ts'
import { type Slot, slots } from '../../ports.ts'
import { secretVariables } from '../../secrets.ts'
import type { Instance, Place, Platform, Running } from '../platform.ts'
import { commandOf } from './command.ts'
import { onceScript, onceStateScript } from './once.ts'
import {
  deliverScript,
  isDeliveredScript,
  logsScript,
  pruneScript,
  runningScript,
  startScript,
  stopScript,
} from './scripts.ts'

/** Large trees on slow lines take their time. */
const deliverMs = 10 * 60_000

/**
 * Services as plain processes: the files of the commit as they are, each service under a small supervisor, as a user of
 * its own where the machine has users. Nothing is built: what a service needs is in the repository or on the machine.
 */
export const processPlatform: Platform = {
  name: 'process',
  runsOn: 'machines',

  async resolve(name, config, tree) {
    const { containerfile_path: _, port, path, env, secrets, health, drain_s } = config
    const command = await commandOf(name, config, tree)
    const service = { name, platform: 'process', path, command, env, secrets, health, drain_s }
    return port === undefined ? service : { ...service, port }
  },

  async deliver(at, { release, tree }) {
    if ((await run(at, isDeliveredScript, [release])).trim() === 'yes') return undefined
    const archive = tree.archive()
    const input = createGzip({ level: 1 })
    archive.on('error', (error) => input.destroy(error))
    archive.pipe(input)
    try {
      await run(at, deliverScript, [release], { input, timeoutMs: deliverMs })
    } finally {
      archive.destroy()
    }
    return undefined
  },

  async start(at, instance) {
    const { service, release } = instance
    const open = { ...instance.variables, PORT: String(instance.port) }
    const variables = variablesFile({ ...open, ...secretVariables(instance.secrets), PORT: open.PORT })
    const folder = folderOf({ slot: instance.slot, service: service.name })
    const words = [folder, release, service.path, service.command, userOf(at), fingerprint(instance, open)]
    await run(at, startScript, words, { input: variables })
  },

  async once(at, { key, command, service, release, variables, secrets }) {
    const words = [`once-${key}`, release, service.path, command, userOf(at)]
    await run(at, onceScript, words, { input: variablesFile({ ...variables, ...secretVariables(secrets) }) })
    for (;;) {
      const [state = '', ...output] = (await run(at, onceStateScript, [`once-${key}`])).split('\n')
      const [how, code] = state.split(' ')
      if (how !== 'running') return { code: how === 'ended' ? Number(code) : undefined, output: output.join('\n') }
      await pause(onceLookMs, undefined, { signal: at.signal })
    }
  },

  logs: (at, place) => run(at, logsScript, [folderOf(place)]),
  async running({ machine, lane, signal }) {
    const said = await machine.run(['sh', '-c', runningScript, 'atlas', lane], { signal })
    return said.split('\n').flatMap(runningOf)
  },
  stop: async (at, stays) => void (await run(at, stopScript, stays.map(folderOf))),
  prune: async (at, keep) => void (await run(at, pruneScript, keep)),
}

/** Whoever asks holds the lane only for a moment, so that a successor is never kept waiting. */
const onceLookMs = 500

const userOf = ({ fence }: At) => `atlas-${createHash('sha256').update(fence.lane).digest('hex').slice(0, 12)}`
const folderOf = ({ slot, service }: Place) => `${slot}-${service}`

/** Tells an instance that runs as wanted from one that must be started anew. A hash over values of secrets could be guessed. */
const fingerprint = (
  { release, service: { path, command }, versions }: Instance,
  variables: Readonly<Record<string, string>>,
): string => createHash('sha256').update(canonical({ release, path, command, variables, versions })).digest('hex')

function runningOf(line: string): Running[] {
  const [folder = '', release, alive, seconds] = line.split(' ')
  const slot: Slot | undefined = slots.find((one) => folder.startsWith(`${one}-`))
  if (slot === undefined || release === undefined) return []
  const since = Number(seconds) > 0 ? new Date(Number(seconds) * 1000).toISOString() : null
  return [{ service: folder.slice(slot.length + 1), slot, release, alive: alive === 'yes', since }]
}
