import { parseArgs } from 'node:util'
import { canRunContainers } from '../deploys/containers.ts'
import { balancers, platforms } from '../deploys/project.ts'
import type { Said } from './crew.ts'
import type { DeployReport } from './deploys/run.ts'
import { type DeploysReport, walkDeploys } from './deploys/walk.ts'
import { type Lane, lane } from './lane.ts'
import { aims } from './plot.ts'
import { type RunReport, run } from './run.ts'

const usage =
  'usage: npm run torture -- --runs N --seed S [--deploys M [--platform docker] [--balancer cloud]] [--without-settle] [--lanes 5]'

/** `npm run torture`: so many runs, the first with this seed, each next one with the next. docs/reliability.md. */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '5' },
    /** One for four runs, where nothing is said. */
    deploys: { type: 'string' },
    platform: { type: 'string', default: 'process' },
    balancer: { type: 'string', default: 'proxy' },
    'without-settle': { type: 'boolean', default: false },
  },
})
const [runs, first, lanes] = [Number(values.runs), Number(values.seed), Number(values.lanes)]
const deploys = Number(values.deploys ?? (values['without-settle'] ? 0 : Math.ceil(runs / 4)))
const platform = platforms.find((one) => one === values.platform)
const balancer = balancers.find((one) => one === values.balancer)
if (!platform || !balancer || ![runs, first, lanes, deploys].every((one) => Number.isInteger(one) && one >= 0)) {
  console.error(usage)
  process.exit(2)
}
const can = platform === 'process' || canRunContainers
if (!can) console.log('SKIPPED deploys with docker, none was tried: it takes root, docker.io and busybox-static')
const options = { withoutSettle: values['without-settle'] }
const reports: RunReport[] = []
const hits = new Map<string, number>(aims.map((point) => [point, 0]))
const deployHits = new Map<string, number>()

/** A world is left after so many runs: its records of what was would make each dump larger than the last. */
const runsInAWorld = 20

let next = first
const open = new Set<Lane>()

async function walk(): Promise<void> {
  while (next < first + runs) {
    const here: Lane = await lane(options)
    open.add(here)
    for (let n = 0; n < runsInAWorld && next < first + runs; n++) {
      const report = await run(here, next++, options)
      reports.push(report)
      const said = here.crew.said.splice(0)
      tell(report, said)
      countDeaths(hits, said)
      // What a failed run left is not to be counted again.
      if (wrongs(report).length > 0) break
    }
    open.delete(here)
    await here.close()
  }
}

function countDeaths(into: Map<string, number>, said: readonly Said[]): void {
  for (const { where } of said.filter(({ what }) => what === 'dies')) {
    const name = String(where).split(/[:+]/)[0]!
    into.set(name, (into.get(name) ?? 0) + 1)
  }
}

function tell(report: RunReport, said: readonly Said[]): void {
  const { seed, ms, acts, takeovers, swept } = report
  console.log(`${seed}: ${(ms / 1000).toFixed(1)} s, ${takeovers} takeovers, ${swept} swept | ${acts.join(' | ')}`)
  const wrong = wrongs(report)
  for (const one of wrong) console.log(`  ${one}`)
  if (wrong.length > 0 && !options.withoutSettle)
    for (const one of said) console.log(`    ${new Date(one.at).toISOString()} ${JSON.stringify(one)}`)
}

const wrongs = ({ orphans, duplicates, stuck, lostEvents }: RunReport): string[] =>
  Object.entries({ orphans, duplicates, stuck, lostEvents }).flatMap(([what, list]) =>
    list.map((one) => `${what}: ${one}`),
  )

// Stopped workers would outlive us: no signal but SIGKILL reaches them.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    next = Number.POSITIVE_INFINITY
    void Promise.allSettled([...open].map((here) => here.abandon())).then(() => process.exit(1))
  })

function tellDeploy({ seed, ms, act, stuck, halfStarted }: DeployReport, said: readonly Said[]): void {
  console.log(`deploy ${seed}: ${(ms / 1000).toFixed(1)} s | ${act}`)
  countDeaths(deployHits, said)
  const wrong = [...stuck, ...halfStarted]
  for (const one of wrong) console.log(`  ${one}`)
  if (wrong.length > 0)
    for (const one of said) console.log(`    ${new Date(one.at).toISOString()} ${JSON.stringify(one)}`)
}

let broken: unknown
let deployed: DeploysReport = { reports: [], requests: 0, dropped: [] }
try {
  const walks = Array.from({ length: Math.min(lanes, runs) }, walk)
  if (deploys > 0 && can) deployed = await walkDeploys({ platform, balancer }, first, deploys, tellDeploy)
  await Promise.all(walks)
} catch (error) {
  // The others are not waited for.
  broken = error
  next = Number.POSITIVE_INFINITY
  console.log(error)
  await Promise.allSettled([...open].map((here) => here.abandon()))
}
const sum = (of: (report: RunReport) => number) => reports.reduce((total, report) => total + of(report), 0)
const last = {
  runs: reports.length,
  orphans: sum(({ orphans }) => orphans.length),
  duplicates: sum(({ duplicates, swept }) => duplicates.length + (options.withoutSettle ? swept : 0)),
  stuck: sum(({ stuck }) => stuck.length) + deployed.reports.reduce((total, { stuck }) => total + stuck.length, 0),
  lost_events: sum(({ lostEvents }) => lostEvents.length),
  deploys: deployed.reports.length,
  requests: deployed.requests,
  dropped: deployed.dropped.length,
  half_started: deployed.reports.reduce((total, { halfStarted }) => total + halfStarted.length, 0),
}
const inWords = (deaths: ReadonlyMap<string, number>) =>
  [...deaths].map(([point, times]) => `${point} ${times}`).join(', ') || 'none'
console.log(`crash points: ${inWords(hits)}`)
console.log(`of deploys with ${platform}, ${balancer}: ${inWords(deployHits)}`)
const bad = reports.filter((report) => wrongs(report).length > 0)
if (!options.withoutSettle && bad.length > 0) {
  const seeds = bad.map(({ seed }) => seed)
  console.log(`failed: seeds ${seeds.join(', ')}; again: npm run torture -- --runs 1 --seed ${seeds[0]}`)
}
if (options.withoutSettle && last.duplicates === 0)
  console.log('Without settling nothing was made twice: this torture proves nothing.')
console.log(JSON.stringify(last))
for (const one of deployed.dropped.slice(0, 20)) console.log(`dropped: ${one}`)
const { runs: _, deploys: __, requests: ___, ...wrong } = last
const good = options.withoutSettle ? last.duplicates > 0 : Object.values(wrong).every((figure) => figure === 0)
process.exit(good && broken === undefined && reports.length === runs ? 0 : 1)
