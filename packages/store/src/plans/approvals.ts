import { type ApprovalPolicy, AtlasError, checkConsent, type Plan, whyApproval } from '@atlas/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { writeEvents } from '../events/events.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'
import { type Actor, keptPlan, readStoredPlan, record, type StoredPlanRecord, unknownPlan } from './stored.ts'

export interface Decision {
  status: 'approved' | 'rejected'
  by: Actor
  /** Resources whose data may be lost. */
  consent: readonly string[]
  reason: string | undefined
}

const isSame = (one: Actor | null, other: Actor) => one?.kind === other.kind && one.id === other.id

/**
 * The consent under which a plan may be carried out: the caller's own where nobody else has to approve it, otherwise that
 * of who approved it. It is asked in the transaction that carries the plan out, so an approval that was taken back counts
 * no more.
 * @throws AtlasError `approval_required`
 */
export async function agreedConsent(
  tx: Transaction<Database>,
  plan: Plan,
  by: Actor,
  own: readonly string[],
): Promise<readonly string[]> {
  const why = whyApproval(plan, await policyOf(tx, plan.workspace), by)
  if (why === undefined) return own
  const row = await keptPlan(tx, plan.workspace, plan.hash).forShare().executeTakeFirst()
  if (row?.approval === 'approved' && !isSame(row.decider, by)) return row.consent
  throw approvalRequired(plan.hash, why, row && record(row))
}

/** A workspace that is in no table yet has the policy of new ones. */
async function policyOf(db: Kysely<Database>, workspace: string): Promise<ApprovalPolicy> {
  const row = await db.selectFrom('workspace').select('approval').where('name', '=', workspace).executeTakeFirst()
  return row?.approval ?? 'agents'
}

/**
 * Notes that somebody wants a kept plan carried out that somebody else has to approve; told once. What was decided stays.
 * @throws AtlasError `not_found`
 */
export function askApproval(connection: Connection, workspace: string, hash: string, by: Actor): Promise<AtlasError> {
  return explained(async () => {
    const why = await connection.db.transaction().execute(async (tx) => {
      const row = await keptPlan(tx, workspace, hash).forUpdate().executeTakeFirst()
      if (!row) throw unknownPlan(workspace, hash)
      const plan = row.body
      const reason = whyApproval(plan, await policyOf(tx, workspace), by) ?? 'the workspace had it approved'
      if (row.approval !== null) return reason
      await tx
        .updateTable('stored_plan')
        .set({ approval: 'pending', asker: JSON.stringify(by), asked_at: sql<Date>`now()` })
        .where('workspace', '=', workspace)
        .where('hash', '=', hash)
        .execute()
      const data = { planHash: hash, kind: plan.kind, steps: plan.steps.length, by: by.name, why: reason }
      await writeEvents(tx, plan, [{ type: 'plan.approval_requested', data }])
      return reason
    })
    return approvalRequired(hash, why, await readStoredPlan(connection, workspace, hash))
  })
}

/**
 * Approves or rejects a kept plan; the last word counts until it is carried out.
 * @throws AtlasError `not_found`; `forbidden` for an agent, and for who asked; `consent_required`
 */
export function decidePlan(
  connection: Connection,
  workspace: string,
  hash: string,
  { status, by, consent, reason }: Decision,
): Promise<StoredPlanRecord> {
  return explained(async () => {
    await connection.db.transaction().execute(async (tx) => {
      const row = await keptPlan(tx, workspace, hash).forUpdate().executeTakeFirst()
      if (!row) throw unknownPlan(workspace, hash)
      refuseDecision(status, by, record(row))
      if (status === 'approved') checkConsent(row.body, consent)
      await tx
        .updateTable('stored_plan')
        .set({
          approval: status,
          decider: JSON.stringify(by),
          decided_at: sql<Date>`now()`,
          decision_reason: reason ?? null,
          consent: status === 'approved' ? [...consent] : [],
        })
        .where('workspace', '=', workspace)
        .where('hash', '=', hash)
        .execute()
      const data = { planHash: hash, by: by.name, reason: reason ?? null }
      await writeEvents(tx, row.body, [{ type: `plan.${status}`, data }])
    })
    return readStoredPlan(connection, workspace, hash)
  })
}

/** Rejecting what one has asked for oneself is taking it back. */
function refuseDecision(status: Decision['status'], by: Actor, { approval, maker }: StoredPlanRecord): void {
  if (by.kind === 'agent')
    throw new AtlasError('forbidden', `${by.name} is an agent: people approve and reject plans.`, {
      hint: 'tell a person the hash of the plan; they type: atlas approve <hash>',
    })
  if (status === 'approved' && isSame(approval?.asker ?? maker, by))
    throw new AtlasError('forbidden', `${by.name} has asked for this plan, so somebody else has to approve it.`, {
      hint: 'ask somebody with the role operator; they type: atlas approve <hash>',
    })
}

/** What it lacks, and what to do next. */
function approvalRequired(hash: string, why: string, kept: StoredPlanRecord | undefined): AtlasError {
  const { approval } = kept ?? {}
  const refused = (found: string, hint: string) =>
    new AtlasError('approval_required', `The plan needs an approval, because ${why}: ${found}.`, { hint })
  const losses = kept?.plan.consentNeeded.map(({ resource }) => resource) ?? []
  if (approval?.status === 'pending')
    return refused(
      `it waits for that since ${approval.askedAt}`,
      `a person types: atlas approve ${hash}${losses.length > 0 ? ` --consent ${losses.join(',')}` : ''}; send the same again then`,
    )
  if (approval?.status === 'rejected') {
    const { decider, reason } = approval
    return refused(
      `${decider?.name} has rejected it${reason === null ? '' : ` (${reason})`}`,
      'ask what should be different, and plan that',
    )
  }
  if (approval) return refused('it was approved by who wants to carry it out', 'somebody else carries it out')
  if (kept) return refused('nobody was asked yet', `atlas apply ${hash} asks for it (POST /api/v1/plans/${hash}/apply)`)
  return refused(
    'it is not kept',
    'keep it with atlas plan --save (?plan=true&store=true); atlas apply <hash> asks for the approval then (POST /api/v1/plans/{hash}/apply)',
  )
}
