/** Channels of NOTIFY. A notification says that there is something to look for (`event`: in which workspace), never what. */
export const channels = {
  event: 'atlas_event',
  wake: 'atlas_wake',
  access: 'atlas_access',
  turn: 'atlas_turn',
} as const

/**
 * Event ids must become visible in their order, or a reader that has seen 7 would miss a 6 that commits later. So who
 * writes events of a workspace holds this lock from before the first id until the commit. NOTIFY serialises commits
 * just so inside PostgreSQL, so it costs nothing more. It is taken last of all locks, hence no deadlock.
 * @param workspace SQL expression
 */
export const eventLock = (workspace: string) => `pg_advisory_xact_lock(8, hashtext(${workspace}))`

// The journal's three writes. Each is ONE statement over a batch of steps of one operation: $1 operation, $2 epoch,
// $3 entries as JSON. It is gated by the epoch; the row lock (`for share`) makes guard and writes atomic against a
// takeover, which a plain `where epoch =` would not be. No row comes back: fenced. Repeating one is harmless, because
// the answer to its commit may be what was lost.

const guard = `
guard as materialized (
  select id, infrastructure_id, workspace, infrastructure, owner, account
  from operation where id = $1 and epoch = $2 and status = 'running' for share
)`

const entries = (columns: string) => `
entry as materialized (select x.* from guard, jsonb_to_recordset($3::jsonb) as x (n int, data jsonb, ${columns}))`

/** Names the rows outright: left to a join, the planner reads every step of the operation (20,000) for a batch of 30. */
const theSteps = 's.operation = $1 and s.n = any (array(select n from entry))'

/** `written` says what must be done before the event lock is taken; `events` gives type, n and data. */
const tell = (written: string[], events: string) => `
locked as materialized (
  select ${eventLock('g.workspace')} from guard g
  where ${written.map((name) => `(select count(*) from ${name})`).join(' + ')} >= 0
),
told as (
  insert into event (type, workspace, infrastructure, operation, step, data)
  select t.type, g.workspace, g.infrastructure, g.id, t.n, t.data
  from (${events}) t, guard g, locked
  order by t.n
  returning 1
)`

const notified = `(select pg_notify('${channels.event}', guard.workspace) where exists (select from told))`

/** Before each cloud call. Answers `[n, attempt]`. */
export const writeIntents = `
with ${guard},
${entries('before text[]')},
intended as (
  update step s
  set status = 'running', attempt = s.attempt + 1, tokens = s.tokens || ($2::int || '.' || (s.attempt + 1)),
      before = coalesce(e.before, s.before), started_at = coalesce(s.started_at, clock_timestamp())
  from entry e
  where ${theSteps} and s.n = e.n and s.status in ('pending', 'running')
  returning s.n, s.attempt, e.data
),
${tell(
  ['intended'],
  `select case when attempt = 1 then 'step.started' else 'step.retrying' end as type, n,
     data || jsonb_build_object('attempt', attempt) as data
   from intended`,
)}
select (select coalesce(jsonb_agg(jsonb_build_array(n, attempt)), '[]') from intended) as answer, ${notified}
from guard`

/**
 * What is ours: claim, outcome, state row and event in one. A claim that somebody else has makes its whole entry void.
 * Without `claims` it is ours already, and done. Answers the `n` of those that hold.
 */
