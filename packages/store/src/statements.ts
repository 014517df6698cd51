/** Channels of NOTIFY. A notification says that there is something to look for, never what. */
export const channels = { event: 'atlas_event', wake: 'atlas_wake' } as const

/**
 * Event ids must become visible in their order, or a reader that has seen 7 would miss a 6 that commits later. So who
 * writes events of a workspace holds this lock from before the first id until the commit. NOTIFY serialises commits
 * just so inside PostgreSQL, so it costs nothing more. It is taken last of all locks, hence no deadlock.
 * SQL for the workspace's expression.
 */
export const eventLock = (workspace: string) => `pg_advisory_xact_lock(8, hashtext(${workspace}))`

/**
 * A batch of journal writes of one operation as ONE statement, gated by the epoch: the row lock (`for share`) makes
 * guard and writes atomic against a takeover, which a plain `where epoch =` would not be.
 *
 * $1 operation, $2 epoch, $3 entries as JSON. No row: fenced. Else: cancel flag, `[n, attempt]` of intents, `n` of
 * claims that are ours. Every part is harmless when repeated after an answer that was lost.
 */
export const writeBatch = `
with guard as materialized (
  select id, infrastructure_id, workspace, infrastructure, owner, account, cancel_requested
  from operation where id = $1 and epoch = $2 and status = 'running' for share
),
entry as materialized (
  select x.* from guard, jsonb_to_recordset($3::jsonb) as x (
    kind text, n int, before text[], ready bool, adopted bool, identity text, type text, physical_id text,
    cloud_id text, name text, generation int, specifications jsonb, depends_on text[], monthly float8, phase text,
    attributes jsonb, reuses_id bool, error jsonb, event text, data jsonb)
),
intended as (
  update step s
  set status = 'running', attempt = s.attempt + 1, tokens = s.tokens || ($2::int || '.' || (s.attempt + 1)),
      before = coalesce(e.before, s.before), started_at = coalesce(s.started_at, clock_timestamp())
  from entry e
  where e.kind = 'intent' and s.operation = $1 and s.n = e.n and s.status in ('pending', 'running')
  returning s.n, s.attempt
),
claimed as (
  insert into claim (account, type, physical_id, cloud_id, identity, owner, operation, step, verdict)
  select g.account, e.type, e.physical_id, e.cloud_id, e.identity, g.owner, g.id, e.n, 'owned'
  from entry e, guard g where e.kind = 'claim'
  on conflict do nothing
  returning step
),
claimed_anew as (
  update claim c
  set cloud_id = e.cloud_id, identity = e.identity, owner = g.owner, operation = g.id, step = e.n, verdict = 'owned',
      at = now()
  from entry e, guard g
  where e.kind = 'claim' and e.reuses_id and c.verdict = 'deleted'
    and c.account = g.account and c.type = e.type and c.physical_id = e.physical_id
    and not exists (select from claim o where o.identity = e.identity and o.verdict = 'owned')
  returning c.step
),
won as materialized (
  select e.* from entry e, guard g
  where e.kind = 'claim' and (
    e.n in (select step from claimed union all select step from claimed_anew)
    or exists (
      select from claim c where c.account = g.account and c.type = e.type and c.physical_id = e.physical_id
        and c.operation = g.id and c.step = e.n and c.verdict = 'owned'))
),
made as (
  update step s
  set physical_id = w.physical_id, cloud_id = w.cloud_id,
      status = case when w.ready then 'done' else s.status end,
      finished_at = case when w.ready then clock_timestamp() end
  from won w
  where s.operation = $1 and s.n = w.n and s.status = 'running' and (s.physical_id is null or w.ready)
  returning s.n
),
ended as (
  update step s
  set status = case e.kind when 'failed' then 'failed' when 'skipped' then 'skipped' else 'done' end,
      error = e.error, finished_at = clock_timestamp()
  from entry e
  where e.kind in ('done', 'gone', 'left', 'failed', 'skipped') and s.operation = $1 and s.n = e.n
    and s.status in ('pending', 'running')
  returning s.n
),
kept as (
  insert into resource (identity, infrastructure_id, name, type, generation, account, cloud_id, physical_id,
    specifications, depends_on, monthly, phase, attributes)
  select e.identity, g.infrastructure_id, e.name, e.type, e.generation, g.account, e.cloud_id, e.physical_id,
    e.specifications, e.depends_on, e.monthly, e.phase, e.attributes
  from (select * from won union all select * from entry where kind = 'done') e, guard g
  on conflict (identity) do update
  set cloud_id = excluded.cloud_id, physical_id = excluded.physical_id, specifications = excluded.specifications,
      depends_on = excluded.depends_on, monthly = excluded.monthly, phase = excluded.phase,
      attributes = excluded.attributes, observed_at = now()
  returning 1
),
released as (
  update claim c set verdict = 'deleted', at = now()
  from entry e where e.kind = 'gone' and c.identity = e.identity and c.verdict = 'owned'
  returning 1
),
unclaimed as (
  delete from claim c using entry e where e.kind = 'left' and c.identity = e.identity and c.verdict = 'owned'
  returning 1
),
forgotten as (
  delete from resource r using entry e where e.kind in ('gone', 'left') and r.identity = e.identity
  returning 1
),
written as materialized (
  select ${eventLock('g.workspace')} from guard g
  where (select count(*) from intended) + (select count(*) from made) + (select count(*) from ended)
    + (select count(*) from kept) + (select count(*) from released) + (select count(*) from unclaimed) + (select count(*) from forgotten) >= 0
),
told as (
  insert into event (type, workspace, infrastructure, operation, step, data)
  select t.type, g.workspace, g.infrastructure, g.id, t.n, t.data
  from (
    select case when i.attempt = 1 then 'step.started' else 'step.retrying' end as type, i.n,
      e.data || jsonb_build_object('attempt', i.attempt) as data, 0 as rank
    from intended i join entry e on e.kind = 'intent' and e.n = i.n
    union all
    select case when e.adopted then 'step.adopted' else 'step.waiting' end, e.n, e.data, 1
    from made m join entry e on e.kind = 'claim' and e.n = m.n where e.adopted or not e.ready
    union all
    select 'step.done', e.n, e.data, 2
    from made m join entry e on e.kind = 'claim' and e.n = m.n where e.ready
    union all
    select case e.kind when 'failed' then 'step.failed' when 'skipped' then 'step.skipped' else 'step.done' end,
      e.n, e.data, 2
    from ended d join entry e on e.kind in ('done', 'gone', 'left', 'failed', 'skipped') and e.n = d.n
    union all
    select e.event, e.n, e.data, 1 from entry e where e.kind = 'note'
  ) t, guard g, written
  order by t.rank, t.n
  returning 1
)
select g.cancel_requested,
  (select coalesce(jsonb_agg(jsonb_build_array(n, attempt)), '[]') from intended) as intended,
  (select coalesce(jsonb_agg(n), '[]') from won) as won,
  (select pg_notify('${channels.event}', '') where exists (select from told)) as told
from guard g`
