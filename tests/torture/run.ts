import { setTimeout as sleep } from 'node:timers/promises'
import type { AtlasEvent, Infrastructure, Operation } from '@atlas/core'
import pg from 'pg'
import { patiently } from '../deploys/patiently.ts'
import { type Control, control, workspace } from './control.ts'
import { type Counted, count, type Dump } from './count.ts'
import { dice } from './dice.ts'
import { type Follower, follow } from './follower.ts'
import { isEnding, missed, untold } from './history.ts'
import type { Lane } from './lane.ts'
import { type Act, lateEffectMs, listLagMs, plot, requestTimeoutMs } from './plot.ts'
import { torment } from './torment.ts'
import { changed, type Wanted, wish } from './wish.ts'

/** An operation that has not ended by then is stuck. Long, because machines are slow; what is stuck stays so. */
const stuckAfterMs = 120_000
/** The sweep has had its turn by then: patrols come every 2 s, a doomed resource may be refused its end for a while. */
const sweptByMs = 20_000

export interface RunReport {
  seed: number
  ms: number
  /** In words; each is a reason to fail. */
  orphans: string[]
  duplicates: string[]
  stuck: string[]
  lostEvents: string[]
  /** Creates that were made twice and swept. */
  swept: number
  takeovers: number
  reconnects: number
  acts: string[]
}

interface Run extends Lane {
  seed: number
  to: Control
  follower: Follower
  report: RunReport
}

export async function run(lane: Lane, seed: number, options: { withoutSettle: boolean }): Promise<RunReport> {
  const began = performance.now()
  const name = `t${seed}-${process.hrtime.bigint().toString(36).slice(-4)}`
  const { acts, weather } = plot(seed, options)
  const luck = dice(seed)
  const follower = follow(lane.store, workspace, name, dice(seed + 1))
  const report: RunReport = {
    seed,
    ms: 0,
    orphans: [],
    duplicates: [],
    stuck: [],
    lostEvents: [],
    swept: 0,
    takeovers: 0,
    reconnects: 0,
    acts: [],
  }
  const to = control(lane.store, lane.driver, lane.account, name)
  const here: Run = { ...lane, seed, to, follower, report }
  await lane.world.admin.clearFaults()
  for (const fault of weather) await lane.world.admin.addFault(fault)

  const operations: string[] = []
  let wanted: Wanted[] = wish(luck, `${name}.example.com`)
  for (const act of acts) {
    await lane.crew.ready()
    if (act.kind === 'change')
      wanted = changed(luck, wanted, { shrinksBack: acts.some(({ kind }) => kind === 'rollback') })
    await perform(here, act, wanted, operations)
    if (report.stuck.length > 0) break
  }
  await checkEvents(here, name, operations)
  await follower.stop()
  report.swept = follower.events.filter(({ type }) => type === 'resource.swept').length
  report.takeovers = follower.events.filter(({ type }) => type === 'operation.taken_over').length
  report.reconnects = follower.reconnects
  report.ms = Math.round(performance.now() - began)
  return report
}

/** One act to its end: what it means is carried out, disturbed, and counted. */
async function perform(run: Run, act: Act, wanted: Wanted[], operations: string[]): Promise<void> {
  const { to, report } = run
  const last = operations.at(-1)
  const goal = act.kind === 'rollback' ? await to.before(last!) : to.describe(act.kind === 'destroy' ? [] : wanted)
  if (act.cancelMs !== undefined) await operate(run, act, goal, last, operations)
  const end = await operate(
    run,
    { kind: act.kind, troubles: act.cancelMs === undefined ? act.troubles : [] },
    goal,
    last,
    operations,
  )
  if (end?.status !== 'succeeded') return
  const left = await to.plan(act.kind === 'destroy' ? 'destroy' : 'apply', goal)
  for (const { reason } of left.steps) report.stuck.push(`${act.kind} succeeded, yet ${reason}`)
}

