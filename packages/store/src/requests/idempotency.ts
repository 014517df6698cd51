import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'

export type Begun =
  | { state: 'begun'; id: string; again: boolean }
  | { state: 'answered'; answer: Buffer }
  | { state: 'running' }
  | { state: 'another' }

interface Row {
  id: string
  begun: number
}

const remembered = "interval '24 hours'"
const abandonedAfter = "interval '30 seconds'"
/** Each so many requests what is past remembering is removed. */
const purgeEvery = 100

const beginning = `
insert into idempotency as i (scope, key, fingerprint, held_until, expires_at)
values ($1, $2, $3, now() + ${abandonedAfter}, now() + ${remembered})
on conflict (scope, key) do update
set id = case when i.expires_at < now() then excluded.id else i.id end,
    begun = case when i.expires_at < now() then 1 else i.begun + 1 end,
    fingerprint = excluded.fingerprint, held_until = excluded.held_until, answer = null,
    expires_at = case when i.expires_at < now() then excluded.expires_at else i.expires_at end
where i.expires_at < now() or (i.answer is null and i.held_until < now() and i.fingerprint = excluded.fingerprint)
returning id, begun`

/** Requests by their key. The primary key decides between two that come at once, on whatever nodes. */
export function idempotency({ pool }: Connection) {
  let requests = 0

  async function begin({
    scope,
    key,
    fingerprint,
  }: {
    scope: string
    key: string
    fingerprint: string
  }): Promise<Begun> {
    if (++requests % purgeEvery === 0) await pool.query('delete from idempotency where expires_at < now()')
    const mine = (await pool.query<Row>(beginning, [scope, key, fingerprint])).rows[0]
    if (mine) return { state: 'begun', id: mine.id, again: mine.begun > 1 }
    const { rows } = await pool.query<{ fingerprint: string; answer: Buffer | null }>(
      'select fingerprint, answer from idempotency where scope = $1 and key = $2',
      [scope, key],
    )
    const other = rows[0]
    // Released between the two statements.
    if (!other) return begin({ scope, key, fingerprint })
    if (other.fingerprint !== fingerprint) return { state: 'another' }
    return other.answer ? { state: 'answered', answer: other.answer } : { state: 'running' }
  }

  const change = async (text: string, values: unknown[]) => {
    await explained(() => pool.query(text, values))
  }
  return {
    begin: (request: Parameters<typeof begin>[0]) => explained(() => begin(request)),
    hold: (id: string) => change(`update idempotency set held_until = now() + ${abandonedAfter} where id = $1`, [id]),
    keep: (id: string, answer: Buffer) => change('update idempotency set answer = $2 where id = $1', [id, answer]),
    release: (id: string) => change('delete from idempotency where id = $1 and answer is null', [id]),
  }
}
