import { startCloud } from './cloud.ts'
import { doctl } from './doctl/peer.ts'
import { dots } from './dots/peer.ts'
import { dotsWrapper } from './dots-wrapper/peer.ts'
import { kubernetes } from './kubernetes/peer.ts'
import { openbao } from './openbao/peer.ts'
import { pebble } from './pebble/peer.ts'
import type { Alone, Peer, Ready } from './peer.ts'
import { type Report, reporter, type Totals } from './report.ts'
import { terraform } from './terraform/peer.ts'

/** Real third-party clients against a sandbox each, and Atlas against real servers; `npm run test:peers -- doctl` tries only the named ones. */
const all: readonly Peer[] = [dotsWrapper, dots, terraform, doctl, kubernetes, pebble, openbao]

const print = (line: string) => process.stdout.write(`${line}\n`)
const totals: Totals = { passed: 0, failed: 0, skipped: 0 }

async function tryPeer({ name }: Peer, ready: Ready | Alone, report: Report): Promise<void> {
  print(`     ${name}: ${ready.version}`)
  try {
    if ('alone' in ready) return await ready.alone(report)
    const cloud = await startCloud()
    await ready.run(cloud, report).finally(cloud.stop)
  } catch (error) {
    totals.failed += 1
    print(`FAIL ${name}: ${error instanceof Error ? error.stack : error}`)
  }
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !all.some((peer) => peer.name === name))
if (unknown.length) throw new Error(`no client ${unknown.join(', ')}: one of ${all.map(({ name }) => name).join(', ')}`)

const peers = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
// Made ready one after the other, as a build takes every core it finds; each runs while the next is made ready.
const running: Promise<void>[] = []
for (const peer of peers) {
  const report = reporter(peer.name, totals, print)
  const ready = await peer.prepare(print, wanted.includes(peer.name))
  if ('unavailable' in ready) report.skip('every check', ready.unavailable)
  else running.push(tryPeer(peer, ready, report))
}
await Promise.all(running)
print(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed > 0 ? 1 : 0