async function operate(
  run: Run,
  act: Act,
  goal: Infrastructure,
  undoes: string | undefined,
  operations: string[],
): Promise<Operation | undefined> {
  const { to, report, crew, follower } = run
  const kind = act.kind === 'change' ? 'apply' : act.kind
  const made = await to.plan(kind, goal, kind === 'rollback' ? undoes : undefined)
  const running = new AbortController()
  // Before there is anything to fetch, so that a worker can die fetching it.
  const troubles = torment(act.troubles, run, running.signal)
  const { id } = await to.submit(made, `${goal.name} ${operations.length}`)
  operations.push(id)
  const began = performance.now()
  if (act.cancelMs !== undefined) {
    await sleep(act.cancelMs)
    await to.cancel(id)
  }
  const ended = await follower.until(isEnding(id), stuckAfterMs)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  running.abort()
  await troubles.calm
  // Both were told to stop at the same request, and the second before it heard that the first had.
  crew.thawAll()
  const stopped = act.troubles.some(({ kind }) => kind.startsWith('freeze'))
  if (stopped) await sleep(requestTimeoutMs + lateEffectMs + listLagMs)
  const operation = await to.operation(id)
  const cancelled = act.cancelMs === undefined ? '' : ', cancelled'
  report.acts.push(
    `${[`${act.kind}(${made.steps.length}${cancelled}) ${seconds} s`, ...act.troubles.map(inShort)].join(' ')}`,
  )
  if (!ended) report.stuck.push(`${act.kind} ${id} is ${operation.status} after ${stuckAfterMs / 1000} s`)
  if (operation.status === 'failed') report.stuck.push(`${act.kind} ${id} failed: ${operation.error?.message}`)
  await sweptClean(run, operation.status === 'succeeded' ? goal.resources.map(({ name }) => name) : undefined)
  await troubles.end()
  await crew.ready()
  return operation
}

const inShort = (one: Act['troubles'][number]) => {
  if (one.kind === 'crash') return one.at
  if (one.kind === 'database') return `database:${one.awayMs}`
  return one.kind === 'kill' ? `kill:${one.whom}` : one.kind
}

/** Counts until nothing is wrong, or the sweep has had its time. */
async function sweptClean(run: Run, wanted: string[] | undefined): Promise<void> {
  const { report, to, world } = run
  for (const giveUpAt = performance.now() + sweptByMs; ; ) {
    const owned = await to.owned()
    const { records } = await world.admin.dump()
    const found: Counted = count(records as Dump, owned, wanted)
    const wrong = Object.values(found).some((list) => list.length > 0)
    if (wrong && performance.now() < giveUpAt) {
      await sleep(250)
      continue
    }
    report.orphans.push(...found.orphans)
    report.duplicates.push(...found.duplicates)
    report.stuck.push(...found.missing.map((what) => `missing: ${what}`))
    return
  }
}

/** Holds what was followed against what is kept, and what is kept against what happened. */
async function checkEvents(run: Run, name: string, operations: readonly string[]): Promise<void> {
  const { world, follower, to, report } = run
  const { events, epochs } = await patiently(() => kept(world.database.url, name))
  const last = events.at(-1)?.id ?? 0
  await follower.until(({ id }) => id >= last, 10_000)
  const followed = follower.events.filter(({ id }) => id <= last)
  report.lostEvents.push(...missed(followed, events))
  for (const id of operations) {
    const operation = await to.operation(id)
    if (operation.finishedAt === null) continue
    report.lostEvents.push(...untold({ ...operation, epoch: epochs.get(id) ?? 0 }, await to.steps(id), events))
  }
}

/** From the tables themselves: what is read here is what the readers are held against. */
async function kept(url: string, infrastructure: string) {
  const client = new pg.Client(url)
  // It may break between two queries: the next one tells.
  client.on('error', () => {})
  await client.connect()
  try {
    const which = [workspace, infrastructure]
    const { rows: events } = await client.query<AtlasEvent & { id: string }>(
      'select * from atlas.event where workspace = $1 and infrastructure = $2 order by id',
      which,
    )
    const { rows: operations } = await client.query<{ id: string; epoch: number }>(
      'select id, epoch from atlas.operation where workspace = $1 and infrastructure = $2',
      which,
    )
    return {
      events: events.map((row) => ({ ...row, id: Number(row.id) })),
      epochs: new Map(operations.map(({ id, epoch }) => [id, epoch])),
    }
  } finally {
    await client.end()
  }
}
