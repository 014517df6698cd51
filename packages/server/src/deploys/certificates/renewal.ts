import { setTimeout as pause } from 'node:timers/promises'
import { challengesOn, type DeploymentSpec, type Environment, hostsOf, issue, laneOf, type Tls } from '@atlas/deploy'
import type { CertificateRecord, Store, WatchedEnvironment } from '@atlas/store'
import type { Sealer } from '../../credentials/sealer.ts'
import type { Upkeep } from '../../upkeep.ts'
import { type Configuring, configure } from '../guard/configure.ts'
import { machinesIn } from '../machines.ts'
import { belonging, type Sealed } from './certificate-of.ts'

export interface RenewalParts extends Configuring {
  store: Pick<Store, 'targets' | 'certificates' | 'alone' | 'infrastructure'>
  sealer: Sealer
}

/** A new environment waits so long for its first certificate. */
const everyMs = 10_000

type Acme = Extract<Tls['from'], { acme: unknown }>['acme']

/**
 * Sees to it that environments have the certificates that they are configured to get: the first one, one for other hosts,
 * and the next once two thirds of its life are over. One server of all does this at a time.
 */
export function startRenewal(parts: RenewalParts): Upkeep {
  const stopping = new AbortController()
  const going = parts.store.alone('certificates', stopping.signal, async (held) => {
    while (!held.aborted) {
      await round(parts, held).catch((err: unknown) => {
        if (!held.aborted) parts.log.warn({ err }, 'certificates could not be looked over')
      })
      await pause(everyMs, undefined, { signal: held }).catch(() => {})
    }
  })
  return {
    async stop() {
      stopping.abort()
      await going
    },
  }
}

async function round(parts: RenewalParts, held: AbortSignal): Promise<void> {
  for (const environment of await parts.store.targets.watched()) {
    const spec = environment.spec as unknown as DeploymentSpec
    const from = spec.front?.tls?.from
    if (environment.changing || spec.cluster || !from || !('acme' in from)) continue
    const hosts = hostsOf(spec).map(({ host }) => host)
    const kept = await parts.store.certificates.of(environment.id)
    if (
      hosts.length > 0 &&
      isDue(kept, { hosts, directory: from.acme.directory, deployment: environment.deployment }, new Date())
    )
      await renew(parts, environment, { acme: from.acme, hosts, kept }, held)
  }
}

/** Pure. What failed waits for its time, unless another deployment serves by now. */
export function isDue(
  kept: CertificateRecord | undefined,
  wish: { hosts: readonly string[]; directory: string; deployment: string },
  now: Date,
): boolean {
  if (!kept) return true
  if (kept.tried === wish.deployment && kept.nextTry > now) return false
  const isOther = kept.directory !== wish.directory || [...kept.hosts].sort().join() !== [...wish.hosts].sort().join()
  return isOther || kept.renewAt === null || kept.renewAt <= now
}

async function renew(
  parts: RenewalParts,
  environment: WatchedEnvironment,
  { acme, hosts, kept }: { acme: Acme; hosts: string[]; kept: CertificateRecord | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { workspace, infrastructure, project, revision } = environment
  const { store, sealer, machines, log } = parts
  const { directory } = acme
  const before = kept?.sealed ? (JSON.parse(sealer.open(kept.sealed, belonging(environment.id))) as Sealed) : undefined
  const account = kept?.directory === directory ? before?.account : undefined
  const { master } = environment.spec as unknown as DeploymentSpec
  const fence = { lane: laneOf(project, environment.environment as Environment), turn: revision, epoch: 0 }
  try {
    const { chain, key, notAfter, renewAt, ...made } = await machines.use(
      { workspace, infrastructure, machine: master },
      (machine) =>
        issue({ ...acme, hosts, ...(account && { account }), challenges: challengesOn({ machine, fence, signal }) }),
    )
    const sealed = await sealer.seal(JSON.stringify({ chain, key, account: made.account }), belonging(environment.id))
    await store.certificates.keep(environment, { sealed, hosts, directory, notAfter, renewAt })
    await deliver(parts, environment, signal)
  } catch (err) {
    if (signal.aborted) return
    const { environment: name } = environment
    log.warn({ err, project, environment: name }, 'no certificate was had')
    await store.certificates.failed(environment, { hosts, directory }, (err as Error).message)
  }
}

/** Looked at anew: making the certificate took a while. A deploy that has begun since delivers it itself. */
async function deliver(parts: RenewalParts, { id, revision }: WatchedEnvironment, signal: AbortSignal): Promise<void> {
  const now = (await parts.store.targets.watched()).find((one) => one.id === id)
  if (!now || now.changing || now.revision !== revision) return
  const there = machinesIn(await parts.store.infrastructure(now.workspace, now.infrastructure))
  const isOut = (service: string, machine: string) =>
    now.ejected.some((one) => one.service === service && one.machine === machine)
  await configure(parts, now, { there, isOut }, signal)
}