export const writeHoldings = `
with ${guard},
${entries(`claims bool, ready bool, adopted bool, identity text, type text, physical_id text, cloud_id text, name text,
  generation int, specifications jsonb, depends_on text[], monthly float8, phase text, attributes jsonb,
  reuses_id bool, imports bool, rates jsonb, tags text[]`)},
claimed as (
  insert into claim (account, type, physical_id, cloud_id, identity, owner, operation, step, verdict)
  select g.account, e.type, e.physical_id, e.cloud_id, e.identity, g.owner, g.id, e.n, 'owned'
  from entry e, guard g where e.claims
  on conflict do nothing
  returning step
),
claimed_anew as (
  update claim c
  set cloud_id = e.cloud_id, identity = e.identity, owner = g.owner, operation = g.id, step = e.n, verdict = 'owned',
      at = now()
  from entry e, guard g
  where e.claims and (e.reuses_id and c.verdict = 'deleted' or e.imports and c.verdict = 'released')
    and c.account = g.account and c.type = e.type and c.physical_id = e.physical_id
    and c.physical_id = any (array(select physical_id from entry where reuses_id or imports))
    and not exists (select from claim o where o.identity = e.identity and o.verdict = 'owned')
  returning c.step
),
won as materialized (
  select e.* from entry e, guard g
  where not e.claims or e.n = any (array(select step from claimed union all select step from claimed_anew)) or (
    select c.operation = g.id and c.step = e.n and c.verdict = 'owned'
    from claim c where c.account = g.account and c.type = e.type and c.physical_id = e.physical_id)
),
changed as (
  update step s
  set physical_id = w.physical_id, cloud_id = w.cloud_id,
      status = case when w.ready then 'done' else s.status end,
      finished_at = case when w.ready then clock_timestamp() end
  from won w
  where ${theSteps} and s.n = w.n and s.status in ('pending', 'running') and (s.physical_id is null or w.ready)
  returning s.n, w.data, w.claims, w.adopted, w.ready, w.imports
),
kept as (
  insert into resource (identity, infrastructure_id, name, type, generation, account, cloud_id, physical_id,
    specifications, depends_on, monthly, phase, attributes, rates, tags)
  select w.identity, g.infrastructure_id, w.name, w.type, w.generation, g.account, w.cloud_id, w.physical_id,
    w.specifications, w.depends_on, w.monthly, w.phase, w.attributes, w.rates, w.tags
  from won w, guard g
  on conflict (infrastructure_id, identity) do update
  set cloud_id = excluded.cloud_id, physical_id = excluded.physical_id, specifications = excluded.specifications,
      depends_on = excluded.depends_on, monthly = excluded.monthly, phase = excluded.phase,
      attributes = excluded.attributes, rates = excluded.rates, tags = excluded.tags, observed_at = now()
  returning 1
),
${tell(
  ['changed', 'kept'],
  `select what.type, c.n, c.data from changed c cross join lateral (
     select 'step.adopted' as type where c.adopted
     union all select 'resource.imported' where c.claims and c.imports
     union all select 'step.waiting' where c.claims and not c.imports and not c.adopted and not c.ready
     union all select 'step.done' where c.ready) what`,
)}
select (select coalesce(jsonb_agg(n), '[]') from won) as answer, ${notified}
from guard`

/** Ends of steps that leave nothing held (gone, left, failed, skipped), and events alone (no status). Answers nothing. */
export const writeEndings = `
with ${guard},
${entries('event text, status text, freed text, "left" bool, released bool, error jsonb, told jsonb')},
ended as (
  update step s
  set status = e.status, error = e.error, told = e.told, finished_at = clock_timestamp()
  from entry e
  where ${theSteps} and s.n = e.n and e.status is not null and s.status in ('pending', 'running')
  returning s.n, e.event, e.data
),
released as (
  update claim set verdict = 'deleted', at = now()
  where identity = any (array(select freed from entry where freed is not null and "left" is null and released is null))
    and verdict = 'owned'
  returning 1
),
let_go as (
  update claim set verdict = 'released', at = now()
  where identity = any (array(select freed from entry where released)) and verdict = 'owned'
  returning 1
),
unclaimed as (
  delete from claim
  where identity = any (array(select freed from entry where "left")) and verdict = 'owned'
  returning 1
),
forgotten as (
  delete from resource r using guard g
  where r.infrastructure_id = g.infrastructure_id
    and r.identity = any (array(select freed from entry where freed is not null))
  returning 1
),
${tell(
  ['ended', 'released', 'let_go', 'unclaimed', 'forgotten'],
  `select event as type, n, data from ended
   union all select 'resource.released', c.n, c.data from ended c join entry e using (n) where e.released
   union all select event, n, data from entry where status is null`,
)}
select '[]'::jsonb as answer, ${notified}
from guard`
