import { startCloud } from './cloud.ts'
import { doctl } from './doctl/peer.ts'
import { dots } from './dots/peer.ts'
import { dotsWrapper } from './dots-wrapper/peer.ts'
import type { Peer } from './peer.ts'
import { reporter, type Totals } from './report.ts'
import { terraform } from './terraform/peer.ts'

/** Real third-party clients against a sandbox each; `npm run test:peers -- doctl` tries only the named ones. */
const all: readonly Peer[] = [terraform, doctl, dots, dotsWrapper]

const print = (line: string) => process.stdout.write(`${line}\n`)
const totals: Totals = { passed: 0, failed: 0, skipped: 0 }

async function tryPeer(peer: Peer): Promise<void> {
  const report = reporter(peer.name, totals, print)
  const ready = await peer.prepare(print)
  if ('unavailable' in ready) return report.skip('every check', ready.unavailable)
  print(`     ${peer.name}: ${ready.version}`)
  const cloud = await startCloud()
  try {
    await ready.run(cloud, report)
  } finally {
    await cloud.stop()
  }
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !all.some((peer) => peer.name === name))
if (unknown.length) throw new Error(`no client ${unknown.join(', ')}: one of ${all.map(({ name }) => name).join(', ')}`)

const peers = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
// All at once: builds and clients that wait for states leave most of the time to others.
const outcomes = await Promise.allSettled(peers.map(tryPeer))
for (const outcome of outcomes) {
  if (outcome.status === 'fulfilled') continue
  totals.failed += 1
  print(`FAIL ${outcome.reason instanceof Error ? outcome.reason.stack : outcome.reason}`)
}
print(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed > 0 ? 1 : 0
