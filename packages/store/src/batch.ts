import { AtlasError, type JsonObject, type Step } from '@atlas/core'
import type { Holding, StepError } from '@atlas/engine'
import type pg from 'pg'
import { groupCommit } from './group-commit.ts'
import { writeBatch } from './statements.ts'
import { untilTaken } from './trouble.ts'

/** One write, as `writeBatch` reads it. */
export interface Entry {
  kind: 'intent' | 'claim' | 'done' | 'gone' | 'left' | 'failed' | 'skipped' | 'note'
  n: number
  /** What its event tells. */
  data: JsonObject
  before?: readonly string[] | undefined
  adopted?: boolean
  ready?: boolean
  identity?: string
  error?: StepError
  event?: string
}

export interface Written {
  cancelRequested: boolean
  /** Of an intent. */
  attempt: number | undefined
  /** Of a claim: is it ours? */
  won: boolean
}

interface Row {
  cancel_requested: boolean
  intended: [number, number][]
  won: number[]
}

/**
 * Writes of one operation under one epoch, several in a commit. While the database is away they wait for it: what is to
 * be written is already so in the cloud, and the gate lets no new call begin.
 */
export function batches(pool: pg.Pool, operation: string, epoch: number, onTrouble: (error: unknown) => void) {
  return groupCommit<Entry, Written>(async (entries) => {
    const values = [operation, epoch, JSON.stringify(entries)]
    const { rows } = await untilTaken(() => pool.query<Row>({ name: 'write', text: writeBatch, values }), onTrouble)
    const row = rows[0]
    if (!row) throw fenced(operation, epoch)
    const attempts = new Map(row.intended)
    const won = new Set(row.won)
    return entries.map(({ kind, n }) => ({
      cancelRequested: row.cancel_requested,
      attempt: kind === 'intent' ? attempts.get(n) : undefined,
      won: kind === 'claim' && won.has(n),
    }))
  })
}

export const fenced = (operation: string, epoch: number) =>
  new AtlasError(
    'fenced',
    `Operation ${operation} is no longer at epoch ${epoch}: another worker has it, or it is over.`,
  )

/** The columns of the state row. */
export const held = (step: Step, { observed, monthly, reusesId }: Holding) => ({
  identity: step.identity,
  type: step.type,
  physical_id: observed.physicalId,
  cloud_id: observed.id,
  name: step.resource,
  generation: step.generation,
  specifications: step.specifications,
  depends_on: step.needs,
  monthly,
  phase: observed.phase,
  attributes: observed.attributes,
  reuses_id: reusesId,
})
