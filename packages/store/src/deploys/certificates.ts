import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { writeEvents } from '../events/events.ts'
import { explained } from '../trouble.ts'
import type { WatchedEnvironment } from './targets.ts'

export interface CertificateRecord {
  sealed: string | null
  hosts: string[]
  directory: string
  renewAt: Date | null
  nextTry: Date
  /** The deployment for which it failed last. */
  tried: string | null
}

export interface NewCertificate {
  sealed: string
  hosts: readonly string[]
  directory: string
  notAfter: string
  renewAt: string
}

/** Certificates of environments from an authority, sealed. The store cannot open them. */
export interface Certificates {
  of(environmentId: string): Promise<CertificateRecord | undefined>
  /** The sealed text of one that is there, with the environment that it belongs to and the hosts that it is for. */
  find(
    workspace: string,
    project: string,
    environment: string,
  ): Promise<{ id: string; sealed: string; hosts: string[] } | undefined>
  /** With `certificate.issued`. */
  keep(of: WatchedEnvironment, certificate: NewCertificate): Promise<void>
  /**
   * For these hosts none was had. What is there stays; the next try is later each time, half a day at most, and never later
   * than the renewal of what is there. With `certificate.failed`.
   */
  failed(of: WatchedEnvironment, wish: { hosts: readonly string[]; directory: string }, reason: string): Promise<void>
}

export const certificates = ({ db }: Connection): Certificates => ({
  of: (environmentId) =>
    explained(async () => {
      const row = await db
        .selectFrom('certificate')
        .selectAll()
        .where('environment_id', '=', environmentId)
        .executeTakeFirst()
      if (!row) return undefined
      const { sealed, hosts, directory, renew_at, next_try, tried } = row
      return { sealed, hosts, directory, renewAt: renew_at, nextTry: next_try, tried }
    }),
  find: (workspace, project, environment) =>
    explained(async () => {
      const row = await db
        .selectFrom('certificate')
        .innerJoin('environment', 'environment.id', 'certificate.environment_id')
        .select(['environment.id', 'certificate.sealed', 'certificate.hosts'])
        .where('environment.workspace', '=', workspace)
        .where('environment.project', '=', project)
        .where('environment.name', '=', environment)
        .executeTakeFirst()
      return row?.sealed ? { id: row.id, sealed: row.sealed, hosts: row.hosts } : undefined
    }),
  keep: (of, { sealed, hosts, directory, notAfter, renewAt }) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
        await sql`
          insert into certificate (environment_id, sealed, hosts, directory, not_after, renew_at)
          values (${of.id}, ${sealed}, ${hosts}, ${directory}, ${notAfter}, ${renewAt})
          on conflict (environment_id) do update set sealed = excluded.sealed, hosts = excluded.hosts,
            directory = excluded.directory, not_after = excluded.not_after, renew_at = excluded.renew_at,
            failures = 0, next_try = now(), tried = null`.execute(tx)
        const { project, environment } = of
        const data = { project, environment, hosts: [...hosts], notAfter, renewAt }
        await writeEvents(tx, of, [{ type: 'certificate.issued', data }])
      }),
    ),
  failed: (of, { hosts, directory }, reason) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
        const { rows } = await sql<{ next_try: Date }>`
          insert into certificate as c (environment_id, hosts, directory, failures, next_try, tried)
          values (${of.id}, ${hosts}, ${directory}, 1, now() + interval '1 minute', ${of.deployment})
          on conflict (environment_id) do update set failures = c.failures + 1, tried = excluded.tried,
            next_try = least(now() + least(interval '12 hours', interval '1 minute' * power(2, least(c.failures, 10))),
              case when c.renew_at > now() then c.renew_at end)
          returning next_try`.execute(tx)
        const { project, environment } = of
        const data = { project, environment, hosts: [...hosts], reason, nextTry: rows[0]!.next_try.toISOString() }
        await writeEvents(tx, of, [{ type: 'certificate.failed', data }])
      }),
    ),
})
