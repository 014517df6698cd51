import { setTimeout as pause } from 'node:timers/promises'
import { challengesOn, hostsOf, type Issued, issue, type Tls } from '@atlas/deploy'
import type { CertificateRecord, Store, Term, WatchedEnvironment } from '@atlas/store'
import type { Sealer } from '../../credentials/sealer.ts'
import { type Configuring, fenceOf } from '../guard/configure.ts'
import { specOf } from '../spec.ts'
import { belonging, type Sealed } from './certificate-of.ts'

export interface RenewalParts extends Configuring {
  store: Pick<Store, 'targets' | 'certificates'>
  sealer: Sealer
}

/** A new environment waits so long for its first certificate. */
const everyMs = 10_000

type Acme = Extract<Tls['from'], { acme: unknown }>['acme']

/**
 * Sees to it that environments have the certificates that they are configured to get: the first one, one for other hosts,
 * and the next once two thirds of its life are over.
 * @param renewed told the id of an environment whose load balancer is to have a new one
 */
export async function renewCertificates(parts: RenewalParts, term: Term, renewed: (id: string) => void): Promise<void> {
  const failed = (environment?: WatchedEnvironment) => (err: unknown) => {
    if (!term.held.aborted) parts.log.warn({ err, ...named(environment) }, 'certificates could not be looked over')
  }
  while (!term.held.aborted) {
    const all = await parts.store.targets.watched().catch((err: unknown): WatchedEnvironment[] => {
      failed()(err)
      return []
    })
    for (const one of all) if (!one.changing) await lookOver(parts, one, term, renewed).catch(failed(one))
    await pause(everyMs, undefined, { signal: term.held }).catch(() => {})
  }
}

const named = (of: WatchedEnvironment | undefined) => of && { project: of.project, environment: of.environment }

async function lookOver(
  parts: RenewalParts,
  environment: WatchedEnvironment,
  term: Term,
  renewed: (id: string) => void,
): Promise<void> {
  const { id, deployment } = environment
  const spec = specOf(environment)
  const from = spec.front?.tls?.from
  const hosts = hostsOf(spec).map(({ host }) => host)
  if (spec.cluster || !from || !('acme' in from) || hosts.length === 0) return
  const { acme } = from
  const record = await parts.store.certificates.of(id)
  const kept = record && { ...record, ...opened(parts, id, record) }
  if (!isDue(kept, { hosts, directory: acme.directory, deployment }, new Date())) return
  if (await renew(parts, environment, { acme, hosts, kept }, term)) renewed(id)
}

interface Kept extends CertificateRecord {
  /** What is sealed of it, where there is one that can be opened. */
  own?: Sealed
}

/** One that cannot be opened, because its key is gone, is as good as none: another is asked for. */
function opened({ sealer, log }: RenewalParts, id: string, { sealed }: CertificateRecord): Pick<Kept, 'own'> {
  if (sealed === null) return {}
  try {
    return { own: JSON.parse(sealer.open(sealed, belonging(id))) as Sealed }
  } catch (err) {
    log.warn({ err, environment: id }, 'a certificate cannot be opened')
    return {}
  }
}

interface Wish {
  hosts: readonly string[]
  directory: string
}

/** Pure. What failed waits for its time, unless another deployment serves by now. */
export function isDue(kept: Kept | undefined, wish: Wish & { deployment: string }, now: Date): boolean {
  if (!kept) return true
  if (kept.tried === wish.deployment && kept.nextTry > now) return false
  return coveredBy(kept, wish, now).length < wish.hosts.length || kept.hosts.length > wish.hosts.length
}

/** Pure. Those of the hosts that have a good certificate. */
export function coveredBy(kept: Kept | undefined, { hosts, directory }: Wish, now: Date): string[] {
  if (!kept?.own || kept.directory !== directory || kept.renewAt === null || kept.renewAt <= now) return []
  return hosts.filter((host) => kept.hosts.includes(host))
}

/** @returns whether there is a new one */
async function renew(
  parts: RenewalParts,
  environment: WatchedEnvironment,
  { acme, hosts, kept }: { acme: Acme; hosts: string[]; kept: Kept | undefined },
  term: Term,
): Promise<boolean> {
  const { directory } = acme
  const have = coveredBy(kept, { hosts, directory }, new Date())
  const account = kept?.directory === directory ? kept.own?.account : undefined
  const failed = async (missing: readonly string[], err: Error) => {
    parts.log.warn({ err, ...named(environment) }, 'no certificate was had')
    await parts.store.certificates.failed(environment, { hosts: missing, directory }, err.message)
  }
  try {
    const made = await order(parts, environment, { ...acme, hosts, have, ...(account && { account }) }, term)
    const { chain, key, notAfter, renewAt, refusal } = made
    const own: Sealed = { chain, key, account: made.account }
    const sealed = await parts.sealer.seal(JSON.stringify(own), belonging(environment.id))
    await parts.store.certificates.keep(environment, { sealed, hosts: made.hosts, directory, notAfter, renewAt })
    const missing = hosts.filter((host) => !made.hosts.includes(host))
    if (refusal) await failed(missing, refusal)
    return true
  } catch (err) {
    const missing = hosts.filter((host) => !have.includes(host))
    if (!term.held.aborted) await failed(missing, err as Error)
    return false
  }
}

async function order(
  { machines, sealer }: RenewalParts,
  environment: WatchedEnvironment,
  wish: Omit<Parameters<typeof issue>[0], 'challenges'>,
  term: Term,
): Promise<Issued> {
  // Authorities count: what could not be kept is not asked for.
  await sealer.seal('', belonging(environment.id))
  const { workspace, infrastructure } = environment
  const { master } = specOf(environment)
  const at = { fence: fenceOf(environment, term), signal: term.held }
  return machines.use({ workspace, infrastructure, machine: master }, (machine) =>
    issue({ ...wish, challenges: challengesOn({ machine, ...at }) }),
  )
}
