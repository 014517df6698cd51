/**
 * The boundaries of the journal at which a worker's death matters, in the order of an operation. Tests kill workers at
 * each of them: in production nobody listens.
 */
export const crashPoints = [
  'delivery.fetched',
  'takeover.committed',
  'create.before-intent',
  'create.intent-committed',
  'create.gated',
  'create.answered',
  'create.claimed',
  'create.ready',
  'adopt.intent-committed',
  'adopt.claimed',
  'adopt.marked',
  'update.gated',
  'update.answered',
  'remove.intent-committed',
  'remove.gated',
  'remove.answered',
  'remove.gone',
  'release.intent-committed',
  'release.unmarked',
  'step.done',
  'settle.begun',
  'settle.found',
  'settle.adopted',
  'sweep.begun',
  'sweep.doomed',
  'sweep.removed',
  'finish.before',
  'finish.committed',
] as const

/** The same of a deploy, which has steps of its own. */
const deployCrashPoints = ['work.intent-committed', 'work.performed'] as const

export type CrashPoint = (typeof crashPoints)[number] | (typeof deployCrashPoints)[number]

/** Called as an operation passes each boundary. */
export type At = (point: CrashPoint) => void

/**
 * Reads `<point>[:n][+ms]`: die with SIGKILL at the n-th passing of the point (1), `ms` milliseconds after it (at once),
 * so that a request which just left is in flight.
 * @throws Error when the text names no point
 */
export function crashAt(text: string, die: () => unknown = () => process.kill(process.pid, 'SIGKILL')): At {
  const [, name, nth = '1', delay] = /^([a-z.-]+)(?::(\d+))?(?:\+(\d+))?$/.exec(text) ?? []
  const points = [...crashPoints, ...deployCrashPoints]
  const point = points.find((one) => one === name)
  if (!point) throw new Error(`ATLAS_CRASH_AT=${text} names no crash point; there are ${points.join(', ')}`)
  let left = Number(nth)
  return (passed) => {
    if (passed !== point || --left !== 0) return
    if (delay === undefined) die()
    else setTimeout(die, Number(delay))
  }
}

/** `ATLAS_CRASH_AT` of the environment, for workers under test. */
export const crashFromEnv = (env: NodeJS.ProcessEnv = process.env): At =>
  env.ATLAS_CRASH_AT ? crashAt(env.ATLAS_CRASH_AT) : () => {}
